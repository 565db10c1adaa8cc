"""Deciding many comments at once, safely: first a random sample of them is read without scores.

The sample bounds how many of the rest one would decide otherwise. Each comment is then decided by
itself, as it was chosen: what was edited, decided or taken up meanwhile stays out and is reported.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models import BulkDecision, Comment, Decision, Site, Status
from moderation.selectors.queues import QueueFilters, bounded, filter_comments
from moderation.services.claims import ORDERS
from moderation.services.errors import Conflict, Invalid, ModerationError, NotFound
from moderation.services.review import (
    Press,
    Ruling,
    check_ruling,
    decide_several,
    undo,
)

CAP = 500
SAMPLES = (20, 60, 150)
# The share of the rest that the sample must rule out to be decided wrongly, 95 % sure.
LIMIT = 0.15
SURE = 0.95


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many comments were changed, and what kept the others back, in words."""

    changed: int = 0
    kept: list[tuple[int, str]] = field(default_factory=list)


def most_wrong(read: int, wrong: int, sure: float = SURE) -> float:
    """Return the largest share of wrong ones (0-1) that a random sample does not rule out.

    The one-sided bound of Clopper and Pearson (Biometrika 26, 1934): the share at which `wrong` or
    fewer of `read` would be seen with probability 1 - `sure`. For none wrong, about 3 / `read`.
    """
    if wrong >= read:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(50):
        share = (low + high) / 2
        seen = sum(
            math.comb(read, k) * share**k * (1 - share) ** (read - k) for k in range(wrong + 1)
        )
        low, high = (share, high) if seen > 1 - sure else (low, share)
    return high


def choose(
    user: User, site: Site, filters: QueueFilters, ruling: Ruling, *, sample: int, query: str = ""
) -> BulkDecision:
    """Choose the first CAP comments of the filtered queue that nobody else reads, and draw some.

    ruling: approve, or reject by one clause; sample: how many to read, one of SAMPLES, or fewer
    where there are fewer. Raises Invalid for anything else, Conflict when nothing is there,
    QueryTooSlow.
    """
    if sample not in SAMPLES:
        raise Invalid("Choose one of the offered sizes.", field="sample")
    check_ruling(site.pk, ruling)
    with bounded():
        waiting = filter_comments(site, filters).filter(status=Status.IN_REVIEW)
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=Now()) | Q(claimed_by=user)
        chosen = waiting.filter(free).order_by(*ORDERS[filters.order]).values_list("pk", "version")
        found = list(chosen[:CAP])
    if not found:
        raise Conflict("No comment of these waits that nobody else reads.", code="nothing_there")
    ids = [pk for pk, _ in found]
    return BulkDecision.objects.create(
        site=site,
        moderator=user,
        status=ruling.status,
        clause=ruling.clauses[0] if ruling.clauses else "",
        query=query[:1000],
        comments=ids,
        versions=[version for _, version in found],
        sample=random.SystemRandom().sample(ids, min(sample, len(ids))),
    )


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
    if len(bulk.sample) == len(bulk.comments):
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
    presses = [Press(pk, versions[pk], key_of(bulk, pk)) for pk in left if pk not in reading]
    ruling = Ruling(
        status=Status(bulk.status), clauses=[bulk.clause] if bulk.clause else [], note=""
    )
    results = decide_several(bulk.moderator, presses, ruling)
    # Last: whoever breaks off before can press again, each comment's key makes it one decision.
    BulkDecision.objects.filter(pk=bulk.pk).update(decided_at=Now())
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


def _read_by_others(bulk: BulkDecision, pks: Collection[int]) -> set[int]:
    others = Comment.objects.filter(pk__in=pks, claimed_until__gt=Now())
    return set(others.exclude(claimed_by=bulk.moderator_id).values_list("pk", flat=True))
