"""Decisions: the only place that changes a comment's status. Each change leaves a row.

TRANSITIONS says which status may become which. The version settles it when two people decide at
once, and the key when the same request arrives twice. The publishing hold says when readers and
publishers learn of a decision.
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
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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

# The legal changes of a status. An edit makes any comment pending (`resubmit`).
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.APPROVED, Status.IN_REVIEW, Status.REJECTED}),
    Status.IN_REVIEW: frozenset({Status.APPROVED, Status.REJECTED}),
    Status.APPROVED: frozenset({Status.IN_REVIEW, Status.REJECTED}),
    # A rejected appeal, and the undo of one, leave it rejected: see `_stays_rejected`.
    Status.REJECTED: frozenset({Status.IN_REVIEW, Status.APPROVED}),
}

# A hold that ends within this time counts as ended: a publisher may look before we commit.
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
    """The database's time now, even late in a transaction."""

    template = "clock_timestamp()"
    output_field = DateTimeField()


# What a person reads whose decision came second.
ALREADY = {
    Status.IN_REVIEW: gettext_lazy("Already sent to review by %(name)s %(age)s ago."),
    Status.APPROVED: gettext_lazy("Already approved by %(name)s %(age)s ago."),
    Status.REJECTED: gettext_lazy("Already rejected by %(name)s %(age)s ago."),
}
DECIDERS = {
    Source.POLICY: gettext_lazy("the policy"),
    Source.MODERATOR: gettext_lazy("a moderator"),
    Source.FALLBACK: gettext_lazy("the worker"),
    Source.APPEAL: gettext_lazy("the answer to an appeal"),
    Source.IMPORT: gettext_lazy("an import"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A requested change of a comment's status, and its reasons."""

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
    """Change a comment's status, record the decision, and queue the publisher's webhooks.

    expected_version: the version that the caller saw; with another version nothing changes.
    hold: seconds until the decision is public. None: the publishing hold for a person's decision,
    0 for any other. why: moderator, policy, score, clauses (ids, most severe first), reasons
    (dicts of moderation.policy.Reason), note, key, reverses, priority (see `StatusChange`). A
    second call with the same key returns the first decision and changes nothing.

    Raises StaleDecision (with the decision that came first), IllegalTransition, NotFound, Conflict
    when the key belongs to another comment, Busy when somebody locks the row for too long.
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
            raise _key_of_another_comment() from error
        raise


def resubmit(comment_pk: int) -> int:
    """Make an edited comment pending, inside the caller's transaction; return its new version.

    The edit has its own record (a Revision), so no decision is written. A decision that is still
    held is never published: it was about the earlier text.
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
    # While we waited for the lock, another connection may have handled the same request.
    if made := _made_by_key(comment_pk, change.key):
        return made
    _check(comment, change)
    before = Status(comment.status)
    held = _withhold_held(comment)
    public = Status(comment.status_before) if held else before
    # Back to the public status: neither decision needs to be published.
    silent = held is not None and change.status == public
    hold = 0.0 if silent else change.hold
    version, effective_at = _change(comment, change, hold, public)
    decision = _record(comment, change, before, version, effective_at, withheld=silent)
    _settle_appeal(decision, held)
    if not silent:
        known = change.reverses is not None and change.reverses.pk != getattr(held, "pk", None)
        event = outbox.event_of(
            public_status=public,
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
        raise NotFound(_("There is no such comment.")) from None


def _made_by_key(comment_pk: int, key: str | None) -> Decision | None:
    made = Decision.objects.select_related("moderator").filter(key=key).first() if key else None
    if made and made.comment_id != comment_pk:
        raise _key_of_another_comment()
    return made


def _key_of_another_comment() -> Conflict:
    message = _("This key belongs to a decision on another comment.")
    return Conflict(message, code="decision_key_reused")


def _check(comment: Any, change: StatusChange) -> None:
    if comment.version != change.expected_version:
        current = latest_decision(comment.pk)
        # Both decisions are on record: this line, and the row of the first one.
        logger.info(
            "refused: comment=%s expected_version=%s version=%s wanted=%s by=%s",
            comment.pk,
            change.expected_version,
            comment.version,
            change.status.value,
            change.moderator.pk if change.moderator else change.source.value,
        )
        raise StaleDecision(_stale_message(comment, current), comment=comment, current=current)
    if comment.erased_at is not None:
        raise Conflict(_("This comment has been erased."), code="comment_erased")
    if change.status not in TRANSITIONS[Status(comment.status)] and not _stays_rejected(
        comment, change
    ):
        message = _("A comment that is “%(before)s” cannot become “%(after)s”.")
        labels = {"before": Status(comment.status).label, "after": change.status.label}
        raise IllegalTransition(message % labels)


def _stays_rejected(comment: Comment, change: StatusChange) -> bool:
    """Tell whether an appeal leaves a comment rejected, or such an answer is undone."""
    by_appeal = Source.APPEAL in (change.source, change.reverses and change.reverses.source)
    return by_appeal and comment.status == change.status == Status.REJECTED


def _stale_message(comment: Any, current: Decision | None) -> str:
    if current is None or current.version != comment.version:
        return _("The comment has been edited meanwhile.")
    seconds = max(0, int((comment.clock - current.created_at).total_seconds()))
    if seconds < 120:
        age = _("%(number)s s") % {"number": seconds}
    else:
        age = _("%(number)s min") % {"number": seconds // 60}
    names = {"name": _name_of_decider(current), "age": age}
    return str(ALREADY[Status(current.status)] % names)


def _name_of_decider(decision: Decision) -> str:
    if decision.moderator:
        return decision.moderator.get_short_name() or decision.moderator.get_username()
    return str(DECIDERS[Source(decision.source)])


def _withhold_held(comment: Any) -> Decision | None:
    """Take back a decision that is not public yet; return it, None if there is none."""
    if comment.held_until is None or comment.held_until - comment.clock <= HOLD_MARGIN:
        return None
    held = latest_decision(comment.pk)
    if held is None or held.withheld or not outbox.withhold(held):
        return None
    return held


def _settle_appeal(decision: Decision, held: Decision | None) -> None:
    """End the open appeal against the text; an undo of the decision opens the appeal again."""
    appeals = Appeal.objects.filter(comment=decision.comment_id)
    if decision.reverses_id and appeals.filter(outcome=decision.reverses_id).update(outcome=None):
        return
    if held:
        # The comment has its public status again: the appeal is open as before.
        appeals.filter(outcome=held).update(outcome=None if decision.withheld else decision)
    if decision.status_before == Status.REJECTED:
        appeals.filter(revision=decision.revision, outcome=None).update(outcome=decision)


def _change(
    comment: Comment, change: StatusChange, hold: float, public: Status
) -> tuple[int, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(
            CHANGE,
            {
                "id": comment.pk,
                "version": change.expected_version,
                "status": change.status.value,
                "status_before": public.value if hold else "",
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
