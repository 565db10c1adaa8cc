"""The quality report: how far people agree with each other, and the policy with people.

It has figures for sites and clauses only. No figure is about a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.db.models.functions import Now

from moderation.models import SecondReview, Site, Status
from moderation.quality.agreement import Agreement, Figure, Pair, agreement, share

Kind = SecondReview.Kind
# The newest reviews are enough, and a page must not wait for more.
MOST = 20_000
READ = (
    *("kind", "status", "clause", "weight", "decision__status", "decision__clauses"),
    *("gold__status", "gold__clause"),
)


class RatingPair(NamedTuple):
    """A first and a second answer, their clauses, and the number of decisions they represent."""

    first: str
    first_clauses: Sequence[str]
    second: str
    second_clause: str
    weight: float

    def named(self, clause: str) -> bool:
        """Tell whether one of the answers rests on the clause."""
        return clause in self.first_clauses or clause == self.second_clause


@dataclass(frozen=True, slots=True)
class ClauseAgreement:
    """The agreement of two reviews on one clause; `named` pairs rest on it, once or twice."""

    clause: str
    named: int
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Compared:
    """First and second answers compared: approve or reject, and clause by clause."""

    overall: Agreement
    clauses: list[ClauseAgreement]


@dataclass(frozen=True, slots=True)
class Mistakes:
    """The share of `n` first decisions that people would overturn."""

    n: int
    share: Figure | None


@dataclass(frozen=True, slots=True)
class Quality:
    """The result of a site's second reviews. `unsure`: reviews that asked for somebody else."""

    people: Compared
    policy: Compared
    false_approvals: Mistakes
    false_rejections: Mistakes
    mistakes: Mistakes
    gold: Mistakes
    unsure: int


def quality(site: Site, days: int) -> Quality:
    """Return the figures of the second reviews of the last days."""
    reviews = SecondReview.objects.filter(
        site=site, taken_back_at__isnull=True, created_at__gte=Now() - timedelta(days=days)
    ).exclude(kind=Kind.UPHELD)
    newest = reviews.select_related("decision", "gold").only(*READ).order_by("-pk")[:MOST]
    by_kind: dict[str, list[RatingPair]] = {Kind.AUDIT: [], Kind.DOUBLE: [], Kind.GOLD: []}
    unsure = 0
    for review in newest:
        if review.status == Status.IN_REVIEW:
            unsure += 1
        else:
            by_kind[review.kind].append(_rating_pair(review))
    audits = by_kind[Kind.AUDIT]
    return Quality(
        people=_compare(by_kind[Kind.DOUBLE]),
        policy=_compare(audits),
        false_approvals=_mistakes([pair for pair in audits if pair.first == Status.APPROVED]),
        false_rejections=_mistakes([pair for pair in audits if pair.first == Status.REJECTED]),
        mistakes=_mistakes(audits),
        gold=_mistakes(by_kind[Kind.GOLD]),
        unsure=unsure,
    )


def _rating_pair(review: SecondReview) -> RatingPair:
    if review.gold:
        first, clauses = review.gold.status, [review.gold.clause]
    else:
        assert review.decision is not None
        first, clauses = review.decision.status, review.decision.clauses
    rejected = first == Status.REJECTED
    return RatingPair(
        first, clauses if rejected else [], review.status, review.clause, review.weight
    )


def _compare(pairs: Sequence[RatingPair]) -> Compared:
    names = {name for pair in pairs for name in (*pair.first_clauses, pair.second_clause)}
    clauses = [_compare_clause(name, pairs) for name in sorted(names - {""})]
    overall = agreement([Pair(pair.first, pair.second, pair.weight) for pair in pairs])
    return Compared(overall, sorted(clauses, key=lambda clause: -clause.named))


def _compare_clause(name: str, pairs: Sequence[RatingPair]) -> ClauseAgreement:
    answers = [
        Pair(name in pair.first_clauses, name == pair.second_clause, pair.weight) for pair in pairs
    ]
    return ClauseAgreement(name, sum(pair.named(name) for pair in pairs), agreement(answers))


def _mistakes(pairs: Sequence[RatingPair]) -> Mistakes:
    wrong = [pair.first != pair.second for pair in pairs]
    return Mistakes(len(pairs), share(wrong, [pair.weight for pair in pairs]))
