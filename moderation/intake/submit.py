"""Accepts comments: an accepted comment is a committed row."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from moderation.intake import insert, upserts
from moderation.intake.insert import PendingInsert, Submitted
from moderation.models import Site
from moderation.platform import validation
from moderation.platform.errors import Invalid, ModerationError, TooLarge, Unavailable

__all__ = ["BATCH", "Submission", "Submitted", "submit_batch", "submit_comment"]

BATCH = 1000
# Ids whose address in the API is in use for something else.
RESERVED = frozenset({"batch"})
# A publisher's clock can be ahead; a comment from next week is a mistake.
SUBMITTED_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Submission:
    """A comment as the client sent it. None and "" mean: not sent."""

    body: str
    external_id: str = ""
    story_external_id: str = ""
    story_url: str | None = None
    story_title: str | None = None
    story_body: str | None = None
    story_section: str | None = None
    story_published_at: datetime | None = None
    parent_external_id: str = ""
    author_external_id: str = ""
    author_name: str = ""
    submitted_at: datetime | None = None
    idempotency_key: str = ""
    # An old comment in an import: a suspension of its author does not apply.
    past: bool = False

    @property
    def story(self) -> upserts.StoryFields:
        """The story part. The address identifies a story without an id."""
        external_id = self.story_external_id
        if not external_id and self.story_url:
            external_id = story_id_of(self.story_url)
        return upserts.StoryFields(
            external_id,
            self.story_url,
            self.story_title,
            self.story_body,
            self.story_section,
            self.story_published_at,
        )

    def check(self) -> None:
        """Raise Invalid, with the field's name in the API, for a value that is not valid."""
        validation.check_body(self.body)
        if not self.story_external_id and not self.story_url:
            raise Invalid("A story needs an id or a url.", code="missing", field="story.id")
        for value, field in (
            (self.external_id, "id"),
            (self.parent_external_id, "parent_id"),
            (self.author_external_id, "author.id"),
        ):
            if value:
                validation.check_id(value, field)
        if self.external_id in RESERVED:
            raise Invalid("The API needs this id for itself.", code="invalid_id", field="id")
        if self.author_name:
            validation.check_text(self.author_name, "author.name", points=validation.NAME_POINTS)
        if self.submitted_at is not None:
            validation.check_time(self.submitted_at, "submitted_at", ahead=SUBMITTED_AHEAD)

    def fingerprint(self) -> str:
        """Return the SHA-256, in hex, of everything that identifies the comment.

        Only the story's id counts: its title and text can change between two attempts.
        """
        moment = self.submitted_at.astimezone(UTC).isoformat() if self.submitted_at else ""
        parts = (
            self.external_id,
            self.story.external_id,
            self.parent_external_id,
            self.author_external_id,
            self.author_name,
            moment,
            self.body,
        )
        return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def story_id_of(url: str) -> str:
    """Return the id of a story that has only an address."""
    return "url-" + hashlib.sha256(url.encode()).hexdigest()[:40]


def new_id() -> str:
    """Return a random id that sorts by time, so that the index grows at its end."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def submit_comment(site: Site, submission: Submission) -> Submitted:
    """Accept a comment: its row is committed when this returns, and a worker is notified.

    The same submission again (by its id, or by its idempotency key) gives the same comment with
    `replayed`. Raises Invalid, Conflict (`id_reused`), Suspended, Unavailable (the comment may or
    may not be stored).
    """
    pending = _pending(site, submission)
    insert.store([pending])
    outcome = pending.outcome
    if isinstance(outcome, Submitted):
        return outcome
    raise outcome or AssertionError("a comment without an outcome")


def submit_batch(
    site: Site, submissions: Sequence[Submission | ModerationError]
) -> list[Submitted | ModerationError]:
    """Accept up to BATCH comments, each independent of the others; results keep the order.

    A refusal in place of a submission is its own result. Raises TooLarge, and Unavailable when the
    database does not answer: the client can send all of them again.
    """
    if len(submissions) > BATCH:
        raise TooLarge(f"A batch has at most {BATCH:,} comments.", field="comments", limit=BATCH)
    items: list[PendingInsert | ModerationError] = []
    for submission in submissions:
        if isinstance(submission, ModerationError):
            items.append(submission)
            continue
        try:
            items.append(_pending(site, submission))
        except ModerationError as error:
            items.append(error)
    pending = [item for item in items if isinstance(item, PendingInsert)]
    if pending:
        insert.store(pending)
    results: list[Submitted | ModerationError] = []
    for item in items:
        outcome = item.outcome if isinstance(item, PendingInsert) else item
        if isinstance(outcome, Unavailable) or not isinstance(outcome, Submitted | ModerationError):
            raise outcome or AssertionError("a comment without an outcome")
        results.append(outcome)
    return results


def _pending(site: Site, submission: Submission) -> PendingInsert:
    submission.check()
    story = submission.story
    story.check()
    moment = submission.submitted_at
    return PendingInsert(
        site_id=site.pk,
        story=story,
        author_id=submission.author_external_id,
        author_name=submission.author_name,
        named=bool(submission.external_id),
        record={
            "site_id": site.pk,
            "story_id": None,
            "author_id": None,
            "parent": submission.parent_external_id or None,
            "external_id": submission.external_id or new_id(),
            "key": submission.idempotency_key or None,
            "fingerprint": submission.fingerprint(),
            "author_name": submission.author_name,
            "body": submission.body,
            # PostgreSQL knows no offset beyond 15:59.
            "submitted_at": moment.astimezone(UTC).isoformat() if moment else None,
            "past": submission.past,
        },
    )
