"""What one process remembers: values with a size and a time, safe among threads."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Generic, TypeVar

from cachetools import Cache, TTLCache

Key = TypeVar("Key")
Value = TypeVar("Value")

# TTLCache's own read asks for the time again and notes the use: twice the time of a lookup.
_read = Cache.__getitem__
_registered: list[Callable[[], None]] = []


class Memo(Generic[Key, Value]):
    """At most `size` values, each for `seconds`; the longest unused value goes first.

    A value of None counts as unknown. Every memo is registered for `forget_all`.
    """

    def __init__(self, *, size: int, seconds: float = math.inf) -> None:
        self._size, self._seconds = size, seconds
        self._start()
        register(self._start)

    def _start(self) -> None:
        self._values: TTLCache[Key, Value] = TTLCache(self._size, self._seconds)
        self._guard = threading.Lock()

    def get(self, key: Key) -> Value | None:
        """Return the value of a key, or None."""
        with self._guard:
            try:
                return self._values[key]
            except KeyError:
                return None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """Return the values of the keys that are known, without a look at the clock per key."""
        known = {}
        with self._guard:
            values = self._values
            values.expire(monotonic())
            for key in keys:
                try:
                    known[key] = _read(values, key)
                except KeyError:
                    continue
        return known

    def set(self, key: Key, value: Value) -> None:
        """Remember a value from now on."""
        with self._guard:
            self._values[key] = value

    def add(self, key: Key, value: Value) -> bool:
        """Remember a value if the key is unknown; whether it was unknown."""
        with self._guard:
            if key in self._values:
                return False
            self._values[key] = value
            return True

    def get_or_make(self, key: Key, make: Callable[[Key], Value]) -> Value:
        """Return the value of a key; make it when it is unknown. Raises what `make` raises.

        Two threads can make the same value at the same time; nobody waits for another thread.
        """
        value = self.get(key)
        if value is None:
            value = make(key)
            self.set(key, value)
        return value

    def forget(self, key: Key) -> None:
        """Forget the value of a key."""
        with self._guard:
            self._values.pop(key, None)

    def clear(self) -> None:
        """Forget every value."""
        with self._guard:
            self._values.clear()


def register(forget: Callable[[], None]) -> None:
    """Have `forget_all` call this too."""
    _registered.append(forget)


def forget_all() -> None:
    """Forget everything that this process remembers (tests, where ids come again)."""
    for forget in _registered:
        forget()


# A forked child starts with empty memories: a lock that another thread held is held for ever.
os.register_at_fork(after_in_child=forget_all)
