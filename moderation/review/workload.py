"""What waits on a site, how long already, and of what kind: counted at the moment of asking."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Now

from moderation.models import Comment, Escalation, Site, Status
from moderation.review.queue_filters import bounded, deferred, entries

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

    `deferred` of them are put off. `unscored` wait for their score, `oldest_unscored` since when.
    `ages`, `sections` and `clauses` are (name, number), clauses by id; a comment held by two
    clauses counts for both.
    """

    waiting: int
    oldest: datetime | None
    deferred: int
    escalated: int
    unscored: int
    oldest_unscored: datetime | None
    ages: list[tuple[str, int]]
    sections: list[tuple[str, int]]
    clauses: list[tuple[str, int]]


def workload(site: Site) -> Workload:
    """Count what waits on the site. Raises QueryTooSlow."""
    with bounded():
        waiting = entries(site).order_by()
        edges = [Now() - age for _, age in AGES]
        # Ages and clauses in one pass: comments are held in few ways.
        held = waiting.values("clauses").annotate(
            number=Count("pk"),
            first=Min("received_at"),
            deferred=Count("pk", filter=deferred()),
            **{f"age{n}": Count("pk", filter=Q(received_at__gt=e)) for n, e in enumerate(edges)},
        )
        groups: list[Any] = list(held)
        sections = waiting.values_list("story__section").annotate(number=Count("pk"))
        pending = Comment.objects.filter(
            site=site, status=Status.PENDING, erased_at__isnull=True
        ).order_by("due_at")
        asked = Escalation.objects.filter(
            comment__queue_entry__site=site, version=F("comment__version")
        )
        clauses: Counter[str] = Counter()
        for group in groups:
            clauses.update(dict.fromkeys(group["clauses"], group["number"]))
        return Workload(
            waiting=_total(groups, "number"),
            oldest=min((group["first"] for group in groups), default=None),
            deferred=_total(groups, "deferred"),
            escalated=asked.values("comment").distinct().count(),
            unscored=pending.count(),
            oldest_unscored=pending.values_list("received_at", flat=True).first(),
            ages=_ages(groups),
            sections=list(sections.order_by(F("number").desc())[:20]),
            clauses=clauses.most_common(),
        )


def _total(groups: list[Any], name: str) -> int:
    return sum(group[name] for group in groups)


def _ages(groups: list[Any]) -> list[tuple[str, int]]:
    """Turn "younger than each edge" into "between the edges"."""
    counts, before = [], 0
    for number, (words, _) in enumerate(AGES):
        younger = _total(groups, f"age{number}")
        counts.append((words, younger - before))
        before = younger
    return [*counts, (OLDER, _total(groups, "number") - before)]
