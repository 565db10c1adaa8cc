"""Suggested scores (comments:suggestscore) as labels: should the comment be rejected?"""

from __future__ import annotations

import json
from typing import NamedTuple

from moderation.integrations.perspective.attributes import ATTRIBUTES, REFUSED
from moderation.integrations.perspective.errors import PerspectiveError
from moderation.integrations.perspective.fields import MessageFields
from moderation.integrations.perspective.requests import (
    read_comment,
    read_context,
    read_languages,
    read_token,
)
from moderation.models import Suggestion

# A suggestion is a label: yes if it is more likely than not.
YES = 0.5
CORAL = "Coral:"
CORAL_COMMENT = "Coral_comment_id"
# The attributes whose high score speaks against a comment. Only these become labels.
AGAINST = frozenset(ATTRIBUTES) | frozenset(
    name for name in REFUSED if not name.endswith("_EXPERIMENTAL")
)


class Suggested(NamedTuple):
    """A suggestion; `rejected` is None where no attribute gives a label."""

    text: str
    rejected: bool | None
    integration: Suggestion.Integration
    reference: str
    languages: tuple[str, ...]
    client_token: str


def read_suggestion(message: MessageFields) -> Suggested:
    """Return a comments:suggestscore request. Raises PerspectiveError."""
    text = read_comment(message)
    values = _values(message)
    token, community = read_token(message), message.text("communityId")
    coral = community.startswith(CORAL)
    reference = _coral_comment(message) if coral else ""
    return Suggested(
        text,
        max(values) >= YES if values else None,
        Suggestion.Integration.CORAL if coral else Suggestion.Integration.PERSPECTIVE,
        reference or token,
        read_languages(message),
        token,
    )


def _values(message: MessageFields) -> list[float]:
    """Return the suggested values of the attributes that speak against a comment."""
    scores = message.named("attributeScores")
    if not scores:
        raise PerspectiveError("Missing attribute_scores", "NO_REQUESTED_ATTRIBUTES")
    values: list[float] = []
    for name, suggested in scores.items():
        summary = suggested.message("summaryScore")
        spans = [span.message("score") for span in suggested.messages("spanScores")]
        sent = [score.number("value") for score in (summary, *spans) if score is not None]
        suggested_values = [value for value in sent if value is not None]
        if not suggested_values:
            raise PerspectiveError("attribute_scores must have a summary_score or span_scores")
        if not all(0 <= value <= 1 for value in suggested_values):
            raise PerspectiveError("Suggested scores must be between 0 and 1")
        if name in AGAINST:
            values += suggested_values
    return values


def _coral_comment(message: MessageFields) -> str:
    """Return Coral's id of the comment, from the JSON in the first entry of the context."""
    try:
        context = json.loads(read_context(message).article)
    except (ValueError, RecursionError):
        return ""
    reference = context.get(CORAL_COMMENT) if isinstance(context, dict) else None
    return reference if isinstance(reference, str) and reference.isascii() else ""
