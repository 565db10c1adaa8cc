"""Static vectors of words: texts on one subject are near each other without shared words.

The vectors are distilled from a sentence model (see `classifiers.training.words`), so that scoring
needs a look-up and a sum. A text's vector is the sum of its words' vectors, whose lengths are their
weights; its length is set to one, the mean comment is taken off, and the length set to one again.
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
from classifiers.text.token_cache import PerWord, Vocabulary
from classifiers.text.tokens import Words
from classifiers.text.word_codes import spell

Floats = NDArray[np.float32]

_SMALLEST = 1e-6


@dataclass(frozen=True)
class WordVectors:
    """Vectors of the known words.

    ``hashes`` ascends and ``table[k]`` is the vector of the word with hash ``hashes[k]``; the last
    row of ``table`` is zero and stands for every unknown word. ``mean`` is the mean unit vector of
    a comment.
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
        return self._rows.of(words.vocabulary).take(words.ids)

    @functools.cached_property
    def _rows(self) -> PerWord[np.int64]:
        return PerWord(self._rows_of, np.int64)

    def _rows_of(self, vocabulary: Vocabulary, begin: int, end: int) -> NDArray[np.int64]:
        hashes = vocabulary.hashes.values[begin:end]
        found = find_sorted(self.hashes, hashes)
        return np.where(found >= 0, found, len(self.hashes))

    def of_texts(self, words: Words, count: int) -> Floats:
        """Return unit vectors (texts x dimensions); zero where no word is known."""
        places = self.places(words)
        ends = np.bincount(words.text_ids, minlength=count).cumsum().tolist()
        sums = np.empty((count, self.table.shape[1]), dtype=np.float32)
        for text, (begin, end) in enumerate(itertools.pairwise([0, *ends])):
            np.add.reduce(self.table[places[begin:end]], axis=0, out=sums[text])
        return self.centred(sums)

    def centred(self, sums: Floats) -> Floats:
        """Return unit vectors without the mean comment; zero stays zero."""
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        shifted = np.where(norms > _SMALLEST, sums / np.maximum(norms, _SMALLEST) - self.mean, 0.0)
        return unit(shifted)


def plain_hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return the hashes of words as they are spelled, with nothing mended."""
    return mix(spell(words).hashes[0])


def unit(vectors: Floats) -> Floats:
    """Return vectors of length one; zero stays zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, _SMALLEST), dtype=np.float32)
