"""What moderators decide: approve, reject by a clause, put back, undo.

Everything goes through `decide`, so that two people, two tabs and two presses are safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from moderation.decisions.decide import DatabaseClock, decide
from moderation.models import Comment, Decision, PolicyVersion, Score, Source, Status
from moderation.platform import validation
from moderation.platform.errors import Invalid, ModerationError, NotFound
from moderation.policy import PolicyError
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.review.history import judgements

NOTE_POINTS, KEY_POINTS = 1000, 100


@dataclass(frozen=True, slots=True)
class Press:
    """One decision of several: the comment, the version that was seen, the press's own key."""

    comment_pk: int
    expected_version: int
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratorDecision:
    """What a moderator wants of a comment: a status, the clauses it rests on, a note."""

    status: Status
    clauses: Sequence[str] = field(default=())
    note: str = ""


def approve(
    user: User,
    comment_pk: int,
    *,
    expected_version: int,
    key: str | None = None,
    note: str = "",
) -> Decision:
    """Approve a comment. Raises what `decide` raises; NotFound when it is not the moderator's."""
    ruling = ModeratorDecision(status=Status.APPROVED, note=note)
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
    ruling = ModeratorDecision(status=Status.REJECTED, clauses=clauses, note=note)
    return _rule(user, Press(comment_pk, expected_version, key), ruling)


def send_to_review(
    user: User, comment_pk: int, *, expected_version: int, key: str | None = None, note: str = ""
) -> Decision:
    """Take a decided comment back into the queue, for another look."""
    ruling = ModeratorDecision(status=Status.IN_REVIEW, note=note)
    return _rule(user, Press(comment_pk, expected_version, key), ruling)


def decide_several(
    user: User, presses: Sequence[Press], ruling: ModeratorDecision
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
        clauses=(taken_back.reverses or taken_back).clauses if status == Status.REJECTED else (),
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
    own = judgements(user).filter(site__moderators__user=user)
    own = own.select_related("policy", "score", "reverses")
    if decision_pk is not None:
        found = own.filter(pk=decision_pk).first()
    else:
        reversal = Decision.objects.filter(reverses=OuterRef("pk"))
        found = own.filter(~Exists(reversal), withheld=False).order_by("-id").first()
    if found is None:
        raise NotFound("There is no decision of yours to undo.")
    return found


def _rule(user: User, press: Press, ruling: ModeratorDecision) -> Decision:
    comment = (
        Comment.objects.filter(pk=press.comment_pk, site__moderators__user=user)
        .only("pk", "site_id", "revision")
        .first()
    )
    if comment is None:
        raise NotFound("There is no such comment.")
    validation.check_texts((ruling.note, "note", NOTE_POINTS), (press.key or "", "key", KEY_POINTS))
    policy = check_decision(comment.site_id, ruling)
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


def check_decision(site_pk: int, ruling: ModeratorDecision) -> PolicyVersion | None:
    """Return the live policy that the ruling rests on.

    Raises Invalid for a rejection without a clause, or by one that the policy does not cite.
    """
    try:
        policy, stated = live_policy(site_pk)
    except (NoPolicyError, PolicyError):
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
