"""Reads words in which signs stand for letters: "f*ck", "5tup1d", "f***"."""

from __future__ import annotations

import itertools
import re

import numpy as np

from classifiers.text.hashing import Codes, powers
from classifiers.text.insult_words import ORDERED
from classifiers.text.known_words import ABUSIVE_WORD, KnownWords

_MASKED_INSULT = 4.0
"""Taken off the cost of abusive words behind a mask: what else would be masked?"""

_READINGS = {
    "0": "o", "1": "il", "!": "il", "|": "il", "2": "z", "3": "e", "4": "a", "@": "ao", "5": "s",
    "$": "s", "6": "gb", "7": "t", "8": "b", "9": "g", "+": "t", "(": "c",
}  # fmt: skip
_ANY = "abcdefghijklmnopqrstuvwxyz"
_MOST_READINGS = 700
_DIGITS = range(48, 58)
_COUNTED = re.compile(r"[0-9]+(st|nd|rd|th|s|k|m|am|pm)|[a-z]{1,2}[0-9]{1,2}")
_KNOWN_WELL = 8.0
"""What words may cost that are read from digits at an edge: "ar3", but not "f16" or "the 50s"."""


def unmasked(table: KnownWords, letters: Codes, signs: Codes) -> Codes | None:
    """Return the likeliest word behind signs that stand for letters ("f*ck", "5tup1d")."""
    options = [
        _READINGS.get(chr(sign), _ANY) if sign else chr(letter)
        for sign, letter in zip(signs.tolist(), letters.tolist(), strict=True)
    ]
    masked = any(option == _ANY for option in options)
    total = int(np.prod([len(option) for option in options], dtype=np.float64))
    if total > _MOST_READINGS:
        return _guessed(options)
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
