"""What the teacher says of excerpts of the training texts: soft targets for the heads.

The teacher (`classifiers.training.teacher`) reads words in their order and knows from its
pretraining words that the labelled texts never show. A head over sums cannot read like that, but it
can learn what the teacher makes of a few words in a row (distillation: Hinton, Vinyals and Dean
2015). `taught.npz` holds the answers, half a byte each; the excerpts themselves are cut again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse import sigmoid
from classifiers.bundle import Arrays, unpack_arrays
from classifiers.training.data import OWN, Example, Labels
from classifiers.training.excerpts import cut_excerpts

TAUGHT = Path(__file__).parent / "taught.npz"
SOURCE = "excerpts"

SIGNALS = ("toxicity", "insult")
"""What learns from the teacher; to the other signals its excerpts bring nothing, or harm."""

WEIGHT = 0.6
"""What an excerpt counts beside a labelled text."""

OWN_SENTENCES = 3.0
"""What own sentences count more on these signals, or so many excerpts would drown them.

Excerpts lack the negation, quotation or contradiction around them; own sentences teach these.
"""

_LOWEST, _STEP, _LEVELS = -5.5, 0.6, 16
"""Log-odds are kept in 16 steps, up to 3.5."""


def encode_taught(excerpts: Sequence[str], logits: NDArray[np.float32]) -> Arrays:
    """Return the stored form of the teacher's log-odds (excerpts x `SIGNALS`)."""
    levels = np.rint((logits - _LOWEST) / _STEP).clip(0, _LEVELS - 1).astype(np.uint8)
    flat = np.append(levels.T.ravel(), np.zeros(levels.size % 2, np.uint8))
    return {"digest": _digest(excerpts), "levels": flat[::2] << 4 | flat[1::2]}


def with_taught(examples: list[Example], seed: int) -> list[Example]:
    """Add the excerpts with what the teacher says of them, and let own sentences count more.

    Raises
    ------
    ValueError
        Where the answers belong to other excerpts: the data or the way of cutting has changed.
    """
    stored = unpack_arrays(TAUGHT.read_bytes())
    excerpts = cut_excerpts(examples, seed)
    if not np.array_equal(stored["digest"], _digest(excerpts)):
        raise ValueError(f"{TAUGHT.name} belongs to other excerpts: make it anew (see teacher.py)")
    both = np.stack([stored["levels"] >> 4, stored["levels"] & 15], axis=1).ravel()
    levels = both[: len(excerpts) * len(SIGNALS)].reshape(len(SIGNALS), -1).T
    targets = sigmoid(_LOWEST + _STEP * levels.astype(np.float32)).tolist()
    return [_counting_more(example) for example in examples] + [
        Example(excerpt, SOURCE, "train", _labels(row))
        for excerpt, row in zip(excerpts, targets, strict=True)
    ]


def _labels(targets: Sequence[float]) -> Labels:
    return {signal: (one, WEIGHT) for signal, one in zip(SIGNALS, targets, strict=True)}


def _counting_more(example: Example) -> Example:
    if example.source != OWN:
        return example
    labels = {
        signal: (target, weight * (OWN_SENTENCES if signal in SIGNALS else 1.0))
        for signal, (target, weight) in example.labels.items()
    }
    return replace(example, labels=labels)


def _digest(excerpts: Sequence[str]) -> NDArray[np.uint8]:
    made = hashlib.sha256("\n".join(excerpts).encode("utf-8", "surrogatepass")).digest()
    return np.frombuffer(made, dtype=np.uint8)
