"""The decisions feed: every decision once, in an order in which none can be missed.

Ids are given out before a transaction commits, so a reader that follows ids can pass one that
commits late. The feed follows the transactions instead and shows only those older than every
transaction that still runs: what is shown can get no forerunner any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from moderation.models import Decision, Site

PAGE, LARGEST_PAGE = 100, 1000


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of decisions, where to go on, and whether more is there already."""

    decisions: list[Decision]
    next: str
    more: bool


class BadCursor(ValueError):
    """The text is no place in the feed."""


def read_cursor(text: str) -> tuple[int, int]:
    """Return the place in the feed that a text names; "" is the beginning. Raises BadCursor."""
    if not text:
        return 0, 0
    transaction, _, row = text.partition(".")
    for part in (transaction, row):
        if not (part.isascii() and part.isdigit() and len(part) <= 18):
            raise BadCursor
    return int(transaction), int(row)


def feed(site: Site, *, after: str = "", limit: int = PAGE) -> Feed:
    """Return the decisions of a site after a place, at most `limit` (1-LARGEST_PAGE).

    Decisions taken back within the publishing hold are never shown, and nothing is shown past one
    whose hold still lasts. Raises BadCursor.
    """
    transaction, row = read_cursor(after)
    limit = max(1, min(limit, LARGEST_PAGE))
    settled = RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", [])
    found = list(
        Decision.objects.filter(site=site, withheld=False)
        .filter(Q(transaction__gte=transaction), transaction__lt=settled)
        .filter(Q(transaction__gt=transaction) | Q(id__gt=row))
        .select_related("comment__story", "comment__author", "policy")
        .defer("comment__body", "comment__story__body")
        .annotate(
            held=ExpressionWrapper(Q(effective_at__gt=Now()), output_field=BooleanField()),
            place=F("transaction"),
        )
        .order_by("transaction", "id")[: limit + 1]
    )
    shown: list[Decision] = []
    for decision in found:
        if decision.held or len(shown) == limit:
            break
        shown.append(decision)
    last = f"{shown[-1].transaction}.{shown[-1].pk}" if shown else after or "0.0"
    return Feed(shown, last, more=len(found) > limit and len(shown) == limit)
