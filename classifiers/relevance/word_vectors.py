"""Gives texts static vectors: texts on one subject are similar without shared words.

The vectors are distilled from a sentence model (see `classifiers.training.words`), so that scoring
needs a look-up and a sum. A text's vector is the sum of its words' vectors, whose lengths are their
weights. The sum is scaled to length one, the mean comment is subtracted, and the rest is scaled to
length one again.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.text.hashing import find_sorted, mix
from classifiers.text.token_cache import PerWord, TokenCache
from classifiers.text.tokens import Words
from classifiers.text.word_codes import read_word_codes

Floats = NDArray[np.float32]

_SMALLEST = 1e-6


@dataclass(frozen=True)
class WordVectors:
    """The vectors of the known words.

    Attributes
    ----------
    hashes : array of uint64 (words,)
        Hashes of the words, ascending.
    table : array of float32 (words + 1, dimensions)
        The words' vectors; the last row is zero and represents every unknown word.
    mean : array of float32 (dimensions,)
        The mean unit vector of a comment.
    """

    hashes: NDArray[np.uint64]
    table: Floats
    mean: Floats

    @classmethod
    def decode(cls, arrays: Mapping[str, NDArray[Any]]) -> WordVectors:
        """Build from the stored form: the words themselves, a byte per number, a scale per word.

        Words are stored as text and hashed here, so that the file outlives a change of the hash.
        """
        words = arrays["words"].tobytes().decode("ascii").split("\n")
        hashes = plain_hashes(words)
        if len(hashes) != len(words):
            raise ValueError("the word vectors hold something that is not one word")
        order = np.argsort(hashes)
        codes, scales = arrays["codes"][order], arrays["scales"][order].astype(np.float32)
        table = np.zeros((len(words) + 1, codes.shape[1]), dtype=np.float32)
        table[:-1] = codes * (scales[:, None] / 127.0)
        return cls(hashes[order], table, arrays["mean"].astype(np.float32))

    def places(self, words: Words) -> NDArray[np.int64]:
        """Return the row of each word in ``table``."""
        return self._rows.of(words.cache).take(words.ids)

    @functools.cached_property
    def _rows(self) -> PerWord[np.int64]:
        return PerWord(self._rows_of, np.int64)

    def _rows_of(self, cache: TokenCache, begin: int, end: int) -> NDArray[np.int64]:
        hashes = cache.hashes.values[begin:end]
        found = find_sorted(self.hashes, hashes)
        return np.where(found >= 0, found, len(self.hashes))

    def of_texts(self, words: Words, count: int) -> Floats:
        """Return unit vectors, float32 (count, dimensions); zero where no word is known."""
        places = self.places(words)
        ends = np.bincount(words.text_ids, minlength=count).cumsum().tolist()
        sums = np.empty((count, self.table.shape[1]), dtype=np.float32)
        # A sum per text in the order of its words: the same text gives the same bytes in any batch.
        for text, (begin, end) in enumerate(itertools.pairwise([0, *ends])):
            np.add.reduce(self.table[places[begin:end]], axis=0, out=sums[text])
        return self.centred(sums)

    def centred(self, sums: Floats) -> Floats:
        """Return unit vectors of sums (texts, dimensions) less the mean comment; 0 stays 0."""
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        shifted = np.where(norms > _SMALLEST, sums / np.maximum(norms, _SMALLEST) - self.mean, 0.0)
        return unit(shifted)


def plain_hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return the hashes of words as written, without repair."""
    return mix(read_word_codes(words).hashes[0])


def unit(vectors: Floats) -> Floats:
    """Return vectors of length one; zero stays zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, _SMALLEST), dtype=np.float32)
