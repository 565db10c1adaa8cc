"""Second reviews: some settled comments are read once more, blind, among those of the round.

An audit reads an automatic decision again, a double review a colleague's, and of a gold comment
the right answer is known. What is said of them is kept and decides nothing: where it differs from
the first decision, a senior moderator has the last word (quality.disagreements).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from moderation.models import Comment, Decision, Moderator, ReviewAssignment, SecondReview, Site
from moderation.platform import validation
from moderation.platform.errors import Conflict, NotFound
from moderation.platform.retry import with_retries
from moderation.quality import sampling
from moderation.review.actions import KEY_POINTS, NOTE_POINTS, ModeratorDecision, check_decision
from moderation.review.queue_filters import QueryTooSlow, QueueFilters, bounded

Kind = SecondReview.Kind
CHANCE = random.SystemRandom()
# Nobody's desk holds more of them at a time; of so many one is drawn.
MOST, TRIED = 3, 50


def comments_for_second_review(
    moderator: Moderator, filters: QueueFilters, *, given: int, on_desk: Collection[int] = ()
) -> list[Comment]:
    """Return what is to be read again among `given` comments of the round, on_desk what is there.

    That is what lies on the desk already, and what chance adds, as often as the site wants it.
    Only the whole queue is mixed so: in a filtered round it would not fit in.
    """
    mixed = given and moderator.site.second_share and QueueFilters(order=filters.order) == filters
    if not mixed:
        return []
    lying = list(sampling.open_assignments(moderator.user, moderator.site))
    for kind in _by_chance(moderator.site, given):
        if len(lying) < MOST and (drawn := _draw(moderator, kind)):
            lying.append(drawn)
    wanted = [draw.comment_id for draw in lying if draw.comment_id not in on_desk]
    with_context = Comment.objects.select_related("story", "author", "parent")
    found = with_context.in_bulk(wanted)
    return [found[pk] for pk in wanted]


def mix_in(found: Sequence[Comment], again: Iterable[Comment]) -> list[Comment]:
    """Put comments at random places between others, whose order stays."""
    mixed = list(found)
    for comment in again:
        mixed.insert(CHANCE.randint(0, len(mixed)), comment)
    return mixed


def answer(
    draw: ReviewAssignment, *, expected_version: int, key: str, ruling: ModeratorDecision
) -> SecondReview:
    """Keep what the moderator says of a drawn comment; it decides nothing.

    A ruling of IN_REVIEW means that somebody else should look at it. The same key again returns
    the review it made. Raises Invalid, and Conflict when the comment changed since it was drawn,
    or was read or skipped in another tab.
    """
    validation.check_text(ruling.note, "note", points=NOTE_POINTS)
    validation.check_text(key, "key", points=KEY_POINTS)
    check_decision(draw.comment.site_id, ruling)
    return with_retries(lambda: _answer(draw.pk, expected_version, key, ruling))


def skip(draw: ReviewAssignment) -> None:
    """Put a drawn comment back; it does not come to this person again."""
    ReviewAssignment.objects.filter(pk=draw.pk, closed_at__isnull=True).update(closed_at=Now())


def take_back(user: User, review: SecondReview) -> SecondReview:
    """Take back a review of one's own; its comment is to be read again.

    Taking it back again changes nothing. Raises NotFound for somebody else's, Conflict when the
    comment was decided or the disagreement settled since.
    """
    if review.moderator_id != user.pk or review.kind == Kind.UPHELD:
        raise NotFound("There is no decision of yours to undo.")
    draw = ReviewAssignment.objects.select_related("comment").get(
        moderator=user, comment=review.comment_id
    )
    upheld = SecondReview.objects.filter(decision=review.decision_id, kind=Kind.UPHELD)
    if draw.version != draw.comment.version or (review.decision_id and upheld.exists()):
        raise Conflict("It was decided since.", code="stale_review")
    standing = SecondReview.objects.filter(pk=review.pk, taken_back_at__isnull=True)
    if standing.update(taken_back_at=Now()):
        _open_again(draw)
    review.refresh_from_db()
    return review


def _by_chance(site: Site, given: int) -> list[Kind]:
    """Decide by chance how many of which kind come with so many comments."""
    shares = ((Kind.AUDIT, site.audit_share), (Kind.DOUBLE, site.double_share))
    kinds = []
    for _ in range(given):
        left = CHANCE.random()
        for kind, share in (*shares, (Kind.GOLD, site.gold_share)):
            left -= share
            if left < 0:
                kinds.append(kind)
                break
    return kinds


def _draw(moderator: Moderator, kind: Kind) -> ReviewAssignment | None:
    """Draw a comment of a kind and put it on the desk; None when there is none."""
    try:
        with bounded():
            drawn = _pick(moderator, kind)
    except QueryTooSlow:
        return None
    if drawn is None:
        return None
    try:
        with transaction.atomic():
            drawn.save()
    except IntegrityError:
        # A colleague drew it at this moment, or the person in another tab.
        return None
    return drawn


def _pick(moderator: Moderator, kind: Kind) -> ReviewAssignment | None:
    if kind == Kind.GOLD:
        golden = list(sampling.gold_for(moderator).select_related("comment"))
        if not golden:
            return None
        gold = CHANCE.choice(golden)
        more: dict[str, Any] = {"gold": gold, "version": gold.comment.version}
        return ReviewAssignment(kind=kind, comment=gold.comment, moderator=moderator.user, **more)
    audit = kind == Kind.AUDIT
    latest = sampling.latest_automatic if audit else sampling.latest_of_people
    strata: dict[str, list[int]] = defaultdict(list)
    for pk, status in latest(moderator.site):
        # Rejections are few: audited as often as approvals, both can be judged.
        strata[status if audit else ""].append(pk)
    if not strata:
        return None
    stratum = strata[CHANCE.choice(sorted(strata))]
    # Whether a decision may be read is asked of a few, in an order that is chance as well.
    some = CHANCE.sample(stratum, min(TRIED, len(stratum)))
    may_read = sampling.may_read_again(moderator, some)
    chosen = next((pk for pk in some if pk in may_read), None)
    if chosen is None:
        return None
    decision = Decision.objects.get(pk=chosen)
    more = {"decision": decision, "version": decision.version}
    more["weight"] = len(stratum) * len(strata) if audit else 1
    return ReviewAssignment(
        kind=kind, comment_id=decision.comment_id, moderator=moderator.user, **more
    )


def _answer(
    draw_pk: int, expected_version: int, key: str, ruling: ModeratorDecision
) -> SecondReview:
    draw = (
        ReviewAssignment.objects.select_for_update(of=("self",))
        .select_related("comment")
        .get(pk=draw_pk)
    )
    if made := SecondReview.objects.filter(key=key).first():
        if (made.comment_id, made.moderator_id) != (draw.comment_id, draw.moderator_id):
            raise Conflict("This key belongs to another review.", code="review_key_reused")
        return made
    comment = draw.comment
    if not draw.version == expected_version == comment.version or comment.erased_at:
        raise Conflict("It changed meanwhile: look at it again.", code="stale_review")
    if draw.closed_at is not None:
        raise Conflict("You read or skipped this one already.", code="already_read")
    review = SecondReview.objects.create(
        site_id=comment.site_id,
        kind=draw.kind,
        comment=comment,
        revision=comment.revision,
        moderator_id=draw.moderator_id,
        decision_id=draw.decision_id,
        gold_id=draw.gold_id,
        status=ruling.status,
        clause=ruling.clauses[0] if ruling.clauses else "",
        note=ruling.note,
        weight=draw.weight,
        key=key,
    )
    ReviewAssignment.objects.filter(pk=draw.pk).update(closed_at=Now())
    return review


def _open_again(draw: ReviewAssignment) -> None:
    try:
        with transaction.atomic():
            ReviewAssignment.objects.filter(pk=draw.pk).update(closed_at=None)
    except IntegrityError:
        # Meanwhile it lies on a colleague's desk, and one second review will do.
        return
