"""A thread as a flat list for a template: one row per comment, in the order of the page.

A template that includes itself for each reply would take seconds for a long conversation, and
thousands of levels for a hostile one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

from moderation.community.thread import ThreadNode

# The page folds a text that is longer; readers can show all of it.
LONG_CHARACTERS, LONG_LINES = 1_500, 18
# From this depth on, the page indents no further: it would become too narrow to read.
DEEP = 4


@dataclass(slots=True)
class ThreadRow:
    """One comment, with what a template would be slow to work out.

    `depth` is 1 for a comment that starts a conversation. `replies` counts all replies below it:
    when not 0, a list opens after the comment. `closing` has one entry per list that ends after it.
    `reply_to` is the name that the comment replies to. `parent_removed`: that comment is gone.
    """

    comment: ThreadNode
    depth: int
    replies: int
    id: str
    name: str
    is_mine: bool
    is_long: bool
    reply_to: str = ""
    parent_removed: bool = False
    closing: range = range(0)

    @property
    def is_deep(self) -> bool:
        """Tell whether the page no longer indents the replies."""
        return self.depth > DEEP


def thread_rows(comments: Sequence[ThreadNode], reader: str = "") -> list[ThreadRow]:
    """Return the rows of a thread; `reader` marks the comments of this reader."""
    rows = list(_rows(comments, 1, reader))
    for index, row in enumerate(rows):
        following = rows[index + 1].depth if index + 1 < len(rows) else 1
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
            name=comment.author_name or _("A reader"),
            is_mine=bool(reader) and comment.author_id == reader,
            is_long=_is_long(comment.body),
            reply_to=(comment.replying_to or _("a reader")) if depth > 1 else "",
            parent_removed=comment.replying_to_removed,
        )
        yield from below


def _is_long(body: str) -> bool:
    return len(body) > LONG_CHARACTERS or body.count("\n") > LONG_LINES
