"""Publication: the draft becomes the next version, or an earlier version is published again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from moderation.models import PolicyVersion, Site
from moderation.platform import validation
from moderation.platform.errors import Conflict
from moderation.policy import diff, parse
from moderation.policy_versions.drafts import StaleDraft, find_draft
from moderation.policy_versions.live import ensure_default, policy_version

NOTE_POINTS = 500


def publish(site: Site, *, user: User, seen: datetime, note: str = "") -> PolicyVersion:
    """Make the draft the next version, which every worker applies from then on.

    Raises StaleDraft, PolicyError for an invalid draft, Conflict when it equals the live version.
    """
    validation.check_text(note, "note", points=NOTE_POINTS)
    with transaction.atomic():
        live = _lock_live(site)
        draft = find_draft(site)
        if draft is None or draft.updated_at != seen:
            raise StaleDraft(draft)
        parse(draft.document)
        _refuse_same(live, draft.document)
        PolicyVersion.objects.filter(pk=draft.pk).update(
            number=(live.number or 0) + 1,
            note=note,
            published_at=Now(),
            published_by=user,
            updated_at=Now(),
        )
    draft.refresh_from_db()
    return draft


def revert(site: Site, *, number: int, user: User, live_number: int) -> PolicyVersion:
    """Publish an earlier version again, as a new one; the draft stays as it is.

    live_number: the live version that the editor saw. Raises Conflict when another version is live
    or nothing would change, and NoPolicyError.
    """
    row, compiled = policy_version(site, number)
    with transaction.atomic():
        live = _lock_live(site)
        if live.number != live_number:
            message = _("Version %(number)s has been published meanwhile.")
            raise Conflict(message % {"number": live.number})
        _refuse_same(live, compiled.document)
        created = PolicyVersion.objects.create(
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


def _lock_live(site: Site) -> PolicyVersion:
    """Return the live version, and lock publication on the site until the transaction ends."""
    ensure_default(site)
    Site.objects.select_for_update().get(pk=site.pk)
    published = PolicyVersion.objects.filter(site=site, number__isnull=False)
    return published.order_by(F("number").desc())[0]


def _refuse_same(live: PolicyVersion, document: dict[str, Any]) -> None:
    if not diff(live.document, document):
        message = _("This equals version %(number)s: there is nothing to publish.")
        raise Conflict(message % {"number": live.number})


def published_versions(site: Site) -> QuerySet[PolicyVersion]:
    """Return the published versions, the live one first, without their documents."""
    return (
        PolicyVersion.objects.filter(site=site, number__isnull=False)
        .select_related("published_by")
        .defer("document")
        .order_by("-number")
    )
