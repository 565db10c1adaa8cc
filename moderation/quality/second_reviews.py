"""Second reviews: some decided comments are reviewed again, blind, mixed with ordinary ones.

An audit reviews an automatic decision again, and a double review a colleague's decision. For a gold
comment the right answer is known. The answers are stored and decide nothing. If an answer differs
from the first decision, a senior moderator settles it (quality.disagreements).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from moderation.models import Comment, Decision, Moderator, ReviewAssignment, SecondReview, Site
from moderation.platform import validation
from moderation.platform.errors import Conflict, NotFound
from moderation.platform.retry import with_retries
from moderation.quality import sampling
from moderation.review.actions import KEY_POINTS, NOTE_POINTS, ModeratorDecision, check_decision
from moderation.review.queue_filters import QueryTooSlow, QueueFilters, bounded

Kind = SecondReview.Kind
CHANCE = random.SystemRandom()
# A person has at most MOST open assignments; each is chosen from TRIED candidates.
MOST, TRIED = 3, 50


def comments_for_second_review(
    moderator: Moderator, filters: QueueFilters, *, count: int, on_desk: Collection[int] = ()
) -> list[Comment]:
    """Return the comments for a second review that come with `count` comments of the queue.

    Those are the open assignments, and new ones at random, as often as the site wants them.
    Comments in `on_desk` are left out. Only the unfiltered queue is mixed: in a filtered one a
    second review would be recognised.
    """
    mixed = count and moderator.site.second_share and QueueFilters(order=filters.order) == filters
    if not mixed:
        return []
    assignments = list(sampling.open_assignments(moderator.user, moderator.site))
    for kind in _random_kinds(moderator.site, count):
        if len(assignments) < MOST and (new := _assign(moderator, kind)):
            assignments.append(new)
    pks = [each.comment_id for each in assignments if each.comment_id not in on_desk]
    comments = Comment.objects.select_related("story", "author", "parent").in_bulk(pks)
    return [comments[pk] for pk in pks]


def mix_in(comments: Sequence[Comment], second: Iterable[Comment]) -> list[Comment]:
    """Insert comments for a second review at random places; the others keep their order."""
    mixed = list(comments)
    for comment in second:
        mixed.insert(CHANCE.randint(0, len(mixed)), comment)
    return mixed


def answer(
    assignment: ReviewAssignment, *, expected_version: int, key: str, ruling: ModeratorDecision
) -> SecondReview:
    """Store the moderator's answer on an assigned comment; it decides nothing.

    A ruling of IN_REVIEW means that somebody else should decide. The same key again returns the
    first review. Raises Invalid, and Conflict when the comment changed since the assignment, or was
    answered or skipped in another tab.
    """
    validation.check_text(ruling.note, "note", points=NOTE_POINTS)
    validation.check_text(key, "key", points=KEY_POINTS)
    check_decision(assignment.comment.site_id, ruling)
    return with_retries(lambda: _answer(assignment.pk, expected_version, key, ruling))


def skip(assignment: ReviewAssignment) -> None:
    """Close an assignment without an answer; the person does not get the comment again."""
    ReviewAssignment.objects.filter(pk=assignment.pk, closed_at__isnull=True).update(
        closed_at=Now()
    )


def take_back(user: User, review: SecondReview) -> SecondReview:
    """Take back a review of this person, who gets the comment again.

    A second call changes nothing. Raises NotFound for somebody else's review, Conflict when the
    comment was decided or the disagreement settled since.
    """
    if review.moderator_id != user.pk or review.kind == Kind.UPHELD:
        raise NotFound(_("You have no decision to undo."))
    assignment = ReviewAssignment.objects.select_related("comment").get(
        moderator=user, comment=review.comment_id
    )
    upheld = SecondReview.objects.filter(decision=review.decision_id, kind=Kind.UPHELD)
    changed = assignment.version != assignment.comment.version
    if changed or (review.decision_id and upheld.exists()):
        raise Conflict(_("It was decided since."), code="stale_review")
    valid = SecondReview.objects.filter(pk=review.pk, taken_back_at__isnull=True)
    if valid.update(taken_back_at=Now()):
        _open_again(assignment)
    review.refresh_from_db()
    return review


def _random_kinds(site: Site, count: int) -> list[Kind]:
    """Return at random the kinds of second reviews that come with this many comments."""
    shares = ((Kind.AUDIT, site.audit_share), (Kind.DOUBLE, site.double_share))
    kinds = []
    for _comment in range(count):
        point = CHANCE.random()
        for kind, share in (*shares, (Kind.GOLD, site.gold_share)):
            point -= share
            if point < 0:
                kinds.append(kind)
                break
    return kinds


def _assign(moderator: Moderator, kind: Kind) -> ReviewAssignment | None:
    """Assign a random comment of a kind to a moderator; None when there is none."""
    try:
        with bounded():
            assignment = _pick(moderator, kind)
    except QueryTooSlow:
        return None
    if assignment is None:
        return None
    try:
        with transaction.atomic():
            assignment.save()
    except IntegrityError:
        # A colleague got the comment at this moment, or the person in another tab.
        return None
    return assignment


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
        # Rejections are rare: audited as often as approvals, their errors can be estimated too.
        strata[status if audit else ""].append(pk)
    if not strata:
        return None
    stratum = strata[CHANCE.choice(sorted(strata))]
    # A few candidates in random order, because the check of many would be slow.
    candidates = CHANCE.sample(stratum, min(TRIED, len(stratum)))
    allowed = sampling.may_review_again(moderator, candidates)
    chosen = next((pk for pk in candidates if pk in allowed), None)
    if chosen is None:
        return None
    decision = Decision.objects.get(pk=chosen)
    more = {"decision": decision, "version": decision.version}
    more["weight"] = len(stratum) * len(strata) if audit else 1
    return ReviewAssignment(
        kind=kind, comment_id=decision.comment_id, moderator=moderator.user, **more
    )


def _answer(
    assignment_pk: int, expected_version: int, key: str, ruling: ModeratorDecision
) -> SecondReview:
    assignment = (
        ReviewAssignment.objects.select_for_update(of=("self",))
        .select_related("comment")
        .get(pk=assignment_pk)
    )
    if made := SecondReview.objects.filter(key=key).first():
        same = made.comment_id == assignment.comment_id
        if not same or made.moderator_id != assignment.moderator_id:
            raise Conflict(_("This key belongs to another review."), code="review_key_reused")
        return made
    comment = assignment.comment
    if not assignment.version == expected_version == comment.version or comment.erased_at:
        raise Conflict(_("It changed meanwhile: look at it again."), code="stale_review")
    if assignment.closed_at is not None:
        message = _("You reviewed or skipped this comment already.")
        raise Conflict(message, code="already_read")
    review = SecondReview.objects.create(
        site_id=comment.site_id,
        kind=assignment.kind,
        comment=comment,
        revision=comment.revision,
        moderator_id=assignment.moderator_id,
        decision_id=assignment.decision_id,
        gold_id=assignment.gold_id,
        status=ruling.status,
        clause=ruling.clauses[0] if ruling.clauses else "",
        note=ruling.note,
        weight=assignment.weight,
        key=key,
    )
    ReviewAssignment.objects.filter(pk=assignment.pk).update(closed_at=Now())
    return review


def _open_again(assignment: ReviewAssignment) -> None:
    try:
        with transaction.atomic():
            ReviewAssignment.objects.filter(pk=assignment.pk).update(closed_at=None)
    except IntegrityError:
        # A colleague has it now, and one second review is enough.
        return
