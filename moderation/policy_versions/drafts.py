"""Drafts: several editors share one draft of a site's policy until it is published."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from moderation.models import PolicyVersion, Site
from moderation.platform.errors import Conflict, Invalid

# A valid document is smaller. A draft may be invalid, but not endless.
DRAFT_BYTES = 8_000_000
# U+0000 as JSON writes it, but not a backslash that somebody typed before "u0000".
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class StaleDraft(Conflict):
    """Somebody else saved, published or discarded the draft; `current` is the draft now, if any."""

    code = "stale_draft"

    def __init__(self, current: PolicyVersion | None) -> None:
        super().__init__(_("The draft has changed since you opened it."))
        self.current = current


def find_draft(site: Site) -> PolicyVersion | None:
    """Return the draft that editors are working on, if there is one."""
    drafts = PolicyVersion.objects.filter(site=site, number__isnull=True)
    return drafts.select_related("edited_by").first()


def save_draft(
    site: Site, *, document: dict[str, Any], user: User, seen: datetime | None
) -> PolicyVersion:
    """Save a draft, valid or not, so that no input is lost; return its row.

    seen: `updated_at` of the draft that the editor started from, None when there was none.
    Raises StaleDraft when the draft has changed since, Invalid when it cannot be stored.
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
    """Delete the draft. Raises StaleDraft when it has changed since `seen`."""
    deleted, _by_model = PolicyVersion.objects.filter(
        site=site, number__isnull=True, updated_at=seen
    ).delete()
    if not deleted:
        raise StaleDraft(find_draft(site))


def _check_storable(document: dict[str, Any]) -> None:
    """Refuse a document that PostgreSQL cannot store, or that is too large."""
    try:
        stored = json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Invalid(_("The draft contains a value that cannot be stored."), field="") from error
    if len(stored) > DRAFT_BYTES:
        message = _("The draft is larger than %(limit)s bytes.")
        raise Invalid(message % {"limit": f"{DRAFT_BYTES:,}"}, limit=DRAFT_BYTES)
    if _NUL.search(stored):
        raise Invalid(_("The draft contains the character U+0000, which cannot be stored."))
