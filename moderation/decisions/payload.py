"""The payload of a webhook: the decision and its clauses, never the comment's text or scores."""

from __future__ import annotations

import json
import uuid
from typing import Any

from moderation.decisions.author_link import decision_url
from moderation.models import Appeal, Decision, Delivery, Source, Status
from moderation.policy.clause_texts import clause_texts

# Standard Webhooks asks for payloads below 20 kB.
MAXIMUM_PAYLOAD_BYTES = 19_000
MAXIMUM_CLAUSE_CHARACTERS = 1_000
MESSAGE_IDS = uuid.UUID("7b1b1f0e-6a0c-4c43-9a52-5b6b6fd4c7d5")


def webhook_id(delivery: Delivery) -> str:
    """Return the receiver's id of a delivery, which every attempt has.

    It hides internal numbers. The creation time makes ids differ after a database is set up again.
    """
    name = f"{delivery.pk}:{delivery.created_at.isoformat()}"
    return f"msg_{uuid.uuid5(MESSAGE_IDS, name).hex}"


def webhook_body(delivery: Delivery) -> bytes:
    """Return the JSON for the receiver: identical bytes on every attempt, below 20 kB.

    `delivery` should come with its decision, comment, story, author and policy selected. `version`
    counts a comment's changes: a receiver ignores an event with a lower version than it has.
    """
    decision = delivery.decision
    data = describe(decision)
    payload = {
        "type": delivery.event,
        "timestamp": decision.effective_at.isoformat().replace("+00:00", "Z"),
        "data": data,
    }
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) > MAXIMUM_PAYLOAD_BYTES:
        for clause in data["clauses"]:
            clause["text"] = ""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return body


def describe(decision: Decision) -> dict[str, Any]:
    """Return a decision as the publisher may see it."""
    comment = decision.comment
    clauses = public_clauses(decision)
    return {
        "comment_id": comment.external_id,
        "story_id": comment.story.external_id,
        "author_id": comment.author.external_id if comment.author else None,
        "status": decision.status,
        "clauses": clauses,
        "reason": reason_sentence(decision.status, clauses),
        "policy_version": decision.policy.number if decision.policy else None,
        "source": decision.source,
        "decision_id": str(decision.pk),
        "reverses": str(decision.reverses_id) if decision.reverses_id else None,
        "version": decision.version,
        "appeal": _appeal(decision),
        "decision_url": decision_url(decision.comment_id),
    }


def _appeal(decision: Decision) -> dict[str, str] | None:
    """Return the result of an appeal and the answer to its author, for a decision on an appeal."""
    if decision.source != Source.APPEAL:
        return None
    appeal: Appeal | None = getattr(decision, "ended_appeal", None)
    granted = decision.status == Status.APPROVED
    state = Appeal.State.GRANTED if granted else Appeal.State.UPHELD
    return {"state": state.value, "answer": appeal.answer if appeal else ""}


def public_clauses(decision: Decision) -> list[dict[str, str]]:
    """Return the clauses that a decision cites, in the words of its policy version."""
    return clause_texts(
        decision.policy.document if decision.policy else None,
        decision.clauses,
        longest_text=MAXIMUM_CLAUSE_CHARACTERS,
    )


def reason_sentence(status: str, clauses: list[dict[str, str]]) -> str:
    """Return the sentence that tells the author of a comment its status."""
    if status == Status.APPROVED:
        return "The comment is published."
    if status == Status.IN_REVIEW:
        return "A moderator will read the comment before it is published."
    if status == Status.PENDING:
        return "The comment has arrived and has not been read yet."
    if not clauses:
        return "A moderator decided not to publish the comment."
    titles = " and ".join(f"“{clause['title']}”" for clause in clauses[:3])
    return f"The comment was not published because of the policy's point on {titles}."
