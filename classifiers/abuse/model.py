"""The abuse signals: one table of weights for all heads, calibrated to 0-1.

A comment's log-odds for a signal are the scaled sum of the weights of its features plus what its
length counts, or the same of its worst sentence (`classifiers.abuse.sentences`) less a discount,
whichever is higher; plus the scaled sum of its worst window (`classifiers.abuse.windows`) times an
emphasis, plus a bias. Sums on purpose: the share of each word is exact, and scoring is a gather and
a sum.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.features import Features, WordWeights, scale_of
from classifiers.abuse.quantised_weights import decode_weights, encode_weights
from classifiers.abuse.sentences import Sentences, put_in_place, sentences_of
from classifiers.abuse.windows import WordSums, windows_of, within_windows
from classifiers.text.hashing import TABLE_BITS, first_highest

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
    of the number of words is. ``discount`` times the logarithm of the number of sentences is taken
    off the worst one: the more there are, the likelier one is high by chance. Without a discount
    sentences do not count.
    """

    worst: FloatArray
    length: FloatArray
    discount: FloatArray | None = None


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
        emphasis = None
        if "worst" in arrays:
            emphasis = Emphasis(arrays["worst"], arrays["length"], arrays.get("discount"))
        return cls(tuple(names), weights, arrays["bias"], emphasis)

    def encode(self) -> dict[str, NDArray[Any]]:
        """Return the stored form: weights as one byte each, the rest as it is."""
        codes, scales = encode_weights(self.weights)
        arrays: dict[str, NDArray[Any]] = {"codes": codes, "scales": scales, "bias": self.bias}
        if self.emphasis is not None:
            arrays |= {"worst": self.emphasis.worst, "length": self.emphasis.length}
            if self.emphasis.discount is not None:
                arrays["discount"] = self.emphasis.discount
        return arrays

    @functools.cached_property
    def _by_word(self) -> WordWeights:
        folded = TABLE_BITS - (len(self.weights) - 1).bit_length()
        return WordWeights(self.weights, folded)

    def margins(self, features: Features) -> Margins:
        """Return what whole texts and their worst windows sum to."""
        return self._margins(features, WordSums.of(features, self._by_word))

    def _margins(self, features: Features, sums: WordSums) -> Margins:
        whole = self._whole(features)
        worst = np.zeros_like(whole)
        windows = windows_of(features, sums)
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
        sums = WordSums.of(features, self._by_word)
        margins = self._margins(features, sums)
        logits = margins.whole + self.emphasis.length * margins.lengths[:, None]
        sentences = sentences_of(features) if self.emphasis.discount is not None else None
        if sentences is not None:
            read = sentences.margins(sums) + self._beside_sentences(sentences)
            worst = np.maximum.reduceat(read, sentences.edges)
            logits[sentences.texts] = np.maximum(logits[sentences.texts], worst)
        logits += self.emphasis.worst * margins.worst
        logits += self.bias
        return logits

    def _beside_sentences(self, sentences: Sentences) -> FloatArray:
        """Return what a sentence's length counts, less the discount (sentences x heads).

        Minus infinity for the only sentence of a text, which is no other passage than the whole.
        """
        assert self.emphasis is not None
        others = np.repeat(sentences.counts, sentences.counts)
        counted = self.emphasis.length * _logarithms(sentences.lengths)[:, None]
        counted -= self.emphasis.discount * np.log(np.maximum(others, 2), dtype="f4")[:, None]
        counted[others == 1] = -np.inf
        return counted

    def worst_passages(self, features: Features, head: int) -> tuple[Features, FloatArray]:
        """Return what decides for a head: each text's features, or those of its worst sentence.

        Beside them what the passage's length counts (texts), less the discount of a sentence.
        """
        if self.emphasis is None:
            return features, np.zeros(features.count, dtype=np.float32)
        beside = self.emphasis.length[head] * lengths_of(features)
        sentences = sentences_of(features)
        if self.emphasis.discount is None or sentences is None:
            return features, beside
        counted = self._beside_sentences(sentences)[:, head]
        margins = sentences.margins(WordSums.of(features, self._by_word))[:, head] + counted
        worst = first_highest(margins, sentences.edges)
        whole = self._whole(features)[:, head] + beside
        ahead = margins[worst] > whole[sentences.texts]
        beside[sentences.texts[ahead]] = counted[worst[ahead]]
        return put_in_place(features, sentences, worst[ahead]), beside

    def word_shares(self, features: Features, head: int) -> FloatArray:
        """Return the log-odds that each word of a single text brings to one head.

        The last entry holds what belongs to no word; see `share_by_word`.
        """
        passage, beside = self.worst_passages(features, head)
        shares = self._shares(passage, head)
        shares[-1] += beside[0]
        if self.emphasis is not None:
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
        windows = windows_of(features, WordSums.of(features, self._by_word))
        if windows is not None:
            worst = windows.worst(head)
            begins[windows.texts] = windows.begins[worst]
            ends[windows.texts] = windows.ends[worst]
        return within_windows(features, begins, ends)


def lengths_of(features: Features) -> FloatArray:
    """Return the natural logarithm of one plus the number of words of each text.

    A text of fewer than `SHORT` words is as long as one of `SHORT`.
    """
    return _logarithms(np.bincount(features.words.text_ids, minlength=features.count))


def _logarithms(lengths: NDArray[np.int64]) -> FloatArray:
    return np.log1p(np.maximum(lengths, SHORT)).astype(np.float32)


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
