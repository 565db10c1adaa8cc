"""Samples for second reviews: the decisions a person may review, and the open assignments."""

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

# Only this many of a site's latest decisions are sampled, so that a sample is always quick.
WINDOW = 10_000
DECIDED = (Status.APPROVED, Status.REJECTED)


def open_assignment(user: User, comment: Comment) -> ReviewAssignment | None:
    """Return this person's open assignment of the comment as it is now."""
    if comment.status not in DECIDED or comment.erased_at is not None:
        return None
    assigned = ReviewAssignment.objects.filter(
        moderator=user, comment=comment, closed_at__isnull=True
    )
    return assigned.filter(version=comment.version).select_related("decision").first()


def open_assignments(user: User, site: Site) -> QuerySet[ReviewAssignment]:
    """Return this person's open assignments on the site, oldest first."""
    assigned = ReviewAssignment.objects.filter(
        moderator=user, comment__site=site, closed_at__isnull=True
    )
    assigned = assigned.filter(comment__version=F("version"), comment__erased_at__isnull=True)
    return assigned.order_by("pk")


def assignment_of_card(user: User, comment_pk: int, key: str) -> ReviewAssignment | None:
    """Return the assignment of a card, open or not; None for any other card.

    key: of the request. It starts with the card's key; a page appends to it on the same card.
    """
    try:
        of_card = UUID(key[:36])
    except ValueError:
        return None
    return ReviewAssignment.objects.filter(key=of_card, moderator=user, comment=comment_pk).first()


def latest_automatic(site: Site) -> list[tuple[int, str]]:
    """Return id and status of the automatic decisions among a site's latest decisions."""
    latest = Decision.objects.filter(site=site).order_by("-transaction", "-pk")
    rows = latest.values_list("pk", "status", "source")[:WINDOW]
    return [(pk, status) for pk, status, by in rows if by == Source.POLICY and status in DECIDED]


def latest_of_people(site: Site) -> list[tuple[int, str]]:
    """Return id and status of the latest decisions by people on a site."""
    latest = Decision.objects.filter(site=site, source__in=FINAL_SOURCES).order_by("-pk")
    rows = latest.values_list("pk", "status")[:WINDOW]
    return [(pk, status) for pk, status in rows if status in DECIDED]


def may_review_again(moderator: Moderator, decision_pks: Collection[int]) -> set[int]:
    """Return the decisions that this person may review a second time.

    They are public and still in force. Nobody has reviewed them or is assigned to. The person has
    not met their comments, and does not leave their clauses to others. Undos are no decision on the
    text, and nobody reviewed every comment of a bulk decision.
    """
    assigned = ReviewAssignment.objects.filter(decision=OuterRef("pk"), closed_at__isnull=True)
    reviewed = SecondReview.objects.filter(decision=OuterRef("pk"), taken_back_at__isnull=True)
    in_force = Decision.objects.filter(
        Q(source=Source.POLICY) | Q(source=Source.MODERATOR, moderator__isnull=False),
        pk__in=decision_pks,
        withheld=False,
        reverses__isnull=True,
        effective_at__lte=Now(),
        comment__version=F("version"),
        comment__erased_at__isnull=True,
    ).exclude(key__startswith="bulk:")
    if moderator.left_clauses:
        in_force = in_force.exclude(clauses__overlap=moderator.left_clauses)
    unmet = in_force.filter(~Exists(_decided_by(moderator)), ~Exists(_assigned_to(moderator)))
    return set(unmet.filter(~Exists(assigned), ~Exists(reviewed)).values_list("pk", flat=True))


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
    return gold.filter(~Exists(_decided_by(moderator)), ~Exists(_assigned_to(moderator)))


def _decided_by(moderator: Moderator) -> QuerySet[Decision]:
    return Decision.objects.filter(comment=OuterRef("comment"), moderator=moderator.user_id)


def _assigned_to(moderator: Moderator) -> QuerySet[ReviewAssignment]:
    return ReviewAssignment.objects.filter(comment=OuterRef("comment"), moderator=moderator.user_id)


def held_assignments(user: User, comment_pks: Collection[int]) -> set[int]:
    """Return the comments that are still assigned to this person for a second review."""
    assigned = ReviewAssignment.objects.filter(
        moderator=user, comment__in=comment_pks, closed_at__isnull=True
    )
    return set(assigned.filter(comment__version=F("version")).values_list("comment", flat=True))
