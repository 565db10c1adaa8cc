"""What moderators do: take the next comment, approve, reject by a clause, put back, undo.

Everything goes through `decide`, so that two people, two tabs and two presses are safe; a claim
only keeps two people from reading the same comment at once, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from moderation import policy as judge
from moderation.models import (
    Comment,
    Decision,
    Escalation,
    Policy,
    Role,
    Score,
    Site,
    Source,
    Status,
)
from moderation.selectors.moderators import at_least, find_moderator
from moderation.selectors.queues import QueueFilters, filter_comments, open_escalations
from moderation.services import texts
from moderation.services.decisions import DatabaseClock, decide
from moderation.services.errors import Invalid, ModerationError, NotFound
from moderation.services.policies import NoPolicyError, live_policy

NOTE_POINTS, KEY_POINTS = 1000, 100
# What lies ready on a desk goes back soon after the page was closed.
AHEAD = timedelta(minutes=3)
ORDERS = {"priority": ("-priority", "pk"), "newest": ("-pk",), "oldest": ("pk",)}


@dataclass(frozen=True, slots=True)
class Press:
    """One decision of several: the comment, the version that was seen, the press's own key."""

    comment_pk: int
    expected_version: int
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a moderator wants of a comment: a status, the clauses it rests on, a note."""

    status: Status
    clauses: Sequence[str] = field(default=())
    note: str = ""


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
    one just dealt with) and `skipped` are passed over, and so is what others hold.
    """
    filters = filters or QueueFilters()
    passed_over = {*skipped, *([after] if after else [])}
    waiting = filter_comments(site, filters).filter(status=Status.IN_REVIEW)
    waiting = _in_reach(waiting, user, site)
    waiting = waiting.exclude(pk__in=passed_over).order_by(*ORDERS[filters.order])
    now = DatabaseClock()
    own = waiting.filter(claimed_by=user, claimed_until__gt=now)
    free = waiting.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))
    with transaction.atomic():
        comment = _lock_first(own) or _lock_first(free)
        if comment is None:
            return None
        until = DatabaseClock() + timedelta(minutes=settings.CLAIM_MINUTES)
        Comment.objects.filter(pk=comment.pk).update(claimed_by=user, claimed_until=until)
    return Comment.objects.select_related("story", "author", "parent", "site").get(pk=comment.pk)


