"""What happened to a comment, and what is known of its author on this site."""

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

# A history longer than this is an attack on the page; the newest events are shown.
HISTORY_LIMIT = 100
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a comment; exactly one of the four rows is set."""

    at: datetime
    decision: Decision | None = None
    revision: Revision | None = None
    flag: Flag | None = None
    appeal: Appeal | None = None


@dataclass(frozen=True, slots=True)
class AuthorCounts:
    """How an author's comments on the site fared. `first` means there are no others."""

    approved: int = 0
    rejected: int = 0
    waiting: int = 0
    since: datetime | None = None

    @property
    def first(self) -> bool:
        """Tell whether this is the first comment that the site has of the author."""
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
    """Count the author's comments, or the others, by status; nobody has an empty record."""
    if author is None:
        return AuthorCounts()
    others = Comment.objects.filter(author=author)
    if excluding is not None:
        others = others.exclude(pk=excluding.pk)
    grouped = others.order_by().values("status")
    rows = list(grouped.annotate(number=Count("pk"), since=Min("received_at")))
    numbers = {row["status"]: row["number"] for row in rows}
    return AuthorCounts(
        approved=numbers.get(Status.APPROVED, 0),
        rejected=numbers.get(Status.REJECTED, 0),
        waiting=numbers.get(Status.IN_REVIEW, 0) + numbers.get(Status.PENDING, 0),
        since=min((row["since"] for row in rows), default=None),
    )


def latest_decision(history: Iterable[Event]) -> Decision | None:
    """Return what led a comment to where it is, or None when nothing was decided yet."""
    decisions = [event.decision for event in history if event.decision]
    return max(decisions, key=lambda decision: decision.pk, default=None)


def latest_automatic_decision(comment: Comment) -> Decision | None:
    """Return what the policy last said of the present text, or what fell to a person unscored."""
    judged = comment.decisions.filter(
        revision=comment.revision, source__in=(Source.POLICY, Source.FALLBACK)
    )
    return judged.select_related("policy").order_by("-pk").first()


def open_escalations(comment: Comment) -> list[Escalation]:
    """Return who asked that somebody else decides on the comment as it is now, oldest first."""
    asked = Escalation.objects.filter(comment=comment, version=comment.version)
    return list(asked.select_related("moderator").order_by("pk"))


def is_deferred(comment: Comment) -> bool:
    """Tell whether somebody put the comment off until later than now."""
    if comment.deferred_until is None:
        return False
    return Comment.objects.filter(deferred(), pk=comment.pk).exists()


def marked_wrong(user: AbstractBaseUser, score: Score | None) -> bool:
    """Tell whether this person remarked that the score is wrong."""
    if score is None:
        return False
    return WrongScore.objects.filter(score=score, moderator_id=user.pk).exists()


def decisions_without_undos(user: AbstractBaseUser) -> QuerySet[Decision]:
    """Return what this person decided: everything but undos. Granting an appeal is no undo."""
    judged = Q(source=Source.MODERATOR, reverses__isnull=True) | Q(source=Source.APPEAL)
    return Decision.objects.filter(judged, moderator_id=user.pk)


def last_undoable(user: AbstractBaseUser, site: Site) -> str:
    """Return by what an undo names this person's newest decision on the site that stands; or "".

    That is the key of its press, which does not tell a second review from a decision.
    """
    reversal = Decision.objects.filter(reverses=OuterRef("pk"))
    standing = decisions_without_undos(user).filter(~Exists(reversal), site=site, withheld=False)
    again = SecondReview.objects.filter(
        moderator_id=user.pk, site=site, taken_back_at__isnull=True
    ).exclude(kind=SecondReview.Kind.UPHELD)
    last = [
        each.order_by("-pk").values_list("pk", "key", "created_at")[:1]
        for each in (standing, again)
    ]
    newest = last[0].union(last[1], all=True).order_by("-created_at").first()
    if newest is None:
        return ""
    pk, key, _ = newest
    # A key in digits would be taken for an id.
    return key if key and not key.isdigit() else str(pk)
