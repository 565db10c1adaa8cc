"""What waits on a site, how long already, and of what kind: counted at the moment of asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Now

from moderation.models import Comment, Decision, Site, Status
from moderation.selectors.queues import bounded, open_escalations

# Ages in words, and their upper edges; what is older falls into the last one.
AGES = (
    ("Under an hour", timedelta(hours=1)),
    ("Under six hours", timedelta(hours=6)),
    ("Under a day", timedelta(days=1)),
    ("Under a week", timedelta(days=7)),
)
OLDER = "Over a week"


@dataclass(frozen=True, slots=True)
class Workload:
    """Numbers of comments that wait for a person; `oldest` is when the first of them came in.

    `unscored` wait for their score, `oldest_unscored` since when. `ages`, `sections` and `clauses`
    are (name, number), clauses by id; a comment held by two clauses counts for both.
    """

    waiting: int
    oldest: datetime | None
    escalated: int
    unscored: int
    oldest_unscored: datetime | None
    ages: list[tuple[str, int]]
    sections: list[tuple[str, int]]
    clauses: list[tuple[str, int]]


def workload(site: Site) -> Workload:
    """Count what waits on the site. Raises QueryTooSlow."""
    with bounded():
        comments = Comment.objects.filter(site=site, erased_at__isnull=True)
        waiting = comments.filter(status=Status.IN_REVIEW)
        pending = comments.filter(status=Status.PENDING)
        edges = [Now() - age for _, age in AGES]
        younger = waiting.aggregate(
            waiting=Count("pk"),
            **{f"age{n}": Count("pk", filter=Q(received_at__gt=e)) for n, e in enumerate(edges)},
        )
        sections = waiting.values_list("story__section").annotate(number=Count("pk"))
        latest = Decision.objects.filter(comment=OuterRef("pk"), version=OuterRef("version"))
        held = waiting.annotate(
            clause=Func(Subquery(latest.values("clauses")[:1]), function="unnest")
        )
        clauses = held.order_by().values_list("clause").annotate(number=Count("pk"))
        first_due = pending.order_by("due_at")
        return Workload(
            waiting=younger["waiting"],
            oldest=waiting.order_by("pk").values_list("received_at", flat=True).first(),
            escalated=waiting.filter(Exists(open_escalations())).count(),
            unscored=pending.count(),
            oldest_unscored=first_due.values_list("received_at", flat=True).first(),
            ages=_ages(younger),
            sections=list(sections.order_by(F("number").desc())[:20]),
            clauses=sorted(clauses, key=lambda row: -row[1]),
        )


def _ages(younger: dict[str, int]) -> list[tuple[str, int]]:
    """Turn "younger than each edge" into "between the edges"."""
    counts, before = [], 0
    for number, (words, _) in enumerate(AGES):
        counts.append((words, younger[f"age{number}"] - before))
        before = younger[f"age{number}"]
    return [*counts, (OLDER, younger["waiting"] - before)]
