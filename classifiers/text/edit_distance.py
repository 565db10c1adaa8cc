"""Finds the known word that one small change makes of an unknown one.

A letter put in, taken out, or swapped with the next (Damerau 1964); every change is arithmetic on
the word's hash, for many words at once, so no list of words is needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifiers.text.hashing import BASE, Codes, Hashes, Numbers, powers
from classifiers.text.known_words import UNKNOWN_COST, KnownWords

SHORTEST, LONGEST = 3, 20
"""Letters of the words that are compared with others."""

_ALPHABET = np.arange(97, 123, dtype=np.uint64)
_SWAP, _LOST, _LOST_AT_END, _EXTRA = 2.0, 3.0, 4.5, 4.0
_WORTH_UNKNOWN, _WORTH_KNOWN = 1.0, 4.0
"""What a change must save to be made, for unknown and for known words."""

_INVERSE = pow(BASE, -1, 1 << 64)


def best_edits(
    table: KnownWords, letters: Codes, lengths: Numbers, price: float
) -> dict[int, list[int]]:
    """Return the letters that the best small change gives each of the words that need one.

    Parameters
    ----------
    letters : array
        The letters of one word per row, filled up with zeros.
    lengths : array
        How many letters each row has.
    price : float
        What the words cost before any change.
    """
    linear = (letters * powers()[: letters.shape[1]]).sum(axis=1, dtype=np.uint64)
    own = table.costs[table.find(linear)]
    limits = own - np.where(own < UNKNOWN_COST, _WORTH_KNOWN, _WORTH_UNKNOWN)
    hashes = _changed_hashes(letters, lengths, linear)
    if price:  # then the word as it is now counts as a change as well
        hashes[:, -1] = linear
        limits = np.full(len(letters), UNKNOWN_COST - _WORTH_UNKNOWN)
    row, column = np.nonzero(table.maybe(hashes))
    numbers = table.candidates(hashes[row, column])
    costs = table.costs[numbers] + _prices(column, lengths[row], letters.shape[1]) + price
    worth = (numbers >= 0) & (costs <= limits[row])
    if not worth.any():
        return {}
    row, column, costs = row[worth], column[worth], costs[worth]
    order = np.lexsort((column, costs, row))
    row, first = np.unique(row[order], return_index=True)
    return {
        one: _changed(letters[one, : lengths[one]].tolist(), change, letters.shape[1])
        for one, change in zip(row.tolist(), column[order][first].tolist(), strict=True)
    }


def _changed_hashes(letters: Codes, lengths: Numbers, linear: Hashes) -> Hashes:
    """Return the hash of each word (rows) after each small change (columns), 0 for none.

    The columns are a letter put in (26 for each place), taken out, swapped with the next, and one
    that is left empty.
    """
    count, width = letters.shape
    wide, factors = letters.astype(np.uint64), powers()
    sums = np.zeros((count, width + 1), dtype=np.uint64)
    np.cumsum(wide * factors[:width], axis=1, out=sums[:, 1:])
    rests = linear[:, None] - sums
    moved = sums + rests * np.uint64(BASE)
    put_in = moved[:, :, None] + _ALPHABET * factors[: width + 1, None]
    put_in[np.arange(width + 1) > lengths[:, None]] = 0
    taken_out = sums[:, :-1] + rests[:, 1:] * np.uint64(_INVERSE)
    taken_out[(np.arange(width) >= lengths[:, None]) | (lengths <= SHORTEST)[:, None]] = 0
    gaps = np.diff(wide, axis=1) * (factors[: width - 1] - factors[1:width])
    swapped = linear[:, None] + gaps
    swapped[np.arange(1, width) >= lengths[:, None]] = 0
    none = np.zeros((count, 1), dtype=np.uint64)
    return np.concatenate([put_in.reshape(count, -1), taken_out, swapped, none], axis=1)


def _prices(columns: Numbers, lengths: Numbers, width: int) -> NDArray[np.float64]:
    """Return the price of the change that each column stands for, for words of these lengths."""
    place = columns // len(_ALPHABET)
    ends = np.cumsum((len(_ALPHABET) * (width + 1), width, width - 1))
    lost = np.where((place == 0) | (place == lengths), _LOST_AT_END, _LOST)
    other = np.where(columns < ends[1], _EXTRA, np.where(columns < ends[2], _SWAP, 0.0))
    return np.where(columns < ends[0], lost, other)


def _changed(letters: list[int], column: int, width: int) -> list[int]:
    """Return a word after the change that a column stands for."""
    place, letter = divmod(column, len(_ALPHABET))
    if place <= width:
        return [*letters[:place], int(_ALPHABET[letter]), *letters[place:]]
    place = column - len(_ALPHABET) * (width + 1)
    if place < width:
        return [*letters[:place], *letters[place + 1 :]]
    place -= width
    if place < width - 1:
        return [*letters[:place], letters[place + 1], letters[place], *letters[place + 2 :]]
    return letters
