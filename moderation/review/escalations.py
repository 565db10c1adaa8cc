"""Escalations and score feedback: what moderators say about a comment without a decision."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from moderation.decisions.latest_score import latest_score
from moderation.models import Comment, Escalation, Status, WrongScore
from moderation.platform import validation
from moderation.platform.errors import Conflict, NotFound
from moderation.review.actions import NOTE_POINTS
from moderation.review.claims import release


def escalate(
    user: User, comment_pk: int, kind: str, *, expected_version: int, note: str = ""
) -> Escalation:
    """Ask that somebody else decides on a comment in review, and release it.

    kind: an `Escalation.Kind`. A second escalation changes only the kind and the note. Raises
    NotFound for a comment of another site, Conflict when it was decided or edited meanwhile.
    """
    comment = _find_comment(user, comment_pk)
    validation.check_text(note, "note", points=NOTE_POINTS)
    if comment.status != Status.IN_REVIEW or comment.version != expected_version:
        raise Conflict(_("It changed meanwhile: look at it again."), code="stale_decision")
    escalation, _created = Escalation.objects.update_or_create(
        comment=comment,
        version=expected_version,
        moderator=user,
        defaults={"kind": Escalation.Kind(kind), "note": note},
    )
    release(user, comment_pk)
    return escalation


def mark_wrong(user: User, comment_pk: int, *, wrong: bool) -> bool:
    """Record that the score of the comment's present text is wrong, or take that back.

    Return whether there is a score. Raises NotFound for a comment of another site.
    """
    score = latest_score(_find_comment(user, comment_pk))
    if score is None:
        return False
    if wrong:
        WrongScore.objects.get_or_create(score=score, moderator=user)
    else:
        WrongScore.objects.filter(score=score, moderator=user).delete()
    return True


def _find_comment(user: User, comment_pk: int) -> Comment:
    comment = Comment.objects.filter(pk=comment_pk, site__moderators__user=user).first()
    if comment is None:
        raise NotFound(_("There is no such comment."))
    return comment
