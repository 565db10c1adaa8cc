"""The worst few words of a text: what a mean over the whole text would dilute.

A window is `WINDOW` words in a row, or the whole of a shorter text; every place is tried. Its
log-odds are those that it would have as a text of its own, but that a feature counts as often as
it stands there, and that signs of style, which belong to no word, are left out.
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
"""Words of a window, chosen with the tables of docs/quality.md in view: "you are …" fits."""


@dataclass(frozen=True, slots=True)
class Windows:
    """All windows of a batch, text after text, but for texts without words.

    ``texts`` are the numbers of the texts, ``edges`` where each one's windows start, ``begins`` and
    ``ends`` the words of each window, ``margins`` (windows x heads) its log-odds without bias.
    """

    texts: Numbers
    edges: Numbers
    begins: Numbers
    ends: Numbers
    margins: Weights

    def highest(self) -> Weights:
        """Return the highest log-odds among each text's windows (texts x heads)."""
        return np.maximum.reduceat(self.margins, self.edges, axis=0)

    def worst(self, head: int) -> Numbers:
        """Return which window of each text has the highest log-odds of a head."""
        return first_highest(self.margins[:, head], self.edges)


@dataclass(frozen=True, slots=True)
class WordSums:
    """What each word of a batch brings to each head, and in the last column how many features.

    ``alone`` is the word with its n-grams and surroundings, ``with_next`` its pair with the next
    word as well.
    """

    alone: Weights
    with_next: Weights

    @classmethod
    def of(cls, features: Features, weights: WordWeights) -> WordSums:
        """Sum up the weights of a batch's features by word."""
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
    """Return per word what the window that begins with it sums to: its weights in each head.

    The last column is the number of features. A window ends where the text ends.
    """
    ids = features.words.text_ids
    sums = word_sums.with_next.copy()
    for step in range(1, WINDOW):
        added = word_sums.alone if step == WINDOW - 1 else word_sums.with_next
        sums[:-step] += added[step:] * (ids[step:] == ids[:-step])[:, None]
    return sums


def within_windows(features: Features, begins: Numbers, ends: Numbers) -> Features:
    """Return the features of one window per text, given by its words; empty ones are allowed."""
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
