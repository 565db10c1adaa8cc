"""The live policy of a site, and the default policy of a new site."""

from __future__ import annotations

import copy
import logging

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from moderation.models import PolicyVersion, Site
from moderation.platform.memo import Memo
from moderation.policy import DEFAULT_DOCUMENT, CompiledPolicy, parse

logger = logging.getLogger(__name__)


# Every batch and every decision asks this: it takes half the time of the ORM's query.
LIVE = """
SELECT id FROM moderation_policyversion WHERE site_id = %s AND number IS NOT NULL
ORDER BY number DESC LIMIT 1
"""


class NoPolicyError(LookupError):
    """The site has published no policy, so a person decides every comment."""


def live_policy(site: Site | int) -> tuple[PolicyVersion, CompiledPolicy]:
    """Return the site's last published version: its row and the compiled policy.

    This costs one small query. The compiled policy is remembered by row id, because a published
    version never changes. Raises NoPolicyError, or moderation.policy.PolicyError when the stored
    document is invalid.
    """
    site_pk = site if isinstance(site, int) else site.pk
    with connection.cursor() as cursor:
        cursor.execute(LIVE, [site_pk])
        row = cursor.fetchone()
    if row is None:
        raise NoPolicyError(f"site {site_pk} has no published policy")
    return _policies.get_or_make(row[0], _load)


def policy_version(site: Site, number: int) -> tuple[PolicyVersion, CompiledPolicy]:
    """Return the row and the compiled policy of a published version. Raises NoPolicyError."""
    pk = PolicyVersion.objects.filter(site=site, number=number).values_list("pk", flat=True).first()
    if pk is None:
        raise NoPolicyError(f"site {site.pk} has no version {number} of its policy")
    return _policies.get_or_make(pk, _load)


_policies: Memo[int, tuple[PolicyVersion, CompiledPolicy]] = Memo(size=256)


def _load(pk: int) -> tuple[PolicyVersion, CompiledPolicy]:
    row = PolicyVersion.objects.select_related("site").get(pk=pk)
    return row, parse(row.document)


def ensure_default(site: Site) -> PolicyVersion:
    """Return the row of the live policy; publish the default as version 1 if there is none."""
    published = PolicyVersion.objects.filter(site=site, number__isnull=False).order_by("-number")
    if live := published.first():
        return live
    try:
        with transaction.atomic():
            return PolicyVersion.objects.create(
                site=site,
                number=1,
                document=copy.deepcopy(DEFAULT_DOCUMENT),
                note="The policy that every site starts with",
                published_at=Now(),
            )
    except IntegrityError:  # another process was first
        return published.get(number=1)
