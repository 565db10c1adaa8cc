"""Counts what a chunk looks like: letters, capitals, signs and quotation marks."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.text.hashing import Numbers, edges_of
from classifiers.text.word_classes import QUOTATION_MARKS

_KINDS_KNOWN = 0x3400
"""Code points up to here are looked up one by one; above, all count as letters up to 0xD800."""

_LETTER, _CAPITAL, _SIGN, _QUOTATION_MARK = 1, 2, 4, 8


@functools.cache
def _kinds() -> NDArray[np.uint8]:
    """Return the kinds of each code point below 0x10000 as a sum of bits.

    A sign is neither letter, digit nor space.
    """
    kinds = np.zeros(0x10000, dtype=np.uint8)
    for code in range(_KINDS_KNOWN):
        character = chr(code)
        kinds[code] = _LETTER * character.isalpha() + _CAPITAL * character.isupper()
        kinds[code] += _SIGN * (not character.isalnum() and not character.isspace())
    kinds[_KINDS_KNOWN:0xD800] = _LETTER
    kinds[0xD800:] = _SIGN
    kinds[[ord(sign) for sign in QUOTATION_MARKS]] |= _QUOTATION_MARK
    return kinds


def appearance_of(chunks: Sequence[str]) -> NDArray[np.int64]:
    """Return letters, capitals, signs and characters of each chunk, int64 (chunks, 4)."""
    lengths = np.fromiter((len(chunk) for chunk in chunks), dtype=np.int64, count=len(chunks))
    # The code points of all chunks in one array: one sum per chunk instead of a loop over strings.
    codes = np.frombuffer("".join(chunks).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = _kinds()[np.minimum(codes, 0xFFFF)]
    edges = edges_of(lengths)
    counts = [
        np.add.reduceat((kinds & bit) > 0, edges, dtype=np.int64)
        for bit in (_LETTER, _CAPITAL, _SIGN)
    ]
    return np.stack([*counts, lengths], axis=1)


def quotation_marks(
    chunks: Sequence[str], chunk_ids: Numbers, starts: Numbers
) -> tuple[Numbers, Numbers]:
    """Count quotation marks. Adjacent marks count once.

    Parameters
    ----------
    chunks : sequence of str
    chunk_ids, starts : arrays of int64 (words,)
        Chunk of each word, and the word's first character in that chunk.

    Returns
    -------
    in_chunk : array of int64 (chunks,)
        Marks in each chunk.
    before : array of int64 (words,)
        Marks before each word in its chunk.
    """
    # A line feed after each chunk keeps marks of neighbouring chunks apart.
    edges = edges_of(np.fromiter((len(chunk) + 1 for chunk in chunks), np.int64, len(chunks)))
    codes = np.frombuffer("\n".join([*chunks, ""]).encode("utf-32-le", "surrogatepass"), "<u4")
    mark = (_kinds()[np.minimum(codes, 0xFFFF)] & _QUOTATION_MARK) > 0
    mark[1:] &= ~mark[:-1]
    # passed[k]: marks among the first k characters, so a difference counts those of a span.
    passed = np.concatenate(([0], np.cumsum(mark)))
    ends = np.append(edges, len(codes))
    in_chunk = passed[ends[1:]] - passed[edges]
    return in_chunk, passed[edges[chunk_ids] + starts] - passed[edges[chunk_ids]]