def claim_ahead(
    user: User, site: Site, filters: QueueFilters, *, limit: int, besides: Collection[int] = ()
) -> list[Comment]:
    """Take up to `limit` of the next comments, so that they can be on the desk before they are due.

    Free ones and the moderator's own come in the queue's order; what others hold and `besides`
    (those on the desk already, or skipped) are passed over. Nobody takes more than half of what is
    there, beyond a pair: a colleague who sits down finds work. Each is held for AHEAD, which an
    open page renews.
    """
    waiting = filter_comments(site, filters).filter(status=Status.IN_REVIEW)
    now = DatabaseClock()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now) | Q(claimed_by=user)
    waiting = _in_reach(waiting.filter(free), user, site)
    there = waiting.values("pk")[: 2 * (len(besides) + limit)].count()
    in_hand = waiting.filter(claimed_by=user, pk__in=besides).count()
    limit = min(limit, max(2, there // 2) - in_hand)
    if limit <= 0:
        return []
    waiting = waiting.exclude(pk__in=besides).order_by(*ORDERS[filters.order])
    with transaction.atomic():
        locked = waiting.select_for_update(skip_locked=True, of=("self",), no_key=True)
        found = [comment.pk for comment in locked.only("pk")[:limit]]
        until = Greatest("claimed_until", DatabaseClock() + AHEAD)
        Comment.objects.filter(pk__in=found).update(claimed_by=user, claimed_until=until)
    with_context = Comment.objects.select_related("story", "author", "parent", "parent__author")
    taken = with_context.in_bulk(found)
    return [taken[pk] for pk in found]


def _in_reach(comments: QuerySet[Comment], user: User, site: Site) -> QuerySet[Comment]:
    """Leave out what this person asked others to decide, and what waits for a senior moderator."""
    others = Q(moderator=user)
    moderator = find_moderator(user, site.slug)
    if moderator is None or not at_least(moderator, Role.SENIOR):
        others |= Q(kind=Escalation.Kind.SENIOR)
    return comments.filter(~Exists(open_escalations().filter(others)))


def _lock_first(comments: QuerySet[Comment]) -> Comment | None:
    locked = comments.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return locked.only("pk").first()


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


def approve(
    user: User,
    comment_pk: int,
    *,
    expected_version: int,
    key: str | None = None,
    note: str = "",
) -> Decision:
    """Approve a comment. Raises what `decide` raises; NotFound when it is not the moderator's."""
    ruling = Ruling(status=Status.APPROVED, note=note)
    return _rule(user, Press(comment_pk, expected_version, key), ruling)


def reject(
    user: User,
    comment_pk: int,
    *,
    clauses: Sequence[str],
    expected_version: int,
    key: str | None = None,
    note: str = "",
) -> Decision:
    """Reject a comment by at least one clause (an id) of the site's live policy.

    Raises what `decide` raises, NotFound, and Invalid for no clause or one that cannot be cited.
    """
    ruling = Ruling(status=Status.REJECTED, clauses=clauses, note=note)
    return _rule(user, Press(comment_pk, expected_version, key), ruling)


def send_to_review(
    user: User, comment_pk: int, *, expected_version: int, key: str | None = None, note: str = ""
) -> Decision:
    """Take a decided comment back into the queue, for another look."""
    ruling = Ruling(status=Status.IN_REVIEW, note=note)
    return _rule(user, Press(comment_pk, expected_version, key), ruling)


def decide_several(
    user: User, presses: Sequence[Press], ruling: Ruling
) -> list[Decision | ModerationError]:
    """Decide the same of several comments, each for itself; results in the order of `presses`.

    A comment that cannot be decided gives its error in its place and keeps no other back.
    """
    results: list[Decision | ModerationError] = []
    for press in presses:
        try:
            results.append(_rule(user, press, ruling))
        except ModerationError as error:
            results.append(error)
    return results


def undo(user: User, decision_pk: int | None = None, *, claimed: bool = True) -> Decision:
    """Take back one of the moderator's own decisions, the last one by default.

    The comment returns to where it stood and, `claimed`, is theirs to decide again. Within the
    publishing hold the outside never hears of it; later it is told `decision.reversed`. The same
    undo again returns the same decision. Raises NotFound when there is nothing to undo,
    StaleDecision when somebody decided since.
    """
    taken_back = _own_decision(user, decision_pk)
    before = Status(taken_back.status_before)
    status = Status.IN_REVIEW if before == Status.PENDING else before
    decision = decide(
        taken_back.comment_id,
        status=status,
        source=Source.MODERATOR,
        expected_version=taken_back.version,
        moderator=user,
        policy=taken_back.policy,
        score=taken_back.score,
        key=f"undo:{taken_back.pk}",
        hold=0,
        reverses=taken_back,
    )
    if claimed and status == Status.IN_REVIEW:
        until = DatabaseClock() + timedelta(minutes=settings.CLAIM_MINUTES)
        Comment.objects.filter(pk=taken_back.comment_id, version=decision.version).update(
            claimed_by=user, claimed_until=until
        )
    return decision


def _own_decision(user: User, decision_pk: int | None) -> Decision:
    own = Decision.objects.filter(
        moderator=user,
        source=Source.MODERATOR,
        reverses__isnull=True,
        site__moderators__user=user,
    ).select_related("policy", "score")
    if decision_pk is not None:
        found = own.filter(pk=decision_pk).first()
    else:
        reversal = Decision.objects.filter(reverses=OuterRef("pk"))
        found = own.filter(~Exists(reversal), withheld=False).order_by("-id").first()
    if found is None:
        raise NotFound("There is no decision of yours to undo.")
    return found


def _rule(user: User, press: Press, ruling: Ruling) -> Decision:
    comment = (
        Comment.objects.filter(pk=press.comment_pk, site__moderators__user=user)
        .only("pk", "site_id", "revision")
        .first()
    )
    if comment is None:
        raise NotFound("There is no such comment.")
    texts.check_text(ruling.note, "note", points=NOTE_POINTS)
    texts.check_text(press.key or "", "key", points=KEY_POINTS)
    policy = check_ruling(comment.site_id, ruling)
    score = Score.objects.filter(comment=comment, revision=comment.revision).order_by("-pk").first()
    return decide(
        comment.pk,
        status=ruling.status,
        source=Source.MODERATOR,
        expected_version=press.expected_version,
        moderator=user,
        policy=policy,
        score=score,
        clauses=list(dict.fromkeys(ruling.clauses)),
        note=ruling.note,
        key=press.key,
    )


def check_ruling(site_pk: int, ruling: Ruling) -> Policy | None:
    """Return the live policy that the ruling rests on.

    Raises Invalid for a rejection without a clause, or by one that the policy does not cite.
    """
    try:
        policy, stated = live_policy(site_pk)
    except (NoPolicyError, judge.PolicyError):
        if ruling.status != Status.REJECTED:
            return None
        raise Invalid("The site has no policy to reject by.", field="clauses") from None
    if ruling.status == Status.REJECTED and not ruling.clauses:
        raise Invalid("Name the clause that it breaks.", code="clause_missing", field="clauses")
    known = {clause.id for clause in stated.clauses if clause.cite}
    if unknown := [clause for clause in ruling.clauses if clause not in known]:
        raise Invalid(
            f"The policy has no clause “{unknown[0]}” to reject by.",
            code="clause_unknown",
            field="clauses",
        )
    return policy
