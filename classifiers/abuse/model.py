"""Scores the abuse signals: one table of weights for all heads, calibrated to 0-1.

A comment's log-odds for a signal are the sum of

1. the higher of two values: the scaled weights of its features plus a term for its length, or the
   same of its worst sentence (`classifiers.abuse.sentences`) less a discount;
2. the scaled weights of its worst window (`classifiers.abuse.windows`) times an emphasis;
3. a bias.

Only sums are used, so the share of each word is exact.
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
from classifiers.abuse.sentences import Sentences, replace_texts, sentences_of
from classifiers.abuse.windows import WordSums, windows_of, within_windows
from classifiers.text.hashing import TABLE_BITS, first_highest

FloatArray = NDArray[np.float32]

SHORT = 11
"""Number of words below which the length of a text no longer counts."""


@dataclass(frozen=True, slots=True)
class Margins:
    """A table's results on texts before calibration, in log-odds without bias.

    Attributes
    ----------
    whole, worst : arrays of float32 (texts, heads)
        The whole text, and its worst window.
    lengths : array of float32 (texts,)
        Logarithm of the number of words.
    """

    whole: FloatArray
    worst: FloatArray
    lengths: FloatArray


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Factors of the parts that count in addition to the whole text, per head.

    Attributes
    ----------
    worst : array of float32 (heads,)
        Factor of the worst window's log-odds.
    length : array of float32 (heads,)
        Factor of the logarithm of the number of words.
    discount : array of float32 (heads,), optional
        Factor of the logarithm of the number of sentences, which is subtracted from the worst
        sentence: the more sentences, the likelier a high one by chance. Without it, sentences do
        not count.
    """

    worst: FloatArray
    length: FloatArray
    discount: FloatArray | None = None


@dataclass(frozen=True)
class AbuseTable:
    """A table of weights, Platt slope and bias included.

    Attributes
    ----------
    names : tuple of str
        Signal of each head.
    weights : array of float32 (rows, heads)
        Log-odds before the text's scale. The number of rows is a power of two, at most
        ``2**TABLE_BITS``.
    bias : array of float32 (heads,)
        Log-odds.
    emphasis : Emphasis, optional
        Without it only the whole text counts.
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
        """Return the log-odds of whole texts and of their worst windows, without bias."""
        return self._margins(features, WordSums.of(features, self._by_word))

    def _margins(self, features: Features, sums: WordSums) -> Margins:
        whole = self._whole(features)
        worst = np.zeros_like(whole)
        windows = windows_of(features, sums)
        if windows is not None:
            worst[windows.texts] = windows.highest()
        return Margins(whole, worst, lengths_of(features))

    def _whole(self, features: Features) -> FloatArray:
        """Return the scaled sums of whole texts, float32 (texts, heads)."""
        sums = self._by_word.sums(features)
        sums *= scale_of(features.counts)[:, None]
        return sums

    def logits(self, features: Features) -> FloatArray:
        """Return calibrated log-odds, float32 (texts, heads)."""
        if self.emphasis is None:
            return self._whole(features) + self.bias
        sums = WordSums.of(features, self._by_word)
        margins = self._margins(features, sums)
        logits = margins.whole + self.emphasis.length * margins.lengths[:, None]
        sentences = sentences_of(features) if self.emphasis.discount is not None else None
        if sentences is not None:
            # (sentences, heads), then the worst sentence of each text (texts with words, heads).
            by_sentence = sentences.margins(sums) + self._sentence_terms(sentences)
            worst = np.maximum.reduceat(by_sentence, sentences.edges)
            logits[sentences.texts] = np.maximum(logits[sentences.texts], worst)
        logits += self.emphasis.worst * margins.worst
        logits += self.bias
        return logits

    def _sentence_terms(self, sentences: Sentences) -> FloatArray:
        """Return the length term of each sentence less the discount, float32 (sentences, heads).

        Minus infinity for the only sentence of a text: it is the whole text.
        """
        assert self.emphasis is not None
        others = np.repeat(sentences.counts, sentences.counts)
        counted = self.emphasis.length * _logarithms(sentences.lengths)[:, None]
        counted -= self.emphasis.discount * np.log(np.maximum(others, 2), dtype="f4")[:, None]
        counted[others == 1] = -np.inf
        return counted

    def worst_passages(self, features: Features, head: int) -> tuple[Features, FloatArray]:
        """Return the passage of each text that decides for a head: the whole or its worst sentence.

        Returns
        -------
        features : Features
            The passages' features.
        terms : array of float32 (texts,)
            Length term of each passage, less the discount of a sentence.
        """
        if self.emphasis is None:
            return features, np.zeros(features.count, dtype=np.float32)
        terms = self.emphasis.length[head] * lengths_of(features)
        sentences = sentences_of(features)
        if self.emphasis.discount is None or sentences is None:
            return features, terms
        counted = self._sentence_terms(sentences)[:, head]
        margins = sentences.margins(WordSums.of(features, self._by_word))[:, head] + counted
        worst = first_highest(margins, sentences.edges)
        whole = self._whole(features)[:, head] + terms
        ahead = margins[worst] > whole[sentences.texts]
        terms[sentences.texts[ahead]] = counted[worst[ahead]]
        return replace_texts(features, sentences, worst[ahead]), terms

    def word_shares(self, features: Features, head: int) -> FloatArray:
        """Return the share of each word of a single text in one head, float32 (words + 1,).

        In log-odds. The last entry belongs to no word; see `share_by_word`.
        """
        passage, terms = self.worst_passages(features, head)
        shares = self._shares(passage, head)
        shares[-1] += terms[0]
        if self.emphasis is not None:
            worst = self._shares(self.worst_windows(features, head), head)
            shares += self.emphasis.worst[head] * worst
        return shares

    def _shares(self, features: Features, head: int) -> FloatArray:
        weights = [self._by_word.of_rows(rows)[:, head] for rows, *_ in features.families]
        return share_by_word(features, weights)

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
    """Share the weights of a single text's features among its words.

    Each word of a pair gets half of the pair's weight.

    Parameters
    ----------
    features : Features
        Those of one text.
    weights : sequence of arrays (features of the family,)
        Weights of each of ``features.families``.

    Returns
    -------
    array of float32 (words + 1,)
        Log-odds, scaled, so that they sum to the text's log-odds without bias. The last entry is
        the share of the style cues, which belong to no word.
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
    """Return probabilities (0-1) for log-odds; never overflows."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * np.asarray(logits, dtype=np.float64)))


def as_items(scores: NDArray[np.float64], names: Sequence[str]) -> list[dict[str, float]]:
    """Return one dictionary per text of a score array (texts, heads), rounded to 4 decimals."""
    rounded = np.round(scores, 4).tolist()
    return [dict(zip(names, row, strict=True)) for row in rounded]
