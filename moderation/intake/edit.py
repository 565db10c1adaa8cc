"""Changes a comment's text: keeps the former text as a revision, has the new one decided."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from moderation.community.suspensions import suspensions
from moderation.decisions import decide
from moderation.intake import wake_worker
from moderation.models import Comment, Revision
from moderation.platform import validation
from moderation.platform.errors import Conflict, NotFound


def edit_comment(comment: Comment, *, body: str, expected_revision: int | None = None) -> bool:
    """Give a comment a new text; False when it has that text already and nothing changes.

    The comment is pending again, so an approved comment is not public until its next decision.
    expected_revision: the revision that the editor saw; a newer one is a conflict. Raises Invalid
    for the text, Conflict for an erased comment or a newer text, Suspended for its author,
    NotFound.
    """
    validation.check_body(body)
    with transaction.atomic():
        row = Comment.objects.select_for_update(no_key=True).filter(pk=comment.pk).first()
        if row is None:
            raise NotFound(_("There is no such comment."))
        if row.erased_at is not None:
            raise Conflict(_("This comment has been erased."), code="comment_erased")
        if row.body == body:
            return False
        if expected_revision not in (None, row.revision):
            raise Conflict(_("The comment was changed elsewhere in the meantime."))
        if refusal := suspensions([row.author_id]).get(row.author_id):
            raise refusal
        Revision.objects.create(comment=row, number=row.revision, body=row.body)
        Comment.objects.filter(pk=row.pk).update(body=body, revision=F("revision") + 1)
        decide.resubmit(row.pk)
        wake_worker.notify_after_commit()
    return True
