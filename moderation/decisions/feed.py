"""The decisions feed: every decision once, in an order in which no client can miss one.

A row gets its id before its transaction commits, so a client that follows ids can miss a late
commit. The feed follows transactions instead. It shows only transactions older than every running
one: no decision can still appear before a decision that was shown.
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
    """A page of decisions, the cursor of the next page, and whether that page has decisions now."""

    decisions: list[Decision]
    next: str
    more: bool


class BadCursor(ValueError):
    """The text is no cursor of the feed."""


def read_cursor(text: str) -> tuple[int, int]:
    """Return the place in the feed that a cursor names; "" is the start. Raises BadCursor."""
    if not text:
        return 0, 0
    transaction, _, row = text.partition(".")
    for part in (transaction, row):
        if not (part.isascii() and part.isdigit() and len(part) <= 18):
            raise BadCursor
    return int(transaction), int(row)


def feed(site: Site, *, after: str = "", limit: int = PAGE) -> Feed:
    """Return the decisions of a site after a place, at most `limit` (1-LARGEST_PAGE).

    Decisions taken back within the publishing hold are never shown. The feed stops before a
    decision that is still held. Raises BadCursor.
    """
    transaction, row = read_cursor(after)
    limit = max(1, min(limit, LARGEST_PAGE))
    oldest_running = RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", [])
    decisions = list(
        Decision.objects.filter(site=site, withheld=False)
        .filter(Q(transaction__gte=transaction), transaction__lt=oldest_running)
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
    for decision in decisions:
        if decision.held or len(shown) == limit:
            break
        shown.append(decision)
    last = f"{shown[-1].transaction}.{shown[-1].pk}" if shown else after or "0.0"
    return Feed(shown, last, more=len(decisions) > limit and len(shown) == limit)
