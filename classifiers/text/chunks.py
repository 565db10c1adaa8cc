"""Cuts a batch of texts into chunks between white space, each with a 64-bit key, without strings.

Comments repeat themselves: nineteen chunks in twenty are known already. The token cache finds a
known chunk by its key, so only new chunks are read character by character.
"""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_CHARS = 20_000
"""Number of characters of a text that are read; the rest is ignored."""

_HASHED = 64
"""Longest chunk in bytes that is hashed in blocks of eight; longer ones use Python's hash."""

_OTHER_SPACE = re.compile("[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_CHUNK = re.compile(r"\S+")
_LINE_FEED = 10
_MASKS = np.array([(1 << 8 * length) - 1 for length in range(9)], dtype=np.uint64)

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of a batch of texts.

    Attributes
    ----------
    data : bytes
        The texts as UTF-8; a chunk is ``data[start:end]``.
    starts, ends : arrays of int64 (chunks,)
    text_ids : array of int32 (chunks,)
        Text of each chunk, ascending.
    keys : array of uint64 (chunks,)
        Equal chunks have equal keys; never 0.
    line_ends : array of bool (chunks,)
        True for the last chunk of a line.
    count : int
        Number of texts.
    """

    data: bytes
    starts: Numbers
    ends: Numbers
    text_ids: NDArray[np.int32]
    keys: Keys
    line_ends: NDArray[np.bool_]
    count: int

    def chunk(self, number: int) -> str:
        """Return one chunk as written."""
        part = self.data[self.starts[number] : self.ends[number]]
        return part.decode("utf-8", "surrogatepass")


@functools.cache
def _multipliers() -> Keys:
    """Return odd factors, random in each process, so that no sender can aim at equal keys."""
    return np.array([secrets.randbits(64) | 1 for _ in range(3)], dtype=np.uint64)


def _encoded(text: str) -> bytes:
    """Return the part of a text that is read as UTF-8, with other white space as plain spaces."""
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS]
    if text.isascii():
        return text.encode()
    return _OTHER_SPACE.sub(" ", text).encode("utf-8", "surrogatepass")


def cut(texts: Sequence[str]) -> Chunks:
    """Cut texts into chunks; each text is read up to `MAX_CHARS` characters."""
    parts = [_encoded(text) for text in texts]
    data = b"\n".join((b"", *parts, b" " * 16))
    data += b" " * (-len(data) % 8)
    codes = np.frombuffer(data, dtype=np.uint8)
    # UTF-8 bytes below 128 are always characters of their own, so white space is found by byte.
    space = (codes == 32) | (codes - np.uint8(9) < 5) | (codes - np.uint8(28) < 4)
    edges = np.flatnonzero(space[1:] != space[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    lengths = np.fromiter((len(part) for part in parts), dtype=np.int64, count=len(parts))
    firsts = np.searchsorted(starts, np.cumsum(lengths + 1))
    counts = np.diff(firsts, prepend=0)
    text_ids = np.repeat(np.arange(len(parts), dtype=np.int32), counts)
    keys = _keys(data, starts, ends - starts)
    line_ends = _line_ends(codes, starts)
    return Chunks(data, starts, ends, text_ids, keys, line_ends, len(parts))


def _line_ends(codes: NDArray[np.uint8], starts: Numbers) -> NDArray[np.bool_]:
    """Say which chunks have a line feed before the next chunk; each text ends with one."""
    passed = np.searchsorted(np.flatnonzero(codes == _LINE_FEED), np.append(starts, len(codes)))
    return np.diff(passed) > 0


def _keys(data: bytes, starts: Numbers, lengths: Numbers) -> Keys:
    """Return a key per chunk: eight bytes at a time, all chunks at once, long ones one by one."""
    blocks = np.frombuffer(data, dtype="<u8")
    first, second, third = _multipliers()
    keys = _mixed(_load(blocks, starts, lengths) + lengths.astype(np.uint64) * third, first)
    rest = np.flatnonzero(lengths > 8)
    for begun in range(8, _HASHED, 8):
        if not len(rest):
            break
        block = _load(blocks, starts[rest] + begun, lengths[rest] - begun)
        keys[rest] = _mixed((keys[rest] ^ block) + third, second)
        rest = rest[lengths[rest] > begun + 8]
    for number in rest.tolist():
        part = data[starts[number] : starts[number] + lengths[number]]
        keys[number] = np.uint64(hash(part) & 0xFFFFFFFFFFFFFFFF)
    return keys | np.uint64(1)  # 0 marks an empty slot


def _load(blocks: Keys, places: Numbers, lengths: Numbers) -> Keys:
    """Return up to eight bytes from each place on as one number, uint64 (places,)."""
    # Two aligned blocks hold the bytes; the double shift avoids a shift by 64, which is undefined.
    number = places >> 3
    shift = ((places & 7) << 3).astype(np.uint64)
    low = blocks.take(number) >> shift
    high = (blocks.take(number + 1) << (np.uint64(63) - shift)) << np.uint64(1)
    return (low | high) & _MASKS.take(np.minimum(lengths, 8))


def _mixed(values: Keys, multiplier: np.uint64) -> Keys:
    values = values * multiplier
    values ^= values >> np.uint64(32)
    values *= multiplier
    return values ^ (values >> np.uint64(29))


def chunk_places(text: str) -> Numbers:
    """Return the offset of each chunk in its text, in characters (slow: for explanations)."""
    found = _CHUNK.finditer(text[:MAX_CHARS])
    return np.array([match.start() for match in found], dtype=np.int64)
