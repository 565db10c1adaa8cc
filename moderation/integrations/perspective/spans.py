"""Sentences with their places in UTF-16 code units, as the Perspective API counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Each sentence is scored separately; the last span holds the rest of a longer text.
MOST_SPANS = 100
_end = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+|[。！？]+|\n\s*|\r\s*")

Span = tuple[int, int]


def sentences(text: str) -> list[Span]:
    """Return (start, end) of each sentence, in code points, without the space around it."""
    ends = [found.end() for found in _end.finditer(text)][: MOST_SPANS - 1]
    starts = [0, *ends]
    spans = []
    for start, end in zip(starts, [*ends, len(text)], strict=True):
        part = text[start:end]
        if stripped := part.strip():
            first = start + len(part) - len(part.lstrip())
            spans.append((first, first + len(stripped)))
    return spans


def utf16(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return spans in UTF-16 code units; they must be in order and not overlap."""
    if text.isascii():
        return list(spans)
    counted, at, units = [], 0, 0
    for start, end in spans:
        begin = units + _units(text[at:start])
        units = begin + _units(text[start:end])
        counted.append((begin, units))
        at = end
    return counted


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
