"""Which settled comments may be read once more by whom, and what lies on a desk to be read so."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from moderation.decisions.final_decisions import FINAL_SOURCES
from moderation.models import (
    Comment,
    Decision,
    GoldComment,
    Moderator,
    ReviewAssignment,
    SecondReview,
    Site,
    Source,
    Status,
)

# So many of a site's latest decisions are drawn from: quick, however many there are.
WINDOW = 10_000
DECIDED = (Status.APPROVED, Status.REJECTED)


def open_assignment(user: User, comment: Comment) -> ReviewAssignment | None:
    """Return the draw by which this person is to read the comment as it is now."""
    if comment.status not in DECIDED or comment.erased_at is not None:
        return None
    lying = ReviewAssignment.objects.filter(moderator=user, comment=comment, closed_at__isnull=True)
    return lying.filter(version=comment.version).select_related("decision").first()


def open_assignments(user: User, site: Site) -> QuerySet[ReviewAssignment]:
    """Return what this person is to read again on the site, the oldest first."""
    lying = ReviewAssignment.objects.filter(
        moderator=user, comment__site=site, closed_at__isnull=True
    )
    lying = lying.filter(comment__version=F("version"), comment__erased_at__isnull=True)
    return lying.order_by("pk")


def assignment_of_card(user: User, comment_pk: int, key: str) -> ReviewAssignment | None:
    """Return the draw on whose card something was pressed, open or not; None for any other card.

    A page appends to the key of its card where the same card is pressed again.
    """
    try:
        of_card = UUID(key[:36])
    except ValueError:
        return None
    return ReviewAssignment.objects.filter(key=of_card, moderator=user, comment=comment_pk).first()


def latest_automatic(site: Site) -> list[tuple[int, str]]:
    """Return id and status of the automatic approvals and rejections among a site's latest."""
    latest = Decision.objects.filter(site=site).order_by("-transaction", "-pk")
    rows = latest.values_list("pk", "status", "source")[:WINDOW]
    return [(pk, status) for pk, status, by in rows if by == Source.POLICY and status in DECIDED]


def latest_of_people(site: Site) -> list[tuple[int, str]]:
    """Return id and status of the latest approvals and rejections by people on a site."""
    latest = Decision.objects.filter(site=site, source__in=FINAL_SOURCES).order_by("-pk")
    rows = latest.values_list("pk", "status")[:WINDOW]
    return [(pk, status) for pk, status in rows if status in DECIDED]


def may_read_again(moderator: Moderator, decision_pks: Collection[int]) -> set[int]:
    """Return those of the decisions that this person may read again.

    They are told outside and still stand; nobody reads them again or did; the person has not met
    their comments, and does not leave them to others. Undos are no judgement, and of decisions in
    bulk nobody read each.
    """
    lying = ReviewAssignment.objects.filter(decision=OuterRef("pk"), closed_at__isnull=True)
    read = SecondReview.objects.filter(decision=OuterRef("pk"), taken_back_at__isnull=True)
    standing = Decision.objects.filter(
        Q(source=Source.POLICY) | Q(source=Source.MODERATOR, moderator__isnull=False),
        pk__in=decision_pks,
        withheld=False,
        reverses__isnull=True,
        effective_at__lte=Now(),
        comment__version=F("version"),
        comment__erased_at__isnull=True,
    ).exclude(key__startswith="bulk:")
    if moderator.left_clauses:
        standing = standing.exclude(clauses__overlap=moderator.left_clauses)
    unmet = standing.filter(~Exists(_decided_by(moderator)), ~Exists(_drawn_for(moderator)))
    return set(unmet.filter(~Exists(lying), ~Exists(read)).values_list("pk", flat=True))


def gold_for(moderator: Moderator) -> QuerySet[GoldComment]:
    """Return the gold comments that this person has not met."""
    gold = GoldComment.objects.filter(
        site=moderator.site_id,
        retired_at__isnull=True,
        comment__revision=F("revision"),
        comment__status__in=DECIDED,
        comment__erased_at__isnull=True,
    )
    gold = gold.exclude(added_by=moderator.user_id).exclude(clause__in=moderator.left_clauses)
    return gold.filter(~Exists(_decided_by(moderator)), ~Exists(_drawn_for(moderator)))


def _decided_by(moderator: Moderator) -> QuerySet[Decision]:
    return Decision.objects.filter(comment=OuterRef("comment"), moderator=moderator.user_id)


def _drawn_for(moderator: Moderator) -> QuerySet[ReviewAssignment]:
    return ReviewAssignment.objects.filter(comment=OuterRef("comment"), moderator=moderator.user_id)


def held_assignments(user: User, comment_pks: Collection[int]) -> set[int]:
    """Return those of the comments that still lie on this person's desk to be read again."""
    lying = ReviewAssignment.objects.filter(
        moderator=user, comment__in=comment_pks, closed_at__isnull=True
    )
    return set(lying.filter(comment__version=F("version")).values_list("comment", flat=True))
