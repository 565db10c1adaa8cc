"""The queue of appeals: open ones, those a moderator may answer, and their public state."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now

from moderation.models import Appeal, Comment, Moderator, Site, Source
from moderation.review.queue import Count
from moderation.review.queue_filters import COUNT_CAP

PAGE_SIZE = 25
# A comment that is often edited and rejected has many appeals; its author sees the last ones.
SHOWN_APPEALS = 20
RELATED = (
    "comment__story",
    "comment__author",
    "comment__parent",
    "decision__policy",
    "decision__moderator",
    "outcome__moderator",
)


def waiting_appeals(site: Site) -> QuerySet[Appeal]:
    """Return the open appeals of a site with their related rows, in no order."""
    appeals = Appeal.objects.filter(
        site=site,
        outcome=None,
        revision=F("comment__revision"),
        comment__erased_at=None,
    )
    return appeals.select_related(*RELATED)


def is_alone(user: AbstractBaseUser, site: Site) -> bool:
    """Tell whether this person is the only active moderator of the site."""
    others = Moderator.objects.filter(site=site, user__is_active=True).exclude(user_id=user.pk)
    return not others.exists()


def may_answer(user: AbstractBaseUser, appeal: Appeal) -> bool:
    """Tell whether this person may answer an appeal: the one who rejected the comment may not.

    If nobody else moderates the site, the same person answers, and the author learns that.
    """
    rejected_it = appeal.decision.moderator_id == user.pk
    return not rejected_it or is_alone(user, appeal.site)


def answerable(user: AbstractBaseUser, site: Site) -> QuerySet[Appeal]:
    """Return the open appeals that this person may answer, oldest first."""
    appeals = waiting_appeals(site).order_by("pk")
    if is_alone(user, site):
        return appeals
    return appeals.filter(~Q(decision__moderator_id=user.pk) | Q(decision__moderator_id=None))


def count_waiting(site: Site) -> Count:
    """Count the open appeals of a site, and stop at COUNT_CAP."""
    number = waiting_appeals(site).select_related(None).values("pk")[: COUNT_CAP + 1].count()
    return Count(min(number, COUNT_CAP), number > COUNT_CAP)


def last_answered(user: AbstractBaseUser, site: Site) -> Appeal | None:
    """Return the appeal that this person answered last."""
    answered = Appeal.objects.filter(
        site=site, outcome__moderator_id=user.pk, outcome__source=Source.APPEAL
    )
    return answered.select_related("outcome", "comment").order_by("-outcome_id").first()


def public_appeals(comment: Comment) -> QuerySet[Appeal]:
    """Return the appeals of a comment, newest first, each with `is_public` (bool).

    is_public: whether the outcome is public; until then the author sees an open appeal.
    """
    is_public = Case(
        When(outcome__effective_at__gt=Now(), then=Value(False)),
        default=Value(True),
        output_field=BooleanField(),
    )
    appeals = comment.appeals.select_related("comment", "decision", "outcome")
    return appeals.annotate(is_public=is_public).order_by("-pk")


def public_state(appeal: Appeal) -> Appeal.State:
    """Return the public state of an appeal of `public_appeals`."""
    is_public: bool = getattr(appeal, "is_public", True)
    return appeal.state if is_public else Appeal.State.OPEN


def same_person(appeal: Appeal) -> bool:
    """Tell whether the person who rejected the comment answered the appeal as well."""
    decided = appeal.decision.moderator_id
    return bool(appeal.outcome and decided and appeal.outcome.moderator_id == decided)
