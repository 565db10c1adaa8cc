"""Cuts a story into passages of a few sentences, with offsets into the story's text."""

from __future__ import annotations

import re

MAX_STORY = 30_000
"""Number of characters of a story that are read."""

MAX_PASSAGES = 120
_TARGET = 280
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]?\s+|\n+|[。！？]")


def cut_passages(story: str) -> list[tuple[int, int]]:
    """Return (start, end) of passages of about 280 characters that end with a sentence.

    A passage takes the next sentence while it is short and the next sentence does not double it.
    """
    head = story[:MAX_STORY]
    ends = [match.end() for match in _SENTENCE_END.finditer(head)] + [len(head)]
    passages: list[tuple[int, int]] = []
    start = 0
    for position, end in enumerate(ends):
        upcoming = ends[position + 1] if position + 1 < len(ends) else None
        if upcoming is not None and end - start < _TARGET and upcoming - start <= _TARGET * 2:
            continue
        passages += _pieces(start, end)
        start = end
    return [_trimmed(head, *span) for span in passages if head[span[0] : span[1]].strip()][
        :MAX_PASSAGES
    ]


def _pieces(start: int, end: int) -> list[tuple[int, int]]:
    """Cut a passage without sentence ends into pieces of at most four times the usual length."""
    limit = _TARGET * 4
    return [(begin, min(begin + limit, end)) for begin in range(start, end, limit)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
