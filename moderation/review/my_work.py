"""The work of one moderator, for this person only: decisions, and the load of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from moderation.models import BY_A_PERSON, Decision, SecondReview, Site
from moderation.review.comment_history import decisions_without_undos
from moderation.review.disturbing import disturbing_comments

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Today:
    """The comments that a person decided or reviewed today (UTC), and the disturbing ones."""

    decided: int
    disturbing: int


def decisions_by_moderator(user: User, site: Site, *, before: int | None = None) -> list[Decision]:
    """Return a page of this person's decisions and undos, newest first, with their comments.

    before: a decision's id; the page begins after it. Each has `taken_back` (bool).
    """
    reversal = Decision.objects.filter(reverses=OuterRef("pk"))
    decisions = Decision.objects.filter(moderator=user, site=site, source__in=BY_A_PERSON)
    decisions = decisions.annotate(taken_back=Exists(reversal))
    if before is not None:
        decisions = decisions.filter(pk__lt=before)
    return list(decisions.select_related("comment", "policy").order_by("-pk")[: PAGE_SIZE + 1])


def today(user: User, site: Site) -> Today:
    """Count the comments this person decided and reviewed today, and the disturbing texts."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    decisions = decisions_without_undos(user).filter(site=site, created_at__gte=midnight)
    reviews = SecondReview.objects.filter(moderator=user, site=site, created_at__gte=midnight)
    reviews = reviews.exclude(kind=SecondReview.Kind.UPHELD)
    done = [pk for rows in (decisions, reviews) for pk in rows.values_list("comment", flat=True)]
    disturbing = disturbing_comments(set(done))
    return Today(decided=len(done), disturbing=sum(pk in disturbing for pk in done))
