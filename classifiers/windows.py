"""The worst few words of a text: what a mean over the whole text would dilute.

A window is `WINDOW` words in a row, or the whole of a shorter text; every place is tried. Its
log-odds are those that it would have as a text of its own, but that a feature counts as often as
it stands there, and that signs of style, which belong to no word, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classifiers.features import (
    Features,
    Weights,
    WordWeights,
    add_by_text,
    scale_of,
    with_counts,
)
from classifiers.hashing import Numbers, edges_of, places_within

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
        margins = self.margins[:, head]
        sizes = np.diff(np.append(self.edges, len(margins)))
        highest = np.repeat(np.maximum.reduceat(margins, self.edges), sizes)
        reached = np.flatnonzero(margins == highest)
        owners = np.repeat(np.arange(len(sizes)), sizes)[reached]
        return reached[np.flatnonzero(np.diff(owners, prepend=-1))]


def windows_of(features: Features, weights: WordWeights) -> Windows | None:
    """Return the windows of a batch, or None where no text has a word."""
    sizes = np.bincount(features.words.text_ids, minlength=features.count)
    texts = np.flatnonzero(sizes)
    if not len(texts):
        return None
    counts = np.maximum(sizes[texts] - WINDOW + 1, 1)
    begins = np.repeat(edges_of(sizes)[texts], counts) + places_within(counts)
    ends = np.minimum(begins + WINDOW, np.repeat(np.cumsum(sizes)[texts], counts))
    sums = _sums_from_each_place(features, weights).take(begins, axis=0)
    margins = sums[:, :-1] * scale_of(sums[:, -1])[:, None]
    return Windows(texts, edges_of(counts), begins, ends, margins)


def _sums_from_each_place(features: Features, weights: WordWeights) -> Weights:
    """Return per word what the window that begins with it sums to: its weights in each head.

    The last column is the number of features. A window ends where the text ends.
    """
    words, ids = features.words, features.words.text_ids
    scope, pairs = features.runs
    ngrams = words.vocabulary.ngram_counts.values.take(words.ids)
    alone = _counted(weights.of_words(words), ngrams + 1)
    add_by_text(alone, _counted(weights.of_rows(scope[0]), 1), scope[2])
    if features.silent is not None:
        alone[features.silent] = 0.0
    with_next = alone.copy()
    with_next[pairs[2]] += _counted(weights.of_rows(pairs[0]), 1)
    sums = with_next.copy()
    for step in range(1, WINDOW):
        added = alone if step == WINDOW - 1 else with_next
        sums[:-step] += added[step:] * (ids[step:] == ids[:-step])[:, None]
    return sums


def _counted(weights: Weights, counts: Numbers | int) -> Weights:
    """Return weights with one more column: how many features they belong to."""
    made = np.empty((len(weights), weights.shape[1] + 1), dtype=np.float32)
    made[:, :-1] = weights
    made[:, -1] = counts
    return made


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
