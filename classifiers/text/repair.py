"""Repairs disguised words: swapped, missing or doubled letters, masks, words run together.

Only words that are unknown or rare are examined. The cheapest reading wins: a rare word costs much,
and each kind of change has a price.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.text import edit_distance
from classifiers.text.folding import MASK_SIGNS
from classifiers.text.hashing import Codes, Numbers
from classifiers.text.known_words import KnownWords, known_words
from classifiers.text.masked_words import unmasked
from classifiers.text.segmentation import LONGEST, SHORTEST, segment
from classifiers.text.word_codes import WordCodes, some_letters

_RARE = 7.0
"""Cost from which a known word may itself be a typing error ("hte")."""

_DOUBLES = 1.5
"""Price of reading every doubled letter as a single one."""

_CALLS_END_WORDS = 14
"""Length from which a "!" within a word counts as the end of a sentence."""

_WORDS_AT_ONCE = 128

Reading = list[tuple[Codes, int, int]]
"""The words that one word is read as: letters of each, and the letters (from, to) it covers."""


def repair(words: WordCodes, open_words: NDArray[np.bool_]) -> tuple[WordCodes, Numbers]:
    """Replace disguises of known words.

    Parameters
    ----------
    words : WordCodes
    open_words : array of bool (words,)
        The words that may be replaced.

    Returns
    -------
    words : WordCodes
        The words as understood.
    source : array of int64 (words as understood,)
        Index of the word that each was read from.
    """
    if not open_words.any():
        return words, np.arange(len(words.lengths))
    table = known_words()
    numbers = table.find(words.hashes[0])
    unknown = numbers < 0
    signed = some_letters(words, words.signs > 0) & unknown
    masked = some_letters(words, (words.codes == MASK_SIGNS[0]) | (words.codes == MASK_SIGNS[1]))
    latin = ~some_letters(words, (words.codes < 97) | (words.codes > 122)) & open_words
    edited = latin & (table.costs[numbers] >= _RARE) & (words.lengths <= edit_distance.LONGEST)
    edited &= words.lengths >= edit_distance.SHORTEST
    # The order decides where several readings exist: signs, then one small change, then a cut.
    readings = _behind_signs(table, words, np.flatnonzero((signed | masked) & open_words))
    edits = _small_changes(table, words, np.flatnonzero(edited), unknown)
    for word, letters in edits.items():
        readings.setdefault(word, [(letters, 0, int(words.lengths[word]))])
    long = np.flatnonzero(latin & unknown & (words.lengths >= SHORTEST))
    for word, reading in _taken_apart(table, words, long):
        readings.setdefault(word, reading)
    return _with_readings(words, readings)


def _behind_signs(table: KnownWords, words: WordCodes, chosen: Numbers) -> dict[int, Reading]:
    """Return readings of the chosen words whose signs stand for letters."""
    readings: dict[int, Reading] = {}
    for word in chosen.tolist():
        span = words.letters(word)
        letters = unmasked(table, words.codes[span], words.signs[span])
        if letters is not None:
            readings[word] = [(letters, 0, int(words.lengths[word]))]
    return readings


def _small_changes(
    table: KnownWords, words: WordCodes, chosen: Numbers, unknown: NDArray[np.bool_]
) -> dict[int, Codes]:
    """Return the letters of the chosen words that a small change makes known.

    Where none does, doubled letters are read as one and the changes are tried again, at a price.
    """
    found: dict[int, Codes] = {}
    written = [words.codes[words.letters(word)].tolist() for word in chosen.tolist()]
    for price in (0.0, _DOUBLES):
        if price:
            written = [[letter for letter, _ in itertools.groupby(word)] for word in written]
        pending = [
            place for place, word in enumerate(chosen.tolist())
            if word not in found
            and (not price
                 or (unknown[word] and edit_distance.SHORTEST < len(written[place]) <
                 words.lengths[word]))
        ]  # fmt: skip
        # Words of similar length share a block, so that the padded rows stay short.
        pending.sort(key=lambda place: len(written[place]))
        for begin in range(0, len(pending), _WORDS_AT_ONCE):
            rows = pending[begin : begin + _WORDS_AT_ONCE]
            lengths = np.array([len(written[place]) for place in rows])
            letters = np.zeros((len(rows), int(lengths.max())), dtype=np.uint32)
            for row, place in enumerate(rows):
                letters[row, : lengths[row]] = written[place]
            for row, made in edit_distance.best_edits(table, letters, lengths, price).items():
                found[int(chosen[rows[row]])] = np.array(made, dtype=np.uint32)
    return found


def _runs(words: WordCodes, word: int) -> Iterator[tuple[int, int]]:
    """Yield (from, to) of the parts of a word to cut: each ends at a "!" or after `LONGEST`."""
    span = words.letters(word)
    size = span.stop - span.start
    calls = (words.signs[span] == ord("!")).nonzero()[0].tolist()
    begins = [0, *(call + 1 for call in calls)] if size >= _CALLS_END_WORDS else [0]
    ends = [*calls, size] if size >= _CALLS_END_WORDS else [size]
    for first, last in zip(begins, ends, strict=True):
        for start in range(first, last, LONGEST):
            yield start, min(start + LONGEST, last)


def _taken_apart(
    table: KnownWords, words: WordCodes, chosen: Numbers
) -> Iterator[tuple[int, Reading]]:
    """Yield the chosen words that are several run together, each with its reading."""
    pieces: list[Codes] = []
    owners: list[tuple[int, int]] = []
    for word in chosen.tolist():
        letters = words.codes[words.letters(word)]
        for begin, end in _runs(words, word):
            pieces.append(letters[begin:end])
            owners.append((word, begin))
    if not pieces:
        return
    lengths = np.array([len(piece) for piece in pieces])
    cuts = segment(table, np.concatenate(pieces), lengths)
    for word, group in itertools.groupby(zip(owners, pieces, cuts, strict=True),
                                         key=lambda one: one[0][0]):  # fmt: skip
        parts = list(group)
        if len(parts) > 1 or parts[0][2]:
            reading: Reading = []
            for (_, begin), piece, cut in parts:
                place = 0
                for size in cut or [len(piece)]:
                    span = (begin + place, begin + place + size)
                    reading.append((piece[place : place + size], *span))
                    place += size
            yield word, reading


def _with_readings(words: WordCodes, readings: dict[int, Reading]) -> tuple[WordCodes, Numbers]:
    """Return the words with readings in place of the words they were read from, and the sources."""
    if not readings:
        return words, np.arange(len(words.lengths))
    parts: list[tuple[WordCodes, Numbers]] = []
    edges = np.append(words.begins, len(words.codes)).tolist()
    next_word = 0
    for word in sorted(readings):
        parts.append(_unchanged(words, edges, next_word, word))
        parts += [_read_part(words, word, *part) for part in readings[word]]
        next_word = word + 1
    parts.append(_unchanged(words, edges, next_word, len(words.lengths)))
    columns = zip(*((part.codes, part.signs, part.places, part.lengths, part.chunk_ids,
                     part.starts, part.ends) for part, _ in parts), strict=True)  # fmt: skip
    joined = WordCodes(*(np.concatenate(column) for column in columns))
    return joined, np.concatenate([source for _, source in parts])


def _unchanged(
    words: WordCodes, edges: Sequence[int], first: int, last: int
) -> tuple[WordCodes, Numbers]:
    """Return the words from ``first`` to before ``last``, which are their own sources.

    ``edges`` are the first letters of all words, and the number of letters.
    """
    letters, chosen = slice(edges[first], edges[last]), slice(first, last)
    part = WordCodes(
        words.codes[letters],
        words.signs[letters],
        words.places[letters],
        words.lengths[chosen],
        words.chunk_ids[chosen],
        words.starts[chosen],
        words.ends[chosen],
    )
    return part, np.arange(first, last)


def _read_part(
    words: WordCodes, word: int, letters: Codes, first: int, last: int
) -> tuple[WordCodes, Numbers]:
    """Return one word that was read from the letters ``first`` to ``last`` of another."""
    begin = int(words.begins[word])
    covered = words.places[begin + first : begin + last]
    part = WordCodes(
        letters,
        np.zeros(len(letters), dtype=np.uint32),
        np.full(len(letters), covered[0]),
        np.array([len(letters)]),
        words.chunk_ids[[word]],
        covered[:1],
        covered[-1:] + 1,
    )
    return part, np.array([word])
