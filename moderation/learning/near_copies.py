"""Finds near-copies of a text, so that a text posted a hundred times counts once.

Texts are compared by the sets of their runs of three words (shingles; Broder 1997), of which the
smallest hashes stand for the whole, so that a long text costs no more than a short one.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

RUN = 3
SKETCH = 64
# Two texts are near-copies when they share this part of their runs of words (Jaccard similarity).
SAME = 0.8
CANDIDATES = 8

Sketch = NDArray[np.uint32]

_word = re.compile(r"\w+")
_digits = re.compile(r"\d+")


class HasText(Protocol):
    """Something with a text."""

    @property
    def text(self) -> str:
        """The text to compare."""


Item = TypeVar("Item", bound=HasText)


class NearCopies:
    """Remembers the texts that it was shown, with about 300 bytes for each."""

    def __init__(self) -> None:
        self.copies = 0
        self._sketches: list[Sketch] = []
        self._places: dict[tuple[int, ...], list[int]] = {}

    def without_copies(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items whose `text` is no near-copy of an earlier one; count the others."""
        for item in items:
            if self.is_copy(item.text):
                self.copies += 1
            else:
                yield item

    def is_copy(self, text: str) -> bool:
        """Tell whether a text is a near-copy of an earlier one; remember it otherwise."""
        own = sketch(text)
        keys = _keys(own)
        for key in keys:
            for place in self._places.get(key, ()):
                if similarity(own, self._sketches[place]) >= SAME:
                    return True
        for key in keys:
            places = self._places.setdefault(key, [])
            if len(places) < CANDIDATES:
                places.append(len(self._sketches))
        self._sketches.append(own)
        return False


def sketch(text: str) -> Sketch:
    """Return the smallest hashes (SKETCH at most, sorted) of a text's runs of three words.

    Case, punctuation, letter forms and the digits of numbers make no difference.
    """
    folded = _digits.sub("0", unicodedata.normalize("NFKC", text).casefold())
    words = _word.findall(folded) or [folded.strip()]
    runs = range(max(1, len(words) - RUN + 1))
    hashes = [zlib.crc32(" ".join(words[at : at + RUN]).encode("utf-8", "replace")) for at in runs]
    return np.unique(np.array(hashes, dtype=np.uint32))[:SKETCH]


def similarity(one: Sketch, other: Sketch) -> float:
    """Return the share of runs that two texts share, 0-1, estimated from their sketches."""
    together = np.union1d(one, other)[:SKETCH]
    shared = np.intersect1d(one, other, assume_unique=True)
    return float(np.isin(together, shared, assume_unique=True).mean())


def _keys(own: Sketch) -> list[tuple[int, ...]]:
    """Return the keys that near-copies most likely share: the smallest hashes, odd and even."""
    return [
        (parity, *(int(value) for value in own[own % 2 == parity][:2]))
        for parity in (0, 1)
        if (own % 2 == parity).any()
    ]
