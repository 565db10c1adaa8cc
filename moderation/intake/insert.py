"""Comments on their way into the database: those that arrive together are stored together.

Whoever comes while nobody is storing stores at once. Whoever comes while somebody is storing waits
for the turn, and the first to get it stores everything that waits in one statement. So a single
client waits for nobody, and many clients share the price of a commit (group commit).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from moderation.community import suspensions
from moderation.intake import upserts, wake_worker
from moderation.platform import hot_path_sql
from moderation.platform.errors import Busy, Conflict, Invalid, ModerationError, Unavailable

TOGETHER = 500
TURN_SECONDS = 8.0

INSERT = """
INSERT INTO moderation_comment AS c (site_id, story_id, author_id, parent_id, external_id,
    idempotency_key, fingerprint, author_name, body, submitted_at)
SELECT r.site_id, r.story_id, r.author_id, {parent}, r.external_id, r.key,
    decode(r.fingerprint, 'hex'), r.author_name, r.body, coalesce(r.submitted_at, now())
FROM json_to_recordset(%s::json) AS r(site_id bigint, story_id bigint, author_id bigint,
    parent text, external_id text, key text, fingerprint text, author_name text, body text,
    submitted_at timestamptz, past boolean)
{join}
WHERE (r.past OR NOT EXISTS (
    SELECT FROM moderation_author a WHERE a.id = r.author_id AND {suspended})){parents}
ORDER BY r.site_id, r.external_id
ON CONFLICT DO NOTHING
RETURNING c.id, c.site_id, c.external_id
"""
_suspended = suspensions.SUSPENDED_SQL.format("a")
INSERT_PLAIN = INSERT.format(parent="NULL", join="", suspended=_suspended, parents="")
# A reply whose parent is unknown, or under another story, is left out and explained afterwards.
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
    """An accepted comment: its row id, its id outside, its status, and whether it was known."""

    comment_id: int
    external_id: str
    status: str
    replayed: bool = False


@dataclass(slots=True, eq=False)
class PendingInsert:
    """One comment on its way, and what became of it."""

    site_id: int
    story: upserts.StoryFields
    author_id: str
    author_name: str
    record: dict[str, Any]
    # The publisher's own id was sent: then it says which comment is meant.
    named: bool
    outcome: Submitted | Exception | None = field(default=None)

    @property
    def story_key(self) -> upserts.Key:
        """Where the directory of stories keeps it."""
        return (self.site_id, self.story.external_id)

    @property
    def author_key(self) -> upserts.Key:
        """Where the directory of authors keeps it."""
        return (self.site_id, self.author_id)


@dataclass(slots=True, eq=False)
class Ticket:
    """A caller's comments, and the gate at which it waits: open when stored, or when it leads."""

    arrivals: Sequence[PendingInsert]
    gate: threading.Lock = field(default_factory=threading.Lock)
    stored: bool = False

    def wait(self) -> bool:
        """Wait until the gate opens; False when that took too long."""
        return self.gate.acquire(timeout=TURN_SECONDS)


class Entrance:
    """The one place of a process where comments are stored, one group at a time."""

    def __init__(self) -> None:
        self._waiting: list[Ticket] = []
        self._guard = threading.Lock()
        self._busy = False

    def store(self, arrivals: Sequence[PendingInsert]) -> None:
        """Store comments, with whatever else waits; every outcome is set when this returns."""
        if hot_path_sql.in_transaction():
            # Other people's comments must not hang on the caller's transaction.
            store_now(arrivals)
            return
        ticket = Ticket(arrivals)
        with self._guard:
            self._waiting.append(ticket)
            leads = not self._busy
            self._busy = True
            if not leads:
                ticket.gate.acquire()
        if not leads:
            if not ticket.wait() and self._withdraw(ticket):
                return
            if ticket.stored:
                return
        self._lead()

    def _lead(self) -> None:
        """Store all that waits, hand the lead to whoever came meanwhile, open the gates."""
        with self._guard:
            group, self._waiting = self._waiting, []
        try:
            store_now([arrival for ticket in group for arrival in ticket.arrivals])
        finally:
            with self._guard:
                following = self._waiting[0] if self._waiting else None
                self._busy = following is not None
                for ticket in group:
                    ticket.stored = True
                if following:
                    following.gate.release()
            for ticket in group:
                if ticket.gate.locked():
                    ticket.gate.release()

    def _withdraw(self, ticket: Ticket) -> bool:
        """Give up waiting; False when the comments were stored, or the lead was given, just now.

        What is being stored right now may yet be: the same request again will tell.
        """
        with self._guard:
            if ticket.stored or not ticket.gate.locked():
                return False
            self._waiting = [other for other in self._waiting if other is not ticket]
        for arrival in ticket.arrivals:
            if arrival.outcome is None:
                arrival.outcome = Unavailable("The database does not answer. Send it again.")
        return True


_entrance = Entrance()


def store(arrivals: Sequence[PendingInsert]) -> None:
    """Store comments; sets each one's outcome, raises nothing."""
    _entrance.store(arrivals)


def store_now(arrivals: Sequence[PendingInsert]) -> None:
    """Store comments in groups; one that the database refuses does not harm its neighbours."""
    for start in range(0, len(arrivals), TOGETHER):
        group = arrivals[start : start + TOGETHER]
        try:
            _store_group(group)
        except psycopg.Error:
            for arrival in group:
                _store_alone(arrival)
        except Exception as error:  # whoever waits must hear something
            for arrival in group:
                if arrival.outcome is None:
                    arrival.outcome = error
    if any(isinstance(a.outcome, Submitted) and not a.outcome.replayed for a in arrivals):
        wake_worker.ring_after_commit()


