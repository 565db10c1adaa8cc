"""The workload of a site: comments waiting now, by age, section and clause."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from moderation.models import Comment, Escalation, Site, Status
from moderation.review.queue_filters import bounded, deferred, entries

# Labels of ages, and their upper limits; OLDER is the label of the rest.
AGES = (
    (_("Under an hour"), timedelta(hours=1)),
    (_("Under six hours"), timedelta(hours=6)),
    (_("Under a day"), timedelta(days=1)),
    (_("Under a week"), timedelta(days=7)),
)
OLDER = _("Over a week")


@dataclass(frozen=True, slots=True)
class Workload:
    """The numbers of waiting comments; `oldest` is the time at which the first one came in.

    `deferred` is the number of deferred comments among them. `unscored` comments wait for their
    score, the first since `oldest_unscored`. `ages`, `sections` and `clauses` are (name, number),
    clauses by id; a comment held by two clauses counts for both.
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
    """Count the waiting comments of the site. Raises QueryTooSlow."""
    with bounded():
        waiting = entries(site).order_by()
        edges = [Now() - age for _label, age in AGES]
        # Ages and clauses in one pass, because there are few combinations of clauses.
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
        escalations = Escalation.objects.filter(
            comment__queue_entry__site=site, version=F("comment__version")
        )
        clauses: Counter[str] = Counter()
        for group in groups:
            clauses.update(dict.fromkeys(group["clauses"], group["number"]))
        return Workload(
            waiting=_total(groups, "number"),
            oldest=min((group["first"] for group in groups), default=None),
            deferred=_total(groups, "deferred"),
            escalated=escalations.values("comment").distinct().count(),
            unscored=pending.count(),
            oldest_unscored=pending.values_list("received_at", flat=True).first(),
            ages=_ages(groups),
            sections=list(sections.order_by(F("number").desc())[:20]),
            clauses=clauses.most_common(),
        )


def _total(groups: list[Any], name: str) -> int:
    return sum(group[name] for group in groups)


def _ages(groups: list[Any]) -> list[tuple[str, int]]:
    """Return the number of comments between two limits of age, with the label."""
    counts, before = [], 0
    for number, (label, _limit) in enumerate(AGES):
        younger = _total(groups, f"age{number}")
        counts.append((str(label), younger - before))
        before = younger
    return [*counts, (str(OLDER), _total(groups, "number") - before)]
