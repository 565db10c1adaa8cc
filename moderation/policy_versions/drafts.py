"""Working on a policy: a draft that several editors share, published as a version for good."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from moderation import policy as judge
from moderation.models import Policy, Site
from moderation.platform import validation
from moderation.platform.errors import Conflict, Invalid
from moderation.policy_versions.live import ensure_default, policy_version
from moderation.selectors.policies import find_draft

NOTE_POINTS = 500
# A document that parses is smaller; a draft may be wrong, but not endless.
DRAFT_BYTES = 8_000_000
# U+0000 as JSON writes it, and not a backslash that somebody typed before "u0000".
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class StaleDraft(Conflict):
    """Somebody else saved, published or discarded the draft; `current` is what is there now."""

    code = "stale_draft"

    def __init__(self, current: Policy | None) -> None:
        super().__init__("The draft has changed since you opened it.")
        self.current = current


def save_draft(
    site: Site, *, document: dict[str, Any], user: User, seen: datetime | None
) -> Policy:
    """Keep a draft, valid or not, so that nothing typed is lost; returns its row.

    seen: `updated_at` of the draft that the editor started from, None when there was none.
    Raises StaleDraft when that is not the draft any more, Invalid when it cannot be stored.
    """
    _check_storable(document)
    if seen is None:
        try:
            with transaction.atomic():
                created = Policy.objects.create(site=site, document=document, edited_by=user)
        except IntegrityError:
            raise StaleDraft(find_draft(site)) from None
        created.refresh_from_db()
        return created
    changed = Policy.objects.filter(site=site, number__isnull=True, updated_at=seen).update(
        document=document, edited_by=user, updated_at=Now()
    )
    draft = find_draft(site)
    if not changed or draft is None:
        raise StaleDraft(draft)
    return draft


def discard_draft(site: Site, *, seen: datetime) -> None:
    """Throw the draft away. Raises StaleDraft when it is not the one that was seen."""
    deleted, _ = Policy.objects.filter(site=site, number__isnull=True, updated_at=seen).delete()
    if not deleted:
        raise StaleDraft(find_draft(site))


def publish(site: Site, *, user: User, seen: datetime, note: str = "") -> Policy:
    """Make the draft the next version; from then on every worker judges by it.

    Raises StaleDraft, PolicyError (the draft cannot judge), Conflict (it says what is live anyway).
    """
    validation.check_text(note, "note", points=NOTE_POINTS)
    with transaction.atomic():
        live = _lock_live(site)
        draft = find_draft(site)
        if draft is None or draft.updated_at != seen:
            raise StaleDraft(draft)
        judge.parse(draft.document)
        _refuse_same(live, draft.document)
        Policy.objects.filter(pk=draft.pk).update(
            number=(live.number or 0) + 1,
            note=note,
            published_at=Now(),
            published_by=user,
            updated_at=Now(),
        )
    draft.refresh_from_db()
    return draft


def revert(site: Site, *, number: int, user: User, live_number: int) -> Policy:
    """Publish an earlier version again, as a new one; the draft stays as it is.

    live_number: the version the editor took for the live one. Raises Conflict when it is not, or
    when nothing would change, and NoPolicyError.
    """
    row, program = policy_version(site, number)
    with transaction.atomic():
        live = _lock_live(site)
        if live.number != live_number:
            raise Conflict(f"Version {live.number} has been published meanwhile.")
        _refuse_same(live, program.document)
        created = Policy.objects.create(
            site=site,
            number=(live.number or 0) + 1,
            document=row.document,
            note=f"Back to version {number}",
            edited_by=user,
            published_at=Now(),
            published_by=user,
        )
    created.refresh_from_db()
    return created


def _lock_live(site: Site) -> Policy:
    """Return the live version; until the transaction ends nobody else can publish on this site."""
    ensure_default(site)
    Site.objects.select_for_update().get(pk=site.pk)
    published = Policy.objects.filter(site=site, number__isnull=False)
    return published.order_by(F("number").desc())[0]


def _refuse_same(live: Policy, document: dict[str, Any]) -> None:
    if not judge.diff(live.document, document):
        raise Conflict(f"It says what version {live.number} says: there is nothing to publish.")


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
