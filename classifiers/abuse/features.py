"""Turns a batch of texts into hashed features.

Training uses the features as a sparse matrix, scoring as sums of weights. Features are words, their
character n-grams of 3 to 5 characters, words with their surroundings
(`classifiers.abuse.context_features`), pairs of words, signs of style and the length of the text.
Words for groups of people count as one placeholder and give no character n-grams.

Words and n-grams depend on the word alone, so their weights are summed once per word and kept:
scoring a comment looks up one row per word and one per pair.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.context_features import scope_family
from classifiers.text.hashing import (
    BASE,
    SALTS,
    TABLE_BITS,
    Hashes,
    Numbers,
    places_within,
    rows_of,
)
from classifiers.text.token_cache import PerWord, TokenCache
from classifiers.text.tokens import Words, read_words

BLOCK = 1024
"""Texts per block: enough to share fixed costs, few enough for the processor's cache."""

CUES = ("link", "shout", "exclaim", "question", "mention")
"""Signs of style that are features too; the text's length is one more."""

LENGTHS = 10
"""Most steps of the length feature, which is the bit length of the number of words."""

Family = tuple[Numbers, NDArray[np.int32], Numbers]
"""Features of one kind, three arrays (features,): table row, text (ascending), word (-1: none)."""

Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """Hashed features of a batch of texts.

    Attributes
    ----------
    words : Words
    distinct : array of int64
        Places of the words that occur in their text for the first time: a feature counts once per
        text.
    sequences : tuple of Family
        Features of more than one word, once per text: words with their surroundings, pairs, and
        last the features that belong to no word.
    counts : array of int64 (texts,)
        Number of features of each text.
    runs : tuple of Family
        Surroundings and pairs at every place, repetitions included.
    silent : array of bool (words,), optional
        Words without features of their own.
    """

    words: Words
    distinct: Numbers
    sequences: tuple[Family, ...]
    counts: Numbers
    runs: tuple[Family, ...] = ()
    silent: NDArray[np.bool_] | None = None

    @property
    def count(self) -> int:
        """Return the number of texts."""
        return self.words.count

    @functools.cached_property
    def families(self) -> tuple[Family, ...]:
        """Return every feature one by one: n-grams, words, then the sequences."""
        cache, ids = self.words.cache, self.words.ids[self.distinct]
        counts = cache.ngram_counts.values.take(ids)
        places = np.repeat(cache.ngram_firsts.values.take(ids), counts) + places_within(counts)
        owners = np.repeat(self.distinct, counts)
        ngrams = cache.ngrams.values.take(places).astype(np.int64)
        single = word_rows(cache.feature_hashes(ids))
        return (
            (ngrams, self.words.text_ids[owners], owners),
            (single, self.words.text_ids[self.distinct], self.distinct),
            *self.sequences,
        )


def word_rows(hashes: Hashes) -> Numbers:
    """Return the table rows of single words."""
    return rows_of(hashes, SALTS["word"])


class WordWeights:
    """Looks up a table of weights through sums per word.

    Parameters
    ----------
    weights : array of float32 (2**(TABLE_BITS - shift), heads)
    shift : int
        Number of bits by which rows are folded to a smaller table.
    """

    def __init__(self, weights: Weights, shift: int = 0) -> None:
        self._weights, self._shift, self.heads = weights, shift, weights.shape[1]
        self._sums = PerWord(self._sums_of, np.float32, weights.shape[1])

    def _sums_of(self, cache: TokenCache, begin: int, end: int) -> Weights:
        """Return the weights of words and their n-grams, (end - begin, heads)."""
        words = np.arange(begin, end)
        counts = cache.ngram_counts.values[begin:end]
        places = cache.ngram_firsts.values[begin:end]
        rows = cache.ngrams.values.take(np.repeat(places, counts) + places_within(counts))
        sums = np.zeros((end - begin, self._weights.shape[1]), dtype=np.float32)
        add_by_text(sums, self.of_rows(rows.astype(np.int64)), np.repeat(words - begin, counts))
        return sums + self.of_rows(word_rows(cache.feature_hashes(words)))

    def of_rows(self, rows: Numbers) -> Weights:
        """Return the weights of single features, float32 (features, heads)."""
        return self._weights.take(rows >> self._shift if self._shift else rows, axis=0)

    def of_words(self, words: Words) -> Weights:
        """Return the weights of each word with its n-grams, float32 (words, heads)."""
        return self._sums.of(words.cache).take(words.ids, axis=0)

    def sums(self, features: Features) -> Weights:
        """Return the summed weights of each text's features, float32 (texts, heads)."""
        words = features.words
        sums = np.zeros((features.count, self._weights.shape[1]), dtype=np.float32)
        per_word = self._sums.of(words.cache)
        distinct = features.distinct
        add_by_text(sums, per_word.take(words.ids[distinct], axis=0), words.text_ids[distinct])
        for rows, ids, _ in features.sequences:
            add_by_text(sums, self.of_rows(rows), ids)
        return sums


