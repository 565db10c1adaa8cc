"""Tests soft labels of other languages, for texts without labels and for excerpts."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from classifiers.bundle import pack_arrays
from classifiers.datasets.labelled import Example
from classifiers.training import soft_labels_multilingual
from classifiers.training.soft_labels import EXCERPTS, encode_soft_labels
from classifiers.training.teacher_korean import DIMENSIONS, morpheme_vectors

CLEAN, ABUSIVE = {"toxicity": (0.0, 1.0)}, {"toxicity": (1.0, 1.0)}
EXAMPLES = [
    Example("오늘 드라마 정말 재미있게 봤어요", "labelled", "train", CLEAN),
    Example("이 사람은 정말 쓰레기다", "labelled", "train", ABUSIVE),
    Example("아무도 이것을 보면 안 된다", "labelled", "test", CLEAN),
    Example("배우님 다음 작품도 응원합니다", "unlabelled", "train"),
]


def _store(monkeypatch: pytest.MonkeyPatch, folder: Path, language: str) -> np.ndarray:
    """Store log-odds for what the teachers of a language are asked about and return them."""
    texts, excerpts = soft_labels_multilingual.texts_for_teachers(EXAMPLES, language)
    size = (
        len(texts) + len(excerpts),
        len(soft_labels_multilingual.LANGUAGE_DISTILLATION[language].signals),
    )
    logits = np.random.default_rng(0).uniform(-5, 3, size).astype(np.float32)
    file = folder / "soft_labels.npz"
    file.write_bytes(pack_arrays(encode_soft_labels(texts, excerpts, logits)))
    monkeypatch.setattr(soft_labels_multilingual, "soft_labels_file", lambda _: file)
    return logits


def test_excerpts_are_of_training_texts_with_and_without_labels() -> None:
    _, excerpts = soft_labels_multilingual.texts_for_teachers(EXAMPLES, "ko")
    training = [one.text for one in EXAMPLES if one.part == "train"]
    assert excerpts[0] == EXAMPLES[3].text
    assert all(any(excerpt in text for text in training) for excerpt in excerpts)
    assert any(excerpt in EXAMPLES[0].text for excerpt in excerpts)


def test_korean_texts_without_labels_get_the_teachers_and_labels_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logits = _store(monkeypatch, tmp_path, "ko")
    made = soft_labels_multilingual.add_soft_labels(EXAMPLES, "ko")
    assert made[:3] == EXAMPLES[:3]
    assert made[3].text == EXAMPLES[3].text
    assert (made[3].source, made[3].part) == (EXCERPTS, "train")
    said = 1 / (1 + np.exp(-logits[0]))
    targets = [
        made[3].labels[name][0]
        for name in soft_labels_multilingual.LANGUAGE_DISTILLATION["ko"].signals
    ]
    assert targets == pytest.approx(said, abs=0.08)


def test_portuguese_labels_are_mixed_with_the_teachers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logits = _store(monkeypatch, tmp_path, "pt")
    share = soft_labels_multilingual.LANGUAGE_DISTILLATION["pt"].teacher_share
    made = soft_labels_multilingual.add_soft_labels(EXAMPLES, "pt")
    for example, before, row in zip(made[:2], EXAMPLES[:2], logits[:2], strict=True):
        said = 1 / (1 + np.exp(-row[0]))
        target = before.labels["toxicity"][0]
        mixed = target + share * (said - target)
        assert example.labels["toxicity"][0] == pytest.approx(mixed, abs=0.08)
    assert made[2] == EXAMPLES[2]


def test_other_languages_learn_from_labels_alone() -> None:
    assert soft_labels_multilingual.add_soft_labels(EXAMPLES, "de") == EXAMPLES


def test_morphemes_with_the_same_neighbours_have_like_vectors() -> None:
    source = random.Random(0)
    kinds = [[f"{kind}{number}" for number in range(DIMENSIONS)] for kind in "ab"]
    texts = [source.choices(source.choice(kinds), k=8) for _ in range(4000)]
    places = {word: place for place, word in enumerate(kinds[0] + kinds[1])}
    vectors = morpheme_vectors(texts, places)
    assert vectors.shape == (2 * DIMENSIONS, DIMENSIONS)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = vectors @ vectors.T
    first, second = slice(DIMENSIONS), slice(DIMENSIONS, None)
    assert alike[first, first].mean() > alike[first, second].mean() + 0.1
