"""What the publisher is told of a decision, and what is kept in the house."""

from __future__ import annotations

from django.db import connection

from moderation.models import Decision, Delivery, Source, Status

REVERSED = "decision.reversed"
# A comment's new status, as an event. Entering review is told only of what readers could see.
EVENTS = {
    Status.APPROVED: "comment.approved",
    Status.REJECTED: "comment.rejected",
    Status.IN_REVIEW: "comment.in_review",
}
ALL_EVENTS = (*EVENTS.values(), REVERSED)

TELL = """
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
    outside: str,
    status: str,
    source: str,
    edited: bool = False,
    reverses_known: bool = False,
) -> str:
    """Return the event that tells a change, or "" when there is nothing to tell.

    outside: the status that the outside knows so far; status: the one it comes to know; edited:
    it has an earlier revision, which readers may have seen; reverses_known: the change takes back
    a decision that the outside has heard of. What was imported is history, which the publisher
    knows.
    """
    if source == Source.IMPORT:
        return ""
    if reverses_known:
        return REVERSED
    visible = outside == Status.APPROVED or (edited and outside == Status.PENDING)
    if status == Status.IN_REVIEW and not visible:
        return ""
    return EVENTS.get(Status(status), "")


def tell(decision: Decision, event: str) -> None:
    """Put the decision into the outbox, once per endpoint that wants the event."""
    with connection.cursor() as cursor:
        cursor.execute(TELL, [event, decision.pk, event])


def withhold(decision: Decision) -> bool:
    """Keep a decision inside the house; False when a part of it has already left.

    Locks the deliveries, so that no worker sends one while the decision is being taken back.
    """
    deliveries = list(Delivery.objects.select_for_update().filter(decision=decision).order_by("id"))
    if any(each.state != Delivery.State.DUE or each.attempts for each in deliveries):
        return False
    Delivery.objects.filter(decision=decision).update(state=Delivery.State.WITHHELD)
    Decision.objects.filter(pk=decision.pk).update(withheld=True)
    return True
