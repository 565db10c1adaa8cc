"""What is known of a comment before anybody looks: its decisions, its score, its signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from moderation.decisions.latest_score import latest_score
from moderation.models import Comment, Decision, Score, Source, Status
from moderation.policy import CompiledPolicy
from moderation.review.comment_history import Event, latest_automatic_decision, latest_decision
from moderation.web.review.reasons import SignalLine, signal_lines


@dataclass(frozen=True, slots=True)
class Evidence:
    """`decision`: the newest one. `judgement`: the one for which the comment has its status."""

    decision: Decision | None
    judgement: Decision | None
    score: Score | None
    signals: list[SignalLine]

    @property
    def clauses(self) -> Sequence[str]:
        """The clauses of the judgement."""
        return self.judgement.clauses if self.judgement else ()

    def without_opinions(self) -> Evidence:
        """Return the evidence without what the policy or the classifier thinks of the comment."""
        return replace(self, judgement=None, signals=[])


def gather_evidence(
    comment: Comment, events: Sequence[Event], rules: CompiledPolicy | None
) -> Evidence:
    """Gather what the comment's history and its newest score say."""
    decision = latest_decision(events)
    score = latest_score(comment)
    return Evidence(decision, _judgement(comment, decision), score, signal_lines(score, rules))


def _judgement(comment: Comment, decision: Decision | None) -> Decision | None:
    """Return the decision for which the comment has its status.

    A comment that a person put back is in review for what the policy found, not for that act.
    """
    by_person = decision is not None and decision.source == Source.MODERATOR
    waits = comment.status == Status.IN_REVIEW
    return latest_automatic_decision(comment) if waits and by_person else decision
