"""Finds the known word that is one small change away from an unknown one.

A change inserts a letter, deletes one, or swaps one with the next (Damerau 1964). Every change is
arithmetic on the word's hash, for many words at once, so no list of words is needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifiers.text.hashing import BASE, Codes, Hashes, Numbers, powers
from classifiers.text.known_words import UNKNOWN_COST, KnownWords

SHORTEST, LONGEST = 3, 20
"""Fewest and most letters of the words that are changed."""

_ALPHABET = np.arange(97, 123, dtype=np.uint64)
_SWAP, _LOST, _LOST_AT_END, _EXTRA = 2.0, 3.0, 4.5, 4.0
_WORTH_UNKNOWN, _WORTH_KNOWN = 1.0, 4.0
"""Least saving of a change, for unknown and for known words."""

_INVERSE = pow(BASE, -1, 1 << 64)


def best_edits(
    table: KnownWords, letters: Codes, lengths: Numbers, price: float
) -> dict[int, list[int]]:
    """Return the letters after the best small change, for each row that has one worth its price.

    Parameters
    ----------
    table : KnownWords
    letters : array of uint32 (words, width)
        The letters of one word per row, filled up with zeros.
    lengths : array of int64 (words,)
        Number of letters in each row.
    price : float
        Cost that is added to every change. Above 0 the letters were changed already, so the word
        as it is counts as a change too.

    Returns
    -------
    dict of int to list of int
        Row to code points.
    """
    linear = (letters * powers()[: letters.shape[1]]).sum(axis=1, dtype=np.uint64)
    word_costs = table.costs[table.find(linear)]  # (words,)
    limits = word_costs - np.where(word_costs < UNKNOWN_COST, _WORTH_KNOWN, _WORTH_UNKNOWN)
    hashes = _changed_hashes(letters, lengths, linear)
    if price:
        hashes[:, -1] = linear  # the last column is "no change"
        limits = np.full(len(letters), UNKNOWN_COST - _WORTH_UNKNOWN)
    # The filter rules out nearly all changes; only the rest is looked up: (candidates,).
    row, column = np.nonzero(table.maybe(hashes))
    numbers = table.candidates(hashes[row, column])
    costs = table.costs[numbers] + _prices(column, lengths[row], letters.shape[1]) + price
    worth = (numbers >= 0) & (costs <= limits[row])
    if not worth.any():
        return {}
    row, column, costs = row[worth], column[worth], costs[worth]
    # The cheapest change of each row, the earliest column among equals.
    order = np.lexsort((column, costs, row))
    row, first = np.unique(row[order], return_index=True)
    return {
        word: _changed(letters[word, : lengths[word]].tolist(), change, letters.shape[1])
        for word, change in zip(row.tolist(), column[order][first].tolist(), strict=True)
    }


def _changed_hashes(letters: Codes, lengths: Numbers, linear: Hashes) -> Hashes:
    """Return the linear hash of each word after each small change, 0 where there is none.

    Returns
    -------
    array of uint64 (words, 26 * (width + 1) + width + (width - 1) + 1)
        Columns: each letter inserted at each place, each letter deleted, each letter swapped with
        the next, and a last one for "no change", which stays 0.
    """
    count, width = letters.shape
    wide, factors = letters.astype(np.uint64), powers()
    # sums[:, k]: hash of the first k letters; rests[:, k]: what the letters from k on add to it.
    # Moving those letters by one place multiplies (or divides) their part by the base.
    sums = np.zeros((count, width + 1), dtype=np.uint64)
    np.cumsum(wide * factors[:width], axis=1, out=sums[:, 1:])
    rests = linear[:, None] - sums
    moved = sums + rests * np.uint64(BASE)
    inserted = moved[:, :, None] + _ALPHABET * factors[: width + 1, None]
    inserted[np.arange(width + 1) > lengths[:, None]] = 0
    deleted = sums[:, :-1] + rests[:, 1:] * np.uint64(_INVERSE)
    deleted[(np.arange(width) >= lengths[:, None]) | (lengths <= SHORTEST)[:, None]] = 0
    # Swapping letters a and b at places k and k + 1 adds (b - a) * (factor k - factor k + 1).
    gaps = np.diff(wide, axis=1) * (factors[: width - 1] - factors[1:width])
    swapped = linear[:, None] + gaps
    swapped[np.arange(1, width) >= lengths[:, None]] = 0
    none = np.zeros((count, 1), dtype=np.uint64)
    return np.concatenate([inserted.reshape(count, -1), deleted, swapped, none], axis=1)


def _prices(columns: Numbers, lengths: Numbers, width: int) -> NDArray[np.float64]:
    """Return the price of each change, given its column and the length of its word.

    A missing letter at an edge costs more: there the shorter word is often a word of its own.
    """
    place = columns // len(_ALPHABET)
    ends = np.cumsum((len(_ALPHABET) * (width + 1), width, width - 1))
    lost = np.where((place == 0) | (place == lengths), _LOST_AT_END, _LOST)
    other = np.where(columns < ends[1], _EXTRA, np.where(columns < ends[2], _SWAP, 0.0))
    return np.where(columns < ends[0], lost, other)


def _changed(letters: list[int], column: int, width: int) -> list[int]:
    """Return the letters of a word after the change of a column."""
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
