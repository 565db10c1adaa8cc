"""What is known of comments that are about to be judged: the items to measure, the facts to weigh.

Everything is fetched for a whole batch at once, in a handful of queries, each of which looks at a
bounded number of rows per comment however much an author wrote or however long a thread is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from moderation.community.authors import STANDING_SQL
from moderation.community.flagger_record import WeighedFlag, weighed_flags, weight_of
from moderation.models import Standing, Story
from moderation.policy import Facts

if TYPE_CHECKING:
    from classifiers import Item, Measurement

# An author's record is counted up to this many comments of each status.
RECORD_CAP = 50
# How many of the thread's last comments a classifier sees, and how far back they are looked for.
THREAD, THREAD_WINDOW = 8, 64

# Each story with the last approved comments before the batch: they say what it is about by now.
STORIES = """
SELECT story.id, title, body, section, state,
       EXTRACT(EPOCH FROM clock_timestamp() - published_at)::float8 / 86400,
       ARRAY(
           SELECT near.body FROM (
               SELECT id, body, status FROM moderation_comment
               WHERE story_id = asked.story_id AND id < asked.before_id
               ORDER BY id DESC LIMIT %s
           ) AS near WHERE status = 'approved' ORDER BY id DESC LIMIT %s
       )
FROM unnest(%s::bigint[], %s::bigint[]) AS asked (story_id, before_id)
JOIN moderation_story story ON story.id = asked.story_id
"""
PARENTS = """
SELECT id, body, CASE WHEN held_until > clock_timestamp() THEN status_before ELSE status END
FROM moderation_comment WHERE id = ANY (%s)
"""
_OF_STATUS = """
    (SELECT id, status, submitted_at, body FROM moderation_comment
     WHERE author_id = asked.author_id AND status = '{status}' ORDER BY id DESC LIMIT %(cap)s)
"""
# By the time of submission, so that a backlog that arrives late is not taken for a flood.
AUTHORS = f"""
SELECT asked.id, record.*, {STANDING_SQL.format("author")}
FROM unnest(%(ids)s::bigint[], %(authors)s::bigint[]) AS asked (id, author_id)
JOIN moderation_comment own ON own.id = asked.id
JOIN moderation_author author ON author.id = asked.author_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE status = 'approved'),
           count(*) FILTER (WHERE status = 'rejected'),
           count(*) FILTER (WHERE submitted_at > own.submitted_at - interval '1 hour'
                              AND submitted_at <= own.submitted_at),
           count(*) FILTER (WHERE submitted_at > own.submitted_at - interval '1 day'
                              AND body = own.body)
    FROM ({
    " UNION ALL ".join(
        _OF_STATUS.format(status=status)
        for status in ("approved", "rejected", "in_review", "pending")
    )
}) AS recent
    WHERE recent.id <> asked.id
) AS record (approved, rejected, last_hour, duplicates)
"""
FLAGS = """
SELECT comment_id, count(*) FROM moderation_flag WHERE comment_id = ANY (%s) GROUP BY comment_id
"""


class Waiting(NamedTuple):
    """A comment as the drain takes it from the queue."""

    pk: int
    site_pk: int
    story_pk: int
    author_pk: int | None
    parent_pk: int | None
    body: str
    version: int
    revision: int
    attempts: int


class StoryContext(NamedTuple):
    """What of a story bears on a comment."""

    title: str = ""
    body: str = ""
    section: str = ""
    state: str = Story.State.OPEN
    age_days: float | None = None
    # The last comments that readers see, newest first.
    thread: Sequence[str] = ()


class AuthorRecord(NamedTuple):
    """An author's record, each count capped at RECORD_CAP per status, and the standing now."""

    approved: int = 0
    rejected: int = 0
    last_hour: int = 0
    duplicates: int = 0
    standing: str = Standing.NORMAL


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a batch of comments, by primary key."""

    stories: dict[int, StoryContext] = field(default_factory=dict)
    parents: dict[int, tuple[str, str]] = field(default_factory=dict)
    records: dict[int, AuthorRecord] = field(default_factory=dict)
    flags: dict[int, int] = field(default_factory=dict)
    weighed: dict[int, list[WeighedFlag]] = field(default_factory=dict)
    copies: Counter[str] = field(default_factory=Counter)

    def story_of(self, row: Waiting) -> StoryContext:
        """The story the comment stands under."""
        return self.stories.get(row.story_pk, StoryContext())

    def item(self, row: Waiting) -> Item:
        """What a classifier measures."""
        from classifiers import Item  # noqa: PLC0415 (see scoring.site_classifier)

        story = self.story_of(row)
        return Item(
            text=row.body,
            title=story.title,
            story=story.body,
            section=story.section,
            parent=self.parents.get(row.parent_pk or 0, ("", ""))[0],
            thread=tuple(reversed(story.thread)),
        )

    def facts(self, row: Waiting, measured: Measurement | None) -> Facts:
        """What the policy weighs; without a measurement the comment counts as unscored."""
        story = self.story_of(row)
        record = self.records.get(row.pk, AuthorRecord())
        # A copy by the same author in this batch is in both counts: the larger one is right.
        duplicates = max(record.duplicates, self.copies[row.body] - 1)
        return Facts(
            body=row.body,
            signals=measured.signals if measured else None,
            language=measured.language if measured else "und",
            trained=measured.trained if measured else False,
            author_known=row.author_pk is not None,
            author_approved=record.approved,
            author_rejected=record.rejected,
            author_standing=record.standing,
            story_open=story.state != Story.State.CLOSED,
            story_age_days=story.age_days,
            section=story.section,
            flags=self.flags.get(row.pk, 0),
            flags_weighed=weight_of(self.weighed.get(row.pk, ())),
            submissions_last_hour=record.last_hour,
            duplicates=max(0, duplicates),
            parent_status=self.parents.get(row.parent_pk or 0, ("", ""))[1],
        )


def gather(rows: Sequence[Waiting]) -> Context:
    """Fetch what stands around these comments, in at most five queries."""
    parents = {row.parent_pk for row in rows if row.parent_pk}
    authors = {row.pk: row.author_pk for row in rows if row.author_pk}
    first: dict[int, int] = {}
    for row in rows:
        first[row.story_pk] = min(row.pk, first.get(row.story_pk, row.pk))
    asked = [THREAD_WINDOW, THREAD, list(first), list(first.values())]
    flags: dict[int, int] = dict(_fetch(FLAGS, [[row.pk for row in rows]]))
    return Context(
        stories={pk: StoryContext(*rest) for pk, *rest in _fetch(STORIES, asked)},
        parents={pk: (body, status) for pk, body, status in _fetch(PARENTS, [list(parents)])}
        if parents
        else {},
        records={pk: AuthorRecord(*counts) for pk, *counts in _records(authors)},
        flags=flags,
        weighed=weighed_flags(flags) if flags else {},
        copies=Counter(row.body for row in rows),
    )


def _records(authors: dict[int, int]) -> list[tuple[Any, ...]]:
    if not authors:
        return []
    return _fetch(
        AUTHORS, {"ids": list(authors), "authors": list(authors.values()), "cap": RECORD_CAP}
    )


def _fetch(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
