"""Taking comments in: accepted means that the row is committed, and nothing else."""

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
# Ids at whose address the API has something else.
RESERVED = frozenset({"batch"})
# A publisher's clock may be ahead; a comment from next week is a mistake.
SUBMITTED_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Submission:
    """A comment as it was sent. None and "" mean: not sent."""

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
    # Written long ago and imported now: whether its author may write today does not matter.
    past: bool = False

    @property
    def story(self) -> upserts.StoryFields:
        """The story part. A story without an id is known by its address."""
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
        """Raise Invalid, naming the field as the API has it, when it cannot be accepted."""
        validation.check_body(self.body)
        if not self.story_external_id and not self.story_url:
            raise Invalid("A story needs its id or its url.", code="missing", field="story.id")
        for value, field in (
            (self.external_id, "id"),
            (self.parent_external_id, "parent_id"),
            (self.author_external_id, "author.id"),
        ):
            if value:
                validation.check_id(value, field)
        if self.external_id in RESERVED:
            raise Invalid("This id is an address of the API.", code="invalid_id", field="id")
        if self.author_name:
            validation.check_text(self.author_name, "author.name", points=validation.NAME_POINTS)
        if self.submitted_at is not None:
            validation.check_time(self.submitted_at, "submitted_at", ahead=SUBMITTED_AHEAD)

    def fingerprint(self) -> str:
        """Return the SHA-256, in hex, of everything that makes it this comment and no other.

        What is told of the story besides its id may change between two attempts: it does not count.
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
    """Return the id of a story that is known by its address only."""
    return "url-" + hashlib.sha256(url.encode()).hexdigest()[:40]


def new_id() -> str:
    """Return an id nobody can guess that sorts by time, so that the index grows at its end."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def submit_comment(site: Site, submission: Submission) -> Submitted:
    """Accept a comment: its row is committed when this returns; then the bell rings.

    The same submission again (by its id, or by its idempotency key) gives the same comment with
    `replayed`. Raises Invalid, Conflict (`id_reused`), Suspended, Unavailable (nothing may be
    stored).
    """
    arrival = _arrival(site, submission)
    insert.store([arrival])
    outcome = arrival.outcome
    if isinstance(outcome, Submitted):
        return outcome
    raise outcome or AssertionError("a comment without an outcome")


def submit_batch(
    site: Site, submissions: Sequence[Submission | ModerationError]
) -> list[Submitted | ModerationError]:
    """Accept up to BATCH comments, each for itself; the results are in the same order.

    A refusal given in place of a submission is passed on in its place. Raises TooLarge, and what
    concerns all of them (Unavailable): then any of them may be sent again.
    """
    if len(submissions) > BATCH:
        raise TooLarge(f"At most {BATCH:,} comments fit a batch.", field="comments", limit=BATCH)
    taken: list[PendingInsert | ModerationError] = []
    for submission in submissions:
        if isinstance(submission, ModerationError):
            taken.append(submission)
            continue
        try:
            taken.append(_arrival(site, submission))
        except ModerationError as error:
            taken.append(error)
    waiting = [one for one in taken if isinstance(one, PendingInsert)]
    if waiting:
        insert.store(waiting)
    results: list[Submitted | ModerationError] = []
    for one in taken:
        outcome = one.outcome if isinstance(one, PendingInsert) else one
        if isinstance(outcome, Unavailable) or not isinstance(outcome, Submitted | ModerationError):
            raise outcome or AssertionError("a comment without an outcome")
        results.append(outcome)
    return results


def _arrival(site: Site, submission: Submission) -> PendingInsert:
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
