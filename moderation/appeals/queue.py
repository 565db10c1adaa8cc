"""Appeals: which wait, which of them a moderator may answer, and what their authors may know."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now

from moderation.models import Appeal, Comment, Moderator, Site, Source
from moderation.review.queue import Count
from moderation.review.queue_filters import COUNT_CAP

PAGE_SIZE = 25
# A comment that is edited and rejected again and again has many; its author sees the last ones.
TOLD_APPEALS = 20
SURROUNDINGS = (
    "comment__story",
    "comment__author",
    "comment__parent",
    "decision__policy",
    "decision__moderator",
    "outcome__moderator",
)


def waiting_appeals(site: Site) -> QuerySet[Appeal]:
    """Return the open appeals of a site with their surroundings, in no order."""
    found = Appeal.objects.filter(
        site=site,
        outcome=None,
        revision=F("comment__revision"),
        comment__erased_at=None,
    )
    return found.select_related(*SURROUNDINGS)


def is_alone(user: AbstractBaseUser, site: Site) -> bool:
    """Tell whether nobody else can decide on the site."""
    others = Moderator.objects.filter(site=site, user__is_active=True).exclude(user_id=user.pk)
    return not others.exists()


def may_answer(user: AbstractBaseUser, appeal: Appeal) -> bool:
    """Tell whether this person may decide on an appeal: not the one who rejected the comment.

    Where nobody else moderates the site, the same person looks again, and the author is told so.
    """
    own = appeal.decision.moderator_id == user.pk
    return not own or is_alone(user, appeal.site)


def answerable(user: AbstractBaseUser, site: Site) -> QuerySet[Appeal]:
    """Return the open appeals that this person may decide on, oldest first."""
    found = waiting_appeals(site).order_by("pk")
    if is_alone(user, site):
        return found
    return found.filter(~Q(decision__moderator_id=user.pk) | Q(decision__moderator_id=None))


def count_waiting(site: Site) -> Count:
    """Count the open appeals of a site, and stop at COUNT_CAP."""
    found = waiting_appeals(site).select_related(None).values("pk")[: COUNT_CAP + 1].count()
    return Count(min(found, COUNT_CAP), found > COUNT_CAP)


def last_answered(user: AbstractBaseUser, site: Site) -> Appeal | None:
    """Return the appeal that this person answered last."""
    answered = Appeal.objects.filter(
        site=site, outcome__moderator_id=user.pk, outcome__source=Source.APPEAL
    )
    return answered.select_related("outcome", "comment").order_by("-outcome_id").first()


def told_appeals(comment: Comment) -> QuerySet[Appeal]:
    """Return the appeals of a comment, newest first, each with `told` (bool).

    told: whether the outside may know of the outcome; until then the appeal is open to it.
    """
    told = Case(
        When(outcome__effective_at__gt=Now(), then=Value(False)),
        default=Value(True),
        output_field=BooleanField(),
    )
    found = comment.appeals.select_related("comment", "decision", "outcome").annotate(told=told)
    return found.order_by("-pk")


def told_state(appeal: Appeal) -> Appeal.State:
    """Return where an appeal of `told_appeals` stands as far as the outside may know."""
    known: bool = getattr(appeal, "told", True)
    return appeal.state if known else Appeal.State.OPEN


def same_person(appeal: Appeal) -> bool:
    """Tell whether the one who rejected the comment answered the appeal as well."""
    decided = appeal.decision.moderator_id
    return bool(appeal.outcome and decided and appeal.outcome.moderator_id == decided)
