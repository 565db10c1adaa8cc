"""Deciding many comments at once, safely: first a random sample of them is read without scores.

The sample bounds how many of the rest one would decide otherwise. A few that were chosen by hand
have all been read; what is only put off need not be. Each comment is then decided by itself, as it
was chosen: what was edited, decided or taken up meanwhile stays out and is reported.
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
# So many may be chosen by hand.
SELECTED_CAP = 20
SAMPLES = (20, 60, 150)
# The share of the rest that the sample must rule out to be decided wrongly, 95 % sure.
LIMIT = 0.15
SURE = 0.95


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of all of them: a ruling with one clause at most, or to be put off."""

    ruling: ModeratorDecision
    hours: int = 0

    def check(self, site: Site) -> None:
        """Raise Invalid when it makes no sense on the site."""
        if self.ruling.status == Status.IN_REVIEW:
            until_in(self.hours)
        else:
            check_decision(site.pk, self.ruling)

    @property
    def fields(self) -> dict[str, Any]:
        """What a `BulkDecision` keeps of it."""
        clause = self.ruling.clauses[0] if self.ruling.clauses else ""
        return {"status": self.ruling.status, "clause": clause, "hours": self.hours}


DEFERRED = ModeratorDecision(status=Status.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many comments were changed, and what kept the others back, in words."""

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
    """Choose the first CAP comments of the filtered queue that nobody else reads, and draw some.

    sample: how many to read, one of SAMPLES, or fewer where there are fewer; none of what is put
    off. Raises Invalid for anything else, Conflict when nothing is there, QueryTooSlow.
    """
    if sample not in SAMPLES and not plan.hours:
        raise Invalid("Choose one of the offered sizes.", field="sample")
    plan.check(site)
    with bounded():
        waiting = filter_comments(site, filters).filter(status=Status.IN_REVIEW)
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=Now()) | Q(claimed_by=user)
        chosen = waiting.filter(free).order_by(*ORDERS[filters.order]).values_list("pk", "version")
        found = list(chosen[:CAP])
    if not found:
        raise Conflict("No comment of these waits that nobody else reads.", code="nothing_there")
    ids = [pk for pk, _ in found]
    drawn = 0 if plan.hours else min(sample, len(ids))
    return BulkDecision.objects.create(
        site=site,
        moderator=user,
        query=query[:1000],
        comments=ids,
        versions=[version for _, version in found],
        sample=random.SystemRandom().sample(ids, drawn),
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

    unread: those that the person has not seen in full; they are read before anything is decided,
    unless they are only put off. The same key again returns what it chose first. Raises Invalid,
    NotFound.
    """
    if not 0 < len(chosen) <= SELECTED_CAP:
        raise Invalid(f"Choose 1 to {SELECTED_CAP} comments.", field="chosen", limit=SELECTED_CAP)
    plan.check(site)
    validation.check_text(key, "key", points=KEY_POINTS // 2)
    ids = [press.comment_pk for press in chosen]
    if Comment.objects.filter(site=site, pk__in=ids).count() != len(ids):
        raise NotFound("There is no such comment.")
    sample = [] if plan.hours else [pk for pk in ids if pk in unread]
    made, _ = BulkDecision.objects.get_or_create(
        key=f"{site.pk}:{user.pk}:{key}" if key else None,
        site=site,
        moderator=user,
        defaults={
            "query": query[:1000],
            "comments": ids,
            "versions": [press.expected_version for press in chosen],
            "selected": True,
            "sample": sample,
            "read_at": None if sample else Now(),
            **plan.fields,
        },
    )
    made.refresh_from_db()
    return made


def note_sample(bulk: BulkDecision, otherwise: Collection[int]) -> None:
    """Keep what the reader of the sample would decide otherwise; those comments stay out.

    Raises Conflict when it was read already: a sample is drawn once.
    """
    wrong = sorted(set(otherwise) & set(bulk.sample))
    unread = BulkDecision.objects.filter(pk=bulk.pk, read_at__isnull=True)
    if not unread.update(otherwise=wrong, read_at=Now()):
        raise Conflict("This sample was read already.", code="already_read")
    bulk.refresh_from_db()


def bound_of(bulk: BulkDecision) -> float:
    """Return the share of the unread comments (0-1) that may be wrong, as the sample proves it."""
    if bulk.selected or bulk.hours or len(bulk.sample) == len(bulk.comments):
        return 0.0
    return most_wrong(len(bulk.sample), len(bulk.otherwise))


def decide_bulk(bulk: BulkDecision) -> Outcome:
    """Decide on every chosen comment but those that the reader would decide otherwise.

    What changed since it was chosen, or is read by somebody now, is left alone and reported.
    Raises Conflict when the sample was not read, proves too little, or it is done already.
    """
    if bulk.read_at is None or bound_of(bulk) > LIMIT:
        raise Conflict("The sample does not prove enough.", code="not_proven")
    if BulkDecision.objects.filter(pk=bulk.pk, decided_at__isnull=False).exists():
        raise Conflict("This was done already.", code="already_decided")
    versions = dict(zip(bulk.comments, bulk.versions, strict=True))
    left = [pk for pk in bulk.comments if pk not in set(bulk.otherwise)]
    reading = _read_by_others(bulk, left)
    presses = [SeenComment(pk, versions[pk], key_of(bulk, pk)) for pk in left if pk not in reading]
    until = until_in(bulk.hours) if bulk.hours else None
    results: Sequence[object] = (
        _defer_several(bulk.moderator, presses, until)
        if until
        else decide_several(bulk.moderator, presses, _ruling_of(bulk))
    )
    # Last: whoever breaks off before can press again, each comment's key makes it one decision.
    BulkDecision.objects.filter(pk=bulk.pk).update(decided_at=Now(), deferred_until=until)
    kept = [(pk, "Somebody is reading it.") for pk in left if pk in reading]
    kept += [
        (press.comment_pk, result.message)
        for press, result in zip(presses, results, strict=True)
        if isinstance(result, ModerationError)
    ]
    return Outcome(len(left) - len(kept), kept)


def undo_bulk(bulk: BulkDecision) -> Outcome:
    """Take back every decision of it that still stands. Raises Conflict when that was done."""
    done = BulkDecision.objects.filter(pk=bulk.pk, decided_at__isnull=False, undone_at__isnull=True)
    if not done.exists():
        raise Conflict("There is nothing to take back.", code="nothing_to_undo")
    kept: list[tuple[int, str]] = []
    if bulk.hours:
        put_off = Comment.objects.filter(pk__in=bulk.comments, deferred_by=bulk.moderator)
        put_off = put_off.filter(deferred_until=bulk.deferred_until)
        back = put_off.update(deferred_by=None, deferred_until=None)
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
    """Return the decisions that were made of it."""
    keys = [key_of(bulk, pk) for pk in bulk.comments]
    return list(Decision.objects.filter(key__in=keys).order_by("pk"))


def key_of(bulk: BulkDecision, comment_pk: int) -> str:
    """Return the key of the decision on one comment; labels know by it that it was made in bulk."""
    return f"bulk:{bulk.pk}:{comment_pk}"


def find_bulk(user: User, site: Site, pk: int) -> BulkDecision:
    """Return one of the moderator's own on the site. Raises NotFound."""
    found = BulkDecision.objects.filter(pk=pk, site=site, moderator=user).first()
    if found is None:
        raise NotFound("There is no such decision of yours.")
    return found


def _ruling_of(bulk: BulkDecision) -> ModeratorDecision:
    return ModeratorDecision(
        status=Status(bulk.status), clauses=[bulk.clause] if bulk.clause else []
    )


def _defer_several(
    user: User, presses: Sequence[SeenComment], until: datetime
) -> list[ModerationError | None]:
    """Put comments off, each for itself; an error in the place of what could not be."""
    results: list[ModerationError | None] = []
    for press in presses:
        try:
            defer(user, press, until)
            results.append(None)
        except ModerationError as error:
            results.append(error)
    return results


def _read_by_others(bulk: BulkDecision, pks: Collection[int]) -> set[int]:
    others = Comment.objects.filter(pk__in=pks, claimed_until__gt=Now())
    return set(others.exclude(claimed_by=bulk.moderator_id).values_list("pk", flat=True))
