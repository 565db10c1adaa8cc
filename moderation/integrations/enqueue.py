"""Puts comments that integrations scored into the review queue, if the site wants it.

The other systems decide by themselves. The site's moderators see the same comments here, and their
decisions train the site's classifier.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from moderation.intake.insert import Submitted
from moderation.intake.submit import Submission, submit_batch
from moderation.models import Site
from moderation.platform import validation
from moderation.platform.errors import ModerationError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScoredComment:
    """A comment as an integration sent it. The text identifies a story that has no URL."""

    integration: str
    text: str
    story_id: str = ""
    story_url: str = ""
    story_body: str = ""
    author_id: str = ""
    author_name: str = ""


def queue(site: Site, *comments: ScoredComment) -> list[Submitted | None]:
    """Queue comments for the site's policy and moderators; None for a comment that is not queued.

    Only a site with `queues_integrations` queues comments. The same text under the same story by
    the same author is the same comment. Never raises for a comment that cannot be queued: the
    client asked for a score, and has it.
    """
    if not site.queues_integrations or not comments:
        return [None] * len(comments)
    try:
        results = submit_batch(site, [_submission(comment) for comment in comments])
    except ModerationError as error:
        results = [error] * len(comments)
    for comment, result in zip(comments, results, strict=True):
        if isinstance(result, ModerationError):
            logger.warning("a comment from %s was not queued: %s", comment.integration, result.code)
    return [result if isinstance(result, Submitted) else None for result in results]


def _submission(comment: ScoredComment) -> Submission:
    story = comment.story_id
    if not story and not comment.story_url:
        story = (
            f"{comment.integration}-{_digest(comment.story_body)}"
            if comment.story_body
            else comment.integration
        )
    return Submission(
        comment.text,
        story_external_id=story,
        story_url=comment.story_url or None,
        story_body=comment.story_body[: validation.STORY_BODY_POINTS] or None,
        author_external_id=comment.author_id,
        author_name=comment.author_name[: validation.NAME_POINTS],
        idempotency_key="foreign:"
        + _digest(comment.integration, story, comment.story_url, comment.author_id, comment.text),
    )


def _digest(*parts: str) -> str:
    joined = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:40]
