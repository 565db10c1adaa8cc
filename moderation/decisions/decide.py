"""Decisions: the only place where a comment's status changes, and each change leaves a row.

Worked out once for everybody: who may change what into what (TRANSITIONS), what happens when two
people decide at once (the version), when the same press arrives twice (the key), and what the
outside hears of it and when (the publishing hold).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.db.models import DateTimeField, Func

from moderation.decisions import outbox
from moderation.models import (
    BY_A_PERSON,
    Appeal,
    Comment,
    Decision,
    PolicyVersion,
    Score,
    Source,
    Status,
)
from moderation.platform.errors import Conflict, IllegalTransition, NotFound, StaleDecision
from moderation.platform.retry import with_retries

logger = logging.getLogger(__name__)

# What may become what; anything absent is illegal. An edit makes any comment pending (`resubmit`).
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.APPROVED, Status.IN_REVIEW, Status.REJECTED}),
    Status.IN_REVIEW: frozenset({Status.APPROVED, Status.REJECTED}),
    Status.APPROVED: frozenset({Status.IN_REVIEW, Status.REJECTED}),
    # Turning an appeal down, and taking that back, leave it rejected: see `_stands`.
    Status.REJECTED: frozenset({Status.IN_REVIEW, Status.APPROVED}),
}

# A hold that ends within this time counts as ended: the outside may look before we commit.
HOLD_MARGIN = timedelta(milliseconds=250)

CHANGE = """
UPDATE moderation_comment
SET status = %(status)s, version = version + 1, claimed_by_id = NULL, claimed_until = NULL,
    deferred_by_id = NULL, deferred_until = NULL,
    priority = COALESCE(%(priority)s, priority), status_before = %(status_before)s,
    held_until = CASE WHEN %(hold)s > 0
                      THEN clock_timestamp() + make_interval(secs => %(hold)s) END
WHERE id = %(id)s AND version = %(version)s
RETURNING version, COALESCE(held_until, clock_timestamp())
"""
RESUBMIT = """
UPDATE moderation_comment
SET status = 'pending', version = version + 1, attempts = 0, due_at = clock_timestamp(),
    claimed_by_id = NULL, claimed_until = NULL, deferred_by_id = NULL, deferred_until = NULL,
    held_until = NULL, status_before = ''
WHERE id = %s RETURNING version
"""


class DatabaseClock(Func):
    """The database's time at this very moment, even late in a transaction."""

    template = "clock_timestamp()"
    output_field = DateTimeField()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """What somebody wants to become of a comment, and why."""

    status: Status
    source: Source
    expected_version: int
    moderator: User | None = None
    policy: PolicyVersion | None = None
    score: Score | None = None
    clauses: Sequence[str] = ()
    reasons: Sequence[dict[str, Any]] = ()
    note: str = ""
    key: str | None = None
    hold: float = 0.0
    reverses: Decision | None = None
    priority: float | None = None


def decide(
    comment_pk: int,
    *,
    status: Status | str,
    source: Source | str,
    expected_version: int,
    hold: float | None = None,
    **why: Any,
) -> Decision:
    """Change a comment's status and record it, with what the publisher is to be told.

    expected_version: the comment's version that the decider saw; another one changes nothing.
    hold: seconds until the outside may know; None: the publishing hold for a person's decision,
    none for any other. why: moderator, policy, score, clauses (ids, most severe first), reasons
    (dicts of moderation.policy.Reason), note, key, reverses, priority (see `StatusChange`). The
    same key again returns the decision it made and changes nothing.

    Raises StaleDecision (which says who decided what), IllegalTransition, NotFound, Conflict when
    the key belongs to another comment, Busy when the row is held by somebody for too long.
    """
    if hold is None:
        hold = settings.PUBLISHING_HOLD_SECONDS if source in BY_A_PERSON else 0
    change = StatusChange(
        status=Status(status),
        source=Source(source),
        expected_version=expected_version,
        hold=float(hold),
        **why,
    )
    if made := _made_by_key(comment_pk, change.key):
        return made
    try:
        return with_retries(lambda: _decide(comment_pk, change))
    except IntegrityError as error:
        if change.key and Decision.objects.filter(key=change.key).exists():
            raise _foreign_key() from error
        raise


def resubmit(comment_pk: int) -> int:
    """Send an edited comment back to the start, inside the caller's transaction; its new version.

    The edit is its own record (a Revision), so no decision is written. A decision that is still
    held is never told: it was about the former text.
    """
    comment = _lock(comment_pk)
    if held := _withhold_held(comment):
        Appeal.objects.filter(outcome=held).update(outcome=None)
    with connection.cursor() as cursor:
        cursor.execute(RESUBMIT, [comment_pk])
        version: int = cursor.fetchone()[0]
    return version


def latest_decision(comment_pk: int) -> Decision | None:
    """Return the newest decision on a comment, with its moderator."""
    return (
        Decision.objects.filter(comment_id=comment_pk)
        .select_related("moderator")
        .order_by("-id")
        .first()
    )


