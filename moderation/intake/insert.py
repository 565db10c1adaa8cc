"""Inserts comments: one statement stores all comments that wait at the same time (group commit).

The comments of many clients share one commit (see platform.batching).
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.utils.translation import gettext as _

from moderation.community import suspensions
from moderation.intake import upserts, wake_worker
from moderation.platform import hot_path_sql
from moderation.platform.batching import Batcher
from moderation.platform.errors import Busy, Conflict, Invalid, ModerationError, Unavailable

ROWS_PER_STATEMENT = 500
TURN_SECONDS = 8.0

INSERT = """
INSERT INTO moderation_comment AS c (site_id, story_id, author_id, parent_id, external_id,
    idempotency_key, fingerprint, author_name, body, submitted_at)
SELECT r.site_id, r.story_id, r.author_id, {parent}, r.external_id, r.key,
    decode(r.fingerprint, 'hex'), r.author_name, r.body, coalesce(r.submitted_at, now())
FROM ROWS FROM (json_to_recordset(%s::json) AS (site_id bigint, story_id bigint,
    author_id bigint, parent text, external_id text, key text, fingerprint text,
    author_name text, body text, submitted_at timestamptz, past boolean)) WITH ORDINALITY AS r
{join}
WHERE (r.past OR NOT EXISTS (
    SELECT FROM moderation_author a WHERE a.id = r.author_id AND {suspended})){parents}
ORDER BY r.site_id, r.external_id, r.ordinality  -- of two under one id, the first one stays
ON CONFLICT DO NOTHING
RETURNING c.id, c.site_id, c.external_id
"""
_suspended = suspensions.SUSPENDED_SQL.format("a")
INSERT_PLAIN = INSERT.format(parent="NULL", join="", suspended=_suspended, parents="")
# The statement skips a reply whose parent is unknown or under another story; see _explain.
INSERT_REPLIES = INSERT.format(
    parent="p.id",
    join="LEFT JOIN moderation_comment p ON p.site_id = r.site_id AND p.external_id = r.parent",
    suspended=_suspended,
    parents=" AND (r.parent IS NULL OR p.story_id = r.story_id)",
)
FIND = """
SELECT id, external_id, idempotency_key, fingerprint,
    CASE WHEN held_until > now() THEN status_before ELSE status END
FROM moderation_comment
WHERE site_id = %s AND (external_id = ANY(%s::text[]) OR idempotency_key = ANY(%s::text[]))
"""


@dataclass(frozen=True, slots=True)
class Submitted:
    """An accepted comment: its row id, the publisher's id, its status, and whether it was known."""

    comment_id: int
    external_id: str
    status: str
    replayed: bool = False


@dataclass(slots=True, eq=False)
class PendingInsert:
    """A comment before its insert, and the outcome of the insert."""

    site_id: int
    story: upserts.StoryFields
    author_id: str
    author_name: str
    record: dict[str, Any]
    # The publisher sent an id: the id alone identifies the comment.
    named: bool
    outcome: Submitted | Exception | None = None

    @property
    def story_key(self) -> upserts.Key:
        """Its key in the directory of stories."""
        return (self.site_id, self.story.external_id)

    @property
    def author_key(self) -> upserts.Key:
        """Its key in the directory of authors."""
        return (self.site_id, self.author_id)


def store(pending: Sequence[PendingInsert]) -> None:
    """Store comments, with all others that wait; sets each outcome, raises nothing."""
    if hot_path_sql.in_transaction():
        # Other people's comments must not depend on the caller's transaction.
        store_now(pending)
    elif not _batcher.submit(pending):
        # Their batch can still be stored: the client finds out when it sends them again.
        for comment in pending:
            if comment.outcome is None:
                comment.outcome = Unavailable(_("The database does not answer. Send it again."))


def _store_all(group: Sequence[Sequence[PendingInsert]]) -> None:
    store_now([comment for pending in group for comment in pending])


_batcher: Batcher[Sequence[PendingInsert]] = Batcher(_store_all, patience=TURN_SECONDS)


def store_now(pending: Sequence[PendingInsert]) -> None:
    """Store comments in groups; a comment that the database refuses harms no other comment."""
    for start in range(0, len(pending), ROWS_PER_STATEMENT):
        group = pending[start : start + ROWS_PER_STATEMENT]
        try:
            _store_group(group)
        except psycopg.Error:
            for comment in group:
                _store_alone(comment)
        except Exception as error:  # every caller that waits must get an answer
            for comment in group:
                if comment.outcome is None:
                    comment.outcome = error
    if any(isinstance(c.outcome, Submitted) and not c.outcome.replayed for c in pending):
        wake_worker.notify_after_commit()


