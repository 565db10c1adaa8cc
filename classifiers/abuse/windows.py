"""Finds the worst few words of a text, which a mean over the whole text would dilute.

A window is `WINDOW` words in a row, or the whole of a shorter text; every place is tried. Its
log-odds are those of a text of these words, with two differences: repeated features count each
time, and signs of style, which belong to no word, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classifiers.abuse.features import (
    Features,
    Weights,
    WordWeights,
    add_by_text,
    scale_of,
    with_counts,
)
from classifiers.text.hashing import Numbers, edges_of, first_highest, places_within

WINDOW = 3
"""Number of words of a window, chosen by the tables of docs/quality.md: "you are …" fits."""


@dataclass(frozen=True, slots=True)
class Windows:
    """All windows of a batch, text after text, without texts that have no words.

    Attributes
    ----------
    texts, edges : arrays of int64 (texts with words,)
        Number of each text, and its first window.
    begins, ends : arrays of int64 (windows,)
        First word of each window, and the word after its last.
    margins : array of float32 (windows, heads)
        Log-odds of each window without bias.
    """

    texts: Numbers
    edges: Numbers
    begins: Numbers
    ends: Numbers
    margins: Weights

    def highest(self) -> Weights:
        """Return the highest log-odds of each text's windows, float32 (texts with words, heads)."""
        return np.maximum.reduceat(self.margins, self.edges, axis=0)

    def worst(self, head: int) -> Numbers:
        """Return the window of each text with the highest log-odds of a head."""
        return first_highest(self.margins[:, head], self.edges)


@dataclass(frozen=True, slots=True)
class WordSums:
    """The summed weights of each word's features, and in the last column their number.

    Attributes
    ----------
    alone : array of float32 (words, heads + 1)
        The word with its n-grams and surroundings.
    with_next : array of float32 (words, heads + 1)
        The same, plus the pair with the next word.
    """

    alone: Weights
    with_next: Weights

    @classmethod
    def of(cls, features: Features, weights: WordWeights) -> WordSums:
        """Sum the weights of a batch's features by word."""
        words = features.words
        scope, pairs = features.runs
        alone = np.empty((len(words.ids), weights.heads + 1), dtype=np.float32)
        alone[:, :-1] = weights.of_words(words)
        alone[:, -1] = words.cache.ngram_counts.values.take(words.ids) + 1
        add_by_text(alone[:, :-1], weights.of_rows(scope[0]), scope[2])
        alone[:, -1] += np.bincount(scope[2], minlength=len(alone))
        if features.silent is not None:
            alone[features.silent] = 0.0
        with_next = alone.copy()
        with_next[pairs[2], :-1] += weights.of_rows(pairs[0])
        with_next[pairs[2], -1] += 1.0
        return cls(alone, with_next)


def windows_of(features: Features, word_sums: WordSums) -> Windows | None:
    """Return the windows of a batch, or None where no text has a word."""
    sizes = np.bincount(features.words.text_ids, minlength=features.count)
    texts = np.flatnonzero(sizes)
    if not len(texts):
        return None
    counts = np.maximum(sizes[texts] - WINDOW + 1, 1)
    begins = np.repeat(edges_of(sizes)[texts], counts) + places_within(counts)
    ends = np.minimum(begins + WINDOW, np.repeat(np.cumsum(sizes)[texts], counts))
    sums = _sums_from_each_place(features, word_sums).take(begins, axis=0)
    margins = sums[:, :-1] * scale_of(sums[:, -1])[:, None]
    return Windows(texts, edges_of(counts), begins, ends, margins)


def _sums_from_each_place(features: Features, word_sums: WordSums) -> Weights:
    """Return the sums of the window that begins with each word, float32 (words, heads + 1).

    The last column is the number of features. A window ends where the text ends.
    """
    ids = features.words.text_ids
    sums = word_sums.with_next.copy()
    for step in range(1, WINDOW):
        # The last word of a window adds no pair: that would reach outside.
        added = word_sums.alone if step == WINDOW - 1 else word_sums.with_next
        sums[:-step] += added[step:] * (ids[step:] == ids[:-step])[:, None]
    return sums


def within_windows(features: Features, begins: Numbers, ends: Numbers) -> Features:
    """Return the features of one window per text, words ``begins`` to ``ends`` (may be empty)."""
    ids = features.words.text_ids
    places = np.arange(len(ids))
    inside = (places >= begins[ids]) & (places < ends[ids])
    sequences = []
    for reach, (rows, owned, owners) in enumerate(features.runs):
        kept = inside[owners] & (owners + reach < ends[owned])
        sequences.append((rows[kept], owned[kept], owners[kept]))
    if features.silent is not None:
        inside &= ~features.silent
    rows, owned, owners = features.sequences[-1]
    no_cues = (rows[:0], owned[:0], owners[:0])
    return with_counts(features.words, np.flatnonzero(inside), (*sequences, no_cues))
