"""Decisions of moderators: approve, reject by a clause, send back to review, undo.

All of them go through `decide`, which handles two people, two tabs and two key presses at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from moderation.decisions.decide import DatabaseClock, decide
from moderation.models import Comment, Decision, PolicyVersion, Score, Source, Status
from moderation.platform import validation
from moderation.platform.errors import Invalid, ModerationError, NotFound
from moderation.policy import PolicyError
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.review.comment_history import decisions_without_undos

NOTE_POINTS, KEY_POINTS = 1000, 100


@dataclass(frozen=True, slots=True)
class SeenComment:
    """A comment as a moderator saw it: its version, and the key of the decision on it."""

    comment_pk: int
    expected_version: int
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratorDecision:
    """A moderator's decision: a status, the clauses it rests on, a note."""

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
    """Approve a comment. Raises what `decide` raises; NotFound on another site."""
    ruling = ModeratorDecision(status=Status.APPROVED, note=note)
    return _decide(user, SeenComment(comment_pk, expected_version, key), ruling)


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
    return _decide(user, SeenComment(comment_pk, expected_version, key), ruling)


def send_to_review(
    user: User, comment_pk: int, *, expected_version: int, key: str | None = None, note: str = ""
) -> Decision:
    """Send a decided comment back to the queue, for another review."""
    ruling = ModeratorDecision(status=Status.IN_REVIEW, note=note)
    return _decide(user, SeenComment(comment_pk, expected_version, key), ruling)


def decide_several(
    user: User, comments: Sequence[SeenComment], ruling: ModeratorDecision
) -> list[Decision | ModerationError]:
    """Make the same decision on each of several comments; results in the order of `comments`.

    A comment that cannot be decided has its error in the results, and the others are decided.
    """
    results: list[Decision | ModerationError] = []
    for comment in comments:
        try:
            results.append(_decide(user, comment, ruling))
        except ModerationError as error:
            results.append(error)
    return results


def undo(user: User, decision_pk: int | None = None, *, claimed: bool = True) -> Decision:
    """Take back a decision of the moderator, by default the last one.

    The comment gets its former status and, with `claimed`, the moderator claims it again. Within
    the publishing hold publishers never hear of either decision; later they receive
    `decision.reversed`. A second undo of the same decision returns the first one. Raises NotFound
    when there is nothing to undo, StaleDecision when somebody has decided since.
    """
    taken_back = _decision_to_undo(user, decision_pk)
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


def _decision_to_undo(user: User, decision_pk: int | None) -> Decision:
    decisions = decisions_without_undos(user).filter(site__moderators__user=user)
    decisions = decisions.select_related("policy", "score", "reverses")
    if decision_pk is not None:
        decision = decisions.filter(pk=decision_pk).first()
    else:
        reversal = Decision.objects.filter(reverses=OuterRef("pk"))
        decision = decisions.filter(~Exists(reversal), withheld=False).order_by("-id").first()
    if decision is None:
        raise NotFound(_("You have no decision to undo."))
    return decision


def _decide(user: User, seen: SeenComment, ruling: ModeratorDecision) -> Decision:
    comment = (
        Comment.objects.filter(pk=seen.comment_pk, site__moderators__user=user)
        .only("pk", "site_id", "revision")
        .first()
    )
    if comment is None:
        raise NotFound(_("There is no such comment."))
    validation.check_text(ruling.note, "note", points=NOTE_POINTS)
    validation.check_text(seen.key or "", "key", points=KEY_POINTS)
    policy = check_decision(comment.site_id, ruling)
    score = Score.objects.filter(comment=comment, revision=comment.revision).order_by("-pk").first()
    return decide(
        comment.pk,
        status=ruling.status,
        source=Source.MODERATOR,
        expected_version=seen.expected_version,
        moderator=user,
        policy=policy,
        score=score,
        clauses=list(dict.fromkeys(ruling.clauses)),
        note=ruling.note,
        key=seen.key,
    )


def check_decision(site_pk: int, ruling: ModeratorDecision) -> PolicyVersion | None:
    """Return the live policy that a decision rests on.

    Raises Invalid for a rejection without a clause, or by a clause that the policy does not cite.
    """
    try:
        policy, compiled = live_policy(site_pk)
    except (NoPolicyError, PolicyError):
        if ruling.status != Status.REJECTED:
            return None
        raise Invalid(_("The site has no policy to reject by."), field="clauses") from None
    if ruling.status == Status.REJECTED and not ruling.clauses:
        message = _("Choose the clause that the comment breaks.")
        raise Invalid(message, code="clause_missing", field="clauses")
    known = {clause.id for clause in compiled.clauses if clause.cite}
    if unknown := [clause for clause in ruling.clauses if clause not in known]:
        message = _("The policy has no clause “%(clause)s” to reject by.") % {"clause": unknown[0]}
        raise Invalid(message, code="clause_unknown", field="clauses")
    return policy
