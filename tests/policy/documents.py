"""Small documents for the policy's tests."""

from __future__ import annotations

import copy
from typing import Any

from moderation.policy import SIGNALS, CompiledPolicy, Facts, parse

MILD = dict.fromkeys(SIGNALS, 0.01)

_BASE: dict[str, Any] = {
    "title": "Comments FAQ",
    "clauses": [
        {"id": "on-topic", "number": "1", "title": "On topic", "text": "Stay on the topic."},
        {"id": "no-abuse", "number": "2", "title": "No abuse", "text": "Be kind."},
        {"id": "how", "number": "3", "title": "How", "text": "People decide.", "cite": False},
    ],
    "process_clause": "how",
}


def document(**more: Any) -> dict[str, Any]:
    """A valid document with three clauses and nothing else, changed by `more`."""
    return {**copy.deepcopy(_BASE), **more}


def rule(
    *when: tuple[str, str, object],
    id: str = "r",
    clause: str = "no-abuse",
    outcome: str = "review",
    **more: Any,
) -> dict[str, Any]:
    """A rule from (fact, comparison, value) triples."""
    conditions = [{"fact": fact, "is": compare, "value": value} for fact, compare, value in when]
    return {"id": id, "clause": clause, "when": conditions, "outcome": outcome, **more}


def policy(*rules: dict[str, Any], **more: Any) -> CompiledPolicy:
    """The parsed policy of these rules."""
    return parse(document(rules=list(rules), **more))


def facts(**more: Any) -> Facts:
    """A harmless scored comment, changed by `more`."""
    return Facts(**{"body": "The ferries run every hour.", "signals": MILD, **more})


def words(
    *entries: str, name: str = "banned", outcome: str = "reject", **more: Any
) -> CompiledPolicy:
    """A policy that has nothing but a word list."""
    entry = {"clause": "no-abuse", "outcome": outcome, "words": list(entries), **more}
    return parse(document(words={name: entry}))
