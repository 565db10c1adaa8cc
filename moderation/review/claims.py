"""Claims: a moderator takes a comment, so that two people do not review the same one.

A claim lasts some minutes and does not bind anybody: the first decision counts.
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
# The comments that a page has loaded ahead are free again soon after it was closed.
AHEAD = timedelta(minutes=3)
# After RUN disturbing texts in a row comes another text, if one is among the next LOOK.
RUN, LOOK = 3, 200


def claim_next(
    user: User,
    site: Site,
    filters: QueueFilters | None = None,
    *,
    after: int | None = None,
    skipped: Collection[int] = (),
) -> Comment | None:
    """Claim the next comment in review for CLAIM_MINUTES; return None when there is none.

    A comment that the moderator has claimed already comes first, and the claim is renewed. `after`
    (the comment just decided), `skipped` and other people's claims are left out. After RUN
    disturbing texts comes another text. Only the comment's pk is loaded.
    """
    filters = filters or QueueFilters()
    left_out = {*skipped, *([after] if after else [])}
    waiting = filter_comments(site, filters).filter(status=Status.IN_REVIEW)
    waiting = _in_reach(waiting, user, site)
    waiting = waiting.exclude(pk__in=left_out).order_by(*ORDERS[filters.order])
    now = DatabaseClock()
    claimed = waiting.filter(claimed_by=user, claimed_until__gt=now)
    free = waiting.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))
    with transaction.atomic(savepoint=False):
        comment = _lock_first(claimed)
        if comment is None:
            last = last_read(user, site, [after] if after else [], RUN)
            only_disturbing = len(last) == RUN == len(disturbing_comments(last))
            comment = (only_disturbing and _lock_other(free)) or _lock_first(free)
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
    """Claim up to `limit` of the next comments, so that the page can load them ahead.

    Free comments and the moderator's own claims come in the queue's order, but not more than RUN
    disturbing texts in a row. Other people's claims, `on_desk` (the loaded comments, in order of
    review) and `skipped` are left out. Beyond two, nobody claims more than half of the available
    comments, so that a colleague finds work. Each claim lasts for AHEAD; an open page renews it.
    """
    waiting = filter_comments(site, filters).filter(status=Status.IN_REVIEW)
    now = DatabaseClock()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now) | Q(claimed_by=user)
    waiting = _in_reach(waiting.filter(free), user, site)
    left_out = {*on_desk, *skipped}
    available = waiting.values("pk")[: 2 * (len(left_out) + limit)].count()
    in_hand = waiting.filter(claimed_by=user, pk__in=on_desk).count()
    limit = min(limit, max(2, available // 2) - in_hand)
    if limit <= 0:
        return []
    waiting = waiting.exclude(pk__in=left_out).order_by(*ORDERS[filters.order])
    last = last_read(user, site, on_desk, RUN)
    with transaction.atomic():
        nearest = [comment.pk for comment in _locked(waiting)[:limit]]
        taken = _in_turn(nearest, last, lambda: _lock_other(waiting))
        until = Greatest("claimed_until", DatabaseClock() + AHEAD)
        Comment.objects.filter(pk__in=taken).update(claimed_by=user, claimed_until=until)
    with_context = Comment.objects.select_related("story", "author", "parent")
    by_pk = with_context.in_bulk(taken)
    return [by_pk[pk] for pk in taken]


def _in_turn(
    nearest: Sequence[int], last: Sequence[int], find_other: Callable[[], Comment | None]
) -> list[int]:
    """Order comments so that another text follows RUN disturbing ones; `last` came before.

    If all of them are disturbing, a comment from further back takes the place of the last one.
    """
    disturbing = disturbing_comments([*nearest, *last])
    remaining, turn, looked = list(nearest), list[int](), False
    while remaining and len(turn) < len(nearest):
        due: int | None = remaining[0]
        before = [*last, *turn][-RUN:]
        if len(before) == RUN and disturbing.issuperset(before):
            due = next((pk for pk in remaining if pk not in disturbing), None)
            if due is None and not looked:
                other, looked = find_other(), True
                due = other.pk if other else None
        due = due or remaining[0]
        turn.append(due)
        remaining = [pk for pk in remaining if pk != due]
    return turn


def _in_reach(comments: QuerySet[Comment], user: User, site: Site) -> QuerySet[Comment]:
    """Leave out comments for other people.

    Those are the comments that this person escalated, that wait for a senior moderator, or that are
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


def _lock_other(comments: QuerySet[Comment]) -> Comment | None:
    """Lock the first text of the next LOOK that is not disturbing."""
    near = list(comments.values_list("pk", flat=True)[:LOOK])
    others = set(near) - disturbing_comments(near)
    return _lock_first(comments.filter(pk__in=others))


def claim(user: User, comment_pk: int, *, alone: bool = True) -> bool:
    """Claim one comment in review for CLAIM_MINUTES; False when another moderator has claimed it.

    This person may still open it. alone: release the person's other claims.
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
    """Extend claims to AHEAD from now, or keep a longer one; return the comments still claimed."""
    now = DatabaseClock()
    held = Comment.objects.filter(pk__in=comment_pks, claimed_by=user, claimed_until__gt=now)
    held.update(claimed_until=Greatest("claimed_until", now + AHEAD))
    return set(held.values_list("pk", flat=True))


def release(user: User, comment_pk: int) -> None:
    """Release a comment, so that others may claim it at once; keep other people's claims."""
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
    """Release a comment and claim the next one; the caller remembers the skipped comments."""
    release(user, comment_pk)
    return claim_next(user, site, filters, after=comment_pk, skipped=skipped)
