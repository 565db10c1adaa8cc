"""A table from 64-bit keys to numbers that looks up a whole array at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.int64(1)


class HashIndex:
    """Open addressing with linear probing (Knuth, vol. 3, 6.4), in numpy.

    Parameters
    ----------
    capacity : int
        Keys that it is to hold; it has at least twice as many slots, and grows when it must. Key 0
        is not allowed.
    """

    def __init__(self, capacity: int) -> None:
        self._clear(max(4, (2 * capacity - 1).bit_length()))

    def _clear(self, bits: int) -> None:
        self._size = 0
        self._shift = np.uint64(64 - bits)
        self._mask = np.int64((1 << bits) - 1)
        self._keys: Keys = np.zeros(1 << bits, dtype=np.uint64)
        self._numbers = np.zeros(1 << bits, dtype=np.int32)

    def _slots(self, keys: Keys) -> Numbers:
        return ((keys * _SPREAD) >> self._shift).astype(np.int64)

    def find(self, keys: Keys) -> Numbers:
        """Return the number of each key, -1 where it is not in the table."""
        slots = self._slots(keys)
        there = self._keys.take(slots)
        numbers = np.where(there == keys, self._numbers.take(slots), -1).astype(np.int64)
        pending = np.flatnonzero((there != keys) & (there != 0))
        while len(pending):
            slots[pending] = (slots[pending] + _ONE) & self._mask
            there = self._keys.take(slots[pending])
            found = there == keys[pending]
            numbers[pending[found]] = self._numbers.take(slots[pending[found]])
            pending = pending[~found & (there != 0)]
        return numbers

    def add(self, keys: Keys, numbers: Numbers) -> None:
        """Enter keys, all different and none of them in the table yet."""
        if 2 * (self._size + len(keys)) > len(self._keys):
            used = np.flatnonzero(self._keys)
            keys = np.concatenate([self._keys[used], keys])
            numbers = np.concatenate([self._numbers[used], numbers])
            self._clear((4 * len(keys) - 1).bit_length())
        self._size += len(keys)
        slots = self._slots(keys)
        pending = np.arange(len(keys))
        while len(pending):
            own = slots[pending]
            free = self._keys.take(own) == 0
            self._keys[own[free]] = keys[pending[free]]
            placed = free & (self._keys.take(own) == keys[pending])  # the last writer won
            self._numbers[own[placed]] = numbers[pending[placed]]
            pending = pending[~placed]
            slots[pending] = (slots[pending] + _ONE) & self._mask
