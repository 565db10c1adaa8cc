"""Tests soft labels: excerpts are always cut the same way, and other texts are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifiers.bundle import pack_arrays
from classifiers.datasets.labelled import TEMPLATED, Example
from classifiers.training import soft_labels
from classifiers.training.perspective_alignment import PERSPECTIVE_SET
from classifiers.training.teacher_excerpts import SENTENCE_WORDS, SIZES, cut_excerpts

EXAMPLES = [
    Example("The new tram line will cost more than the council told us last year.", "a", "train"),
    Example(
        "You really are a prize fool. Everybody on this page knows it.",
        "a",
        "train",
        {"toxicity": (1.0, 2.0)},
    ),
    Example("Nobody may see this.", "a", "test"),
    Example("Word", "a", "train"),
    Example("A scored text is no lesson.", PERSPECTIVE_SET, "train", {"toxicity": (0.2, 1.0)}),
    Example("They are vermin, all of them.", TEMPLATED, "train", {"toxicity": (1.0, 0.1)}),
]


def test_excerpts_are_words_in_a_row_of_training_texts() -> None:
    excerpts = cut_excerpts(EXAMPLES)
    texts = [one.text for one in EXAMPLES if one.source != TEMPLATED and one.part == "train"]
    assert excerpts == cut_excerpts(EXAMPLES)
    assert excerpts != cut_excerpts(EXAMPLES, seed=1)
    assert len({excerpt.lower() for excerpt in excerpts}) == len(excerpts)
    for excerpt in excerpts:
        assert any(excerpt in text for text in texts)
        assert min(SIZES) <= len(excerpt.split()) < SENTENCE_WORDS.stop


def test_whole_sentences_are_excerpts() -> None:
    excerpts = cut_excerpts(EXAMPLES)
    assert "You really are a prize fool." in excerpts
    assert "Everybody on this page knows it." in excerpts


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Store log-odds for the texts and excerpts of `EXAMPLES` and return them."""
    texts, excerpts = soft_labels.texts_for_teacher(EXAMPLES), cut_excerpts(EXAMPLES)
    size = (len(texts) + len(excerpts), len(soft_labels.SIGNALS))
    logits = np.random.default_rng(0).uniform(-8, 8, size)
    file = tmp_path / "soft_labels.npz"
    stored = soft_labels.encode_soft_labels(texts, excerpts, logits.astype(np.float32))
    file.write_bytes(pack_arrays(stored))
    monkeypatch.setattr(soft_labels, "SOFT_LABELS", file)
    return logits


def test_answers_come_back_as_soft_targets_of_their_excerpts(answers: np.ndarray) -> None:
    added = soft_labels.add_soft_labels(EXAMPLES, 0)[len(EXAMPLES) :]
    assert [example.text for example in added] == cut_excerpts(EXAMPLES)
    for example, logits in zip(added, answers[-len(added) :], strict=True):
        assert example.part == "train"
        targets = [example.labels[signal][0] for signal in soft_labels.SIGNALS]
        odds = np.log(targets) - np.log1p(-np.array(targets))
        assert odds == pytest.approx(np.clip(logits, -5.5, 3.5), abs=0.31)


def test_a_text_learns_from_its_label_and_from_the_teacher(answers: np.ndarray) -> None:
    made = soft_labels.add_soft_labels(EXAMPLES, 0)
    place = soft_labels.texts_for_teacher(EXAMPLES).index(EXAMPLES[1].text)
    said = 1 / (1 + np.exp(-np.clip(answers[place], -5.5, 3.5)))
    target, weight = made[1].labels["toxicity"]
    share = soft_labels.SIGNAL_DISTILLATION["toxicity"].teacher_share
    assert weight == EXAMPLES[1].labels["toxicity"][1]
    assert target == pytest.approx(1.0 - share + share * said[0], abs=0.08)
    threat = made[1].labels["threat"]
    assert threat[0] == pytest.approx(said[soft_labels.SIGNALS.index("threat")], abs=0.08)
    assert threat[1] == soft_labels.SIGNAL_DISTILLATION["threat"].unlabelled_weight


def test_tested_compared_and_templated_texts_get_no_soft_labels(answers: np.ndarray) -> None:
    made = soft_labels.add_soft_labels(EXAMPLES, 0)
    assert made[2] == EXAMPLES[2]
    assert made[4] == EXAMPLES[4]
    templated, before = made[5].labels["toxicity"], EXAMPLES[5].labels["toxicity"]
    factor = soft_labels.SIGNAL_DISTILLATION["toxicity"].templated_factor
    assert templated == (before[0], before[1] * factor)


def test_answers_to_other_texts_are_refused(answers: np.ndarray) -> None:
    with pytest.raises(ValueError, match="other texts"):
        soft_labels.add_soft_labels(EXAMPLES[1:], 0)
