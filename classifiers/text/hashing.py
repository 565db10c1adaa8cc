"""Hashes words and their character n-grams, many words at once, without strings.

A word's linear hash is the sum of its code points times a power per position, so the hash of a
word with a letter changed, swapped or put in follows by arithmetic (Rabin and Karp 1987).
"""

from __future__ import annotations

import functools
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

TABLE_BITS = 20
"""log2 of the number of hashed features."""

SALTS = {3: 0x51ED270B, 4: 0x7FEB352D, 5: 0x846CA68B, "word": 0x2545F491, "pair": 0x68E31DA4,
         "cue": 0x1B873593}  # fmt: skip

LONGEST_WORD = 40
"""Number of letters whose place counts; later letters are summed without order."""

STEM_LETTERS = 6
BASE = 0x100000001B3
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SPACE = 32

Value = TypeVar("Value", bound=np.generic)
Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Codes = NDArray[np.uint32]


@functools.cache
def powers() -> Hashes:
    """Return the factor of each place in a word."""
    made = [pow(BASE, place + 1, 1 << 64) for place in range(LONGEST_WORD)]
    return np.array(made, dtype=np.uint64)


def mix(values: Hashes) -> Hashes:
    """Spread the bits of linear hashes."""
    values = (values ^ (values >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(32))


def rows_of(hashes: Hashes, salt: int, bits: int = TABLE_BITS) -> Numbers:
    """Turn hashes into row numbers of a table of 2**bits rows."""
    mixed = (hashes ^ np.uint64(salt)) * _MULTIPLIER
    return (mixed >> np.uint64(64 - bits)).astype(np.int64)


def shifted(values: NDArray[Value], step: int) -> NDArray[Value]:
    """Return values moved on by ``step`` places, around the end: a quick `numpy.roll`."""
    return np.concatenate((values[-step:], values[:-step]))


def edges_of(lengths: Numbers) -> Numbers:
    """Return the start of each piece of a ragged array, int64 (pieces,)."""
    return np.cumsum(lengths) - lengths


def distinct(keys: Hashes) -> tuple[Numbers, Numbers]:
    """Return the first place of each different key, and for every key its rank among them.

    ``first`` (distinct keys,) is in the order of appearance; ``keys[first][ranks]`` is ``keys``.
    """
    ranks: dict[int, int] = {}
    of_each = [ranks.setdefault(key, len(ranks)) for key in keys.tolist()]
    numbers = np.array(of_each, dtype=np.int64)
    first = np.empty(len(ranks), dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(keys))[::-1]
    return first, numbers


def find_sorted(known: NDArray[Value], values: NDArray[Value]) -> Numbers:
    """Return the place of each value in a non-empty ascending array, -1 where it is missing."""
    place = np.minimum(known.searchsorted(values), len(known) - 1)
    return np.where(known[place] == values, place, -1)


def first_highest(values: NDArray[np.floating], edges: Numbers) -> Numbers:
    """Return the first place of the highest value of each piece of a ragged array."""
    sizes = np.diff(np.append(edges, len(values)))
    highest = np.flatnonzero(values == np.repeat(np.maximum.reduceat(values, edges), sizes))
    owners = np.repeat(np.arange(len(sizes)), sizes)[highest]
    return highest[np.flatnonzero(np.diff(owners, prepend=-1))]


def places_within(lengths: Numbers) -> Numbers:
    """Return for each element of a ragged array its place within its piece."""
    return np.arange(int(lengths.sum())) - np.repeat(edges_of(lengths), lengths)


def word_hashes(codes: Codes, lengths: Numbers) -> tuple[Hashes, Hashes]:
    """Return the linear hashes of words and of their stems (the first six letters).

    Parameters
    ----------
    codes : array of uint32 (letters of all words,)
    lengths : array of int64 (words,)
        Number of letters of each word; no word is empty.

    Returns
    -------
    words, stems : arrays of uint64 (words,)
    """
    if not len(lengths):
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.uint64)
    places = places_within(lengths)
    values = codes.astype(np.uint64) * powers().take(np.minimum(places, LONGEST_WORD - 1))
    edges = edges_of(lengths)
    stems = np.add.reduceat(np.where(places < STEM_LETTERS, values, np.uint64(0)), edges)
    return np.add.reduceat(values, edges), stems


def ngram_rows(codes: Codes, lengths: Numbers) -> tuple[Numbers, Numbers]:
    """Hash the words' character n-grams of 3 to 5 characters.

    An n-gram may reach over one edge of its word, which reads as a space.

    Parameters
    ----------
    codes : array of uint32 (letters of all words,)
    lengths : array of int64 (words,)

    Returns
    -------
    rows : array of int64 (n-grams of all words,)
        Rows of the weight table, word after word.
    counts : array of int64 (words,)
        Number of n-grams of each word.
    """
    # All words in one array with a space before, between and after them.
    padded = np.full(len(codes) + len(lengths) + 1, _SPACE, dtype=np.uint32)
    numbers = np.repeat(np.arange(len(lengths)), lengths)
    inside = np.zeros(len(padded), dtype=bool)
    letters = np.arange(len(codes)) + numbers + 1
    padded[letters] = codes
    inside[letters] = True
    owner = np.zeros(len(padded), dtype=np.int64)
    owner[letters] = numbers
    # One hash per place and order: the hash of order n follows from that of order n - 1.
    signs = mix(padded.astype(np.uint64) + np.uint64(0x100))
    rolling = signs[:-1] * np.uint64(BASE) + signs[1:]
    found, owners = [], []
    for order in (3, 4, 5):
        size = max(len(padded) - order + 1, 0)
        rolling = rolling[:size] * np.uint64(BASE) + signs[order - 1 :]
        inside = inside[:size] & inside[1 : size + 1] if order > 3 else inside[1 : size + 1]
        # All characters but the first and the last lie within the word: one edge, never a gap.
        chosen = np.flatnonzero(inside)
        found.append(rows_of(rolling[chosen], SALTS[order]))
        owners.append(owner[chosen + 1])
    rows, words = np.concatenate(found), np.concatenate(owners)
    order_by_word = np.argsort(words, kind="stable")
    return rows[order_by_word], np.bincount(words, minlength=len(lengths))
