"""Finds words that were broken apart ("id iot", "st-upid", "mo ron").

Adjacent words are joined where together they are a known word that costs clearly less than the
parts, and one of the parts is unknown or unusual.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from classifiers.text.folding import is_letter
from classifiers.text.hashing import BASE, Codes, Hashes, Numbers, edges_of
from classifiers.text.known_words import ABUSIVE_WORD, UNKNOWN_COST, KnownWords

LETTER, STRANGE = 1, 2
SHORTEST_RUN = 3
"""Fewest single letters in a row that are read as one word ("i d i o t")."""

_MOST_PIECES = 5
_LONGEST = 16
_SHORT, _UNUSUAL = 3, 6.5
"""Short words from this cost on count as pieces too ("mo ron")."""

Run = tuple[int, int]
"""Place of the first word, and number of words."""

SAVED = 3.5
"""How much less a joined word must cost than its parts together."""

SAVED_BY_OTHERS = 10.0
"""The same for words that are not abusive: a missed one does little harm, so be sure."""


def part_kinds(
    table: KnownWords, linear: Hashes, codes: Codes, lengths: Numbers
) -> NDArray[np.uint8]:
    """Return whether words may be part of another, uint8: `LETTER`, `STRANGE`, or 0 (words,)."""
    if not len(lengths):
        return np.zeros(0, dtype=np.uint8)
    not_latin = np.logical_or.reduceat((codes < 97) | (codes > 122), edges_of(lengths))
    costs = table.costs[table.find(linear)]
    strange = (costs >= UNKNOWN_COST) | ((lengths <= _SHORT) & (costs >= _UNUSUAL))
    kinds = np.where(strange & ~not_latin & (lengths <= _LONGEST), STRANGE, 0)
    letters = is_letter(codes[edges_of(lengths)])
    return np.where((lengths == 1) & letters, LETTER, kinds).astype(np.uint8)


def letter_runs(letters: Numbers, text_ids: NDArray[np.int32]) -> list[Run]:
    """Return the runs of three or more words of one letter, given their ascending places."""
    if len(letters) < SHORTEST_RUN:
        return []
    owners = text_ids[letters]
    new = np.ones(len(letters), dtype=bool)
    new[1:] = (np.diff(letters) != 1) | (owners[1:] != owners[:-1])
    begins = np.flatnonzero(new)
    sizes = np.diff(np.append(begins, len(letters)))
    chosen = sizes >= SHORTEST_RUN
    return list(zip(letters[begins[chosen]].tolist(), sizes[chosen].tolist(), strict=True))


def broken_words(
    table: KnownWords,
    linear: Hashes,
    lengths: Numbers,
    text_ids: NDArray[np.int32],
    strange: Numbers,
) -> list[Run]:
    """Return the runs of words that are one broken word.

    Parameters
    ----------
    table : KnownWords
    linear, lengths, text_ids : arrays (words,)
        Linear hash, number of letters and text of each word as written.
    strange : array of int64
        Places of the words that may be a piece of another.
    """
    powers = np.array([pow(BASE, size, 1 << 64) for size in range(_LONGEST + 1)], np.uint64)
    costs = table.costs[table.find(linear)]
    spans = np.zeros(len(linear), dtype=bool)
    spans[strange] = True
    is_strange, joined, letters, costs_apart = spans, linear, lengths, costs.astype(np.float64)
    found: list[tuple[Numbers, Hashes, NDArray[np.float64], Numbers]] = []
    # Element k of these arrays is the run that begins with word k; each round adds the next word,
    # so the arrays get one shorter: (words - size + 1,).
    for size in range(2, _MOST_PIECES + 1):
        added = slice(size - 1, None)
        joined = joined[:-1] + linear[added] * powers[np.minimum(letters[:-1], _LONGEST)]
        letters = letters[:-1] + lengths[added]
        costs_apart = costs_apart[:-1] + costs[added]
        spans = spans[:-1] | is_strange[added]
        whole = spans & (text_ids[added] == text_ids[: len(spans)]) & (letters <= _LONGEST)
        begins = whole.nonzero()[0]
        sizes = np.full(len(begins), size)
        found.append((begins, joined[begins], costs_apart[begins], sizes))
    begins, joined, costs_apart, sizes = (
        np.concatenate(parts) for parts in zip(*found, strict=True)
    )
    numbers = table.candidates(joined)
    saved = costs_apart - table.costs[numbers]
    wanted = np.where(table.flags[numbers] & ABUSIVE_WORD, SAVED, SAVED_BY_OTHERS)
    chosen = ((numbers >= 0) & (saved >= wanted)).nonzero()[0]
    columns = (-saved[chosen], begins[chosen], sizes[chosen])
    return _without_overlap(sorted(zip(*(column.tolist() for column in columns), strict=True)))


def _without_overlap(runs: Iterable[tuple[float, int, int]]) -> list[Run]:
    """Return the runs that share no word with a better one, by place; ``runs`` come best first."""
    taken: set[int] = set()
    chosen: list[Run] = []
    for _, begin, size in runs:
        if taken.isdisjoint(range(begin, begin + size)):
            taken.update(range(begin, begin + size))
            chosen.append((begin, size))
    return sorted(chosen)
