"""What a moderator would rather not see at once, or not at all, as chosen under Settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.http import QueryDict

from moderation.models import Moderator
from moderation.policy import FACTS, Clause, CompiledPolicy
from moderation.review.disturbing import DISTURBING_FROM, DISTURBING_SIGNALS
from moderation.web.review.reasons import SignalLine


@dataclass(frozen=True, slots=True)
class ClauseCare:
    """A clause on the settings page: whether its comments come covered, or go to others."""

    clause: Clause
    covered: bool
    left: bool


def is_covered(
    moderator: Moderator, clauses: Collection[str], signals: Iterable[SignalLine]
) -> bool:
    """Tell whether a comment comes covered: by a clause, or a signal that reaches its threshold."""
    if not set(moderator.covered_clauses).isdisjoint(clauses):
        return True
    return any(
        line.id in moderator.covered_signals
        and line.value >= (DISTURBING_FROM if line.threshold is None else line.threshold)
        for line in signals
    )


def is_left(moderator: Moderator, clauses: Collection[str]) -> bool:
    """Tell whether the moderator leaves comments of one of these clauses to others."""
    return not set(moderator.left_clauses).isdisjoint(clauses)


def clause_lines(moderator: Moderator, policy: CompiledPolicy | None) -> list[ClauseCare]:
    """Return what is chosen for each clause that a comment may be rejected by."""
    return [
        ClauseCare(
            clause, clause.id in moderator.covered_clauses, clause.id in moderator.left_clauses
        )
        for clause in (policy.citable if policy else ())
    ]


def signal_lines(moderator: Moderator) -> list[tuple[str, str, bool]]:
    """Return id and words of each signal that may cover a comment, and whether it does."""
    return [
        (name, FACTS[name].label, name in moderator.covered_signals) for name in DISTURBING_SIGNALS
    ]


def save_care(moderator: Moderator, policy: CompiledPolicy | None, posted: QueryDict) -> None:
    """Keep what the form says; clauses that the policy no longer has are forgotten."""
    known = [clause.id for clause in policy.citable] if policy else []
    moderator.covered_clauses = [id for id in known if id in posted.getlist("cover")]
    moderator.left_clauses = [id for id in known if id in posted.getlist("leave")]
    moderator.covered_signals = [
        name for name in DISTURBING_SIGNALS if name in posted.getlist("signal")
    ]
    moderator.save(update_fields=["covered_clauses", "left_clauses", "covered_signals"])
