"""The public status of a comment, which readers and publishers see.

A moderator's decision becomes public after the publishing hold of some seconds. Until then the
public status is the status before the decision.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Case, CharField, F, Q, When
from django.db.models.functions import Now

from moderation.models import Comment, Decision, Status

# The same for SQL statements; {0} is the comment's alias.
STATUS_SQL = "CASE WHEN {0}.held_until > now() THEN {0}.status_before ELSE {0}.status END"
APPROVED_SQL = f"({{0}}.erased_at IS NULL AND {STATUS_SQL} = 'approved')"


def public_status(comment: Comment, now: datetime | None = None) -> Status:
    """Return the public status of a comment.

    A comment annotated with `public_status_now` has it by the database's clock. For any other
    comment `now` decides, by default this machine's clock.
    """
    annotated = getattr(comment, "status_now", None)
    if annotated is not None:
        return Status(annotated)
    held = comment.held_until is not None and comment.held_until > (now or datetime.now(UTC))
    return Status(comment.status_before if held else comment.status)


def public_status_now() -> Case:
    """Return the expression for the public status by the database's clock (`status_now`)."""
    return Case(
        When(held_until__gt=Now(), then=F("status_before")),
        default=F("status"),
        output_field=CharField(),
    )


def publicly_approved() -> Q:
    """Return the condition for a comment that readers see now."""
    held = Q(held_until__gt=Now())
    return Q(erased_at__isnull=True) & (
        (held & Q(status_before=Status.APPROVED))
        | ((Q(held_until__isnull=True) | ~held) & Q(status=Status.APPROVED))
    )


def public_decision(comment: Comment) -> Decision | None:
    """Return the decision behind the public status; None for a pending comment."""
    if comment.status == "pending":
        return None
    return (
        Decision.objects.filter(comment=comment, withheld=False, effective_at__lte=Now())
        .select_related("policy")
        .order_by("-id")
        .first()
    )
