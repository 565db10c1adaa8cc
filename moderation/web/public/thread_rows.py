"""A thread laid out for a template: a row per comment in reading order, with what opens and closes.

A flat list, because including a template in itself for each reply would take seconds for a long
conversation, and thousands of levels for a hostile one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from moderation.community.thread import ThreadNode

# A text longer than this is folded; readers open it when they want to.
LONG_CHARACTERS, LONG_LINES = 1_500, 18
# From this depth on replies stand below each other: the page would become too narrow to read.
DEEP = 4


@dataclass(slots=True)
class ThreadRow:
    """One comment in reading order, with what a template would be slow to work out.

    `depth` is 1 for one that starts a conversation. `replies` counts all that stand below it: when
    not 0, a list opens after this comment. `closing` has one entry per list that ends after it.
    `answers` is the name it replies to, `removed` tells that the comment it answers is gone.
    """

    comment: ThreadNode
    depth: int
    replies: int
    id: str
    name: str
    own: bool
    long: bool
    answers: str = ""
    removed: bool = False
    closing: range = range(0)

    @property
    def deep(self) -> bool:
        """Tell whether replies are no longer indented."""
        return self.depth > DEEP


def thread_rows(comments: Sequence[ThreadNode], reader: str = "") -> list[ThreadRow]:
    """Return a thread's comments in reading order; `reader` marks his or her own."""
    rows = list(_rows(comments, 1, reader))
    for place, row in enumerate(rows):
        following = rows[place + 1].depth if place + 1 < len(rows) else 1
        row.closing = range(max(0, row.depth - following))
    return rows


def _rows(comments: Sequence[ThreadNode], depth: int, reader: str) -> Iterator[ThreadRow]:
    for comment in comments:
        below = list(_rows(comment.replies, depth + 1, reader))
        yield ThreadRow(
            comment,
            depth,
            len(below),
            id=quote(comment.id, safe="~:@!$*,;=()"),
            name=comment.author_name or "A reader",
            own=bool(reader) and comment.author_id == reader,
            long=_is_long(comment.body),
            answers=(comment.replying_to or "a reader") if depth > 1 else "",
            removed=comment.replying_to_removed,
        )
        yield from below


def _is_long(body: str) -> bool:
    return len(body) > LONG_CHARACTERS or body.count("\n") > LONG_LINES
