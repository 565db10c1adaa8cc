"""What the API takes and gives, as types; `platform.validation` says what a text must be."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from moderation.appeals.actions import WORDS_POINTS
from moderation.intake.submit import BATCH, Submission
from moderation.platform import validation

_time = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)


def read_time(value: Any) -> datetime | None:
    """Return the moment of an RFC 3339 text; what is finer than a microsecond is cut off."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise PydanticCustomError("wrong_type", "This must be a string.", {"ours": True})
    try:
        if _time.fullmatch(value):
            moment = datetime.fromisoformat(value.upper())
            if moment.tzinfo is not None:
                return moment
            raise PydanticCustomError(
                "no_zone", "A time needs its zone, such as Z or +02:00.", {"ours": True}
            )
    except (ValueError, OverflowError) as error:
        if isinstance(error, PydanticCustomError):
            raise
    raise PydanticCustomError(
        "invalid_time", "Write a time like 2026-03-01T09:30:00Z.", {"ours": True}
    )


Time = Annotated[
    datetime, BeforeValidator(read_time), WithJsonSchema({"type": "string", "format": "date-time"})
]


def words(most: int, least: int = 0, **more: Any) -> Any:
    """A string of so many code points; the service checks it, the schema tells it."""
    return Field(json_schema_extra={"minLength": least, "maxLength": most, **more})


Id = Annotated[str, Field(json_schema_extra={"pattern": validation.ID_PATTERN})]
# An empty one takes a story's address away.
Url = Annotated[str, words(validation.URL_POINTS, format="uri")]


class Taken(BaseModel):
    """What is sent: strict types, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid")


class StoryPart(Taken):
    """The story of a comment: its id, or its url, and what is told of it (once is enough)."""

    id: Id | None = None
    url: Url | None = None
    title: Annotated[str, words(validation.TITLE_POINTS)] | None = None
    body: Annotated[str, words(validation.STORY_BODY_POINTS)] | None = None
    section: Annotated[str, words(validation.SECTION_POINTS)] | None = None
    published_at: Time | None = None


class AuthorPart(Taken):
    """Who wrote it: the publisher's own id, and the name readers see."""

    id: Id | None = None
    name: Annotated[str, words(validation.NAME_POINTS)] | None = None


class CommentIn(Taken):
    """A comment on its way in."""

    id: Id | None = None
    story: StoryPart
    parent_id: Id | None = None
    author: AuthorPart | None = None
    body: Annotated[str, words(validation.BODY_POINTS, 1)]
    submitted_at: Time | None = None

    def submission(self, idempotency_key: str = "") -> Submission:
        """Return it as the service takes it."""
        story, author = self.story, self.author
        return Submission(
            self.body,
            self.id or "",
            story.id or "",
            story.url,
            story.title,
            story.body,
            story.section,
            story.published_at,
            self.parent_id or "",
            (author.id or "") if author else "",
            (author.name or "") if author else "",
            self.submitted_at,
            idempotency_key,
        )


class BatchIn(Taken):
    """Up to a thousand comments, each judged for itself."""

    comments: Annotated[
        list[Any],
        Field(min_length=1),
        WithJsonSchema(
            {
                "type": "array",
                "minItems": 1,
                "maxItems": BATCH,
                "items": {"$ref": "#/components/schemas/CommentIn"},
            }
        ),
    ]


class EditIn(Taken):
    """A comment's new text."""

    body: Annotated[str, words(validation.BODY_POINTS, 1)]


class FlagIn(Taken):
    """A reader's report."""

    flagger_id: Id
    reason: Literal["abusive", "off_topic", "spam", "other"]
    note: Annotated[str, words(validation.NOTE_POINTS)] = ""


class StoryIn(Taken):
    """A story; what is not sent stays as it is."""

    url: Url | None = None
    title: Annotated[str, words(validation.TITLE_POINTS)] | None = None
    body: Annotated[str, words(validation.STORY_BODY_POINTS)] | None = None
    section: Annotated[str, words(validation.SECTION_POINTS)] | None = None
    published_at: Time | None = None
    state: Literal["open", "premoderated", "closed"] | None = None


Status = Literal["pending", "in_review", "approved", "rejected"]


class SubmittedOut(BaseModel):
    """An accepted comment."""

    id: str
    status: Status
    url: str


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    limit: int | str | None = None
    until: datetime | None = None


