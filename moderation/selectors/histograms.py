"""How the values of a signal are spread over the comments that a list shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, F, FloatField, IntegerField, OuterRef
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Floor, Least

from moderation.models import Score, Site
from moderation.selectors.queues import QueueFilters, bounded, filter_comments

BINS = 20


@dataclass(frozen=True, slots=True)
class Bin:
    """A twentieth of the scale from 0 to 1, and how many comments have their value in it."""

    low: float
    high: float
    number: int


def histogram(site: Site, filters: QueueFilters, signal: str) -> list[Bin]:
    """Count the comments that match `filters`, whatever span they name, by their value of `signal`.

    The newest score of the present text counts; a comment without one is in no bin. Raises
    QueryTooSlow.
    """
    with bounded():
        comments = filter_comments(site, filters.of_any_value())
        newer = Score.objects.filter(
            comment=OuterRef("comment"), revision=OuterRef("revision"), pk__gt=OuterRef("pk")
        )
        scores = Score.objects.filter(
            ~Exists(newer), comment__in=comments, revision=F("comment__revision")
        )
        value = Cast(KeyTextTransform(signal, "signals"), FloatField())
        # LEAST would take a missing value for the highest.
        scores = scores.alias(value=value).filter(value__isnull=False)
        place = Least(Cast(Floor(F("value") * BINS), IntegerField()), BINS - 1)
        counted = scores.order_by().values(place=place).annotate(number=Count("pk"))
        numbers = {row["place"]: row["number"] for row in counted}
    return [Bin(n / BINS, (n + 1) / BINS, numbers.get(n, 0)) for n in range(BINS)]
