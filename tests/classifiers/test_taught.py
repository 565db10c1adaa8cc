"""What the teacher said of excerpts: cut the same way each time, and never of other texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifiers.bundle import pack_arrays
from classifiers.training import taught
from classifiers.training.data import OWN, Example
from classifiers.training.excerpts import SIZES, cut_excerpts

EXAMPLES = [
    Example("The new tram line will cost more than the council told us last year.", "a", "train"),
    Example("You really are a prize fool, and everybody on this page knows it.", "a", "train"),
    Example("Nobody may see this.", "a", "test"),
    Example("Word", "a", "train"),
    Example("They are vermin, all of them.", OWN, "train", {"toxicity": (1.0, 0.1)}),
]


def test_excerpts_are_words_in_a_row_of_training_texts() -> None:
    excerpts = cut_excerpts(EXAMPLES)
    texts = [
        example.text for example in EXAMPLES if example.source == "a" and example.part != "test"
    ]
    assert excerpts == cut_excerpts(EXAMPLES)
    assert excerpts != cut_excerpts(EXAMPLES, seed=1)
    assert len({excerpt.lower() for excerpt in excerpts}) == len(excerpts)
    for excerpt in excerpts:
        assert any(excerpt in text for text in texts)
        assert min(SIZES) <= len(excerpt.split()) <= max(SIZES)


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Store log-odds for the excerpts of `EXAMPLES` and return them."""
    excerpts = cut_excerpts(EXAMPLES)
    logits = np.random.default_rng(0).uniform(-8, 8, (len(excerpts), len(taught.SIGNALS)))
    file = tmp_path / "taught.npz"
    file.write_bytes(pack_arrays(taught.encode_taught(excerpts, logits.astype(np.float32))))
    monkeypatch.setattr(taught, "TAUGHT", file)
    return logits


def test_answers_come_back_as_soft_targets_of_their_excerpts(answers: np.ndarray) -> None:
    made = taught.with_taught(EXAMPLES, 0)
    assert made[: len(EXAMPLES) - 1] == EXAMPLES[:-1]
    assert made[len(EXAMPLES) - 1].labels["toxicity"][1] > EXAMPLES[-1].labels["toxicity"][1]
    added = made[len(EXAMPLES) :]
    assert [example.text for example in added] == cut_excerpts(EXAMPLES)
    for example, logits in zip(added, answers, strict=True):
        assert example.part == "train"
        targets = [example.labels[signal][0] for signal in taught.SIGNALS]
        odds = np.log(targets) - np.log1p(-np.array(targets))
        assert odds == pytest.approx(np.clip(logits, -5.5, 3.5), abs=0.31)


def test_answers_to_other_excerpts_are_refused(answers: np.ndarray) -> None:
    with pytest.raises(ValueError, match="other excerpts"):
        taught.with_taught(EXAMPLES[1:], 0)
