"""How far people agree with each other, and the policy with people: figures of a site.

Of sites and clauses, never of persons.
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
# The newest ones tell enough, and a page must not wait for more.
MOST = 20_000
READ = (
    *("kind", "status", "clause", "weight", "decision__status", "decision__clauses"),
    *("gold__status", "gold__clause"),
)


class RatingPair(NamedTuple):
    """A first answer and a second one, their clauses, and for how many decisions they stand."""

    first: str
    first_clauses: Sequence[str]
    second: str
    second_clause: str
    weight: float

    def named(self, clause: str) -> bool:
        """Tell whether one of the two rests on the clause."""
        return clause in self.first_clauses or clause == self.second_clause


@dataclass(frozen=True, slots=True)
class ClauseAgreement:
    """How far two reviews agree on one clause: `named` of them rest on it, once or twice."""

    clause: str
    named: int
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Compared:
    """First answers against second ones, on approving and rejecting, and clause by clause."""

    overall: Agreement
    clauses: list[ClauseAgreement]


@dataclass(frozen=True, slots=True)
class Mistakes:
    """How many of so many first decisions people would turn round."""

    n: int
    share: Figure | None


@dataclass(frozen=True, slots=True)
class Quality:
    """What second reviews say of a site. `unsure`: reviews that asked for somebody else."""

    people: Compared
    policy: Compared
    false_approvals: Mistakes
    false_rejections: Mistakes
    mistakes: Mistakes
    gold: Mistakes
    unsure: int


def quality(site: Site, days: int) -> Quality:
    """Return the figures of the second reviews of so many days."""
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
        false_approvals=_mistakes([each for each in audits if each.first == Status.APPROVED]),
        false_rejections=_mistakes([each for each in audits if each.first == Status.REJECTED]),
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


def _compare(reviews: Sequence[RatingPair]) -> Compared:
    names = {each for review in reviews for each in (*review.first_clauses, review.second_clause)}
    clauses = [
        ClauseAgreement(
            name,
            sum(each.named(name) for each in reviews),
            agreement(
                [
                    Pair(name in each.first_clauses, name == each.second_clause, each.weight)
                    for each in reviews
                ]
            ),
        )
        for name in sorted(names - {""})
    ]
    overall = agreement([Pair(each.first, each.second, each.weight) for each in reviews])
    return Compared(overall, sorted(clauses, key=lambda each: -each.named))


def _mistakes(reviews: Sequence[RatingPair]) -> Mistakes:
    wrong = [each.first != each.second for each in reviews]
    return Mistakes(len(reviews), share(wrong, [each.weight for each in reviews]))
