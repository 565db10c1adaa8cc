"""Promotion and roll-back: the only code that changes which classifier version is live.

A change is one transaction; PostgreSQL sees to it that a site has one live version at most. Workers
ask for it with every batch, so that no process has to be told.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import QuerySet

from moderation.decisions.decide import DatabaseClock
from moderation.models import ClassifierVersion, Site
from moderation.platform.errors import Conflict, NotFound
from moderation.scoring.site_classifier import bundled, unusable

logger = logging.getLogger(__name__)

State = ClassifierVersion.State


def versions(site: Site) -> QuerySet[ClassifierVersion]:
    """Return a site's own versions, newest first, without their weights."""
    return ClassifierVersion.objects.filter(site=site).defer("artefact").order_by("-pk")


def live_version(site: Site) -> ClassifierVersion | None:
    """Return the live version of a site; None when only the bundled classifier is live."""
    return versions(site).filter(state=State.LIVE).first()


def promote(version: ClassifierVersion, *, why: str = "", force: bool = False) -> None:
    """Make a version live and retire the former one, in one transaction.

    force: also a candidate that the gate refused. Raises Conflict when it was refused, when it is
    live already, when its weights are damaged, or were learned on another bundled classifier.
    """
    assert version.site_id is not None
    with transaction.atomic():
        _lock(version.site_id)
        row = ClassifierVersion.objects.get(pk=version.pk)
        if row.state == State.LIVE:
            raise Conflict(f"{row.name} is live already.", code="already_live")
        if problem := unusable(row, bundled()):
            raise Conflict(f"{row.name} cannot be used: {problem}", code="version_unusable")
        if row.state == State.CANDIDATE and not row.report.get("passed") and not force:
            raise Conflict(
                f"The gate refused {row.name}: {row.verdict} Use --force to promote it all the "
                "same.",
                code="gate_refused",
            )
        _retire_live(version.site_id, f"{row.name} took its place.")
        row.state, row.retired_at = State.LIVE, None
        if why:
            row.verdict = f"{row.verdict} {why}".strip()
        row.save(update_fields=["state", "retired_at", "verdict"])
        ClassifierVersion.objects.filter(pk=row.pk).update(promoted_at=DatabaseClock())
    version.refresh_from_db()
    logger.info("site %s: classifier version %s is live", version.site_id, row.name)


def roll_back(site: Site, *, why: str = "Rolled back by command.") -> ClassifierVersion | None:
    """Make the version live again that was live before the present one.

    Returns it; None when the bundled classifier alone serves from now on, because there was none
    before, or none that can still be used. Raises NotFound when no own version is live.
    """
    with transaction.atomic():
        _lock(site.pk)
        live = live_version(site)
        if live is None:
            raise NotFound(
                f"{site.name} has no classifier version of its own that is live: the bundled "
                "classifier serves alone."
            )
        former = _former(site, live)
        _retire_live(site.pk, why)
        if former is not None:
            # Its promotion keeps its date, so a second roll-back goes further back.
            ClassifierVersion.objects.filter(pk=former.pk).update(state=State.LIVE, retired_at=None)
            former.refresh_from_db()
    logger.info("site %s: rolled back from %s to %s", site.pk, live.name, former or "bundled")
    return former


def _former(site: Site, live: ClassifierVersion) -> ClassifierVersion | None:
    retired = ClassifierVersion.objects.filter(
        site=site, state=State.RETIRED, promoted_at__lt=live.promoted_at
    )
    base = bundled()
    for version in retired.order_by("-promoted_at"):
        if not unusable(version, base):
            return version
    return None


def _retire_live(site_pk: int, why: str) -> None:
    for live in ClassifierVersion.objects.filter(site_id=site_pk, state=State.LIVE).defer(
        "artefact"
    ):
        live.state, live.verdict = State.RETIRED, f"{live.verdict} {why}".strip()
        live.save(update_fields=["state", "verdict"])
        ClassifierVersion.objects.filter(pk=live.pk).update(retired_at=DatabaseClock())


def _lock(site_pk: int) -> None:
    """Allow one change at a time per site."""
    Site.objects.select_for_update(no_key=True).get(pk=site_pk)
