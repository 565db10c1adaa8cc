"""Claims: comments that lie on somebody's desk, so that two people do not read the same one.

A claim lasts some minutes and decides nothing: whoever decides first, decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.db.models.functions import Greatest

from moderation.accounts.roles import at_least
from moderation.decisions.decide import DatabaseClock
from moderation.models import Comment, Escalation, Moderator, Role, Site, Status
from moderation.review.disturbing import disturbing_comments, last_read
from moderation.review.queue_filters import (
    QueueFilters,
    decisions_by,
    filter_comments,
    open_escalations,
)

ORDERS = {"priority": ("-priority", "pk"), "newest": ("-pk",), "oldest": ("pk",)}
# What lies ready on a desk goes back soon after the page was closed.
AHEAD = timedelta(minutes=3)
# After so many heavy texts in a row comes a light one, if one is among the next LOOK.
RUN, LOOK = 3, 200


def claim_next(
    user: User,
    site: Site,
    filters: QueueFilters | None = None,
    *,
    after: int | None = None,
    skipped: Collection[int] = (),
) -> Comment | None:
    """Take the next comment that waits for a person, for CLAIM_MINUTES; None when there is none.

    A comment that the moderator holds already comes first, and its claim is renewed. `after` (the
    one just dealt with) and `skipped` are passed over, and so is what others hold. After RUN heavy
    texts comes a light one. Of the comment only its pk is loaded.
    """
    filters = filters or QueueFilters()
    passed_over = {*skipped, *([after] if after else [])}
    waiting = filter_comments(site, filters).filter(status=Status.IN_REVIEW)
    waiting = _in_reach(waiting, user, site)
    waiting = waiting.exclude(pk__in=passed_over).order_by(*ORDERS[filters.order])
    now = DatabaseClock()
    own = waiting.filter(claimed_by=user, claimed_until__gt=now)
    free = waiting.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))
    with transaction.atomic(savepoint=False):
        comment = _lock_first(own)
        if comment is None:
            last = last_read(user, site, [after] if after else [], RUN)
            tired = len(last) == RUN == len(disturbing_comments(last))
            comment = (tired and _lock_light(free)) or _lock_first(free)
        if comment is None:
            return None
        until = DatabaseClock() + timedelta(minutes=settings.CLAIM_MINUTES)
        Comment.objects.filter(pk=comment.pk).update(claimed_by=user, claimed_until=until)
    return comment


def claim_ahead(
    user: User,
    site: Site,
    filters: QueueFilters,
    *,
    limit: int,
    on_desk: Sequence[int] = (),
    skipped: Collection[int] = (),
) -> list[Comment]:
    """Take up to `limit` of the next comments, so that they can be on the desk before they are due.

    Free ones and the moderator's own come in the queue's order, but not more than RUN heavy texts
    in a row; what others hold, `on_desk` (those on the desk, in the order in which they are read)
    and `skipped` are passed over. Nobody takes more than half of what is there, beyond a pair: a
    colleague who sits down finds work. Each is held for AHEAD, which an open page renews.
    """
    waiting = filter_comments(site, filters).filter(status=Status.IN_REVIEW)
    now = DatabaseClock()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now) | Q(claimed_by=user)
    waiting = _in_reach(waiting.filter(free), user, site)
    passed_over = {*on_desk, *skipped}
    there = waiting.values("pk")[: 2 * (len(passed_over) + limit)].count()
    in_hand = waiting.filter(claimed_by=user, pk__in=on_desk).count()
    limit = min(limit, max(2, there // 2) - in_hand)
    if limit <= 0:
        return []
    waiting = waiting.exclude(pk__in=passed_over).order_by(*ORDERS[filters.order])
    last = last_read(user, site, on_desk, RUN)
    with transaction.atomic():
        nearest = [comment.pk for comment in _locked(waiting)[:limit]]
        found = _in_turn(nearest, last, lambda: _lock_light(waiting))
        until = Greatest("claimed_until", DatabaseClock() + AHEAD)
        Comment.objects.filter(pk__in=found).update(claimed_by=user, claimed_until=until)
    with_context = Comment.objects.select_related("story", "author", "parent")
    taken = with_context.in_bulk(found)
    return [taken[pk] for pk in found]


def _in_turn(
    nearest: Sequence[int], last: Sequence[int], find_light: Callable[[], Comment | None]
) -> list[int]:
    """Order comments so that a light one follows RUN heavy ones; `last` were read before.

    Where none of them is light, one from further back takes the place of the last.
    """
    heavy = disturbing_comments([*nearest, *last])
    left, turn, looked = list(nearest), list[int](), False
    while left and len(turn) < len(nearest):
        due: int | None = left[0]
        before = [*last, *turn][-RUN:]
        if len(before) == RUN and heavy.issuperset(before):
            due = next((pk for pk in left if pk not in heavy), None)
            if due is None and not looked:
                light, looked = find_light(), True
                due = light.pk if light else None
        due = due or left[0]
        turn.append(due)
        left = [pk for pk in left if pk != due]
    return turn


def _in_reach(comments: QuerySet[Comment], user: User, site: Site) -> QuerySet[Comment]:
    """Leave out what is for others.

    That is what this person asked others to decide, what waits for a senior moderator, and what is
    held by a clause that the person leaves to others.
    """
    others = Q(moderator=user)
    moderator = Moderator.objects.filter(user=user, site=site).first()
    if moderator is None or not at_least(moderator, Role.SENIOR):
        others |= Q(kind=Escalation.Kind.SENIOR)
    if moderator and moderator.left_clauses:
        comments = comments.filter(~Exists(decisions_by(moderator.left_clauses)))
    return comments.filter(~Exists(open_escalations().filter(others)))


def _locked(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    return comments.select_for_update(skip_locked=True, of=("self",), no_key=True).only("pk")


def _lock_first(comments: QuerySet[Comment]) -> Comment | None:
    return _locked(comments).first()


def _lock_light(comments: QuerySet[Comment]) -> Comment | None:
    """Take the first light one of the next LOOK."""
    near = list(comments.values_list("pk", flat=True)[:LOOK])
    light = set(near) - disturbing_comments(near)
    return _lock_first(comments.filter(pk__in=light))


def claim(user: User, comment_pk: int, *, alone: bool = True) -> bool:
    """Take one comment in review for CLAIM_MINUTES; False when another moderator holds it.

    It may be read all the same. alone: put back the others that this person holds.
    """
    now = DatabaseClock()
    if alone:
        Comment.objects.filter(claimed_by=user).exclude(pk=comment_pk).update(
            claimed_by=None, claimed_until=None
        )
    free = Q(claimed_by=user) | Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    waiting = Comment.objects.filter(free, pk=comment_pk, status=Status.IN_REVIEW)
    until = now + timedelta(minutes=settings.CLAIM_MINUTES)
    return bool(waiting.update(claimed_by=user, claimed_until=until))


def renew(user: User, comment_pks: Collection[int]) -> set[int]:
    """Keep comments for AHEAD from now, or longer where that was so; return those still held."""
    now = DatabaseClock()
    held = Comment.objects.filter(pk__in=comment_pks, claimed_by=user, claimed_until__gt=now)
    held.update(claimed_until=Greatest("claimed_until", now + AHEAD))
    return set(held.values_list("pk", flat=True))


def release(user: User, comment_pk: int) -> None:
    """Put a comment back; others may take it at once. Nothing happens to what others hold."""
    Comment.objects.filter(pk=comment_pk, claimed_by=user).update(
        claimed_by=None, claimed_until=None
    )


def skip(
    user: User,
    comment_pk: int,
    site: Site,
    filters: QueueFilters | None = None,
    *,
    skipped: Collection[int] = (),
) -> Comment | None:
    """Put a comment back and take the next one; the caller remembers what was skipped."""
    release(user, comment_pk)
    return claim_next(user, site, filters, after=comment_pk, skipped=skipped)