def add_by_text(sums: Weights, values: Weights, ids: NDArray[np.integer]) -> None:
    """Add values (features, heads) to the ``sums`` (texts, heads) of their texts; ids ascend."""
    if not len(values):
        return
    first = np.flatnonzero(np.concatenate(([True], ids[1:] != ids[:-1])))
    sums[ids[first]] += np.add.reduceat(values, first, axis=0)


def first_occurrences(words: Words) -> Numbers:
    """Return the places of the words that occur in their text for the first time, ascending."""
    # Text, word and place in one 64-bit integer: one sort groups equal words, first place first.
    place_bits, word_bits = len(words.ids).bit_length(), words.cache.size.bit_length()
    keys = words.text_ids.astype(np.int64) << word_bits
    keys = ((keys | words.ids) << place_bits) | np.arange(len(words.ids))
    keys.sort()
    word = keys >> place_bits
    first = np.ones(len(keys), dtype=bool)
    first[1:] = word[1:] != word[:-1]
    chosen = np.zeros(len(keys), dtype=bool)
    chosen[keys[first] & ((1 << place_bits) - 1)] = True
    return np.flatnonzero(chosen)


def _once(family: Family) -> Family:
    """Return the features that occur in their text for the first time, in order."""
    rows, ids, owners = family
    place_bits = len(rows).bit_length()
    keys = ((ids.astype(np.int64) << TABLE_BITS) | rows) << place_bits | np.arange(len(rows))
    keys.sort()
    feature = keys >> place_bits
    first = np.ones(len(keys), dtype=bool)
    first[1:] = feature[1:] != feature[:-1]
    if first.all():
        return family
    kept = np.sort(keys[first] & ((1 << place_bits) - 1))
    return rows.take(kept), ids.take(kept), owners.take(kept)


def _pairs(words: Words, hashes: Hashes) -> Family:
    same = np.flatnonzero(words.text_ids[1:] == words.text_ids[:-1])
    joined = hashes.take(same) * np.uint64(BASE) + hashes.take(same + 1)
    return rows_of(joined, SALTS["pair"]), words.text_ids.take(same), same


def _cues(texts: Sequence[str], words: Words) -> Family:
    """Return each text's style cues and length as features that belong to no word."""
    found: list[int] = []
    ids: list[int] = []
    lengths = np.bincount(words.text_ids, minlength=len(texts)).tolist()
    for number, text in enumerate(texts):
        signs = [*style_cues(text), len(CUES) + min(lengths[number].bit_length(), LENGTHS)]
        found.extend(signs)
        ids.extend([number] * len(signs))
    rows = rows_of(np.array(found, dtype=np.uint64), SALTS["cue"])
    return rows, np.array(ids, dtype=np.int32), np.full(len(found), -1, dtype=np.int64)


def style_cues(text: str) -> list[int]:
    """Return the numbers (into `CUES`) of the style cues that one text shows."""
    signs: list[int] = []
    if "http" in text or "www." in text or ".com" in text:
        signs.append(0)
    if len(text) > 12 and text.isupper():
        signs.append(1)
    if "!!" in text:
        signs.append(2)
    if "?" in text:
        signs.append(3)
    if "@" in text:
        signs.append(4)
    return signs


def extract(texts: Sequence[str]) -> Features:
    """Hash a batch of texts into features.

    Parameters
    ----------
    texts : sequence of str
        Any strings; `BLOCK` at a time is fastest.

    Returns
    -------
    Features
        Table rows below ``2**TABLE_BITS``, with text and word of each.
    """
    words = read_words(texts)
    cache = words.cache
    distinct = first_occurrences(words)
    hashes = cache.feature_hashes(words.ids)
    runs = (scope_family(words, hashes), _pairs(words, hashes))
    sequences = (*map(_once, runs), _cues(texts, words))
    return with_counts(words, distinct, sequences, runs)


def with_counts(
    words: Words,
    distinct: Numbers,
    sequences: tuple[Family, ...],
    runs: tuple[Family, ...] = (),
) -> Features:
    """Return these words and sequences as features, with their number per text."""
    per_word = words.cache.ngram_counts.values.take(words.ids.take(distinct)) + 1
    counts = np.bincount(words.text_ids.take(distinct), weights=per_word, minlength=words.count)
    counts = counts.astype(np.int64)
    for _, ids, _ in sequences:
        counts += np.bincount(ids, minlength=words.count)
    return Features(words, distinct, sequences, counts, runs)


def scale_of(counts: Numbers | Weights) -> Weights:
    """Return the factor of each text's summed weights: 1 / sqrt(features + 12), float32 (texts,).

    A factor per text instead of an L2 norm keeps a score a plain sum over its words.
    """
    return np.asarray(1.0 / np.sqrt(np.maximum(counts, 1) + 12.0), dtype=np.float32)


def blocks(texts: Sequence[str], size: int = BLOCK) -> Iterator[tuple[int, Features]]:
    """Yield (index of the first text, features) block by block."""
    for start in range(0, len(texts), size):
        yield start, extract(texts[start : start + size])
