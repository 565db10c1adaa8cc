"""The abuse signals: one table of weights for all heads, calibrated to 0-1.

A comment's log-odds for a signal are the scaled sum of the weights of its features, plus the same
of its worst window (`classifiers.windows`) times an emphasis, plus a bias that depends on its
length. Sums on purpose: the share of each word is exact, and scoring is a gather and a sum.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.features import Features, WordWeights, scale_of
from classifiers.hashing import TABLE_BITS
from classifiers.weights import decode_weights, encode_weights
from classifiers.windows import windows_of, within_windows

FloatArray = NDArray[np.float32]

SHORT = 11
"""Words: below that, being shorter still says nothing of abuse."""


@dataclass(frozen=True, slots=True)
class Margins:
    """What a table measures of texts: ``whole`` and ``worst`` window, in log-odds without bias.

    Both have the shape (texts, heads); ``lengths`` (texts) is the logarithm of the number of words.
    """

    whole: FloatArray
    worst: FloatArray
    lengths: FloatArray


@dataclass(frozen=True, slots=True)
class Emphasis:
    """What counts beside the whole text, per head.

    ``worst`` is what the worst window's log-odds are multiplied with, ``length`` what the logarithm
    of the number of words is.
    """

    worst: FloatArray
    length: FloatArray


@dataclass(frozen=True)
class AbuseTable:
    """Weights (rows x heads) with Platt slope and bias folded in.

    ``weights[row, head]`` is in log-odds before the text's scale, ``bias[head]`` in log-odds.
    Without ``emphasis`` the whole text alone counts. A table may have fewer rows than there are
    features: a smaller power of two.
    """

    names: tuple[str, ...]
    weights: FloatArray
    bias: FloatArray
    emphasis: Emphasis | None = None

    @classmethod
    def decode(cls, names: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> AbuseTable:
        """Build from what `encode` returned."""
        weights = decode_weights(arrays["codes"], arrays["scales"])
        emphasis = Emphasis(arrays["worst"], arrays["length"]) if "worst" in arrays else None
        return cls(tuple(names), weights, arrays["bias"], emphasis)

    def encode(self) -> dict[str, NDArray[Any]]:
        """Return the stored form: weights as one byte each, the rest as it is."""
        codes, scales = encode_weights(self.weights)
        arrays: dict[str, NDArray[Any]] = {"codes": codes, "scales": scales, "bias": self.bias}
        if self.emphasis is not None:
            arrays |= {"worst": self.emphasis.worst, "length": self.emphasis.length}
        return arrays

    @functools.cached_property
    def _by_word(self) -> WordWeights:
        folded = TABLE_BITS - (len(self.weights) - 1).bit_length()
        return WordWeights(self.weights, folded)

    def margins(self, features: Features) -> Margins:
        """Return what whole texts and their worst windows sum to."""
        whole = self._whole(features)
        worst = np.zeros_like(whole)
        windows = windows_of(features, self._by_word)
        if windows is not None:
            worst[windows.texts] = windows.highest()
        return Margins(whole, worst, lengths_of(features))

    def _whole(self, features: Features) -> FloatArray:
        sums = self._by_word.sums(features)
        sums *= scale_of(features.counts)[:, None]
        return sums

    def logits(self, features: Features) -> FloatArray:
        """Return log-odds, shape (texts, heads)."""
        if self.emphasis is None:
            return self._whole(features) + self.bias
        margins = self.margins(features)
        beside = self.emphasis.worst * margins.worst
        beside += self.emphasis.length * margins.lengths[:, None]
        return margins.whole + beside + self.bias

    def word_shares(self, features: Features, head: int) -> FloatArray:
        """Return the log-odds that each word of a single text brings to one head.

        The last entry holds what belongs to no word; see `share_by_word`.
        """
        shares = self._shares(features, head)
        if self.emphasis is not None:
            shares[-1] += self.emphasis.length[head] * lengths_of(features)[0]
            worst = self._shares(self.worst_windows(features, head), head)
            shares += self.emphasis.worst[head] * worst
        return shares

    def _shares(self, features: Features, head: int) -> FloatArray:
        own = [self._by_word.of_rows(rows)[:, head] for rows, *_ in features.families]
        return share_by_word(features, own)

    def worst_windows(self, features: Features, head: int) -> Features:
        """Return the features of each text's worst window for one head."""
        begins = np.zeros(features.count, dtype=np.int64)
        ends = begins.copy()
        windows = windows_of(features, self._by_word)
        if windows is not None:
            worst = windows.worst(head)
            begins[windows.texts] = windows.begins[worst]
            ends[windows.texts] = windows.ends[worst]
        return within_windows(features, begins, ends)


def lengths_of(features: Features) -> FloatArray:
    """Return the natural logarithm of one plus the number of words of each text.

    A text of fewer than `SHORT` words is as long as one of `SHORT`.
    """
    sizes = np.bincount(features.words.text_ids, minlength=features.count)
    return np.log1p(np.maximum(sizes, SHORT)).astype(np.float32)


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
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * np.asarray(logits, dtype=np.float64)))


def as_items(scores: NDArray[np.float64], names: Sequence[str]) -> list[dict[str, float]]:
    """Turn a score array (texts, heads) into one dictionary per text, rounded to 4 places."""
    rounded = np.round(scores, 4).tolist()
    return [dict(zip(names, row, strict=True)) for row in rounded]