def _store_alone(arrival: PendingInsert) -> None:
    """Store one comment after its group failed, with everything looked up afresh."""
    if arrival.outcome is not None:
        return
    for attempt in (1, 2, 3):
        upserts.stories.forget([arrival.story_key])
        upserts.authors.forget([arrival.author_key])
        try:
            _store_group([arrival])
            return
        except psycopg.OperationalError:  # a deadlock: somebody else went first
            time.sleep(0.02 * attempt)
            arrival.outcome = Busy("Somebody else is writing the same; send it again.")
        except Exception as error:
            arrival.outcome = error
            return


def _store_group(group: Sequence[PendingInsert]) -> None:
    """Insert a group, and explain those that were not inserted."""
    story_ids = upserts.find_ids(
        upserts.stories,
        upserts.STORIES,
        {a.story_key: (a.story.content, a.story.row(a.site_id)) for a in group},
    )
    author_ids = upserts.find_ids(upserts.authors, upserts.AUTHORS, _authors(group))
    for arrival in group:
        arrival.record["story_id"] = story_ids[arrival.story_key]
        arrival.record["author_id"] = author_ids.get(arrival.author_key)
    left = [arrival for arrival in group if not isinstance(arrival.outcome, Submitted)]
    while left:
        # A reply may answer a comment of the same group: that one is there at the next look.
        remaining = _insert(left)
        replies = any(arrival.record["parent"] for arrival in remaining)
        progress = len(remaining) < len(left)
        left = remaining
        if not (progress and replies):
            break
    if left:
        _explain(left)


def _authors(group: Sequence[PendingInsert]) -> dict[upserts.Key, tuple[int, dict[str, Any]]]:
    wanted = {}
    for arrival in group:
        if arrival.author_id:
            name = arrival.author_name
            record = {
                "site_id": arrival.site_id,
                "external_id": arrival.author_id,
                "name": name,
            }
            wanted[arrival.author_key] = (hash(name) if name else 0, record)
    return wanted


def _insert(arrivals: Sequence[PendingInsert]) -> list[PendingInsert]:
    """Insert what can be inserted; return the rest."""
    statement = INSERT_PLAIN
    if any(arrival.record["parent"] for arrival in arrivals):
        statement = INSERT_REPLIES
    records = json.dumps([arrival.record for arrival in arrivals], ensure_ascii=False)
    inserted = {(row[1], row[2]): row[0] for row in hot_path_sql.fetch(statement, [records])}
    remaining = []
    for arrival in arrivals:
        external_id = arrival.record["external_id"]
        pk = inserted.pop((arrival.site_id, external_id), None)
        if pk is None:
            remaining.append(arrival)
        else:
            arrival.outcome = Submitted(pk, external_id, "pending")
    return remaining


def _explain(arrivals: Sequence[PendingInsert]) -> None:
    """Say of each comment that was not inserted why: known, taken id or key, author, parent."""
    for site_id in {arrival.site_id for arrival in arrivals}:
        mine = [arrival for arrival in arrivals if arrival.site_id == site_id]
        ids = [a.record["external_id"] for a in mine]
        ids += [a.record["parent"] for a in mine if a.record["parent"]]
        keys = [a.record["key"] for a in mine if a.record["key"]]
        rows = hot_path_sql.fetch(FIND, [site_id, ids, keys])
        by_id = {row[1]: row for row in rows}
        by_key = {row[2]: row for row in rows if row[2]}
        for arrival in mine:
            arrival.outcome = _known(arrival, by_id, by_key)
        left = [arrival for arrival in mine if arrival.outcome is None]
        writing = {a.record["author_id"] for a in left if not a.record["past"]}
        refused = suspensions.suspensions(writing)
        for arrival in left:
            suspended = None if arrival.record["past"] else refused.get(arrival.record["author_id"])
            arrival.outcome = suspended or _no_parent(arrival, by_id)


def _known(
    arrival: PendingInsert, by_id: dict[str, tuple[Any, ...]], by_key: dict[str, tuple[Any, ...]]
) -> Submitted | ModerationError | None:
    record = arrival.record
    same_key = by_key.get(record["key"]) if record["key"] else None
    known = same_key or (by_id.get(record["external_id"]) if arrival.named else None)
    if known is None:
        return None
    if bytes(known[3]).hex() == record["fingerprint"]:
        return Submitted(known[0], known[1], known[4], replayed=True)
    if same_key:
        return Invalid(
            "This Idempotency-Key was used for something else.",
            code="idempotency_key_reused",
            field="Idempotency-Key",
        )
    return Conflict(
        "This id belongs to another comment already; change a comment with PATCH.",
        code="id_reused",
        field="id",
    )


def _no_parent(arrival: PendingInsert, by_id: dict[str, tuple[Any, ...]]) -> ModerationError:
    record = arrival.record
    if record["parent"]:
        if record["parent"] in by_id:
            return Invalid(
                "The parent stands under another story.", code="other_story", field="parent_id"
            )
        return Invalid("There is no such parent.", code="unknown_parent", field="parent_id")
    return Busy("Somebody else is writing the same; send it again.")
