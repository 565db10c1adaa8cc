"""Splits words that were run together ("youareanidiot") by the cheapest cut into known words.

Dynamic programming over unigram costs (Viterbi; as in Norvig 2009, "Natural Language Corpus Data"),
for all words of a batch at once.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from classifiers.text.hashing import BASE, Codes, Hashes, Numbers, edges_of
from classifiers.text.known_words import KnownWords

SHORTEST = 5
"""Fewest letters of a word that may be several run together."""

LONGEST = 1000
"""Most letters of one run; longer runs are cut into parts of this size first."""

_LONGEST_PIECE = 16
_PER_PIECE = 1.5
_UNKNOWN_PIECE, _PER_UNKNOWN_LETTER = 7.0, 2.5
_LONE_LETTER = 5.0
_LONE_LETTERS_ALLOWED = (97, 105)
_NAME_LIKE = 11
"""Most letters of an unknown word that is more likely a name than several words."""

_LIMITS = ((5.0, 1.3), (-24.7, 4.0), (10.0, 2.2))
"""Highest cost of a cut: starts and slopes of three lines over the number of a word's letters.

Names and rare words are short; words of fifteen letters and more are mostly run together.
"""

Floats = NDArray[np.float64]


@functools.cache
def _factors() -> tuple[Hashes, Hashes]:
    """Return the powers of the hash's base for places up to `LONGEST`, and their inverses."""
    inverse = pow(BASE, -1, 1 << 64)
    factors = [pow(BASE, k + 1, 1 << 64) for k in range(LONGEST)]
    inverses = [pow(inverse, k, 1 << 64) for k in range(LONGEST)]
    return np.array(factors, dtype=np.uint64), np.array(inverses, dtype=np.uint64)


def segment(table: KnownWords, codes: Codes, lengths: Numbers) -> list[list[int] | None]:
    """Split words into known words.

    Parameters
    ----------
    table : KnownWords
    codes : array of uint32 (letters of all words,)
        The words' letters, end to end.
    lengths : array of int64 (words,)
        Number of letters of each word, at most `LONGEST`.

    Returns
    -------
    list of (list of int or None)
        Per word the lengths of its pieces; None where it is no run of words.
    """
    made: list[list[int] | None] = [None] * len(lengths)
    edges = edges_of(lengths)
    for chosen in _groups(lengths):
        width = int(lengths[chosen].max())
        # One word per row, filled up with zeros: (chosen, width).
        places = edges[chosen][:, None] + np.arange(width)
        inside = np.arange(width) < lengths[chosen][:, None]
        letters = np.where(inside, codes.take(np.minimum(places, len(codes) - 1)), 0)
        for word, cut in zip(chosen.tolist(), _cuts(table, letters, lengths[chosen]), strict=True):
            made[word] = cut
    return made


def _groups(lengths: Numbers) -> Iterator[Numbers]:
    """Yield words of similar length, so that padded rows waste little."""
    low = SHORTEST
    for high in (12, 24, 60, 200, LONGEST):
        chosen = np.flatnonzero((lengths >= low) & (lengths <= high))
        if len(chosen):
            yield chosen
        low = high + 1


def _piece_costs(table: KnownWords, letters: Codes) -> Floats:
    """Return the cost of every piece, float64 (words, width, _LONGEST_PIECE).

    ``[word, end, k]`` is the piece of ``_LONGEST_PIECE - k`` letters that ends with letter ``end``:
    the longest comes first, so that beginnings ascend. Pieces that begin before the word cost inf.
    """
    words, width = letters.shape
    factors, inverses = _factors()
    sums = np.zeros((words, width + 1), dtype=np.uint64)
    np.cumsum(letters.astype(np.uint64) * factors[:width], axis=1, out=sums[:, 1:])
    # The hash of letters i to j is the difference of two running sums, moved to the first place by
    # the inverse of the base's power.
    sizes = np.arange(_LONGEST_PIECE, 0, -1)
    begins = np.arange(1, width + 1)[:, None] - sizes
    inside = np.maximum(begins, 0)
    linear = (sums[:, 1:, None] - sums[:, inside]) * inverses[inside]
    numbers = table.find(linear)
    unknown = _UNKNOWN_PIECE + _PER_UNKNOWN_LETTER * sizes
    costs = np.where(numbers >= 0, table.costs[numbers], unknown) + _PER_PIECE
    costs[:, begins < 0] = np.inf
    lone = (letters != _LONE_LETTERS_ALLOWED[0]) & (letters != _LONE_LETTERS_ALLOWED[1])
    costs[:, :, -1] += _LONE_LETTER * lone
    return costs


def _cuts(table: KnownWords, letters: Codes, lengths: Numbers) -> Iterator[list[int] | None]:
    """Yield per word the lengths of the cheapest cut's pieces, None where it costs too much.

    Parameters
    ----------
    table : KnownWords
    letters : array of uint32 (words, width)
    lengths : array of int64 (words,)
    """
    words, width = letters.shape
    costs = _piece_costs(table, letters)
    short = np.flatnonzero(lengths <= _NAME_LIKE)
    costs[short, lengths[short] - 1, -1] = np.inf  # no letter is left over: "Assisi", "Takeshita"
    # best[:, k + _LONGEST_PIECE - 1]: cost of the cheapest cut of the first k letters. The columns
    # before stay inf, so that every step can look at `_LONGEST_PIECE` beginnings.
    best = np.full((words, _LONGEST_PIECE + width), np.inf)
    best[:, _LONGEST_PIECE - 1] = 0.0
    sizes = np.zeros((words, width + 1), dtype=np.int64)
    for end in range(width):
        totals = best[:, end : end + _LONGEST_PIECE] + costs[:, end]
        sizes[:, end + 1] = 1 + totals[:, ::-1].argmin(axis=1)  # of equals the shortest
        best[:, end + _LONGEST_PIECE] = totals.min(axis=1)
    best = best[:, _LONGEST_PIECE - 1 :]
    # Follow the sizes back from the end of each word whose cut costs less than its limit.
    rows = np.arange(words)
    small, middle, long = (start + slope * lengths for start, slope in _LIMITS)
    limits = np.where(lengths <= _NAME_LIKE, small, np.minimum(middle, long))
    for row, (length, total, limit) in enumerate(
        zip(lengths.tolist(), best[rows, lengths].tolist(), limits.tolist(), strict=True)
    ):
        cut: list[int] = []
        while total <= limit and length:
            cut.append(int(sizes[row, length]))
            length -= cut[-1]
        yield cut[::-1] if len(cut) > 1 else None
