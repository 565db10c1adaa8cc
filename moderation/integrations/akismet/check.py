"""What an Akismet client is told of a comment: the policy's verdict as spam or not.

Akismet knows only two answers. Rejected is spam. What a person should read is spam too, because a
client's spam folder is where a person may still look, unless the client can wait: then it is held
there as pending, queued here, and told later (integrations.akismet.callbacks).
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
# The client approves by itself after twice this time: longer than any review should take (seconds).
RECHECK_AFTER = 604_800


@dataclass(frozen=True, slots=True)
class Checked:
    """A comment as an Akismet client sends it; `fields` are those it wants to see again."""

    text: str
    story_url: str = ""
    author_id: str = ""
    author_name: str = ""
    callback: str = ""
    is_test: bool = False
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """The answer: spam or not, whether it may be dropped unseen, when to ask again (seconds)."""

    guid: uuid.UUID
    spam: bool
    discard: bool = False
    recheck_after: int | None = None


def check(site: Site, checked: Checked, key: str) -> Told:
    """Judge a comment now. `key` is the client's own, by which it will know who calls back."""
    guid = uuid.uuid4()
    if validation.is_blank(checked.text):
        return Told(guid, spam=False)  # sign-ups and the like have nothing to read
    outcome = _outcome(site, checked)
    queued = None
    if not checked.is_test:
        [queued] = enqueue.queue(site, _seen(checked))
    if queued and queued.status in DECIDED:
        return Told(guid, spam=queued.status == Status.REJECTED)  # checked again after a decision
    if outcome == REVIEW and queued and _may_call(checked.callback):
        kept = _keep_callback(queued, checked, key, guid)
        return Told(kept, spam=False, recheck_after=RECHECK_AFTER)
    discard = outcome == REJECT and settings.AKISMET_DISCARD
    return Told(guid, spam=outcome != APPROVE, discard=discard)


def _outcome(site: Site, checked: Checked) -> str:
    """Return the policy's outcome; what cannot be judged is for a person."""
    submission = Submission(
        checked.text,
        story_url=checked.story_url or None,
        story_external_id="" if checked.story_url else "akismet",
        author_external_id=checked.author_id,
    )
    try:
        submission.check()
        submission.story.check()
        _, verdict = preview(site, submission)
    except (Invalid, NoPolicyError, PolicyError) as error:
        logger.warning("site %s: held for Akismet unjudged: %s", site.pk, type(error).__name__)
        return REVIEW
    return verdict.outcome


def _seen(checked: Checked) -> enqueue.Seen:
    return enqueue.Seen(
        "akismet",
        checked.text,
        story_url=checked.story_url,
        author_id=checked.author_id,
        author_name=checked.author_name,
    )


def _may_call(url: str) -> bool:
    try:
        return bool(url) and bool(check_url(url))
    except OutboundRefused:
        return False


def _keep_callback(queued: Submitted, checked: Checked, key: str, guid: uuid.UUID) -> uuid.UUID:
    """Keep where to tell; the same comment again keeps its first guid."""
    kept, _ = Callback.objects.get_or_create(
        comment_id=queued.comment_id,
        defaults={
            "url": checked.callback,
            "guid": guid,
            "key": encrypt(key),
            "fields": checked.fields,
        },
    )
    return kept.guid
