"""The abuse signals: one table of weights for all heads, calibrated to 0-1.

A comment's log-odds for a signal is ``bias + slope * scale * sum of the weights of its features``.
It is linear on purpose: the share of each word is exact, and scoring is one gather and one sum.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.features import Features, WordWeights, scale_of
from classifiers.hashing import TABLE_BITS

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class AbuseTable:
    """Weights (rows x heads) with Platt slope and bias folded in.

    ``weights[row, head]`` is in log-odds before the text's scale; ``bias[head]`` is in log-odds.
    A table may have fewer rows than there are features: a smaller power of two.
    """

    names: tuple[str, ...]
    weights: FloatArray
    bias: FloatArray

    @functools.cached_property
    def _by_word(self) -> WordWeights:
        folded = TABLE_BITS - (len(self.weights) - 1).bit_length()
        return WordWeights(self.weights, folded)

    def logits(self, features: Features) -> FloatArray:
        """Return log-odds, shape (texts, heads)."""
        return self._by_word.sums(features) * scale_of(features.counts)[:, None] + self.bias

    def word_shares(self, features: Features, head: int) -> FloatArray:
        """Return the log-odds that each word of a single text brings to one head.

        The last entry holds what belongs to no word; see `share_by_word`.
        """
        own = [self._by_word.of_rows(rows)[:, head] for rows, *_ in features.families]
        return share_by_word(features, own)


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


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return probabilities for log-odds, safe at both ends."""
    return 1.0 / (1.0 + np.exp(-np.clip(np.asarray(logits, dtype=np.float64), -40.0, 40.0)))


def as_items(scores: NDArray[np.float64], names: Sequence[str]) -> list[dict[str, float]]:
    """Turn a score array (texts, heads) into one dictionary per text, rounded to 4 places."""
    rounded = np.round(scores, 4).tolist()
    return [dict(zip(names, row, strict=True)) for row in rounded]
