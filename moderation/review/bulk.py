"""Bulk decisions: one decision on many comments, after a review of a random sample.

The moderator reviews the sample without scores. It bounds the share of the other comments that the
moderator would decide otherwise. A selection by hand needs no sample of comments that were seen in
full, and a deferral needs none at all. Each comment is then decided by itself. A comment that was
edited, decided or claimed meanwhile stays as it is and is reported.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from moderation.models import BulkDecision, Comment, Decision, Site, Status
from moderation.platform import validation
from moderation.platform.errors import Conflict, Invalid, ModerationError, NotFound
from moderation.review.actions import (
    KEY_POINTS,
    ModeratorDecision,
    SeenComment,
    check_decision,
    decide_several,
    undo,
)
from moderation.review.claims import ORDERS
from moderation.review.deferrals import defer, until_in
from moderation.review.queue_filters import QueueFilters, bounded, filter_comments

CAP = 500
# The limit of a selection by hand.
SELECTED_CAP = 20
SAMPLES = (20, 60, 150)
# The sample must show with 95 % confidence that fewer of the others would be wrong.
LIMIT = 0.15
SURE = 0.95


@dataclass(frozen=True, slots=True)
class Plan:
    """The decision on all comments, with one clause at most, or a deferral for some hours."""

    ruling: ModeratorDecision
    hours: int = 0

    def check(self, site: Site) -> None:
        """Raise Invalid when the plan is not possible on the site."""
        if self.ruling.status == Status.IN_REVIEW:
            until_in(self.hours)
        else:
            check_decision(site.pk, self.ruling)

    @property
    def fields(self) -> dict[str, Any]:
        """The plan as the fields of a `BulkDecision`."""
        clause = self.ruling.clauses[0] if self.ruling.clauses else ""
        return {"status": self.ruling.status, "clause": clause, "hours": self.hours}


DEFERRED = ModeratorDecision(status=Status.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The number of changed comments, and (comment, message) for each of the others."""

    changed: int = 0
    kept: list[tuple[int, str]] = field(default_factory=list)


def most_wrong(read: int, wrong: int, sure: float = SURE) -> float:
    """Return the largest share of wrong decisions (0-1) that a random sample does not rule out.

    This is the one-sided bound of Clopper and Pearson (Biometrika 26, 1934). With no wrong decision
    among `read` comments it is about 3 / `read`.
    """
    if wrong >= read:
        return 1.0
    # Loaded when asked: numpy and scipy cost a web process a second and 30 MB.
    from scipy.special import betaincinv  # noqa: PLC0415

    return float(betaincinv(wrong + 1, read - wrong, sure))


def choose(
    user: User, site: Site, filters: QueueFilters, plan: Plan, *, sample: int, query: str = ""
) -> BulkDecision:
    """Choose the first CAP comments of the filtered queue without another reviewer; sample some.

    sample: the size of the sample, one of SAMPLES; it is smaller when there are fewer comments, and
    ignored for a deferral. Raises Invalid, Conflict when there is no comment, QueryTooSlow.
    """
    if sample not in SAMPLES and not plan.hours:
        raise Invalid(_("Choose one of the offered sizes."), field="sample")
    plan.check(site)
    with bounded():
        waiting = filter_comments(site, filters).filter(status=Status.IN_REVIEW)
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=Now()) | Q(claimed_by=user)
        in_order = waiting.filter(free).order_by(*ORDERS[filters.order])
        chosen = list(in_order.values_list("pk", "version")[:CAP])
    if not chosen:
        message = _("Every comment that matches has another reviewer now.")
        raise Conflict(message, code="nothing_there")
    ids = [pk for pk, _version in chosen]
    size = 0 if plan.hours else min(sample, len(ids))
    return BulkDecision.objects.create(
        site=site,
        moderator=user,
        query=query[:1000],
        comments=ids,
        versions=[version for _pk, version in chosen],
        sample=random.SystemRandom().sample(ids, size),
        read_at=Now() if plan.hours else None,
        **plan.fields,
    )


