"""The answer to an Akismet client: the policy's verdict on a comment, as spam or not.

Akismet knows only two answers. A rejected comment is spam. A comment for review is spam, too,
because people can still look into the client's spam folder. If the client can wait, it holds the
comment as pending instead. The comment is queued here, and a callback sends the decision.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, field

from django.conf import settings

from moderation.intake.insert import Submitted
from moderation.intake.submit import Submission
from moderation.integrations import enqueue
from moderation.models import Callback, Site, Status
from moderation.platform import validation
from moderation.platform.errors import Invalid
from moderation.policy import PolicyError
from moderation.policy_versions.live import NoPolicyError
from moderation.scoring.preview import preview
from moderation.webhooks.endpoints import encrypt
from moderation.webhooks.http_client import check_url
from moderation.webhooks.ssrf import OutboundRefused

logger = logging.getLogger(__name__)

REJECT, REVIEW, APPROVE = "reject", "review", "approve"
DECIDED = frozenset({Status.APPROVED, Status.REJECTED})
# Seconds. The client approves by itself after twice this time, longer than any review should take.
RECHECK_AFTER = 604_800


@dataclass(frozen=True, slots=True)
class CommentCheck:
    """A comment as an Akismet client sends it; the callback returns `fields`."""

    text: str
    story_url: str = ""
    author_id: str = ""
    author_name: str = ""
    callback: str = ""
    is_test: bool = False
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answer: spam or not, whether the client may drop it, when to ask again (seconds)."""

    guid: uuid.UUID
    spam: bool
    discard: bool = False
    recheck_after: int | None = None


def check(site: Site, comment: CommentCheck, key: str) -> CheckResult:
    """Check a comment now. `key` is the client's own; the callback proves with it who calls."""
    guid = uuid.uuid4()
    if validation.is_blank(comment.text):
        return CheckResult(guid, spam=False)  # a sign-up, for example, has no text
    outcome = _outcome(site, comment)
    queued = None
    if not comment.is_test:
        [queued] = enqueue.queue(site, _scored_comment(comment))
    if queued and queued.status in DECIDED:
        # The client checks the comment again, after a decision.
        return CheckResult(guid, spam=queued.status == Status.REJECTED)
    if outcome == REVIEW and queued and _may_call(comment.callback):
        kept = _keep_callback(queued, comment, key, guid)
        return CheckResult(kept, spam=False, recheck_after=RECHECK_AFTER)
    discard = outcome == REJECT and settings.AKISMET_DISCARD
    return CheckResult(guid, spam=outcome != APPROVE, discard=discard)


def _outcome(site: Site, comment: CommentCheck) -> str:
    """Return the policy's outcome; review for a comment that cannot be scored."""
    submission = Submission(
        comment.text,
        story_url=comment.story_url or None,
        story_external_id="" if comment.story_url else "akismet",
        author_external_id=comment.author_id,
    )
    try:
        submission.check()
        submission.story.check()
        _, verdict = preview(site, submission)
    except (Invalid, NoPolicyError, PolicyError) as error:
        logger.warning(
            "site %s: held for Akismet without a score: %s", site.pk, type(error).__name__
        )
        return REVIEW
    return verdict.outcome


def _scored_comment(comment: CommentCheck) -> enqueue.ScoredComment:
    return enqueue.ScoredComment(
        "akismet",
        comment.text,
        story_url=comment.story_url,
        author_id=comment.author_id,
        author_name=comment.author_name,
    )


def _may_call(url: str) -> bool:
    try:
        return bool(url) and bool(check_url(url))
    except OutboundRefused:
        return False


def _keep_callback(
    queued: Submitted, comment: CommentCheck, key: str, guid: uuid.UUID
) -> uuid.UUID:
    """Store where to call back; the same comment keeps its first guid."""
    kept, _ = Callback.objects.get_or_create(
        comment_id=queued.comment_id,
        defaults={
            "url": comment.callback,
            "guid": guid,
            "key": encrypt(key),
            "fields": comment.fields,
        },
    )
    return kept.guid
