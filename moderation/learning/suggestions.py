"""Suggested labels from other systems' clients: stored, trusted by key, and read for training."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Q, QuerySet

from moderation.accounts.api_keys import Caller
from moderation.learning.labels import NEWEST, PAGE, Label, Provenance
from moderation.models import ApiKey, Site, Suggestion
from moderation.platform import hot_path_sql, validation
from moderation.platform.errors import Invalid, ModerationError

logger = logging.getLogger(__name__)
REFERENCE_POINTS = 255
LONGEST = 100_000
# A later suggestion of the same key for the same text replaces the former one.
INSERT = """
INSERT INTO moderation_suggestion AS s
    (site_id, key_id, integration, text, digest, rejected, reference)
SELECT %s, %s, %s, %s, %s, %s, %s
WHERE (SELECT count(*) FROM moderation_suggestion
       WHERE key_id = %s AND suggested_at > now() - interval '1 day') < %s
ON CONFLICT (key_id, digest) DO UPDATE
    SET rejected = excluded.rejected, reference = excluded.reference, suggested_at = now()
RETURNING s.id
"""

# Without quarantined labels (of keys without a weight) and without those of revoked keys.
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


class TooManySuggestions(ModerationError):
    """The key has suggested as many labels as it may in a day."""

    status = 429
    code = "too_many_suggestions"


def suggest(
    caller: Caller,
    text: str,
    *,
    rejected: bool,
    integration: Suggestion.Integration,
    reference: str = "",
) -> None:
    """Keep a label that a client suggests. Raises TooManySuggestions and Unavailable.

    A text that cannot be stored as it is (U+0000, half of a character) is dropped.
    """
    try:
        for value, field in ((text, "text"), (reference, "reference")):
            validation.check_text(value, field, points=LONGEST)
    except Invalid:
        return
    limit = settings.SUGGESTIONS_PER_DAY
    digest = hashlib.sha256(text.encode()).hexdigest()
    told = reference[:REFERENCE_POINTS]
    values = [caller.site.pk, caller.key_id, integration.value, text, digest, rejected, told]
    if not hot_path_sql.fetch(INSERT, [*values, caller.key_id, limit]):
        raise TooManySuggestions(f"This key may suggest {limit:,} labels a day.", limit=limit)


def find_key(site: Site, prefix: str) -> ApiKey:
    """Return the site's one key that starts with `prefix` or has this name. Raises Invalid."""
    keys = ApiKey.objects.filter(site=site)
    found = list(keys.filter(prefix__startswith=prefix) | keys.filter(name=prefix))
    if len(found) != 1:
        raise Invalid(f"{len(found)} keys of {site.name} are “{prefix}”; name one.", field="key")
    return found[0]


def trust(key: ApiKey, weight: float) -> None:
    """Let the labels suggested with a key count by `weight` (0: quarantine, 1: as much as any)."""
    if not 0 <= weight <= 1:
        raise Invalid("A weight is between 0 and 1.", field="weight")
    ApiKey.objects.filter(pk=key.pk).update(label_weight=weight)


def forget_suggestions(key: ApiKey) -> int:
    """Delete what was suggested with a key; returns how many."""
    deleted, _ = Suggestion.objects.filter(key=key).delete()
    return deleted
