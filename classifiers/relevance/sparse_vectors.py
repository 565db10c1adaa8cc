"""Texts as bags of weighted word stems with a static vector, for a whole batch at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from classifiers.relevance.word_vectors import WordVectors
from classifiers.text.stems import STEM_BITS, stem_rows
from classifiers.text.tokens import Words

Value = TypeVar("Value")
Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bag:
    """One text as distinct stems, ascending, with weights; ``norm`` is their Euclidean length.

    ``vector`` is the text's static vector, of length one (or zero).
    """

    rows: Rows
    weights: Floats
    norm: float
    vector: Floats


@dataclass(frozen=True, slots=True)
class Bags:
    """The bags of a batch of texts, laid end to end: ``owners[k]`` is the text of stem ``k``."""

    rows: Rows
    weights: Floats
    owners: Rows
    edges: Rows
    norms: Floats
    totals: Floats
    vectors: Floats

    def __len__(self) -> int:
        return len(self.norms)

    def __iter__(self) -> Iterator[Bag]:
        return (self[number] for number in range(len(self)))

    def part(self, begin: int, end: int) -> Bags:
        """Return the bags of the texts from `begin` to before `end`."""
        stems, texts = slice(self.edges[begin], self.edges[end]), slice(begin, end)
        return Bags(
            self.rows[stems],
            self.weights[stems],
            self.owners[stems] - begin,
            self.edges[begin : end + 1] - self.edges[begin],
            self.norms[texts],
            self.totals[texts],
            self.vectors[texts],
        )

    def __getitem__(self, number: int) -> Bag:
        if not 0 <= number < len(self):
            raise IndexError(number)
        own = slice(self.edges[number], self.edges[number + 1])
        norm = float(self.norms[number])
        return Bag(self.rows[own], self.weights[own], norm, self.vectors[number])


def make_bags(words: Words, idf: Floats, word_vectors: WordVectors, count: int) -> Bags:
    """Return the bags of a batch of texts; words with little meaning (low idf) weigh little."""
    keys = (words.text_ids.astype(np.int64) << STEM_BITS) | stem_rows(words)
    keys, amounts = np.unique(keys, return_counts=True)
    weights = (idf[keys & _STEM_MASK] * (1.0 + np.log(amounts))).astype(np.float32)
    kept = weights > 0
    keys, weights = keys[kept], weights[kept]
    return _laid_out(
        keys & _STEM_MASK, weights, keys >> STEM_BITS, word_vectors.of_texts(words, count)
    )


def join_bags(bags: Sequence[Bag]) -> Bags:
    """Lay single bags end to end."""
    sizes = [len(bag.rows) for bag in bags]
    return _laid_out(
        np.concatenate([bag.rows for bag in bags]),
        np.concatenate([bag.weights for bag in bags]),
        np.repeat(np.arange(len(bags)), sizes),
        np.stack([bag.vector for bag in bags]),
    )


_STEM_MASK = (1 << STEM_BITS) - 1


def _laid_out(rows: Rows, weights: Floats, owners: Rows, vectors: Floats) -> Bags:
    count = len(vectors)
    squares = np.bincount(owners, weights.astype(np.float64) ** 2, minlength=count)
    totals = np.bincount(owners, weights, minlength=count).astype(np.float32)
    norms = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
    edges = np.searchsorted(owners, np.arange(count + 1))
    return Bags(rows, weights, owners, edges, norms, totals, vectors)


def expand_slices(starts: Rows, sizes: Rows) -> Rows:
    """Return the indices of slices laid end to end: starts (3, 9), sizes (2, 1) give 3, 4, 9."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + sizes, sizes)


class Cache(Generic[Value]):
    """A small cache that forgets what was used longest ago; safe among threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[object, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object) -> Value | None:
        """Return what is kept under a key, or None."""
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
            return value

    def put(self, key: object, value: Value) -> None:
        """Keep a value, forgetting the oldest when full."""
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
