"""Suggested labels: those that count in training, and how many came by which key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet

from moderation.learning.labels import NEWEST, PAGE, Label, Provenance
from moderation.models import ApiKey, Site

# Quarantined labels (of keys that nobody trusts) and those of revoked keys are not among them.
TRUSTED = """
FROM moderation_suggestion s JOIN moderation_apikey k ON k.id = s.key_id
WHERE s.site_id = %s AND k.label_weight > 0 AND k.revoked_at IS NULL
"""
PAGE_OF_SUGGESTIONS = f"""
SELECT s.id, s.key_id, k.label_weight, s.text, s.rejected, s.suggested_at
{TRUSTED} AND s.id < %s ORDER BY s.id DESC LIMIT %s
"""
LATER_SUGGESTIONS = f"""
SELECT count(*) FROM (SELECT 1 {TRUSTED} AND s.id > %s LIMIT %s) AS counted
"""


def stream_suggestions(site: Site) -> Iterator[Label]:
    """Yield the suggested labels that count, the newest first; at most PAGE are held at a time."""
    before = NEWEST
    while True:
        rows = _fetch(PAGE_OF_SUGGESTIONS, [site.pk, before, PAGE])
        for row in rows:
            yield _label(row)
        if len(rows) < PAGE:
            return
        before = rows[-1][0]


def count_suggestions(site: Site, *, after: int = 0, up_to: int) -> int:
    """Count the suggested labels that count with an id above `after`, `up_to` at most."""
    number: int = _fetch(LATER_SUGGESTIONS, [site.pk, after, up_to])[0][0]
    return number


def counts_by_key(site: Site) -> QuerySet[Any]:
    """Return the keys that suggested labels, with `suggested`, `rejected` (counts) and `newest`."""
    return (
        ApiKey.objects.filter(site=site, suggestions__isnull=False)
        .annotate(
            suggested=Count("suggestions"),
            rejected=Count("suggestions", filter=Q(suggestions__rejected=True)),
            newest=Max("suggestions__suggested_at"),
        )
        .order_by("pk")
    )


def _fetch(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _label(row: tuple[Any, ...]) -> Label:
    pk, key, weight, text, rejected, suggested_at = row
    return Label(
        decision_pk=0,
        comment_pk=0,
        story_pk=0,
        parent_pk=None,
        author_pk=None,
        moderator_pk=None,
        text=text,
        rejected=int(rejected),
        provenance=Provenance.SUGGESTION,
        decided_at=suggested_at,
        suggestion_pk=pk,
        key_pk=key,
        trust=weight,
    )
