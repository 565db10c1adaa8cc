"""The priority of a comment in the review queue: how soon a person should look."""

from __future__ import annotations

from moderation.policy.facts import Facts

UNSCORED_PRIORITY = 0.5
"""An unscored comment may be anything, so a person should look soon."""

MUTED_PRIORITY = -1.0
"""A muted author's comments come after all others."""

FLAG_PRIORITY, COUNTED_FLAGS = 0.1, 10

MILD = {"low_quality": 0.5, "off_topic": 0.7}
"""Weights of signals that hold a comment back while nobody is hurt; every other signal has 1."""


def priority_of(facts: Facts) -> float:
    """Return the priority: the strongest weighted signal (0-1) and 0.1 per flag, 2.0 at most."""
    if facts.author_standing == "muted":
        return MUTED_PRIORITY
    if facts.signals is None:
        strongest = UNSCORED_PRIORITY
    else:
        strongest = max(
            (value * MILD.get(name, 1.0) for name, value in facts.signals.items()), default=0.0
        )
    return round(strongest + FLAG_PRIORITY * min(facts.flags_weighed, COUNTED_FLAGS), 4)
