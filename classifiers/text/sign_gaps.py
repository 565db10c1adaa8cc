"""Reads a sign between two parts of a word as the letter that it hides: "f-ck", "st_pid"."""

from __future__ import annotations

import numpy as np

from classifiers.text.broken_words import SAVED, SAVED_BY_OTHERS, STRANGE, part_kinds
from classifiers.text.hashing import BASE, Numbers, powers
from classifiers.text.known_words import ABUSIVE_WORD, KnownWords
from classifiers.text.word_codes import WordCodes

_ALPHABET = np.arange(97, 123, dtype=np.uint64)
_LONGEST = 16


def fill_sign_gaps(table: KnownWords, words: WordCodes) -> WordCodes:
    """Return the words with those made one that a single sign divides and a letter would join.

    As with words in pieces, one part must be strange, and what is read must cost clearly less.
    """
    linear, _ = words.hashes
    parts = part_kinds(table, linear, words.codes, words.lengths)
    near = (words.chunk_ids[1:] == words.chunk_ids[:-1]) & (words.starts[1:] == words.ends[:-1] + 1)
    near &= (parts[1:] == STRANGE) | (parts[:-1] == STRANGE)
    near &= words.lengths[1:] + words.lengths[:-1] < _LONGEST
    left = np.flatnonzero(near)
    if not len(left):
        return words
    sizes = words.lengths[left]
    shifts = np.array([pow(BASE, size, 1 << 64) for size in range(_LONGEST + 1)], dtype=np.uint64)
    hashes = linear[left] + linear[left + 1] * shifts[sizes + 1]
    numbers = table.candidates(hashes[:, None] + _ALPHABET * powers()[sizes][:, None])
    costs = np.where(numbers >= 0, table.costs[numbers], np.inf)
    best = costs.argmin(axis=1)
    rows = np.arange(len(left))
    own = table.costs[table.find(linear)]
    abusive = (table.flags[numbers[rows, best]] & ABUSIVE_WORD) > 0
    saved = own[left] + own[left + 1] - costs[rows, best]
    chosen = saved >= np.where(abusive, SAVED, SAVED_BY_OTHERS)
    chosen[1:] &= ~(chosen[:-1] & (np.diff(left) == 1))  # a part belongs to one word
    return _closed(words, left[chosen], best[chosen] + _ALPHABET[0].astype(np.int64))


def _closed(words: WordCodes, left: Numbers, letters: Numbers) -> WordCodes:
    """Return the words with each of these and the next one made one, with a letter between."""
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
