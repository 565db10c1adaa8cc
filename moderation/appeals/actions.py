"""Appeals: an author asks that a rejection is looked at again; another person answers.

One appeal for each rejection. An answer is a decision like any other: it is held for some seconds,
can be taken back, is told to the publisher and counts as a label.
"""

from __future__ import annotations

from django.contrib.auth.models import User

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
    """Take an author's appeal against the rejection of a comment; False when it is known.

    author_id: who appeals, by the publisher's id; only the comment's author may. The same words
    again are the same appeal. Raises Invalid for the words and for anybody else, Conflict where
    there is nothing to appeal against (see `rejection_of`).
    """
    if author_id != (comment.author.external_id if comment.author else None):
        raise Invalid(
            "Only the author of a comment may appeal.", code="not_the_author", field="author_id"
        )
    validation.check_text(words, "words", points=WORDS_POINTS)
    if validation.is_blank(words):
        raise Invalid("The appeal says nothing.", code="empty", field="words")
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
    """Return the rejection that may be appealed against.

    Raises Conflict: the comment is erased, is not rejected as far as the outside knows, its
    rejection was appealed against before, or is itself the answer to an appeal.
    """
    if comment.erased_at is not None:
        raise Conflict("This comment has been erased.", code="comment_erased")
    standing = public_decision(comment)
    if standing is None or {comment.status, standing.status} != {Status.REJECTED}:
        raise Conflict("Only a comment that was turned down can be appealed.", code="not_rejected")
    if standing.source == Source.APPEAL:
        raise Conflict("The answer to an appeal is final.", code="appeal_answered")
    waiting = comment.appeals.filter(revision=comment.revision, outcome=None)
    if waiting.exists() or Appeal.objects.filter(decision=standing).exists():
        raise Conflict("It was appealed against before, once.", code="already_appealed")
    return standing


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
    """Turn an appeal down: the comment stays rejected by the same clauses, and that is final.

    answer: what the author is told. Raises what `decide` raises; NotFound when the appeal is not
    of the moderator's site; Conflict for the person who rejected the comment and for an appeal
    that is open no more.
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
        raise NotFound("There is no such appeal.")
    validation.check_text(answer, "answer", points=ANSWER_POINTS)
    validation.check_text(key or "", "key", points=KEY_POINTS)
    if not may_answer(user, appeal):
        raise Conflict("You rejected this comment: somebody else answers the appeal.")

    def act() -> Decision:
        # First the comment, then its appeal: the order in which every decision takes them.
        Comment.objects.select_for_update(no_key=True).only("pk").get(pk=appeal.comment_id)
        known = _outcome_of(appeal)
        if known is None:
            Appeal.objects.filter(pk=appeal.pk).update(answer=answer)
        decision = _decide(user, appeal, status, version, key)
        # The same press again finds the answer it gave; any other comes too late.
        if _outcome_of(appeal) != decision.pk or known not in (None, decision.pk):
            raise Conflict("This appeal is open no more.", code="appeal_answered")
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
