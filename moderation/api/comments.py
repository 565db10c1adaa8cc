"""Gives, changes, erases and reports a comment; previews what the policy decides on one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router, Status

from moderation.api import schemas
from moderation.api.auth import Key, caller_of
from moderation.api.submit import url_of
from moderation.decisions import payload
from moderation.decisions.author_link import decision_url
from moderation.decisions.by_external_id import (
    comments_of,
    get_comment,
)
from moderation.decisions.latest_score import latest_score
from moderation.decisions.public_status import public_decision, public_status
from moderation.intake.edit import edit_comment
from moderation.intake.erase import erase_comment
from moderation.models import Comment, Scope
from moderation.platform.errors import ModerationError
from moderation.platform.http.json_body import read
from moderation.policy import PolicyError
from moderation.policy.clause_texts import clause_texts
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.scoring import flags
from moderation.scoring.preview import preview as preview_submission

router = Router(tags=["comments"])
CommentId = Path(description="The comment's id: yours, or the one that Moderato returned.")


def describe(comment: Comment, *, with_score: bool) -> dict[str, Any]:
    """Return a comment as its publisher sees it."""
    decision, score = public_decision(comment), latest_score(comment) if with_score else None
    author = comment.author
    shown = None
    if decision is not None:
        clauses = payload.public_clauses(decision)
        shown = {
            "status": decision.status,
            "source": decision.source,
            "clauses": clauses,
            "reason": payload.reason_sentence(decision.status, clauses),
            "policy_version": decision.policy.number if decision.policy else None,
            "decided_at": decision.created_at,
        }
    return {
        "id": comment.external_id,
        "url": url_of(comment.external_id),
        "story_id": comment.story.external_id,
        "parent_id": comment.parent.external_id if comment.parent else None,
        "author": author_of(author.external_id if author else None, comment.author_name),
        "body": comment.body,
        "revision": comment.revision,
        "status": public_status(comment),
        "submitted_at": comment.submitted_at,
        "received_at": comment.received_at,
        "erased_at": comment.erased_at,
        "decision": shown,
        "decision_url": decision_url(comment.pk),
        "score": score
        and {
            "signals": score.signals,
            "language": score.language,
            "trained": score.trained,
            "classifier_version": score.classifier_version.name,
        },
    }


def author_of(external_id: str | None, name: str) -> dict[str, Any] | None:
    """Return an author as the API shows one; None when nothing is known."""
    return {"id": external_id, "name": name} if external_id or name else None


@router.get(
    "/comments/{comment_id}",
    auth=Key(Scope.READ, Scope.SUBMIT),
    response=schemas.CommentOut,
    operation_id="get_comment",
    summary="Read a comment",
)
def get(request: HttpRequest, comment_id: str = CommentId) -> dict[str, Any]:
    """Return a comment's text and status, and the clauses and the reason for its author.

    A moderator's decision shows after the publishing hold. Signals need the scope `read`.
    """
    caller = caller_of(request)
    comment = get_comment(caller.site, comment_id)
    return describe(comment, with_score=Scope.READ in caller.scopes)


@router.patch(
    "/comments/{comment_id}",
    auth=Key(Scope.SUBMIT),
    response=schemas.CommentOut,
    operation_id="edit_comment",
    summary="Change a comment's text",
)
def edit(request: HttpRequest, comment_id: str = CommentId) -> dict[str, Any]:
    """Give a comment a new text. It is pending, and not public, until it is decided again.

    Moderato keeps the former text as a revision. The same text again changes nothing.
    """
    caller = caller_of(request)
    sent = read(request, schemas.EditIn)
    comment = get_comment(caller.site, comment_id)
    edit_comment(comment, body=sent.body)
    comment = comments_of(caller.site).get(pk=comment.pk)
    return describe(comment, with_score=Scope.READ in caller.scopes)


@router.delete(
    "/comments/{comment_id}",
    auth=Key(Scope.SUBMIT),
    response={204: None},
    operation_id="erase_comment",
    summary="Erase a comment",
)
def erase(request: HttpRequest, comment_id: str = CommentId) -> Status:
    """Erase a comment's words and its author's name for good; its place in the thread stays."""
    erase_comment(get_comment(caller_of(request).site, comment_id))
    return Status(204, None)


@router.post(
    "/comments/{comment_id}/flags",
    auth=Key(Scope.SUBMIT),
    response={201: schemas.FlagOut, 200: schemas.FlagOut},
    operation_id="flag_comment",
    summary="Report a comment",
)
def flag(request: HttpRequest, comment_id: str = CommentId) -> Status:
    """Accept a reader's report. 200: this reader has reported the comment before; nothing changes.

    When enough readers report an approved comment, the policy sends it back to a moderator.
    """
    sent = read(request, schemas.FlagIn)
    comment = get_comment(caller_of(request).site, comment_id)
    new = flags.flag_comment(
        comment, flagger_id=sent.flagger_id, reason=sent.reason, note=sent.note
    )
    flag_out = {
        "comment_id": comment.external_id,
        "flagger_id": sent.flagger_id,
        "reason": sent.reason,
    }
    return Status(201 if new else 200, flag_out)


@router.post(
    "/preview",
    auth=Key(Scope.SUBMIT, Scope.READ),
    response=schemas.PreviewOut,
    operation_id="preview_comment",
    summary="Preview what the policy decides",
)
def preview(request: HttpRequest) -> dict[str, Any]:
    """Score a comment and apply the policy now, for a hint before posting. Stores nothing."""
    site = caller_of(request).site
    submission = read(request, schemas.CommentIn).submission()
    submission.check()
    submission.story.check()
    try:
        row, _ = live_policy(site)
        measurement, verdict = preview_submission(site, submission)
    except (NoPolicyError, PolicyError) as error:
        refusal = ModerationError("The site has no valid policy.", code="no_policy")
        refusal.status = 409
        raise refusal from error
    return {
        "outcome": verdict.outcome,
        "clauses": clause_texts(row.document, verdict.clauses),
        "signals": measurement.signals if measurement else None,
        "language": measurement.language if measurement else None,
        "trained": measurement.trained if measurement else None,
        "policy_version": row.number,
    }
