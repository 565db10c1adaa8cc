"""Working on a policy: a draft that several editors share, published as a version for good."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from moderation.models import PolicyVersion, Site
from moderation.platform.errors import Conflict, Invalid

# A document that parses is smaller; a draft may be wrong, but not endless.
DRAFT_BYTES = 8_000_000
# U+0000 as JSON writes it, and not a backslash that somebody typed before "u0000".
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class StaleDraft(Conflict):
    """Somebody else saved, published or discarded the draft; `current` is what is there now."""

    code = "stale_draft"

    def __init__(self, current: PolicyVersion | None) -> None:
        super().__init__("The draft has changed since you opened it.")
        self.current = current


def find_draft(site: Site) -> PolicyVersion | None:
    """Return the draft that editors are working on, if there is one."""
    drafts = PolicyVersion.objects.filter(site=site, number__isnull=True)
    return drafts.select_related("edited_by").first()


def save_draft(
    site: Site, *, document: dict[str, Any], user: User, seen: datetime | None
) -> PolicyVersion:
    """Keep a draft, valid or not, so that nothing typed is lost; returns its row.

    seen: `updated_at` of the draft that the editor started from, None when there was none.
    Raises StaleDraft when that is not the draft any more, Invalid when it cannot be stored.
    """
    _check_storable(document)
    if seen is None:
        try:
            with transaction.atomic():
                created = PolicyVersion.objects.create(site=site, document=document, edited_by=user)
        except IntegrityError:
            raise StaleDraft(find_draft(site)) from None
        created.refresh_from_db()
        return created
    changed = PolicyVersion.objects.filter(site=site, number__isnull=True, updated_at=seen).update(
        document=document, edited_by=user, updated_at=Now()
    )
    draft = find_draft(site)
    if not changed or draft is None:
        raise StaleDraft(draft)
    return draft


def discard_draft(site: Site, *, seen: datetime) -> None:
    """Throw the draft away. Raises StaleDraft when it is not the one that was seen."""
    deleted, _ = PolicyVersion.objects.filter(
        site=site, number__isnull=True, updated_at=seen
    ).delete()
    if not deleted:
        raise StaleDraft(find_draft(site))


def _check_storable(document: dict[str, Any]) -> None:
    """Refuse what PostgreSQL cannot keep, and what nobody could read."""
    try:
        stored = json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Invalid("The draft holds something that cannot be stored.", field="") from error
    if len(stored) > DRAFT_BYTES:
        raise Invalid(f"The draft is larger than {DRAFT_BYTES:,} bytes.", limit=DRAFT_BYTES)
    if _NUL.search(stored):
        raise Invalid("The draft holds the character U+0000, which cannot be stored.")
