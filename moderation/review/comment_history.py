"""The history of a comment, and the counts of its author's other comments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, Exists, Min, Model, OuterRef, Q, QuerySet

from moderation.models import (
    Appeal,
    Author,
    Comment,
    Decision,
    Escalation,
    Flag,
    Revision,
    Score,
    SecondReview,
    Site,
    Source,
    Status,
    WrongScore,
)
from moderation.review.queue_filters import deferred

# A longer history is an attack on the page; the newest events are shown.
HISTORY_LIMIT = 100
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Event:
    """One event in the history of a comment; exactly one of the four rows is set."""

    at: datetime
    decision: Decision | None = None
    revision: Revision | None = None
    flag: Flag | None = None
    appeal: Appeal | None = None


@dataclass(frozen=True, slots=True)
class AuthorCounts:
    """The number of an author's comments on the site by status, and the date of the first."""

    approved: int = 0
    rejected: int = 0
    waiting: int = 0
    since: datetime | None = None

    @property
    def first(self) -> bool:
        """Tell whether the author has no other comment on the site."""
        return not (self.approved or self.rejected or self.waiting)


def comment_history(comment: Comment) -> list[Event]:
    """Return decisions, earlier texts, flags and appeals of a comment, newest first."""
    decisions = _newest(comment.decisions.select_related("moderator", "policy", "reverses"))
    events = [Event(decision.created_at, decision=decision) for decision in decisions]
    events += [Event(flag.created_at, flag=flag) for flag in _newest(comment.flags.all())]
    if comment.revision > 1:
        revisions = _newest(comment.revisions.all())
        events += [Event(revision.replaced_at, revision=revision) for revision in revisions]
    # Only a rejection can be appealed against.
    if any(decision.status == Status.REJECTED for decision in decisions):
        appeals = _newest(comment.appeals.all())
        events += [Event(appeal.created_at, appeal=appeal) for appeal in appeals]
    return sorted(events, key=lambda event: event.at, reverse=True)[:HISTORY_LIMIT]


def _newest(rows: QuerySet[Row]) -> list[Row]:
    return list(rows.order_by("-pk")[:HISTORY_LIMIT])


def author_record(author: Author | None, *, excluding: Comment | None = None) -> AuthorCounts:
    """Count the author's comments by status; without an author all counts are 0."""
    if author is None:
        return AuthorCounts()
    comments = Comment.objects.filter(author=author)
    if excluding is not None:
        comments = comments.exclude(pk=excluding.pk)
    grouped = comments.order_by().values("status")
    rows = list(grouped.annotate(number=Count("pk"), since=Min("received_at")))
    numbers = {row["status"]: row["number"] for row in rows}
    return AuthorCounts(
        approved=numbers.get(Status.APPROVED, 0),
        rejected=numbers.get(Status.REJECTED, 0),
        waiting=numbers.get(Status.IN_REVIEW, 0) + numbers.get(Status.PENDING, 0),
        since=min((row["since"] for row in rows), default=None),
    )


def latest_decision(history: Iterable[Event]) -> Decision | None:
    """Return the newest decision of a history, None without a decision."""
    decisions = [event.decision for event in history if event.decision]
    return max(decisions, key=lambda decision: decision.pk, default=None)


def latest_automatic_decision(comment: Comment) -> Decision | None:
    """Return the last decision of the policy or the worker on the present text."""
    automatic = comment.decisions.filter(
        revision=comment.revision, source__in=(Source.POLICY, Source.FALLBACK)
    )
    return automatic.select_related("policy").order_by("-pk").first()


def open_escalations(comment: Comment) -> list[Escalation]:
    """Return the open escalations of a comment, oldest first."""
    escalations = Escalation.objects.filter(comment=comment, version=comment.version)
    return list(escalations.select_related("moderator").order_by("pk"))


def is_deferred(comment: Comment) -> bool:
    """Tell whether a moderator has deferred the comment until later than now."""
    if comment.deferred_until is None:
        return False
    return Comment.objects.filter(deferred(), pk=comment.pk).exists()


def marked_wrong(user: AbstractBaseUser, score: Score | None) -> bool:
    """Tell whether this person has marked the score as wrong."""
    if score is None:
        return False
    return WrongScore.objects.filter(score=score, moderator_id=user.pk).exists()


def decisions_without_undos(user: AbstractBaseUser) -> QuerySet[Decision]:
    """Return this person's decisions without undos. A granted appeal is no undo."""
    no_undo = Q(source=Source.MODERATOR, reverses__isnull=True) | Q(source=Source.APPEAL)
    return Decision.objects.filter(no_undo, moderator_id=user.pk)


def last_undoable(user: AbstractBaseUser, site: Site) -> str:
    """Return the key by which an undo names this person's newest decision on the site; or "".

    The key of the request does not tell a second review from a decision.
    """
    reversal = Decision.objects.filter(reverses=OuterRef("pk"))
    decisions = decisions_without_undos(user).filter(~Exists(reversal), site=site, withheld=False)
    reviews = SecondReview.objects.filter(
        moderator_id=user.pk, site=site, taken_back_at__isnull=True
    ).exclude(kind=SecondReview.Kind.UPHELD)
    last_decision, last_review = (
        rows.order_by("-pk").values_list("pk", "key", "created_at")[:1]
        for rows in (decisions, reviews)
    )
    newest = last_decision.union(last_review, all=True).order_by("-created_at").first()
    if newest is None:
        return ""
    pk, key, _created_at = newest
    # A key of digits would be mistaken for an id.
    return key if key and not key.isdigit() else str(pk)
