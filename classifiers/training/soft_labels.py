"""Adds a teacher model's soft labels to the training texts, and labelled excerpts of them.

The teacher (`classifiers.training.teacher`) reads words in order, and its pretraining knows words
that no labelled text has. A head over sums cannot read word order, but it can learn the teacher's
labels of a few words in a row (distillation: Hinton, Vinyals and Dean 2015). `soft_labels.npz` has
the labels, half a byte each; the excerpts themselves are cut again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.model import sigmoid
from classifiers.bundle import Arrays, unpack_arrays
from classifiers.datasets.labelled import TEMPLATED, Example, Labels
from classifiers.training.perspective_alignment import PERSPECTIVE_SET
from classifiers.training.teacher_excerpts import cut_excerpts

SOFT_LABELS = Path(__file__).parent / "soft_labels.npz"
EXCERPTS = "excerpts"


@dataclass(frozen=True, slots=True)
class SignalDistillation:
    """Settings of one signal's learning from the teacher.

    Attributes
    ----------
    excerpt_weight : float
        Weight of an excerpt against a labelled text.
    templated_factor : float
        Factor of the templated sentences' weights. Excerpts lack the negation, quotation or
        contradiction around them; templated sentences have these and must not be outnumbered.
    teacher_share : float
        Share of the teacher in a text's target, 0-1; the rest is the label. The teacher has not
        learned from that text.
    unlabelled_weight : float
        Weight of a text without a label.
    """

    excerpt_weight: float
    templated_factor: float = 1.0
    teacher_share: float = 0.0
    unlabelled_weight: float = 0.0


SIGNAL_DISTILLATION = {
    "toxicity": SignalDistillation(0.6, 5.0, teacher_share=0.35, unlabelled_weight=0.6),
    "severe_toxicity": SignalDistillation(0.6, 5.0, teacher_share=0.35, unlabelled_weight=0.3),
    "insult": SignalDistillation(0.6, 5.0, teacher_share=0.35, unlabelled_weight=0.3),
    "identity_attack": SignalDistillation(0.6, 5.0, teacher_share=0.7, unlabelled_weight=0.6),
    "threat": SignalDistillation(0.6, 5.0, teacher_share=0.7, unlabelled_weight=0.6),
}
"""The signals with soft labels; the teacher does not help profanity, sexual and spam."""

SIGNALS = tuple(SIGNAL_DISTILLATION)

_LOWEST, _STEP, _LEVELS = -5.5, 0.6, 16
"""Log-odds are stored in 16 steps, up to 3.5."""

Logits = NDArray[np.float32]


def texts_for_teacher(examples: Sequence[Example]) -> list[str]:
    """Return the training texts that get soft labels: those that the teacher may learn from."""
    return [example.text for example in examples if _is_for_teacher(example)]


def encode_soft_labels(texts: Sequence[str], excerpts: Sequence[str], logits: Logits) -> Arrays:
    """Return the stored form of log-odds, float32 (texts + excerpts, signals)."""
    levels = np.rint((logits - _LOWEST) / _STEP).clip(0, _LEVELS - 1).astype(np.uint8)
    flat = np.append(levels.T.ravel(), np.zeros(levels.size % 2, np.uint8))
    return {"digest": _digest([*texts, *excerpts]), "levels": flat[::2] << 4 | flat[1::2]}


def read_soft_labels(
    path: Path, texts: Sequence[str], excerpts: Sequence[str], signals: int
) -> NDArray[np.float64]:
    """Return the stored probabilities, float64 (texts + excerpts, signals).

    Raises
    ------
    ValueError
        When the labels belong to other texts: the data or the way of cutting has changed.
    """
    stored = unpack_arrays(path.read_bytes())
    if not np.array_equal(stored["digest"], _digest([*texts, *excerpts])):
        raise ValueError(f"{path.name} belongs to other texts: make it again (see teacher.py)")
    both = np.stack([stored["levels"] >> 4, stored["levels"] & 15], axis=1).ravel()
    levels = both[: (len(texts) + len(excerpts)) * signals].reshape(signals, -1).T
    return sigmoid(_LOWEST + _STEP * levels.astype(np.float32))


def add_soft_labels(examples: list[Example], seed: int) -> list[Example]:
    """Mix soft labels into the examples' labels and add excerpts; see `SignalDistillation`.

    Raises
    ------
    ValueError
        When the labels belong to other texts.
    """
    texts, excerpts = texts_for_teacher(examples), cut_excerpts(examples, seed)
    targets = read_soft_labels(SOFT_LABELS, texts, excerpts, len(SIGNALS)).tolist()
    of_texts = iter(targets[: len(texts)])
    mixed = [
        _with_soft_labels(example, next(of_texts) if _is_for_teacher(example) else ())
        for example in examples
    ]
    return mixed + [
        Example(excerpt, EXCERPTS, "train", _excerpt_labels(row))
        for excerpt, row in zip(excerpts, targets[len(texts) :], strict=True)
    ]


def _is_for_teacher(example: Example) -> bool:
    return example.part == "train" and example.source not in (TEMPLATED, PERSPECTIVE_SET)


def _excerpt_labels(targets: Sequence[float]) -> Labels:
    return {
        signal: (target, settings.excerpt_weight)
        for (signal, settings), target in zip(SIGNAL_DISTILLATION.items(), targets, strict=True)
    }


def _with_soft_labels(example: Example, targets: Sequence[float]) -> Example:
    """Return an example with its labels mixed; ``targets`` are the soft labels, () for none."""
    labels = dict(example.labels)
    if example.source == TEMPLATED and example.part == "train":
        for signal in SIGNAL_DISTILLATION.keys() & labels.keys():
            target, weight = labels[signal]
            labels[signal] = (target, weight * SIGNAL_DISTILLATION[signal].templated_factor)
    for (signal, settings), soft in zip(SIGNAL_DISTILLATION.items(), targets, strict=False):
        if signal in labels:
            target, weight = labels[signal]
            labels[signal] = (target + settings.teacher_share * (soft - target), weight)
        elif settings.unlabelled_weight:
            labels[signal] = (soft, settings.unlabelled_weight)
    return replace(example, labels=labels)


def _digest(texts: Sequence[str]) -> NDArray[np.uint8]:
    made = hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).digest()
    return np.frombuffer(made, dtype=np.uint8)