class ItemOut(BaseModel):
    """What became of one comment of a batch: its place in the world, or a refusal."""

    index: int
    status_code: int
    id: str | None = None
    status: Status | None = None
    url: str | None = None
    replayed: bool | None = None
    problem: Problem | None = None


class BatchOut(BaseModel):
    """What became of a batch, in the order sent."""

    results: list[ItemOut]
    accepted: int
    refused: int


class ClauseOut(BaseModel):
    """A clause of the stated policy."""

    id: str
    number: str
    title: str
    text: str


class AuthorOut(BaseModel):
    """Who wrote it."""

    id: str | None
    name: str


Source = Literal["policy", "moderator", "fallback", "appeal", "import"]


class StandingDecision(BaseModel):
    """The decision on which the status rests; `reason` is a sentence for the author."""

    status: Status
    source: Source
    clauses: list[ClauseOut]
    reason: str
    policy_version: int | None
    decided_at: datetime


class ScoreOut(BaseModel):
    """What a classifier version measured; each signal from 0 to 1, higher is worse."""

    signals: dict[str, float]
    language: str
    trained: bool
    classifier_version: str


class CommentOut(BaseModel):
    """A comment as its publisher sees it. `score` needs a key with the scope `read`."""

    id: str
    url: str
    story_id: str
    parent_id: str | None
    author: AuthorOut | None
    body: str
    revision: int
    status: Status
    submitted_at: datetime
    received_at: datetime
    erased_at: datetime | None
    decision: StandingDecision | None
    decision_url: str
    score: ScoreOut | None


class FlagOut(BaseModel):
    """A flag that was taken."""

    comment_id: str
    flagger_id: str
    reason: Literal["abusive", "off_topic", "spam", "other"]


class AuthorStandingOut(BaseModel):
    """What moderators decided on an author."""

    id: str
    name: str
    standing: Literal["normal", "trusted", "premoderated", "muted", "suspended"]
    until: datetime | None
    clause: str
    reason: str


class StoryOut(BaseModel):
    """A story."""

    id: str
    url: str
    title: str
    body: str
    section: str
    state: Literal["open", "premoderated", "closed"]
    published_at: datetime | None


class ThreadComment(BaseModel):
    """An approved comment with its approved replies, oldest first."""

    id: str
    parent_id: str | None
    replying_to: str
    replying_to_removed: bool
    author: AuthorOut | None
    body: str
    edited: bool
    submitted_at: datetime
    replies: list[ThreadComment]


class ThreadOut(BaseModel):
    """A page of a story's public thread; ask again with `after=next` until it is null."""

    comments: list[ThreadComment]
    next: str | None


class AppealAnswer(BaseModel):
    """What an appeal came to, and what its author is told."""

    state: Literal["granted", "upheld"]
    answer: str


class DecisionOut(BaseModel):
    """A decision of the feed; the same fields as a webhook's `data`, and when it was decided."""

    comment_id: str
    story_id: str
    author_id: str | None
    status: Status
    status_before: Status
    clauses: list[ClauseOut]
    reason: str
    policy_version: int | None
    source: Source
    decision_id: str
    reverses: str | None
    version: int
    appeal: AppealAnswer | None
    decision_url: str
    revision: int
    decided_at: datetime


class AppealIn(Taken):
    """An author's appeal: who appeals, and why."""

    author_id: Id | None = None
    words: Annotated[str, words(WORDS_POINTS, 1)]


class AppealOut(BaseModel):
    """An appeal, and how it was answered; `body` is the text as it was decided on."""

    comment_id: str
    decision_id: str
    state: Literal["open", "granted", "upheld", "closed"]
    revision: int
    body: str
    words: str
    answer: str
    created_at: datetime
    answered_at: datetime | None


class AppealsOut(BaseModel):
    """The appeals of a comment, newest first."""

    appeals: list[AppealOut]


class FeedOut(BaseModel):
    """Decisions in the order in which they were settled; ask again with `after=next`."""

    decisions: list[DecisionOut]
    next: str
    more: bool


class PreviewOut(BaseModel):
    """What the policy would say now. Nothing is stored."""

    outcome: Literal["approve", "review", "reject"]
    clauses: list[ClauseOut]
    signals: dict[str, float] | None
    language: str | None
    trained: bool | None
    policy_version: int | None
