"""What the teacher says of the training texts and of excerpts: soft targets for the heads.

The teacher (`classifiers.training.teacher`) reads words in their order and knows from its
pretraining words that the labelled texts never show. A head over sums cannot read like that, but it
can learn what the teacher makes of a few words in a row (distillation: Hinton, Vinyals and Dean
2015). `soft_labels.npz` holds the answers, half a byte each; the excerpts themselves are cut again.
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
    """How a signal learns from the teacher.

    ``excerpt`` is what an excerpt counts beside a labelled text. ``own`` is what own sentences
    count more in training, or so many excerpts would drown them: excerpts lack the negation,
    quotation or contradiction around them, and own sentences teach these. ``share`` of a text's
    target is the teacher's, who did not learn from that text, and the rest its label; a text
    without a label counts ``unlabelled``.
    """

    excerpt: float
    own: float = 1.0
    share: float = 0.0
    unlabelled: float = 0.0


SIGNAL_DISTILLATION = {
    "toxicity": SignalDistillation(0.6, own=5.0, share=0.35, unlabelled=0.6),
    "severe_toxicity": SignalDistillation(0.6, own=5.0, share=0.35, unlabelled=0.3),
    "insult": SignalDistillation(0.6, own=5.0, share=0.35, unlabelled=0.3),
    "identity_attack": SignalDistillation(0.6, own=5.0, share=0.7, unlabelled=0.6),
    "threat": SignalDistillation(0.6, own=5.0, share=0.7, unlabelled=0.6),
}
"""The signals that are taught; to profanity, sexual and spam the teacher brings nothing."""

SIGNALS = tuple(SIGNAL_DISTILLATION)

_LOWEST, _STEP, _LEVELS = -5.5, 0.6, 16
"""Log-odds are kept in 16 steps, up to 3.5."""

Logits = NDArray[np.float32]


def texts_for_teacher(examples: Sequence[Example]) -> list[str]:
    """Return the training texts that a teacher is asked about: those that it may learn from."""
    return [example.text for example in examples if _is_for_teacher(example)]


def encode_soft_labels(texts: Sequence[str], excerpts: Sequence[str], logits: Logits) -> Arrays:
    """Return the stored form of log-odds (texts, then excerpts, x signals)."""
    levels = np.rint((logits - _LOWEST) / _STEP).clip(0, _LEVELS - 1).astype(np.uint8)
    flat = np.append(levels.T.ravel(), np.zeros(levels.size % 2, np.uint8))
    return {"digest": _digest([*texts, *excerpts]), "levels": flat[::2] << 4 | flat[1::2]}


def read_soft_labels(
    path: Path, texts: Sequence[str], excerpts: Sequence[str], signals: int
) -> NDArray[np.float64]:
    """Return the probabilities that `encode_soft_labels` stored (texts, then excerpts, x signals).

    Raises
    ------
    ValueError
        Where the answers belong to other texts: the data or the way of cutting has changed.
    """
    stored = unpack_arrays(path.read_bytes())
    if not np.array_equal(stored["digest"], _digest([*texts, *excerpts])):
        raise ValueError(f"{path.name} belongs to other texts: make it anew (see teacher.py)")
    both = np.stack([stored["levels"] >> 4, stored["levels"] & 15], axis=1).ravel()
    levels = both[: (len(texts) + len(excerpts)) * signals].reshape(signals, -1).T
    return sigmoid(_LOWEST + _STEP * levels.astype(np.float32))


def add_soft_labels(examples: list[Example], seed: int) -> list[Example]:
    """Add the excerpts, and to the texts what the teacher says of them; see `SignalDistillation`.

    Raises
    ------
    ValueError
        Where the answers belong to other texts.
    """
    texts, excerpts = texts_for_teacher(examples), cut_excerpts(examples, seed)
    targets = read_soft_labels(SOFT_LABELS, texts, excerpts, len(SIGNALS)).tolist()
    asked = iter(targets[: len(texts)])
    learned = [
        _with_soft_labels(one, next(asked) if _is_for_teacher(one) else ()) for one in examples
    ]
    return learned + [
        Example(excerpt, EXCERPTS, "train", _labels(row))
        for excerpt, row in zip(excerpts, targets[len(texts) :], strict=True)
    ]


def _is_for_teacher(example: Example) -> bool:
    return example.part == "train" and example.source not in (TEMPLATED, PERSPECTIVE_SET)


def _labels(targets: Sequence[float]) -> Labels:
    return {
        signal: (target, lesson.excerpt)
        for (signal, lesson), target in zip(SIGNAL_DISTILLATION.items(), targets, strict=True)
    }


def _with_soft_labels(example: Example, targets: Sequence[float]) -> Example:
    """Return an example as its lessons change it; ``targets`` are the teacher's, if asked."""
    labels = dict(example.labels)
    if example.source == TEMPLATED and example.part == "train":
        for signal in SIGNAL_DISTILLATION.keys() & labels.keys():
            target, weight = labels[signal]
            labels[signal] = (target, weight * SIGNAL_DISTILLATION[signal].own)
    for (signal, lesson), taught in zip(SIGNAL_DISTILLATION.items(), targets, strict=False):
        if signal in labels:
            target, weight = labels[signal]
            labels[signal] = (target + lesson.share * (taught - target), weight)
        elif lesson.unlabelled:
            labels[signal] = (taught, lesson.unlabelled)
    return replace(example, labels=labels)


def _digest(texts: Sequence[str]) -> NDArray[np.uint8]:
    made = hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).digest()
    return np.frombuffer(made, dtype=np.uint8)
