"""The context of comments: story, thread, parent, author and flags, and the facts for the policy.

One batch costs a handful of queries. Each of them reads a bounded number of rows per comment,
however much an author wrote and however long a thread is.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from moderation.community.authors import STANDING_SQL
from moderation.community.flagger_record import WeighedFlag, weighed_flags, weight_of
from moderation.models import Comment, PolicyVersion, Standing, Story
from moderation.policy import CompiledPolicy, Facts, PolicyError
from moderation.policy_versions.live import NoPolicyError, live_policy

logger = logging.getLogger(__name__)

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


class Subject(NamedTuple):
    """A comment whose context is wanted; `pk` says which comments came before it.

    `story_pk` is 0 for an unknown story. Without `author_pk` no record is looked up.
    """

    pk: int
    story_pk: int
    author_pk: int | None
    parent_pk: int | None
    body: str

    @classmethod
    def of(cls, comment: Comment) -> Subject:
        """Return a stored comment as a subject."""
        return cls(comment.pk, comment.story_id, comment.author_id, comment.parent_id, comment.body)


class ClaimedComment(NamedTuple):
    """A comment as the drain claims it from the queue."""

    pk: int
    site_pk: int
    story_pk: int
    author_pk: int | None
    parent_pk: int | None
    body: str
    version: int
    revision: int
    attempts: int

    @property
    def subject(self) -> Subject:
        """The comment as a subject."""
        return Subject(self.pk, self.story_pk, self.author_pk, self.parent_pk, self.body)


class StoryContext(NamedTuple):
    """What counts of a story for a comment."""

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
class CommentContext:
    """A comment with its context. `facts` are what the policy evaluates, still without a score."""

    text: str
    story: StoryContext
    parent: str
    facts: Facts
    weighed_flags: Sequence[WeighedFlag] = ()


@dataclass(frozen=True, slots=True)
class SiteBatch:
    """The claimed comments of one site, their contexts in the same order, and the live policy.

    The policy is None when the site has none that can be evaluated.
    """

    site_pk: int
    comments: Sequence[ClaimedComment]
    contexts: Sequence[CommentContext]
    version: PolicyVersion | None
    policy: CompiledPolicy | None


def gather_by_site(claimed: Sequence[ClaimedComment]) -> list[SiteBatch]:
    """Return claimed comments of any sites, site by site, with all that scoring them needs."""
    contexts = gather([comment.subject for comment in claimed])
    by_site: dict[int, list[int]] = {}
    for place, comment in enumerate(claimed):
        by_site.setdefault(comment.site_pk, []).append(place)
    return [
        SiteBatch(
            site_pk,
            [claimed[place] for place in places],
            [contexts[place] for place in places],
            *_usable_policy(site_pk),
        )
        for site_pk, places in sorted(by_site.items())
    ]


def _usable_policy(
    site_pk: int,
) -> tuple[PolicyVersion, CompiledPolicy] | tuple[None, None]:
    try:
        return live_policy(site_pk)
    except (NoPolicyError, PolicyError) as error:
        logger.error("site %s: no policy can be evaluated (%s)", site_pk, type(error).__name__)
        return None, None


def gather(subjects: Sequence[Subject]) -> list[CommentContext]:
    """Fetch the context of each comment, in order, in five queries at most for all of them."""
    stories = _stories(subjects)
    parents = _parents({subject.parent_pk for subject in subjects if subject.parent_pk})
    records = _records({one.pk: one.author_pk for one in subjects if one.author_pk})
    flags: dict[int, int] = dict(_fetch(FLAGS, [[subject.pk for subject in subjects]]))
    weighed = weighed_flags(flags) if flags else {}
    copies = Counter(subject.body for subject in subjects)
    contexts = []
    for subject in subjects:
        story = stories.get(subject.story_pk, StoryContext())
        parent, parent_status = parents.get(subject.parent_pk or 0, ("", ""))
        record = records.get(subject.pk, AuthorRecord())
        on_it = weighed.get(subject.pk, [])
        facts = Facts(
            body=subject.body,
            trained=False,
            author_known=subject.author_pk is not None,
            author_approved=record.approved,
            author_rejected=record.rejected,
            author_standing=record.standing,
            story_open=story.state != Story.State.CLOSED,
            story_age_days=story.age_days,
            section=story.section,
            flags=flags.get(subject.pk, 0),
            flags_weighed=weight_of(on_it) if on_it else 0.0,
            submissions_last_hour=record.last_hour,
            # A copy by the same author in this batch is in both counts: the larger one is right.
            duplicates=max(0, record.duplicates, copies[subject.body] - 1),
            parent_status=parent_status,
        )
        contexts.append(CommentContext(subject.body, story, parent, facts, on_it))
    return contexts


def _stories(subjects: Sequence[Subject]) -> dict[int, StoryContext]:
    first: dict[int, int] = {}
    for subject in subjects:
        first[subject.story_pk] = min(subject.pk, first.get(subject.story_pk, subject.pk))
    asked = [THREAD_WINDOW, THREAD, list(first), list(first.values())]
    return {pk: StoryContext(*columns) for pk, *columns in _fetch(STORIES, asked)}


def _parents(pks: set[int]) -> dict[int, tuple[str, str]]:
    if not pks:
        return {}
    return {pk: (body, status) for pk, body, status in _fetch(PARENTS, [list(pks)])}


def _records(authors: dict[int, int]) -> dict[int, AuthorRecord]:
    if not authors:
        return {}
    asked = {"ids": list(authors), "authors": list(authors.values()), "cap": RECORD_CAP}
    return {pk: AuthorRecord(*counts) for pk, *counts in _fetch(AUTHORS, asked)}


def _fetch(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
