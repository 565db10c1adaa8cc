"""Reads words in which signs hide letters: "f*ck", "5tup1d", "f***", "f-ck", "st_pid".

`unmasked` reads signs that folding keeps within a word. `fill_sign_gaps` reads a sign that divides
a word in two.
"""

from __future__ import annotations

import itertools
import re

import numpy as np

from classifiers.text.broken_words import SAVED, SAVED_BY_OTHERS, STRANGE, part_kinds
from classifiers.text.hashing import BASE, Codes, Numbers, powers
from classifiers.text.insult_words import ORDERED
from classifiers.text.known_words import ABUSIVE_WORD, KnownWords
from classifiers.text.word_codes import WordCodes

_MASKED_INSULT = 4.0
"""Subtracted from the cost of abusive words behind a mask: people rarely mask other words."""

_READINGS = {
    "0": "o", "1": "il", "!": "il", "|": "il", "2": "z", "3": "e", "4": "a", "@": "ao", "5": "s",
    "$": "s", "6": "gb", "7": "t", "8": "b", "9": "g", "+": "t", "(": "c",
}  # fmt: skip
_ANY = "abcdefghijklmnopqrstuvwxyz"
_MOST_READINGS = 700
_DIGITS = range(48, 58)
_COUNTED = re.compile(r"[0-9]+(st|nd|rd|th|s|k|m|am|pm)|[a-z]{1,2}[0-9]{1,2}")
_ALPHABET = np.arange(97, 123, dtype=np.uint64)
_LONGEST_DIVIDED = 16
"""Letters up to which two parts with a sign between them are tried as one word."""

_KNOWN_WELL = 8.0
"""Highest cost of a word read from digits: "ar3", but not "f16" or "the 50s"."""


def unmasked(table: KnownWords, letters: Codes, signs: Codes) -> Codes | None:
    """Return the likeliest word behind signs that stand for letters ("f*ck", "5tup1d").

    Parameters
    ----------
    table : KnownWords
    letters : array of uint32 (length,)
        The word's code points.
    signs : array of uint32 (length,)
        The sign that was read as that letter, 0 where it is a letter.

    Returns
    -------
    array of uint32 (length,) or None
        None where no known word fits.
    """
    options = [
        _READINGS.get(chr(sign), _ANY) if sign else chr(letter)
        for sign, letter in zip(signs.tolist(), letters.tolist(), strict=True)
    ]
    masked = any(option == _ANY for option in options)
    total = int(np.prod([len(option) for option in options], dtype=np.float64))
    if total > _MOST_READINGS:
        return _guessed(options)
    # Every combination of the options, (combinations, length), and its hash in the table.
    readings = np.array([list(map(ord, made)) for made in itertools.product(*options)], np.uint64)
    factors = powers()[np.minimum(np.arange(readings.shape[1]), len(powers()) - 1)]
    numbers = table.candidates((readings * factors).sum(axis=1, dtype=np.uint64))
    abusive = (table.flags[numbers] & ABUSIVE_WORD) > 0
    costs = np.where(numbers >= 0, table.costs[numbers], np.inf) - _MASKED_INSULT * masked * abusive
    if any(letter in _DIGITS for letter in letters.tolist()):
        rare = table.costs[numbers] > _KNOWN_WELL
        counted = _COUNTED.fullmatch("".join(map(chr, letters.tolist())))
        costs = np.where((rare | bool(counted)) & ~abusive, np.inf, costs)
    place = int(costs.argmin())
    return readings[place].astype(np.uint32) if np.isfinite(costs[place]) else None


def _guessed(options: list[str]) -> Codes | None:
    """Return the first listed insult that fits a word that is mostly mask ("f***")."""
    if len(options[0]) > 2:
        return None
    for insult in ORDERED:
        if len(insult) == len(options) and all(
            letter in option for letter, option in zip(insult, options, strict=True)
        ):
            return np.array([ord(letter) for letter in insult], dtype=np.uint32)
    return None


def fill_sign_gaps(table: KnownWords, words: WordCodes) -> WordCodes:
    """Return the words, with two parts around one sign joined where a letter makes a known word.

    As with broken words, one part must be strange, and the joined word must cost clearly less.
    """
    linear, _ = words.hashes
    parts = part_kinds(table, linear, words.codes, words.lengths)
    # near[k]: words k and k + 1 have one sign between them, (words - 1,).
    near = (words.chunk_ids[1:] == words.chunk_ids[:-1]) & (words.starts[1:] == words.ends[:-1] + 1)
    near &= (parts[1:] == STRANGE) | (parts[:-1] == STRANGE)
    near &= words.lengths[1:] + words.lengths[:-1] < _LONGEST_DIVIDED
    left = np.flatnonzero(near)
    if not len(left):
        return words
    sizes = words.lengths[left]
    # Hashes of "left, any letter, right" from those of the parts: (pairs, 26).
    shifts = np.array(
        [pow(BASE, size, 1 << 64) for size in range(_LONGEST_DIVIDED + 1)], dtype=np.uint64
    )
    hashes = linear[left] + linear[left + 1] * shifts[sizes + 1]
    numbers = table.candidates(hashes[:, None] + _ALPHABET * powers()[sizes][:, None])
    costs = np.where(numbers >= 0, table.costs[numbers], np.inf)
    best = costs.argmin(axis=1)
    rows = np.arange(len(left))
    part_costs = table.costs[table.find(linear)]
    abusive = (table.flags[numbers[rows, best]] & ABUSIVE_WORD) > 0
    saved = part_costs[left] + part_costs[left + 1] - costs[rows, best]
    chosen = saved >= np.where(abusive, SAVED, SAVED_BY_OTHERS)
    chosen[1:] &= ~(chosen[:-1] & (np.diff(left) == 1))  # a part belongs to one word
    return _with_letter_between(words, left[chosen], best[chosen] + _ALPHABET[0].astype(np.int64))


def _with_letter_between(words: WordCodes, left: Numbers, letters: Numbers) -> WordCodes:
    """Return the words, with each word of ``left`` and the next one joined by a letter."""
    places = words.begins[left + 1]
    lengths, ends = words.lengths.copy(), words.ends.copy()
    lengths[left] += lengths[left + 1] + 1
    ends[left] = ends[left + 1]
    kept = np.ones(len(lengths), dtype=bool)
    kept[left + 1] = False
    return WordCodes(
        np.insert(words.codes, places, letters.astype(np.uint32)),
        np.insert(words.signs, places, 0),
        np.insert(words.places, places, words.ends[left]),
        lengths[kept],
        words.chunk_ids[kept],
        words.starts[kept],
        ends[kept],
    )