def _decide(comment_pk: int, change: StatusChange) -> Decision:
    comment = _lock(comment_pk)
    # While we waited for the lock, the same press may have come through on another connection.
    if made := _made_by_key(comment_pk, change.key):
        return made
    _refuse_what_is_wrong(comment, change)
    before = Status(comment.status)
    held = _withhold_held(comment)
    outside = Status(comment.status_before) if held else before
    # Back to what the outside sees all along: it need never hear of either decision.
    silent = held is not None and change.status == outside
    hold = 0.0 if silent else change.hold
    version, effective_at = _change(comment, change, hold, outside)
    decision = _record(comment, change, before, version, effective_at, withheld=silent)
    _settle_appeal(decision, held)
    if not silent:
        known = change.reverses is not None and change.reverses.pk != getattr(held, "pk", None)
        event = outbox.event_of(
            public_status=outside,
            status=change.status,
            source=change.source,
            edited=comment.revision > 1,
            reverses_known=known,
        )
        if event:
            outbox.add(decision, event)
    return decision


def _lock(comment_pk: int) -> Comment:
    try:
        return (
            Comment.objects.select_for_update(no_key=True)
            .defer("body")
            .annotate(clock=DatabaseClock())
            .get(pk=comment_pk)
        )
    except Comment.DoesNotExist:
        raise NotFound("There is no such comment.") from None


def _made_by_key(comment_pk: int, key: str | None) -> Decision | None:
    made = Decision.objects.select_related("moderator").filter(key=key).first() if key else None
    if made and made.comment_id != comment_pk:
        raise _foreign_key()
    return made


def _foreign_key() -> Conflict:
    return Conflict(
        "This key belongs to a decision on another comment.", code="decision_key_reused"
    )


def _refuse_what_is_wrong(comment: Any, change: StatusChange) -> None:
    if comment.version != change.expected_version:
        current = latest_decision(comment.pk)
        # Both presses are on record: this line, and the row of the one that came first.
        logger.info(
            "refused: comment=%s expected_version=%s version=%s wanted=%s by=%s",
            comment.pk,
            change.expected_version,
            comment.version,
            change.status.value,
            change.moderator.pk if change.moderator else change.source.value,
        )
        raise StaleDecision(_stale_words(comment, current), comment=comment, current=current)
    if comment.erased_at is not None:
        raise Conflict("This comment has been erased.", code="comment_erased")
    if change.status not in TRANSITIONS[Status(comment.status)] and not _stands(comment, change):
        was, wanted = Status(comment.status).label, change.status.label
        raise IllegalTransition(f"A comment that is “{was}” cannot become “{wanted}”.")


def _stands(comment: Comment, change: StatusChange) -> bool:
    """Tell whether an appeal leaves a comment rejected, or such an answer is taken back."""
    by_appeal = Source.APPEAL in (change.source, change.reverses and change.reverses.source)
    return by_appeal and comment.status == change.status == Status.REJECTED


def _stale_words(comment: Any, current: Decision | None) -> str:
    if current is None or current.version != comment.version:
        return "The comment has been edited meanwhile."
    seconds = max(0, int((comment.clock - current.created_at).total_seconds()))
    age = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
    what = Status(current.status).label.lower()
    return f"Already {what} by {_who(current)} {age} ago."


def _who(decision: Decision) -> str:
    if decision.moderator:
        return decision.moderator.get_short_name() or decision.moderator.get_username()
    return Source(decision.source).label.lower()


def _withhold_held(comment: Any) -> Decision | None:
    """Take back a decision that the outside does not know yet; return it, None if there is none."""
    if comment.held_until is None or comment.held_until - comment.clock <= HOLD_MARGIN:
        return None
    held = latest_decision(comment.pk)
    if held is None or held.withheld or not outbox.withhold(held):
        return None
    return held


def _settle_appeal(decision: Decision, held: Decision | None) -> None:
    """Let a decision end the appeal that waits on the text; taking it back opens it again."""
    appeals = Appeal.objects.filter(comment=decision.comment_id)
    if decision.reverses_id and appeals.filter(outcome=decision.reverses_id).update(outcome=None):
        return
    if held:
        # Back to what the outside sees all along, the appeal waits as before.
        appeals.filter(outcome=held).update(outcome=None if decision.withheld else decision)
    if decision.status_before == Status.REJECTED:
        appeals.filter(revision=decision.revision, outcome=None).update(outcome=decision)


def _change(
    comment: Comment, change: StatusChange, hold: float, outside: Status
) -> tuple[int, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(
            CHANGE,
            {
                "id": comment.pk,
                "version": change.expected_version,
                "status": change.status.value,
                "status_before": outside.value if hold else "",
                "priority": change.priority,
                "hold": hold,
            },
        )
        version, effective_at = cursor.fetchone()
    return version, effective_at


def _record(
    comment: Comment,
    change: StatusChange,
    before: Status,
    version: int,
    effective_at: datetime,
    *,
    withheld: bool,
) -> Decision:
    return Decision.objects.create(
        site_id=comment.site_id,
        comment_id=comment.pk,
        revision=comment.revision,
        version=version,
        status_before=before,
        status=change.status,
        source=change.source,
        moderator=change.moderator,
        policy=change.policy,
        score=change.score,
        clauses=list(change.clauses),
        reasons=list(change.reasons),
        note=change.note,
        key=change.key,
        reverses=change.reverses,
        withheld=withheld,
        effective_at=effective_at,
    )
