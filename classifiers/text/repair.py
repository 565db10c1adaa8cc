"""Mends words that nobody knows: swapped, missing or doubled letters, masks, words run together.

Only words that are not in the table of known words, or rare in it, are looked at. The cheapest
reading wins, where a rare word costs much and each kind of change has its price.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

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
"""Cost from which a known word may itself be a slip ("hte")."""

_DOUBLES = 1.5
"""Price of reading every letter that is written twice as one."""

_CALLS_END_WORDS = 14
"""Letters from which a "!" in a word ends a sentence that was run into the next."""

_TOGETHER = 128

Reading = list[tuple[Codes, int, int]]
"""What a word is read as: letters of each word, and which of its letters (from, to) it covers."""


def repair(words: WordCodes, open_to: NDArray[np.bool_]) -> tuple[WordCodes, Numbers]:
    """Return the words with disguises of known words replaced, and what each was read from.

    ``open_to`` says which words are to be looked at. The second is an index into the words as they
    were.
    """
    if not open_to.any():
        return words, np.arange(len(words.lengths))
    table = known_words()
    linear, _ = words.hashes
    numbers = table.find(linear)
    costs = table.costs[numbers]
    signed = some_letters(words, words.signs > 0) & (numbers < 0)
    masked = some_letters(words, (words.codes == MASK_SIGNS[0]) | (words.codes == MASK_SIGNS[1]))
    latin = ~some_letters(words, (words.codes < 97) | (words.codes > 122))
    latin &= open_to
    edited = latin & (costs >= _RARE) & (words.lengths <= edit_distance.LONGEST)
    edited &= words.lengths >= edit_distance.SHORTEST
    readings: dict[int, Reading] = {}
    for word in np.flatnonzero((signed | masked) & open_to).tolist():
        own = words.letters(word)
        letters = unmasked(table, words.codes[own], words.signs[own])
        if letters is not None:
            readings[word] = [(letters, 0, int(words.lengths[word]))]
    found = _mended(table, words, np.flatnonzero(edited), numbers < 0)
    long = np.flatnonzero(latin & (numbers < 0) & (words.lengths >= SHORTEST))
    for word, reading in _taken_apart(table, words, long):
        if word not in found:
            readings.setdefault(word, reading)
    for word, letters in found.items():
        readings.setdefault(word, [(letters, 0, int(words.lengths[word]))])
    return _rebuilt(words, readings)


def _mended(
    table: KnownWords, words: WordCodes, chosen: Numbers, unknown: NDArray[np.bool_]
) -> dict[int, Codes]:
    """Return the chosen words that a small change makes known, without their doubles if need be."""
    found: dict[int, Codes] = {}
    written = [words.codes[words.letters(word)].tolist() for word in chosen.tolist()]
    for price in (0.0, _DOUBLES):
        if price:
            written = [[letter for letter, _ in itertools.groupby(one)] for one in written]
        todo = [
            place for place, word in enumerate(chosen.tolist())
            if word not in found
            and (not price
                 or (unknown[word] and edit_distance.SHORTEST < len(written[place]) <
                 words.lengths[word]))
        ]  # fmt: skip
        todo.sort(key=lambda place: len(written[place]))
        for begin in range(0, len(todo), _TOGETHER):
            rows = todo[begin : begin + _TOGETHER]
            lengths = np.array([len(written[place]) for place in rows])
            letters = np.zeros((len(rows), int(lengths.max())), dtype=np.uint32)
            for row, place in enumerate(rows):
                letters[row, : lengths[row]] = written[place]
            for row, made in edit_distance.best_edits(table, letters, lengths, price).items():
                found[int(chosen[rows[row]])] = np.array(made, dtype=np.uint32)
    return found


def _stretches(words: WordCodes, word: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a word that may be run together: no further than a "!", or `LONGEST`."""
    own = words.letters(word)
    size = own.stop - own.start
    calls = (words.signs[own] == ord("!")).nonzero()[0].tolist()
    begins = [0, *(call + 1 for call in calls)] if size >= _CALLS_END_WORDS else [0]
    ends = [*calls, size] if size >= _CALLS_END_WORDS else [size]
    for first, last in zip(begins, ends, strict=True):
        for start in range(first, last, LONGEST):
            yield start, min(start + LONGEST, last)


def _taken_apart(
    table: KnownWords, words: WordCodes, chosen: Numbers
) -> Iterator[tuple[int, Reading]]:
    """Yield the chosen words that are several run together, with those."""
    pieces: list[Codes] = []
    owners: list[tuple[int, int]] = []
    for word in chosen.tolist():
        letters = words.codes[words.letters(word)]
        for begin, end in _stretches(words, word):
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


def _rebuilt(words: WordCodes, readings: dict[int, Reading]) -> tuple[WordCodes, Numbers]:
    """Put readings in the place of the words that they are readings of."""
    if not readings:
        return words, np.arange(len(words.lengths))
    begins = words.begins
    codes: list[Codes] = []
    signs: list[Codes] = []
    places: list[Numbers] = []
    lengths: list[Numbers] = []
    sources: list[Numbers] = []
    spans: list[np.ndarray] = []
    done = 0
    for word in [*sorted(readings), len(words.lengths)]:
        kept = slice(done, word)
        letters = slice(
            int(begins[done]) if done < len(begins) else len(words.codes),
            int(begins[word]) if word < len(begins) else len(words.codes),
        )
        codes.append(words.codes[letters])
        signs.append(words.signs[letters])
        places.append(words.places[letters])
        lengths.append(words.lengths[kept])
        sources.append(np.arange(done, word))
        spans.append(np.stack([words.starts[kept], words.ends[kept]], axis=1))
        done = word + 1
        for made, first, last in readings.get(word, []):
            own = words.places[int(begins[word]) + first : int(begins[word]) + last]
            codes.append(made)
            signs.append(np.zeros(len(made), dtype=np.uint32))
            places.append(np.full(len(made), own[0]))
            lengths.append(np.array([len(made)]))
            sources.append(np.array([word]))
            spans.append(np.array([[own[0], own[-1] + 1]]))
    source, span = np.concatenate(sources), np.concatenate(spans)
    made_of = (np.concatenate(codes), np.concatenate(signs), np.concatenate(places))
    chunk_ids = words.chunk_ids[source]
    return (
        WordCodes(*made_of, np.concatenate(lengths), chunk_ids, span[:, 0], span[:, 1]),
        source,
    )
