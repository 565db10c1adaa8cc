"""A histogram of a signal over the comments that a list shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, FloatField, IntegerField, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Floor, Least

from moderation.models import QueueEntry, Score, Site, Status
from moderation.review.queue_filters import (
    QueueFilters,
    bounded,
    deferred,
    entries,
    filter_comments,
    value_of,
)

BINS = 20


@dataclass(frozen=True, slots=True)
class Bin:
    """A twentieth of the scale from 0 to 1, and the number of comments with a value in it."""

    low: float
    high: float
    number: int


def histogram(site: Site, filters: QueueFilters, signal: str) -> list[Bin]:
    """Count the comments that match `filters`, except the filter on a signal, by `signal`.

    The newest score of the present text counts; a comment without a score is in no bin. Raises
    QueryTooSlow.
    """
    filters = filters.of_any_value()
    with bounded():
        scored: QuerySet[Any]
        value: Any = Cast(KeyTextTransform(signal, "signals"), FloatField())
        if filters.status == Status.IN_REVIEW:
            scored, value = _entries_in_review(site, filters), value_of(signal)
        else:
            scored = _scores_of_decided(site, filters)
        # LEAST would take a missing value for the highest.
        scored = scored.alias(value=value).filter(value__isnull=False)
        place = Least(Cast(Floor(F("value") * BINS), IntegerField()), BINS - 1)
        rows = scored.order_by().values(place=place).annotate(number=Count("pk"))
        numbers = {row["place"]: row["number"] for row in rows}
    return [Bin(n / BINS, (n + 1) / BINS, numbers.get(n, 0)) for n in range(BINS)]


def _entries_in_review(site: Site, filters: QueueFilters) -> QuerySet[QueueEntry]:
    """Return the queue entries of the comments; the plain queue needs no other table."""
    if filters.plain:
        return entries(site).exclude(deferred())
    return entries(site).filter(comment__in=filter_comments(site, filters))


def _scores_of_decided(site: Site, filters: QueueFilters) -> QuerySet[Score]:
    newer = Score.objects.filter(
        comment=OuterRef("comment"), revision=OuterRef("revision"), pk__gt=OuterRef("pk")
    )
    comments = filter_comments(site, filters)
    return Score.objects.filter(
        ~Exists(newer), comment__in=comments, revision=F("comment__revision")
    )
