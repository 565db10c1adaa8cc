"""The histogram over the list: how a signal is spread, and a span of it chosen by two clicks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from moderation.models import Site
from moderation.policy import FACTS
from moderation.review.histogram import histogram
from moderation.review.queue_filters import QueryTooSlow, QueueFilters
from moderation.web.review.filters import query_of

HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its span, how many comments, its height up to HEIGHT, and the list behind it."""

    low: float
    high: float
    number: int
    height: float
    chosen: bool
    query: str

    @property
    def top(self) -> str:
        """Where the bar begins, from above, as SVG writes numbers."""
        return f"{HEIGHT - self.height:.1f}"


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bars of one signal; `name` is the signal in words."""

    name: str
    bars: list[Bar]

    @property
    def total(self) -> int:
        """How many comments have a value at all."""
        return sum(bar.number for bar in self.bars)


def build_histogram(site: Site, filters: QueueFilters) -> Histogram | None:
    """Return the histogram of the signal that is filtered by; None without one, or when too slow.

    A bar leads to its own span, and while a narrower span is chosen, to the span that reaches from
    that one to the bar: two clicks choose any range.
    """
    if not filters.signal:
        return None
    try:
        bins = histogram(site, filters, filters.signal)
    except QueryTooSlow:
        return None
    most = max((each.number for each in bins), default=0) or 1
    chosen = filters.at_least > 0 or filters.at_most < 1
    bars = []
    for each in bins:
        inside = filters.at_least <= each.low and each.high <= filters.at_most
        low, high = each.low, each.high
        if chosen and not inside:
            low, high = min(low, filters.at_least), max(high, filters.at_most)
        query = query_of(replace(filters, at_least=round(low, 2), at_most=round(high, 2)))
        height = HEIGHT * each.number / most
        bars.append(Bar(each.low, each.high, each.number, height, inside, query))
    return Histogram(FACTS[filters.signal].label, bars)
