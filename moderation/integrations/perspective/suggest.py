"""Suggested scores (comments:suggestscore) read as labels: should the comment be turned down?"""

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

# Suggestions are labels: what is likelier than not counts as a yes.
YES = 0.5
CORAL = "Coral:"
CORAL_COMMENT = "Coral_comment_id"
# Attributes of which a high score speaks for a comment, not against it, say nothing here.
AGAINST = frozenset(ATTRIBUTES) | frozenset(
    name for name in REFUSED if not name.endswith("_EXPERIMENTAL")
)


class Suggested(NamedTuple):
    """A suggestion: `rejected` is None where it says nothing that could be learned."""

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
        held = [one.number("value") for one in (summary, *spans) if one is not None]
        given = [value for value in held if value is not None]
        if not given:
            raise PerspectiveError("attribute_scores must have a summary_score or span_scores")
        if not all(0 <= value <= 1 for value in given):
            raise PerspectiveError("Suggested scores lie between 0 and 1")
        if name in AGAINST:
            values += given
    return values


def _coral_comment(message: MessageFields) -> str:
    """Return Coral's id of the comment: it stands as JSON in the first entry of the context."""
    try:
        told = json.loads(read_context(message).article)
    except (ValueError, RecursionError):
        return ""
    found = told.get(CORAL_COMMENT) if isinstance(told, dict) else None
    return found if isinstance(found, str) and found.isascii() else ""
