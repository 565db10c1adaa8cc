"""The versions of a site's policy: those published, and the draft."""

from __future__ import annotations

from django.db.models import QuerySet

from moderation.models import Policy, Site


def published_versions(site: Site) -> QuerySet[Policy]:
    """Return the published versions, the live one first, without their documents."""
    return (
        Policy.objects.filter(site=site, number__isnull=False)
        .select_related("published_by")
        .defer("document")
        .order_by("-number")
    )


def find_draft(site: Site) -> Policy | None:
    """Return the draft that editors are working on, if there is one."""
    drafts = Policy.objects.filter(site=site, number__isnull=True)
    return drafts.select_related("edited_by").first()
