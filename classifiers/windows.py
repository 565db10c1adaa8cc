"""The worst few words of a text: what a mean over the whole text would dilute.

A window is `WINDOW` words in a row, or the whole of a shorter text; every place is tried. Its
log-odds are those that it would have as a text of its own, but that a feature counts as often as
it stands there, and that signs of style, which belong to no word, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.features import Features, WordWeights, add_by_text, scale_of, with_counts
from classifiers.hashing import Numbers, edges_of, places_within

WINDOW = 3
"""Words of a window, chosen with the tables of docs/quality.md in view: "you are …" fits."""

Floats = NDArray[np.float64]


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
    margins: Floats

    def highest(self) -> Floats:
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
    own, own_counts, pairs, pair_counts = _running_sums(features, weights)
    margins = own[ends] - own[begins] + pairs[ends - 1] - pairs[begins]
    numbers = own_counts[ends] - own_counts[begins] + pair_counts[ends - 1] - pair_counts[begins]
    return Windows(texts, edges_of(counts), begins, ends, margins * scale_of(numbers)[:, None])


def _running_sums(
    features: Features, weights: WordWeights
) -> tuple[Floats, Numbers, Floats, Numbers]:
    """Return what all words before each place sum to: first alone, then as pairs with the next.

    Of each the weights (places + 1 x heads) and the number of features.
    """
    words = features.words
    scope, pairs = features.runs
    size = len(words.ids)
    own = weights.of_words(words)
    add_by_text(own, weights.of_rows(scope[0]), scope[2])
    joined = np.zeros_like(own)
    joined[pairs[2]] = weights.of_rows(pairs[0])
    own_counts = words.vocabulary.ngram_counts.values.take(words.ids) + 1
    own_counts += np.bincount(scope[2], minlength=size)
    if features.silent is not None:
        own[features.silent] = 0.0
        own_counts[features.silent] = 0
    return (
        _running(own, np.float64),
        _running(own_counts, np.int64),
        _running(joined, np.float64),
        _running(np.bincount(pairs[2], minlength=size), np.int64),
    )


def _running(values: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """Return the sums of the first 0, 1, 2, … values."""
    sums = np.zeros((len(values) + 1, *values.shape[1:]), dtype=dtype)
    np.cumsum(values, axis=0, dtype=dtype, out=sums[1:])
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
