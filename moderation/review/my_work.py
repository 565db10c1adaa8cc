"""A moderator's own work, for their own eyes: what they decided, and what it asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from moderation.models import BY_A_PERSON, Decision, SecondReview, Site
from moderation.review.comment_history import decisions_without_undos
from moderation.review.disturbing import disturbing_comments

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Today:
    """How many comments a person decided or read again today (UTC), and how many were heavy."""

    decided: int
    disturbing: int


def decisions_by_moderator(user: User, site: Site, *, before: int | None = None) -> list[Decision]:
    """Return a page of this person's decisions and undos, newest first, with their comments.

    before: a decision's id; the page begins after it. Each has `taken_back` (bool).
    """
    reversal = Decision.objects.filter(reverses=OuterRef("pk"))
    own = _own(user, site).annotate(taken_back=Exists(reversal))
    if before is not None:
        own = own.filter(pk__lt=before)
    return list(own.select_related("comment", "policy").order_by("-pk")[: PAGE_SIZE + 1])


def today(user: User, site: Site) -> Today:
    """Count what this person decided and read again today, and the heavy texts among them."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    made = decisions_without_undos(user).filter(site=site, created_at__gte=midnight)
    again = SecondReview.objects.filter(moderator=user, site=site, created_at__gte=midnight)
    again = again.exclude(kind=SecondReview.Kind.UPHELD)
    read = [pk for each in (made, again) for pk in each.values_list("comment", flat=True)]
    disturbing = disturbing_comments(set(read))
    return Today(decided=len(read), disturbing=sum(pk in disturbing for pk in read))


def _own(user: User, site: Site) -> QuerySet[Decision]:
    return Decision.objects.filter(moderator=user, site=site, source__in=BY_A_PERSON)
