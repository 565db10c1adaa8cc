"""The types of the API's requests and responses; `platform.validation` has the rules for texts."""

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
    """Return the time of an RFC 3339 text; digits after the microseconds are cut off."""
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


def text_field(most: int, least: int = 0, **more: Any) -> Any:
    """A string of up to `most` code points: the schema states it, `validation` checks it."""
    return Field(json_schema_extra={"minLength": least, "maxLength": most, **more})


Id = Annotated[str, Field(json_schema_extra={"pattern": validation.ID_PATTERN})]
# An empty url removes a story's address.
Url = Annotated[str, text_field(validation.URL_POINTS, format="uri")]


class RequestBody(BaseModel):
    """The body of a request, or a part of it: strict types, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid")


class StoryPart(RequestBody):
    """The story of a comment: its id or its url; its other fields are needed once only."""

    id: Id | None = None
    url: Url | None = None
    title: Annotated[str, text_field(validation.TITLE_POINTS)] | None = None
    body: Annotated[str, text_field(validation.STORY_BODY_POINTS)] | None = None
    section: Annotated[str, text_field(validation.SECTION_POINTS)] | None = None
    published_at: Time | None = None


class AuthorPart(RequestBody):
    """The author: the publisher's id, and the name that readers see."""

    id: Id | None = None
    name: Annotated[str, text_field(validation.NAME_POINTS)] | None = None


class CommentIn(RequestBody):
    """A comment to submit."""

    id: Id | None = None
    story: StoryPart
    parent_id: Id | None = None
    author: AuthorPart | None = None
    body: Annotated[str, text_field(validation.BODY_POINTS, 1)]
    submitted_at: Time | None = None

    def submission(self, idempotency_key: str = "") -> Submission:
        """Return the comment as `intake` accepts it."""
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


class BatchIn(RequestBody):
    """Up to 1,000 comments, each independent of the others."""

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


class EditIn(RequestBody):
    """A comment's new text."""

    body: Annotated[str, text_field(validation.BODY_POINTS, 1)]


class FlagIn(RequestBody):
    """A reader's report."""

    flagger_id: Id
    reason: Literal["abusive", "off_topic", "spam", "other"]
    note: Annotated[str, text_field(validation.NOTE_POINTS)] = ""


class StoryIn(RequestBody):
    """A story; fields that you do not send stay as they are."""

    url: Url | None = None
    title: Annotated[str, text_field(validation.TITLE_POINTS)] | None = None
    body: Annotated[str, text_field(validation.STORY_BODY_POINTS)] | None = None
    section: Annotated[str, text_field(validation.SECTION_POINTS)] | None = None
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
    """The result for one comment of a batch: its id and address, or a refusal."""

    index: int
    status_code: int
    id: str | None = None
    status: Status | None = None
    url: str | None = None
    replayed: bool | None = None
    problem: Problem | None = None


class BatchOut(BaseModel):
    """The results of a batch, in your order."""

    results: list[ItemOut]
    accepted: int
    refused: int


class ClauseOut(BaseModel):
    """A clause of the published policy."""

    id: str
    number: str
    title: str
    text: str


class AuthorOut(BaseModel):
    """The author of a comment."""

    id: str | None
    name: str


Source = Literal["policy", "moderator", "fallback", "appeal", "import"]


class StandingDecision(BaseModel):
    """The decision behind the status; `reason` is a sentence for the author."""

    status: Status
    source: Source
    clauses: list[ClauseOut]
    reason: str
    policy_version: int | None
    decided_at: datetime


class ScoreOut(BaseModel):
    """The scores of a classifier version; each signal is from 0 to 1, higher is worse."""

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
    """An accepted flag."""

    comment_id: str
    flagger_id: str
    reason: Literal["abusive", "off_topic", "spam", "other"]


class AuthorStandingOut(BaseModel):
    """An author's standing, as moderators decided it."""

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
    """A page of a story's public thread; for the next page, send `after=next` until it is null."""

    comments: list[ThreadComment]
    next: str | None


class AppealAnswer(BaseModel):
    """The outcome of an appeal, and the answer to its author."""

    state: Literal["granted", "upheld"]
    answer: str


class DecisionOut(BaseModel):
    """A decision of the feed: the fields of a webhook's `data`, and the time of the decision."""

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


class AppealIn(RequestBody):
    """An author's appeal: the author's id, and the reasons."""

    author_id: Id | None = None
    words: Annotated[str, text_field(WORDS_POINTS, 1)]


class AppealOut(BaseModel):
    """An appeal and its answer; `body` is the text that the decision was about."""

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
    """Final decisions in their order; for the next page, send `after=next`."""

    decisions: list[DecisionOut]
    next: str
    more: bool


class PreviewOut(BaseModel):
    """The outcome of the policy for a comment now. Nothing is stored."""

    outcome: Literal["approve", "review", "reject"]
    clauses: list[ClauseOut]
    signals: dict[str, float] | None
    language: str | None
    trained: bool | None
    policy_version: int | None
