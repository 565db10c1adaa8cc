"""Turns a batch of texts into sparse tf-idf vectors of word stems, each with a dense vector."""

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
class SparseVector:
    """One text: ``rows`` are its distinct stems, ascending, ``weights`` their tf-idf weights.

    ``norm`` is the Euclidean length of the weights. ``meaning`` (dimensions,) is the text's static
    vector, of length one (or zero).
    """

    rows: Rows
    weights: Floats
    norm: float
    meaning: Floats


@dataclass(frozen=True, slots=True)
class SparseVectors:
    """The sparse vectors of a batch of texts, end to end.

    Attributes
    ----------
    rows, weights, owners : arrays (stems of all texts,)
        Row of the stem in the idf table, tf-idf weight, and text, ascending.
    edges : array of int64 (texts + 1,)
        The stems of text k are ``edges[k]`` to ``edges[k + 1]``.
    norms, totals : arrays of float32 (texts,)
        Euclidean length and sum of each text's weights.
    meanings : array of float32 (texts, dimensions)
        Static vectors of length one (or zero).
    """

    rows: Rows
    weights: Floats
    owners: Rows
    edges: Rows
    norms: Floats
    totals: Floats
    meanings: Floats

    def __len__(self) -> int:
        return len(self.norms)

    def __iter__(self) -> Iterator[SparseVector]:
        return (self[number] for number in range(len(self)))

    def part(self, begin: int, end: int) -> SparseVectors:
        """Return the vectors of the texts from ``begin`` to before ``end``."""
        stems, texts = slice(self.edges[begin], self.edges[end]), slice(begin, end)
        return SparseVectors(
            self.rows[stems],
            self.weights[stems],
            self.owners[stems] - begin,
            self.edges[begin : end + 1] - self.edges[begin],
            self.norms[texts],
            self.totals[texts],
            self.meanings[texts],
        )

    def __getitem__(self, number: int) -> SparseVector:
        if not 0 <= number < len(self):
            raise IndexError(number)
        stems = slice(self.edges[number], self.edges[number + 1])
        norm = float(self.norms[number])
        return SparseVector(self.rows[stems], self.weights[stems], norm, self.meanings[number])


def make_sparse_vectors(
    words: Words, idf: Floats, word_vectors: WordVectors, count: int
) -> SparseVectors:
    """Return the sparse vectors of ``count`` texts from their words.

    A stem's weight is idf times (1 + log of its count in the text). Stems without idf are left out.
    """
    # Text and stem in one integer, so that one sort groups both: (words,).
    keys = (words.text_ids.astype(np.int64) << STEM_BITS) | stem_rows(words)
    keys, amounts = np.unique(keys, return_counts=True)
    weights = (idf[keys & _STEM_MASK] * (1.0 + np.log(amounts))).astype(np.float32)
    kept = weights > 0
    keys, weights = keys[kept], weights[kept]
    return _end_to_end(
        keys & _STEM_MASK, weights, keys >> STEM_BITS, word_vectors.of_texts(words, count)
    )


def join_sparse_vectors(vectors: Sequence[SparseVector]) -> SparseVectors:
    """Put single vectors end to end."""
    sizes = [len(vector.rows) for vector in vectors]
    return _end_to_end(
        np.concatenate([vector.rows for vector in vectors]),
        np.concatenate([vector.weights for vector in vectors]),
        np.repeat(np.arange(len(vectors)), sizes),
        np.stack([vector.meaning for vector in vectors]),
    )


_STEM_MASK = (1 << STEM_BITS) - 1


def _end_to_end(rows: Rows, weights: Floats, owners: Rows, meanings: Floats) -> SparseVectors:
    count = len(meanings)
    squares = np.bincount(owners, weights.astype(np.float64) ** 2, minlength=count)
    totals = np.bincount(owners, weights, minlength=count).astype(np.float32)
    norms = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
    # Owners ascend, so a text's stems begin where its number would be inserted; none is fine too.
    edges = np.searchsorted(owners, np.arange(count + 1))
    return SparseVectors(rows, weights, owners, edges, norms, totals, meanings)


def expand_slices(starts: Rows, sizes: Rows) -> Rows:
    """Return the indices of slices put end to end: starts (3, 9), sizes (2, 1) give 3, 4, 9."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + sizes, sizes)


class Cache(Generic[Value]):
    """A bounded cache that drops the least recently used value. Thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[object, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object) -> Value | None:
        """Return the value of a key, or None."""
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
            return value

    def put(self, key: object, value: Value) -> None:
        """Store a value; when the cache is full, drop the least recently used one."""
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
