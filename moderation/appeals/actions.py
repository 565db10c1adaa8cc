"""Actions on appeals: an author appeals against a rejection, and another person answers.

Each rejection has at most one appeal. The answer is an ordinary decision: the publishing hold
applies, it can be undone, the publisher receives it, and it counts as a label.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from moderation.appeals.queue import may_answer
from moderation.decisions.decide import decide
from moderation.decisions.public_status import public_decision
from moderation.models import Appeal, Comment, Decision, Source, Status
from moderation.platform import validation
from moderation.platform.errors import Conflict, Invalid, NotFound
from moderation.platform.retry import with_retries
from moderation.review.actions import KEY_POINTS

WORDS_POINTS, ANSWER_POINTS = 2000, 1000


def open_appeal(comment: Comment, *, author_id: str | None, words: str) -> tuple[Appeal, bool]:
    """Store an author's appeal against the rejection of a comment; False if it exists already.

    author_id: the publisher's id of the person; only the comment's author may appeal. The same
    words again are the same appeal. Raises Invalid for the words and for another author, Conflict
    without an appealable rejection (see `rejection_of`).
    """
    if author_id != (comment.author.external_id if comment.author else None):
        message = _("Only the author of a comment may appeal.")
        raise Invalid(message, code="not_the_author", field="author_id")
    validation.check_text(words, "words", points=WORDS_POINTS)
    if validation.is_blank(words):
        raise Invalid(_("The appeal has no text."), code="empty", field="words")
    return with_retries(lambda: _open(comment.pk, words))


def _open(comment_pk: int, words: str) -> tuple[Appeal, bool]:
    row = Comment.objects.select_for_update(no_key=True).get(pk=comment_pk)
    known = row.appeals.filter(revision=row.revision, words=words).order_by("-pk").first()
    if known and not row.erased_at:
        return known, False
    appeal = Appeal.objects.create(
        site_id=row.site_id,
        comment=row,
        decision=rejection_of(row),
        revision=row.revision,
        body=row.body,
        words=words,
    )
    return appeal, True


def rejection_of(comment: Comment) -> Decision:
    """Return the rejection against which the author may appeal.

    Raises Conflict: the comment is erased, its public status is not rejected, its rejection was
    appealed against before, or the rejection is itself the answer to an appeal.
    """
    if comment.erased_at is not None:
        raise Conflict(_("This comment has been erased."), code="comment_erased")
    decision = public_decision(comment)
    if decision is None or {comment.status, decision.status} != {Status.REJECTED}:
        message = _("An author can appeal only against a rejection.")
        raise Conflict(message, code="not_rejected")
    if decision.source == Source.APPEAL:
        raise Conflict(_("The answer to an appeal is final."), code="appeal_answered")
    waiting = comment.appeals.filter(revision=comment.revision, outcome=None)
    if waiting.exists() or Appeal.objects.filter(decision=decision).exists():
        message = _("There is already an appeal against this rejection.")
        raise Conflict(message, code="already_appealed")
    return decision


def may_appeal(comment: Comment) -> bool:
    """Tell whether the author of a comment may appeal now."""
    try:
        rejection_of(comment)
    except Conflict:
        return False
    return True


def uphold(
    user: User, appeal_pk: int, *, expected_version: int, key: str | None = None, answer: str = ""
) -> Decision:
    """Uphold the rejection: the comment stays rejected by the same clauses, and that is final.

    answer: a message to the author. Raises what `decide` raises; NotFound for an appeal on another
    site; Conflict for the person who rejected the comment, and for an appeal that is closed.
    """
    return _answer(user, appeal_pk, Status.REJECTED, answer, expected_version, key)


def grant(
    user: User, appeal_pk: int, *, expected_version: int, key: str | None = None, answer: str = ""
) -> Decision:
    """Grant an appeal: the comment is approved, and the rejection reversed. See `uphold`."""
    return _answer(user, appeal_pk, Status.APPROVED, answer, expected_version, key)


def _answer(
    user: User, appeal_pk: int, status: Status, answer: str, version: int, key: str | None
) -> Decision:
    appeals = Appeal.objects.select_related("site", "decision__policy", "decision__score")
    appeal = appeals.filter(pk=appeal_pk, site__moderators__user=user).first()
    if appeal is None:
        raise NotFound(_("There is no such appeal."))
    validation.check_text(answer, "answer", points=ANSWER_POINTS)
    validation.check_text(key or "", "key", points=KEY_POINTS)
    if not may_answer(user, appeal):
        raise Conflict(_("You rejected this comment: somebody else answers the appeal."))

    def act() -> Decision:
        # Lock the comment before its appeal, as every decision does.
        Comment.objects.select_for_update(no_key=True).only("pk").get(pk=appeal.comment_id)
        known = _outcome_of(appeal)
        if known is None:
            Appeal.objects.filter(pk=appeal.pk).update(answer=answer)
        decision = _decide(user, appeal, status, version, key)
        # The same request again finds its own answer; any other comes too late.
        if _outcome_of(appeal) != decision.pk or known not in (None, decision.pk):
            raise Conflict(_("This appeal is already closed."), code="appeal_answered")
        return decision

    return with_retries(act)


def _outcome_of(appeal: Appeal) -> int | None:
    return Appeal.objects.values_list("outcome_id", flat=True).get(pk=appeal.pk)


def _decide(user: User, appeal: Appeal, status: Status, version: int, key: str | None) -> Decision:
    rejection = appeal.decision
    granted = status == Status.APPROVED
    return decide(
        appeal.comment_id,
        status=status,
        source=Source.APPEAL,
        expected_version=version,
        moderator=user,
        policy=rejection.policy,
        score=rejection.score,
        clauses=() if granted else rejection.clauses,
        key=key,
        reverses=rejection if granted else None,
    )
