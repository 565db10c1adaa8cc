"""Knows how common words are, by hash: disguised words are repaired to them.

The table holds no words, only hashes of words that many of the training texts share and of public
word lists. It is part of the text path, like the look-alike letters: `classifiers.training` makes
it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.bundle import digest_of, unpack_arrays
from classifiers.text.hash_index import HashIndex
from classifiers.text.hashing import Hashes, Numbers, mix

TABLE = Path(__file__).parent / "known_words.npz"
"""The file of the table."""

CANDIDATE, ABUSIVE_WORD = 1, 2
"""Flags: the word may be the repair of another; the word is abusive."""

COST_STEPS = 16.0
"""Steps of the file per unit of cost."""

_FILTER_BITS = 19
_FILTER_FACTOR = np.uint64(0x9E3779B97F4A7C15)

UNKNOWN_COST = 14.0
"""Cost of a word that is not in the table: the natural logarithm of one over its frequency."""


@dataclass(frozen=True, slots=True)
class KnownWords:
    """The table of known words.

    Attributes
    ----------
    index : HashIndex
    costs : array of float32 (words + 1,)
        Negative log frequency of each word; the last entry is `UNKNOWN_COST`, so that -1 finds it.
    flags : array of uint8 (words + 1,)
        Sum of `CANDIDATE` and `ABUSIVE_WORD`; the last entry is 0.
    filter : array of bool (2**_FILTER_BITS,)
        False where no known word can be: rules out most look-ups at the price of one.
    digest : str
        SHA-256 of the file.
    """

    index: HashIndex
    costs: NDArray[np.float32]
    flags: NDArray[np.uint8]
    filter: NDArray[np.bool_]
    digest: str

    def maybe(self, linear: Hashes) -> NDArray[np.bool_]:
        """Say by linear hash which words may be in the table; those ruled out are certain."""
        return self.filter.take((linear * _FILTER_FACTOR) >> np.uint64(64 - _FILTER_BITS))

    def find(self, linear: Hashes) -> Numbers:
        """Return the numbers of words by linear hash, -1 for unknown words."""
        numbers = np.full(linear.shape, -1, dtype=np.int64)
        maybe = self.maybe(linear)
        numbers[maybe] = self.index.find(mix(linear[maybe]) | np.uint64(1))
        return numbers

    def candidates(self, linear: Hashes) -> Numbers:
        """Return the numbers of words that may be the repair of another, -1 for all others."""
        numbers = self.find(linear)
        return np.where(self.flags[numbers] & CANDIDATE, numbers, -1)


@functools.cache
def known_words() -> KnownWords:
    """Return the table of the package."""
    content = TABLE.read_bytes()
    arrays = unpack_arrays(content)
    linear = arrays["linear"]
    index = HashIndex(len(linear))
    index.add(mix(linear) | np.uint64(1), np.arange(len(linear)))
    seen = np.zeros(1 << _FILTER_BITS, dtype=bool)
    seen[(linear * _FILTER_FACTOR) >> np.uint64(64 - _FILTER_BITS)] = True
    costs = arrays["costs"].astype(np.float32) / np.float32(COST_STEPS)
    return KnownWords(
        index,
        np.append(costs, np.float32(UNKNOWN_COST)),
        np.append(arrays["flags"], np.uint8(0)),
        seen,
        digest_of(content),
    )
