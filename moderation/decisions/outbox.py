"""The outbox: which decisions publishers receive, by which event, and which are withheld."""

from __future__ import annotations

from django.db import connection

from moderation.models import Decision, Delivery, Source, Status

REVERSED = "decision.reversed"
# The event of a comment's new status. A comment that no reader could see enters review without one.
EVENTS = {
    Status.APPROVED: "comment.approved",
    Status.REJECTED: "comment.rejected",
    Status.IN_REVIEW: "comment.in_review",
}
ALL_EVENTS = (*EVENTS.values(), REVERSED)

ADD = """
INSERT INTO moderation_delivery (endpoint_id, decision_id, event, due_at)
SELECT endpoint.id, decision.id, %s, decision.effective_at
FROM moderation_decision decision
JOIN moderation_webhookendpoint endpoint ON endpoint.site_id = decision.site_id
WHERE decision.id = %s
  AND endpoint.disabled_at IS NULL
  AND (cardinality(endpoint.events) = 0 OR %s = ANY (endpoint.events))
"""


def event_of(
    *,
    public_status: str,
    status: str,
    source: str,
    edited: bool = False,
    reverses_known: bool = False,
) -> str:
    """Return the event of a status change, or "" for a change that publishers do not receive.

    public_status: the status that the publisher has; status: the new status; edited: the comment
    has an earlier revision, which readers may have seen; reverses_known: the change undoes a
    decision that the publisher has received. The publisher knows imported decisions already.
    """
    if source == Source.IMPORT:
        return ""
    if reverses_known:
        return REVERSED
    visible = public_status == Status.APPROVED or (edited and public_status == Status.PENDING)
    if status == Status.IN_REVIEW and not visible:
        return ""
    return EVENTS.get(Status(status), "")


def add(decision: Decision, event: str) -> None:
    """Add the decision to the outbox, once per endpoint that wants the event."""
    with connection.cursor() as cursor:
        cursor.execute(ADD, [event, decision.pk, event])


def withhold(decision: Decision) -> bool:
    """Withhold a decision from publishers; False when an attempt to send it has begun.

    Locks the deliveries, so that no worker sends the decision during its undo.
    """
    deliveries = list(Delivery.objects.select_for_update().filter(decision=decision).order_by("id"))
    if any(delivery.state != Delivery.State.DUE or delivery.attempts for delivery in deliveries):
        return False
    Delivery.objects.filter(decision=decision).update(state=Delivery.State.WITHHELD)
    Decision.objects.filter(pk=decision.pk).update(withheld=True)
    return True
