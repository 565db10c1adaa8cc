"""What moderators say about a comment without deciding it: escalations, and wrong scores."""

from __future__ import annotations

from django.contrib.auth.models import User

from moderation.decisions.latest_score import latest_score
from moderation.models import Comment, Escalation, Status, WrongScore
from moderation.platform import validation
from moderation.platform.errors import Conflict, NotFound
from moderation.review.actions import NOTE_POINTS
from moderation.review.claims import release


def escalate(
    user: User, comment_pk: int, kind: str, *, expected_version: int, note: str = ""
) -> Escalation:
    """Ask that somebody else decides on a comment in review, and put it back.

    kind: an `Escalation.Kind`. Asking again changes nothing but the kind and the note. Raises
    NotFound for a comment of another site, Conflict when it was decided or edited meanwhile.
    """
    comment = _own_comment(user, comment_pk)
    validation.check_text(note, "note", points=NOTE_POINTS)
    if comment.status != Status.IN_REVIEW or comment.version != expected_version:
        raise Conflict("It changed meanwhile: look at it again.", code="stale_decision")
    made, _ = Escalation.objects.update_or_create(
        comment=comment,
        version=expected_version,
        moderator=user,
        defaults={"kind": Escalation.Kind(kind), "note": note},
    )
    release(user, comment_pk)
    return made


def mark_wrong(user: User, comment_pk: int, *, wrong: bool) -> bool:
    """Remark that the classifier is wrong about the comment's present text, or take it back.

    Returns whether there was a score to remark on. Raises NotFound for a comment of another site.
    """
    score = latest_score(_own_comment(user, comment_pk))
    if score is None:
        return False
    if wrong:
        WrongScore.objects.get_or_create(score=score, moderator=user)
    else:
        WrongScore.objects.filter(score=score, moderator=user).delete()
    return True


def _own_comment(user: User, comment_pk: int) -> Comment:
    comment = Comment.objects.filter(pk=comment_pk, site__moderators__user=user).first()
    if comment is None:
        raise NotFound("There is no such comment.")
    return comment
