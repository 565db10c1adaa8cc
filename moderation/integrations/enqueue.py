"""Comments that other systems' clients had scored, put into the review queue where the site asks.

Their systems decide by themselves; here the site's people see the same comments, and what they
decide trains the site's classifier.
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
class Seen:
    """A comment as an integration saw it. A story without an address is known by its text."""

    integration: str
    text: str
    story_id: str = ""
    story_url: str = ""
    story_body: str = ""
    author_id: str = ""
    author_name: str = ""


def queue(site: Site, *seen: Seen) -> list[Submitted | None]:
    """Queue comments for the site's policy and people; None for what is not queued.

    Nothing is queued where the site does not want it. The same text under the same story by the
    same author is the same comment. Never raises for what cannot be queued: the client asked for a
    score, and has it.
    """
    if not site.queues_integrations or not seen:
        return [None] * len(seen)
    try:
        results = submit_batch(site, [_submission(one) for one in seen])
    except ModerationError as error:
        results = [error] * len(seen)
    for one, result in zip(seen, results, strict=True):
        if isinstance(result, ModerationError):
            logger.warning("a comment seen by %s was not queued: %s", one.integration, result.code)
    return [result if isinstance(result, Submitted) else None for result in results]


def _submission(seen: Seen) -> Submission:
    story = seen.story_id
    if not story and not seen.story_url:
        story = (
            f"{seen.integration}-{_digest(seen.story_body)}"
            if seen.story_body
            else seen.integration
        )
    return Submission(
        seen.text,
        story_external_id=story,
        story_url=seen.story_url or None,
        story_body=seen.story_body[: validation.STORY_BODY_POINTS] or None,
        author_external_id=seen.author_id,
        author_name=seen.author_name[: validation.NAME_POINTS],
        idempotency_key="foreign:"
        + _digest(seen.integration, story, seen.story_url, seen.author_id, seen.text),
    )


def _digest(*parts: str) -> str:
    joined = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:40]
