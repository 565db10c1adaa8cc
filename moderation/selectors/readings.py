"""What second readings showed: where people differ from a first decision, and gold comments."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from moderation.models import GoldComment, SecondReading, Site

Kind = SecondReading.Kind
PAGE_SIZE = 25


def open_disagreements(site: Site) -> QuerySet[SecondReading]:
    """Return the readings that differ from a decision which nobody has looked at since.

    Those by another clause alone are none: readers see the same.
    """
    upheld = SecondReading.objects.filter(decision=OuterRef("decision"), kind=Kind.UPHELD)
    return SecondReading.objects.filter(
        ~Q(status=F("decision__status")),
        ~Exists(upheld),
        site=site,
        kind__in=(Kind.AUDIT, Kind.DOUBLE),
        taken_back_at__isnull=True,
        comment__version=F("decision__version"),
        comment__erased_at__isnull=True,
    )


def newest_disagreements(site: Site) -> list[SecondReading]:
    """Return the newest of them, each with what a senior moderator needs to see."""
    found = open_disagreements(site).order_by("-pk")
    with_context = found.select_related(
        "comment__story", "comment__parent", "decision__policy", "decision__score"
    )
    return list(with_context[:PAGE_SIZE])


def gold_comments(site: Site) -> list[GoldComment]:
    """Return a site's gold comments, the newest first, with `read` and `as_fixed` (counts)."""
    gold = GoldComment.objects.filter(site=site, retired_at__isnull=True)
    standing = Q(readings__taken_back_at__isnull=True)
    as_fixed = standing & Q(readings__status=F("status"), readings__clause=F("clause"))
    counted = gold.annotate(
        read=Count("readings", filter=standing), as_fixed=Count("readings", filter=as_fixed)
    )
    return list(counted.select_related("comment__story").order_by("-pk"))


def own_gold_readings(user: User, site: Site) -> list[SecondReading]:
    """Return what this person said of gold comments, the newest first, with the fixed answers."""
    own = SecondReading.objects.filter(
        moderator=user, site=site, kind=Kind.GOLD, taken_back_at__isnull=True
    )
    return list(own.select_related("comment", "gold").order_by("-pk")[:PAGE_SIZE])
