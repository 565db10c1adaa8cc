"""Maps 64-bit keys to numbers, a whole array of keys at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.int64(1)


class HashIndex:
    """A hash table with open addressing and linear probing (Knuth, vol. 3, 6.4), in numpy.

    It has at least twice as many slots as keys, and grows when needed. Key 0 marks an empty slot,
    so no key may be 0.

    Parameters
    ----------
    capacity : int
        Number of keys to make room for.
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
        """Return the number of each key, int64 of the keys' shape; -1 for keys not in the table."""
        slots = self._slots(keys)
        stored = self._keys.take(slots)
        numbers = np.where(stored == keys, self._numbers.take(slots), -1).astype(np.int64)
        # Keys that met another key move on by one slot, all at once, until each meets itself or 0.
        pending = np.flatnonzero((stored != keys) & (stored != 0))
        while len(pending):
            slots[pending] = (slots[pending] + _ONE) & self._mask
            stored = self._keys.take(slots[pending])
            found = stored == keys[pending]
            numbers[pending[found]] = self._numbers.take(slots[pending[found]])
            pending = pending[~found & (stored != 0)]
        return numbers

    def add(self, keys: Keys, numbers: Numbers) -> None:
        """Add keys with their numbers; all keys are different, none is in the table yet."""
        if 2 * (self._size + len(keys)) > len(self._keys):
            used = np.flatnonzero(self._keys)
            keys = np.concatenate([self._keys[used], keys])
            numbers = np.concatenate([self._numbers[used], numbers])
            self._clear((4 * len(keys) - 1).bit_length())
        self._size += len(keys)
        slots = self._slots(keys)
        pending = np.arange(len(keys))
        while len(pending):
            wanted = slots[pending]
            free = self._keys.take(wanted) == 0
            # Several keys may want one free slot: all write, the last one stays, the others go on.
            self._keys[wanted[free]] = keys[pending[free]]
            placed = free & (self._keys.take(wanted) == keys[pending])
            self._numbers[wanted[placed]] = numbers[pending[placed]]
            pending = pending[~placed]
            slots[pending] = (slots[pending] + _ONE) & self._mask
