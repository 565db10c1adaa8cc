"""The public thread of a story: approved comments only, nested, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from moderation.decisions.public_status import APPROVED_SQL
from moderation.models import Story

# Comments that start a conversation, per page, without their replies.
PAGE, LARGEST_PAGE = 50, 200
# A page ends early rather than carry more replies than this.
REPLIES = 5_000
# Deeper replies are listed under their ancestor at this depth; `parent_id` still names the parent.
DEEPEST = 12

_COLUMNS = """
    c.id, c.external_id, c.parent_id, p.external_id, a.external_id, c.author_name, c.body,
    c.revision, c.submitted_at
"""
_JOINS = """
    LEFT JOIN moderation_comment p ON p.id = c.parent_id
    LEFT JOIN moderation_author a ON a.id = c.author_id
"""
ROOTS = f"""
SELECT {_COLUMNS} FROM moderation_comment c {_JOINS}
WHERE c.story_id = %s AND c.id > coalesce(
        (SELECT id FROM moderation_comment WHERE story_id = %s AND external_id = %s), 0)
  AND {APPROVED_SQL.format("c")}
  AND (c.parent_id IS NULL OR NOT {APPROVED_SQL.format("p")})
ORDER BY c.id LIMIT %s
"""
REPLIES_OF = f"""
WITH RECURSIVE tree AS (
    SELECT unnest(%s::bigint[]) AS id
  UNION ALL
    SELECT c.id FROM moderation_comment c JOIN tree ON c.parent_id = tree.id
    WHERE {APPROVED_SQL.format("c")}
)
SELECT {_COLUMNS} FROM tree JOIN moderation_comment c USING (id) {_JOINS}
WHERE NOT c.id = ANY(%s::bigint[])
ORDER BY c.id LIMIT %s
"""


@dataclass(slots=True)
class ThreadNode:
    """An approved comment and its approved replies, oldest first.

    `replying_to` is the name of the author it answers. `replying_to_removed` tells that readers
    cannot see the comment it answers (erased, rejected, not yet decided); it is then at the top.
    """

    id: str
    parent_id: str | None
    author_id: str | None
    author_name: str
    body: str
    edited: bool
    submitted_at: datetime
    replying_to: str = ""
    replying_to_removed: bool = False
    replies: list[ThreadNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of a thread; `next` is the cursor of the next page, None at the end."""

    comments: list[ThreadNode]
    next: str | None


def thread(story: Story, *, after: str = "", limit: int = PAGE) -> Thread:
    """Return a page of a story's public thread.

    after: the id of the last top comment of the page before. limit: top comments, 1-LARGEST_PAGE.
    """
    limit = max(1, min(limit, LARGEST_PAGE))
    with connection.cursor() as cursor:
        cursor.execute(ROOTS, [story.pk, story.pk, after, limit + 1])
        roots = cursor.fetchall()
        more, roots = len(roots) > limit, roots[:limit]
        root_ids = [row[0] for row in roots]
        cursor.execute(REPLIES_OF, [root_ids, root_ids, REPLIES + 1])
        replies = cursor.fetchall()
    if len(replies) > REPLIES and len(roots) > 1:
        return thread(story, after=after, limit=len(roots) // 2)
    top = _nest(roots, replies[:REPLIES])
    return Thread(top, top[-1].id if more else None)


def _nest(roots: list[tuple[Any, ...]], replies: list[tuple[Any, ...]]) -> list[ThreadNode]:
    """Build the tree. Rows come in the order of their ids, so a parent precedes its replies."""
    # Internal id → the node, the list into which its replies go, and its depth.
    places: dict[int, tuple[ThreadNode, list[ThreadNode], int]] = {}
    top: list[ThreadNode] = []
    for row in roots:
        node = _node(row)
        node.replying_to_removed = row[2] is not None
        node.parent_id = None
        places[row[0]] = (node, node.replies, 1)
        top.append(node)
    for row in replies:
        if row[2] not in places:
            continue
        node = _node(row)
        parent, siblings, depth = places[row[2]]
        node.replying_to = parent.author_name
        siblings.append(node)
        below = node.replies if depth < DEEPEST else siblings
        places[row[0]] = (node, below, depth + 1)
    return top


def _node(row: tuple[Any, ...]) -> ThreadNode:
    return ThreadNode(
        id=row[1],
        parent_id=row[3],
        author_id=row[4],
        author_name=row[5],
        body=row[6],
        edited=row[7] > 1,
        submitted_at=row[8],
    )
