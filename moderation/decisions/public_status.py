"""What the outside world sees of a comment: the one place that knows of the publishing hold.

A moderator's decision stays inside the house for some seconds. Until then publishers and readers
see the status from before it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Case, CharField, F, Q, When
from django.db.models.functions import Now

from moderation.models import Comment, Status

# The same for statements written by hand; {0} is the comment's alias.
STATUS_SQL = "CASE WHEN {0}.held_until > now() THEN {0}.status_before ELSE {0}.status END"
APPROVED_SQL = f"({{0}}.erased_at IS NULL AND {STATUS_SQL} = 'approved')"


def public_status(comment: Comment, now: datetime | None = None) -> Status:
    """Return the status that the outside may know.

    A comment read with `with_outside_status` carries the answer by the database's clock; else
    `now` decides, which is this machine's clock when not given.
    """
    annotated = getattr(comment, "seen_status", None)
    if annotated is not None:
        return Status(annotated)
    held = comment.held_until is not None and comment.held_until > (now or datetime.now(UTC))
    return Status(comment.status_before if held else comment.status)


def seen_status() -> Case:
    """Return the expression for the status that the outside may know, by the database's clock."""
    return Case(
        When(held_until__gt=Now(), then=F("status_before")),
        default=F("status"),
        output_field=CharField(),
    )


def publicly_approved() -> Q:
    """Return the condition for a comment that readers may see now."""
    held = Q(held_until__gt=Now())
    return Q(erased_at__isnull=True) & (
        (held & Q(status_before=Status.APPROVED))
        | ((Q(held_until__isnull=True) | ~held) & Q(status=Status.APPROVED))
    )
