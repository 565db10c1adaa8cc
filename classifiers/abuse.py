"""The abuse signals: one table of weights for all heads, calibrated to 0-1.

A comment's log-odds for a signal is ``bias + slope * scale * sum of the weights of its features``.
It is linear on purpose: the share of each word is exact, and scoring is one gather and one sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.features import Features, scale_of

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AbuseTable:
    """Weights (rows x heads) with Platt slope and bias folded in.

    ``weights[row, head]`` is in log-odds before the text's scale; ``bias[head]`` is in log-odds.
    """

    names: tuple[str, ...]
    weights: FloatArray
    bias: FloatArray

    def logits(self, features: Features) -> FloatArray:
        """Return log-odds, shape (texts, heads)."""
        sums = np.zeros((features.count, len(self.names)), dtype=np.float32)
        for rows, ids, _ in features.families:
            add_by_text(sums, self.weights, rows, ids)
        return sums * scale_of(features.counts)[:, None] + self.bias

    def word_shares(self, features: Features, head: int) -> FloatArray:
        """Return the log-odds that each word of a single text brings to one head.

        The last entry holds what belongs to no word; see `share_by_word`.
        """
        return share_by_word(features, [self.weights[rows, head] for rows, *_ in features.families])


def share_by_word(features: Features, weights: Sequence[FloatArray]) -> FloatArray:
    """Share the weights of a single text's features, family by family, out among its words.

    The share of a pair of words goes half to each. The last entry holds what belongs to no word:
    the style cues. The shares carry the text's scale, so they sum to its log-odds without bias.
    """
    scale = scale_of(features.counts)[0]
    size = len(features.words.hashes)
    shares = np.zeros(size + 1, dtype=np.float32)
    pairs = len(features.families) - 2
    for number, (_, _, word_numbers) in enumerate(features.families):
        scaled = weights[number] * scale
        if number == pairs:
            np.add.at(shares, word_numbers, scaled / 2)
            np.add.at(shares, word_numbers + 1, scaled / 2)
        else:
            np.add.at(shares, np.where(word_numbers < 0, size, word_numbers), scaled)
    return shares


def add_by_text(
    sums: FloatArray, weights: FloatArray, rows: NDArray[np.int64], ids: NDArray[np.int32]
) -> None:
    """Add the weight rows of each text's features to ``sums`` (ids must be ascending)."""
    if not len(rows):
        return
    first = np.flatnonzero(np.concatenate(([True], ids[1:] != ids[:-1])))
    sums[ids[first]] += np.add.reduceat(weights[rows], first, axis=0)


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return probabilities for log-odds, safe at both ends."""
    return 1.0 / (1.0 + np.exp(-np.clip(np.asarray(logits, dtype=np.float64), -40.0, 40.0)))


def as_items(scores: NDArray[np.float64], names: Sequence[str]) -> list[dict[str, float]]:
    """Turn a score array (texts, heads) into one dictionary per text, rounded to 4 places."""
    rounded = np.round(scores, 4).tolist()
    return [dict(zip(names, row, strict=True)) for row in rounded]
