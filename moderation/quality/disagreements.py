"""Disagreements: a second review differs from a decision, and a senior moderator settles it.

To overturn the first decision is an ordinary decision. To uphold it changes no comment; the
upholding is stored as another review.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from moderation.models import Decision, SecondReview, Site, Status
from moderation.platform import validation
from moderation.platform.errors import Conflict
from moderation.platform.retry import with_retries
from moderation.review.actions import KEY_POINTS, approve, reject, send_to_review

Kind = SecondReview.Kind
PAGE_SIZE = 25

SETTLED = gettext_noop("It was settled meanwhile.")


def uphold(user: User, site: Site, review_pk: int, *, key: str) -> SecondReview:
    """Uphold the first decision; the same key again returns the first result.

    Raises Conflict when the disagreement was settled, or its comment changed, meanwhile.
    """
    validation.check_text(key, "key", points=KEY_POINTS)
    try:
        return with_retries(lambda: _uphold(user, site, review_pk, key))
    except IntegrityError as error:
        raise Conflict(_(SETTLED), code="already_settled") from error


def overturn(user: User, site: Site, review_pk: int, *, key: str) -> Decision:
    """Decide as the second reviewer did; an unsure reviewer sends the comment back to review.

    Raises Conflict when the disagreement was settled meanwhile, and what `review.reject` raises.
    """
    reviews = SecondReview.objects.filter(site=site, pk=review_pk, decision__isnull=False)
    review = reviews.select_related("decision").first()
    is_open = open_disagreements(site).filter(pk=review_pk).exists()
    decided_before = Decision.objects.filter(key=key, moderator=user).exists()
    if review is None or review.decision is None or not (is_open or decided_before):
        raise Conflict(_(SETTLED), code="already_settled")
    pk, version = review.comment_id, review.decision.version
    if review.status == Status.REJECTED:
        clauses = [review.clause]
        return reject(user, pk, clauses=clauses, expected_version=version, key=key)
    act = approve if review.status == Status.APPROVED else send_to_review
    return act(user, pk, expected_version=version, key=key)


def _uphold(user: User, site: Site, review_pk: int, key: str) -> SecondReview:
    with transaction.atomic():
        if made := SecondReview.objects.filter(key=key, moderator=user, site=site).first():
            return made
        reviews = open_disagreements(site).select_related("decision")
        review = reviews.select_for_update(of=("self",)).filter(pk=review_pk).first()
        if review is None or review.decision is None:
            raise Conflict(_(SETTLED), code="already_settled")
        first = review.decision
        return SecondReview.objects.create(
            site=site,
            kind=SecondReview.Kind.UPHELD,
            comment_id=review.comment_id,
            revision=first.revision,
            moderator=user,
            decision=first,
            status=first.status,
            clause=first.clauses[0] if first.clauses else "",
            key=key,
        )


def open_disagreements(site: Site) -> QuerySet[SecondReview]:
    """Return the reviews that differ from a decision, as long as nobody has settled it.

    A different clause alone is no disagreement: readers see the same.
    """
    upheld = SecondReview.objects.filter(decision=OuterRef("decision"), kind=Kind.UPHELD)
    return SecondReview.objects.filter(
        ~Q(status=F("decision__status")),
        ~Exists(upheld),
        site=site,
        kind__in=(Kind.AUDIT, Kind.DOUBLE),
        taken_back_at__isnull=True,
        comment__version=F("decision__version"),
        comment__erased_at__isnull=True,
    )


def newest_disagreements(site: Site) -> list[SecondReview]:
    """Return the newest open disagreements, with the rows that their page shows."""
    reviews = open_disagreements(site).order_by("-pk")
    with_context = reviews.select_related(
        "comment__story", "comment__parent", "decision__policy", "decision__score"
    )
    return list(with_context[:PAGE_SIZE])
