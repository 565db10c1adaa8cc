"""Labels that other systems' clients suggest: kept in quarantine, capped per key, weighed by trust.

Whoever holds a client's key can suggest anything. So a suggestion counts for nothing until a person
trusts the key (`manage.py doors SITE trust KEY WEIGHT`), a key may suggest so many a day, and what
a key suggested counts together as one voice (learning.label_sets).
"""

from __future__ import annotations

import hashlib
import logging

from django.conf import settings

from moderation.accounts.api_keys import Caller
from moderation.models import ApiKey, Site, Suggestion
from moderation.platform import hot_path_sql, validation
from moderation.platform.errors import Invalid, ModerationError

logger = logging.getLogger(__name__)

REFERENCE_POINTS = 255
LONGEST = 100_000
# A later word of the same key on the same text replaces the former one.
INSERT = """
INSERT INTO moderation_suggestion AS s (site_id, key_id, door, text, digest, rejected, reference)
SELECT %s, %s, %s, %s, %s, %s, %s
WHERE (SELECT count(*) FROM moderation_suggestion
       WHERE key_id = %s AND suggested_at > now() - interval '1 day') < %s
ON CONFLICT (key_id, digest) DO UPDATE
    SET rejected = excluded.rejected, reference = excluded.reference, suggested_at = now()
RETURNING s.id
"""


class TooManySuggestions(ModerationError):
    """The key has suggested as many labels as it may in a day."""

    status = 429
    code = "too_many_suggestions"


def suggest(
    caller: Caller, text: str, *, rejected: bool, door: Suggestion.Door, reference: str = ""
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
    values = [caller.site.pk, caller.key_id, door.value, text, digest, rejected, told]
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
        raise Invalid("A weight lies between 0 and 1.", field="weight")
    ApiKey.objects.filter(pk=key.pk).update(label_weight=weight)


def forget_suggestions(key: ApiKey) -> int:
    """Delete what was suggested with a key; returns how many."""
    deleted, _ = Suggestion.objects.filter(key=key).delete()
    return deleted