def _store_alone(comment: PendingInsert) -> None:
    """Store one comment after its group failed; look its story and author up again."""
    if comment.outcome is not None:
        return
    for attempt in (1, 2, 3):
        upserts.stories.forget(comment.story_key)
        upserts.authors.forget(comment.author_key)
        try:
            _store_group([comment])
            return
        except psycopg.OperationalError:  # a deadlock: another transaction went first
            time.sleep(0.02 * attempt)
            comment.outcome = Busy(_("Another request is writing the same row. Send it again."))
        except Exception as error:
            comment.outcome = error
            return


def _store_group(group: Sequence[PendingInsert]) -> None:
    """Insert a group, and explain those that were not inserted."""
    story_ids = upserts.find_ids(
        upserts.stories,
        upserts.STORIES,
        {c.story_key: (c.story.content, c.story.row(c.site_id)) for c in group},
    )
    author_ids = upserts.find_ids(upserts.authors, upserts.AUTHORS, _authors(group))
    for comment in group:
        comment.record["story_id"] = story_ids[comment.story_key]
        comment.record["author_id"] = author_ids.get(comment.author_key)
    remaining = [comment for comment in group if not isinstance(comment.outcome, Submitted)]
    while remaining:
        # A reply may answer a comment of the same group: the next insert finds its parent.
        count = len(remaining)
        remaining = _insert(remaining)
        replies = any(comment.record["parent"] for comment in remaining)
        if len(remaining) == count or not replies:
            break
    if remaining:
        _explain(remaining)


def _authors(group: Sequence[PendingInsert]) -> dict[upserts.Key, tuple[int, dict[str, Any]]]:
    wanted = {}
    for comment in group:
        if comment.author_id:
            name = comment.author_name
            record = {
                "site_id": comment.site_id,
                "external_id": comment.author_id,
                "name": name,
            }
            wanted[comment.author_key] = (hash(name) if name else 0, record)
    return wanted


def _insert(pending: Sequence[PendingInsert]) -> list[PendingInsert]:
    """Insert what the database accepts; return the other comments."""
    statement = INSERT_PLAIN
    if any(comment.record["parent"] for comment in pending):
        statement = INSERT_REPLIES
    records = json.dumps([comment.record for comment in pending], ensure_ascii=False)
    inserted = {(row[1], row[2]): row[0] for row in hot_path_sql.fetch(statement, [records])}
    remaining = []
    for comment in pending:
        external_id = comment.record["external_id"]
        pk = inserted.pop((comment.site_id, external_id), None)
        if pk is None:
            remaining.append(comment)
        else:
            comment.outcome = Submitted(pk, external_id, "pending")
    return remaining


def _explain(pending: Sequence[PendingInsert]) -> None:
    """Find out why comments were not inserted: known, id or key in use, author, parent."""
    for site_id in {comment.site_id for comment in pending}:
        of_site = [comment for comment in pending if comment.site_id == site_id]
        ids = [c.record["external_id"] for c in of_site]
        ids += [c.record["parent"] for c in of_site if c.record["parent"]]
        keys = [c.record["key"] for c in of_site if c.record["key"]]
        rows = hot_path_sql.fetch(FIND, [site_id, ids, keys])
        by_id = {row[1]: row for row in rows}
        by_key = {row[2]: row for row in rows if row[2]}
        for comment in of_site:
            comment.outcome = _known(comment, by_id, by_key)
        remaining = [comment for comment in of_site if comment.outcome is None]
        author_ids = {c.record["author_id"] for c in remaining if not c.record["past"]}
        refusals = suspensions.suspensions(author_ids)
        for comment in remaining:
            record = comment.record
            suspended = None if record["past"] else refusals.get(record["author_id"])
            comment.outcome = suspended or _no_parent(comment, by_id)


def _known(
    comment: PendingInsert, by_id: dict[str, tuple[Any, ...]], by_key: dict[str, tuple[Any, ...]]
) -> Submitted | ModerationError | None:
    record = comment.record
    same_key = by_key.get(record["key"]) if record["key"] else None
    known = same_key or (by_id.get(record["external_id"]) if comment.named else None)
    if known is None:
        return None
    if bytes(known[3]).hex() == record["fingerprint"]:
        return Submitted(known[0], known[1], known[4], replayed=True)
    if same_key:
        return Invalid(
            _("This Idempotency-Key was used for another comment."),
            code="idempotency_key_reused",
            field="Idempotency-Key",
        )
    return Conflict(
        _("Another comment has this id. To change a comment, use PATCH."),
        code="id_reused",
        field="id",
    )


def _no_parent(comment: PendingInsert, by_id: dict[str, tuple[Any, ...]]) -> ModerationError:
    record = comment.record
    if record["parent"]:
        if record["parent"] in by_id:
            return Invalid(
                _("The parent belongs to another story."), code="other_story", field="parent_id"
            )
        return Invalid(_("There is no such parent."), code="unknown_parent", field="parent_id")
    return Busy(_("Another request is writing the same row. Send it again."))