def select(
    user: User,
    site: Site,
    chosen: Sequence[SeenComment],
    plan: Plan,
    *,
    unread: Collection[int] = (),
    key: str = "",
    query: str = "",
) -> BulkDecision:
    """Choose comments by hand, SELECTED_CAP at most, with the versions that were on the screen.

    unread: the comments that the person has not seen in full. They are the sample to review before
    a decision; a deferral needs no review. The same key again returns the first selection. Raises
    Invalid, NotFound.
    """
    if not 0 < len(chosen) <= SELECTED_CAP:
        message = _("Choose 1 to %(limit)s comments.") % {"limit": SELECTED_CAP}
        raise Invalid(message, field="chosen", limit=SELECTED_CAP)
    plan.check(site)
    validation.check_text(key, "key", points=KEY_POINTS // 2)
    ids = [comment.comment_pk for comment in chosen]
    if Comment.objects.filter(site=site, pk__in=ids).count() != len(ids):
        raise NotFound(_("There is no such comment."))
    sample = [] if plan.hours else [pk for pk in ids if pk in unread]
    made, _created = BulkDecision.objects.get_or_create(
        key=f"{site.pk}:{user.pk}:{key}" if key else None,
        site=site,
        moderator=user,
        defaults={
            "query": query[:1000],
            "comments": ids,
            "versions": [comment.expected_version for comment in chosen],
            "selected": True,
            "sample": sample,
            "read_at": None if sample else Now(),
            **plan.fields,
        },
    )
    made.refresh_from_db()
    return made


def note_sample(bulk: BulkDecision, otherwise: Collection[int]) -> None:
    """Record the sampled comments that the reviewer would decide otherwise; they stay out.

    Raises Conflict when the sample was reviewed before: every sample is reviewed once.
    """
    wrong = sorted(set(otherwise) & set(bulk.sample))
    unread = BulkDecision.objects.filter(pk=bulk.pk, read_at__isnull=True)
    if not unread.update(otherwise=wrong, read_at=Now()):
        raise Conflict(_("This sample was reviewed already."), code="already_read")
    bulk.refresh_from_db()


def bound_of(bulk: BulkDecision) -> float:
    """Return the share of the other comments (0-1) that may be wrong, as the sample shows."""
    if bulk.selected or bulk.hours or len(bulk.sample) == len(bulk.comments):
        return 0.0
    return most_wrong(len(bulk.sample), len(bulk.otherwise))


def decide_bulk(bulk: BulkDecision) -> Outcome:
    """Decide every chosen comment except those that the reviewer would decide otherwise.

    A comment that changed meanwhile, or that somebody reviews now, stays as it is and is reported.
    Raises Conflict when the sample is not reviewed or does not prove enough, or after a decision.
    """
    if bulk.read_at is None or bound_of(bulk) > LIMIT:
        raise Conflict(_("The sample does not prove enough."), code="not_proven")
    if BulkDecision.objects.filter(pk=bulk.pk, decided_at__isnull=False).exists():
        raise Conflict(_("These comments were decided already."), code="already_decided")
    versions = dict(zip(bulk.comments, bulk.versions, strict=True))
    excluded = set(bulk.otherwise)
    remaining = [pk for pk in bulk.comments if pk not in excluded]
    claimed = _claimed_by_others(bulk, remaining)
    comments = [
        SeenComment(pk, versions[pk], key_of(bulk, pk)) for pk in remaining if pk not in claimed
    ]
    until = until_in(bulk.hours) if bulk.hours else None
    results: Sequence[object] = (
        _defer_several(bulk.moderator, comments, until)
        if until
        else decide_several(bulk.moderator, comments, _ruling_of(bulk))
    )
    # Last: after an interruption the moderator tries again; each comment's key prevents doubles.
    BulkDecision.objects.filter(pk=bulk.pk).update(decided_at=Now(), deferred_until=until)
    kept = [(pk, _("Somebody is reviewing it.")) for pk in remaining if pk in claimed]
    kept += [
        (comment.comment_pk, result.message)
        for comment, result in zip(comments, results, strict=True)
        if isinstance(result, ModerationError)
    ]
    return Outcome(len(remaining) - len(kept), kept)


def undo_bulk(bulk: BulkDecision) -> Outcome:
    """Take back every decision that nobody changed since. Raises Conflict the second time."""
    done = BulkDecision.objects.filter(pk=bulk.pk, decided_at__isnull=False, undone_at__isnull=True)
    if not done.exists():
        raise Conflict(_("There is nothing to take back."), code="nothing_to_undo")
    kept: list[tuple[int, str]] = []
    if bulk.hours:
        deferred = Comment.objects.filter(pk__in=bulk.comments, deferred_by=bulk.moderator)
        deferred = deferred.filter(deferred_until=bulk.deferred_until)
        back = deferred.update(deferred_by=None, deferred_until=None)
        done.update(undone_at=Now())
        return Outcome(back)
    made = decisions_of(bulk)
    for decision in made:
        try:
            undo(bulk.moderator, decision.pk, claimed=False)
        except ModerationError as error:
            kept.append((decision.comment_id, error.message))
    done.update(undone_at=Now())
    return Outcome(len(made) - len(kept), kept)


def decisions_of(bulk: BulkDecision) -> list[Decision]:
    """Return the decisions on single comments that it made."""
    keys = [key_of(bulk, pk) for pk in bulk.comments]
    return list(Decision.objects.filter(key__in=keys).order_by("pk"))


def key_of(bulk: BulkDecision, comment_pk: int) -> str:
    """Return the key of the decision on one comment; labels recognise bulk decisions by it."""
    return f"bulk:{bulk.pk}:{comment_pk}"


def find_bulk(user: User, site: Site, pk: int) -> BulkDecision:
    """Return a bulk decision of the moderator on the site. Raises NotFound."""
    bulk = BulkDecision.objects.filter(pk=pk, site=site, moderator=user).first()
    if bulk is None:
        raise NotFound(_("You have no such bulk decision."))
    return bulk


def _ruling_of(bulk: BulkDecision) -> ModeratorDecision:
    return ModeratorDecision(
        status=Status(bulk.status), clauses=[bulk.clause] if bulk.clause else []
    )


def _defer_several(
    user: User, comments: Sequence[SeenComment], until: datetime
) -> list[ModerationError | None]:
    """Defer each comment; return None or the error for each."""
    results: list[ModerationError | None] = []
    for comment in comments:
        try:
            defer(user, comment, until)
            results.append(None)
        except ModerationError as error:
            results.append(error)
    return results


def _claimed_by_others(bulk: BulkDecision, pks: Collection[int]) -> set[int]:
    others = Comment.objects.filter(pk__in=pks, claimed_until__gt=Now())
    return set(others.exclude(claimed_by=bulk.moderator_id).values_list("pk", flat=True))
