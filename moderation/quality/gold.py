"""Gold comments: decided comments for which an editor fixes the right answer."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from moderation.models import Comment, GoldComment, SecondReview, Site
from moderation.platform.errors import Conflict, NotFound
from moderation.quality.disagreements import PAGE_SIZE, Kind
from moderation.quality.sampling import DECIDED
from moderation.review.actions import ModeratorDecision, check_decision


def add_gold(user: User, site: Site, comment_pk: int, ruling: ModeratorDecision) -> GoldComment:
    """Fix the answer to a decided comment: approve, or reject by one clause.

    Raises NotFound, Invalid for a clause that cannot be cited, Conflict when the comment is not
    decided, was erased, or is gold already.
    """
    comment = Comment.objects.filter(pk=comment_pk, site=site).first()
    if comment is None:
        raise NotFound(_("There is no such comment."))
    if comment.status not in DECIDED or comment.erased_at is not None:
        raise Conflict(_("Only a decided comment can be gold."), code="not_decided")
    check_decision(site.pk, ruling)
    try:
        with transaction.atomic():
            return GoldComment.objects.create(
                site=site,
                comment=comment,
                revision=comment.revision,
                status=ruling.status,
                clause=ruling.clauses[0] if ruling.clauses else "",
                added_by=user,
            )
    except IntegrityError as error:
        raise Conflict(_("It is a gold comment already."), code="already_gold") from error


def retire_gold(site: Site, pk: int) -> None:
    """Assign a gold comment to nobody any more; keep the reviews of it."""
    GoldComment.objects.filter(pk=pk, site=site, retired_at__isnull=True).update(retired_at=Now())


def gold_comments(site: Site) -> list[GoldComment]:
    """Return a site's gold comments, newest first, with the counts `read` and `as_fixed`."""
    gold = GoldComment.objects.filter(site=site, retired_at__isnull=True)
    valid = Q(reviews__taken_back_at__isnull=True)
    as_fixed = valid & Q(reviews__status=F("status"), reviews__clause=F("clause"))
    counted = gold.annotate(
        read=Count("reviews", filter=valid), as_fixed=Count("reviews", filter=as_fixed)
    )
    return list(counted.select_related("comment__story").order_by("-pk"))


def my_gold_reviews(user: User, site: Site) -> list[SecondReview]:
    """Return this person's reviews of gold comments, newest first, with the fixed answers."""
    reviews = SecondReview.objects.filter(
        moderator=user, site=site, kind=Kind.GOLD, taken_back_at__isnull=True
    )
    return list(reviews.select_related("comment", "gold").order_by("-pk")[:PAGE_SIZE])
