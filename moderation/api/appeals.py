"""Opens an author's appeal; gives a comment's appeals with their answers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from moderation.api import schemas
from moderation.api.auth import Key, caller_of
from moderation.api.comments import CommentId
from moderation.appeals import actions as appeal_actions
from moderation.appeals.queue import SHOWN_APPEALS, public_appeals, public_state
from moderation.decisions.by_external_id import get_comment
from moderation.models import Appeal, Scope, Source
from moderation.platform.http.json_body import read

router = Router(tags=["comments"])


@router.post(
    "/comments/{comment_id}/appeals",
    auth=Key(Scope.SUBMIT),
    response={201: schemas.AppealOut, 200: schemas.AppealOut},
    operation_id="appeal",
    summary="Appeal against a rejection",
)
def appeal(request: HttpRequest, comment_id: str = CommentId) -> Status:
    """Accept an author's appeal. The person who rejected the comment cannot answer it.

    `author_id` is the comment's author; leave it out where the comment has none. 200: this appeal
    is known and nothing changes. Each rejection has one appeal, and an answer has none.
    """
    sent = read(request, schemas.AppealIn)
    comment = get_comment(caller_of(request).site, comment_id)
    opened, new = appeal_actions.open_appeal(comment, author_id=sent.author_id, words=sent.words)
    shown = public_appeals(comment).get(pk=opened.pk)
    return Status(201 if new else 200, describe(shown, comment.external_id))


@router.get(
    "/comments/{comment_id}/appeals",
    auth=Key(Scope.READ, Scope.SUBMIT),
    response=schemas.AppealsOut,
    operation_id="get_appeals",
    summary="Read the appeals of a comment",
)
def get(request: HttpRequest, comment_id: str = CommentId) -> dict[str, Any]:
    """Return a comment's last appeals, newest first. An answer shows after the publishing hold."""
    comment = get_comment(caller_of(request).site, comment_id)
    appeals = public_appeals(comment)[:SHOWN_APPEALS]
    return {"appeals": [describe(appeal, comment.external_id) for appeal in appeals]}


def describe(appeal: Appeal, comment_id: str) -> dict[str, Any]:
    """Return an appeal of `public_appeals` as its publisher sees it."""
    state = public_state(appeal)
    outcome = appeal.outcome if state != Appeal.State.OPEN else None
    answered = outcome is not None and outcome.source == Source.APPEAL
    return {
        "comment_id": comment_id,
        "decision_id": str(appeal.decision_id),
        "state": state.value,
        "revision": appeal.revision,
        "body": appeal.body,
        "words": appeal.words,
        "answer": appeal.answer if answered else "",
        "created_at": appeal.created_at,
        "answered_at": outcome.created_at if answered and outcome else None,
    }
