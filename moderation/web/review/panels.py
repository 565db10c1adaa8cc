"""The panels around a comment: its author, its story, the reasons for its status, its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from moderation.community.authors import standing_label
from moderation.community.flagger_record import FlaggerRecord, weighed_flags
from moderation.models import Comment, Decision, Flag, PolicyVersion, Score, Story
from moderation.review.comment_history import AuthorCounts, Event, author_record, marked_wrong
from moderation.web.review.evidence import Evidence
from moderation.web.review.reasons import (
    SHOWN_SIGNALS,
    ReasonLine,
    SignalLine,
    cited,
    reason_lines,
)

LEAD_LENGTH = 280
# Below this the closest passage of the story has nothing to do with the comment.
LEAST_SIMILARITY = 0.05


@dataclass(frozen=True, slots=True)
class AuthorPanel:
    """The author's record on the site; `standing` is "" when it is the normal one."""

    record: AuthorCounts
    standing: str
    notes: int


@dataclass(frozen=True, slots=True)
class MatchedPassage:
    """The part of the story that is most similar to the comment, and how similar (0-1)."""

    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class StoryPanel:
    """The story's first sentences, and the passage that matches; `compared`: one was looked for."""

    lead: str
    passage: MatchedPassage | None
    compared: bool


@dataclass(frozen=True, slots=True)
class ReasonsPanel:
    """Why the comment has its status; `called_wrong`: the moderator noted that the score is."""

    decision: Decision | None
    lines: list[ReasonLine]
    score: Score | None
    policy: PolicyVersion | None
    signals: list[SignalLine]
    more_signals: list[SignalLine]
    called_wrong: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event; with a decision's clauses ("2 No personal abuse"), or a flagger's record."""

    event: Event
    clauses: list[str]
    record: str = ""


def author_panel(comment: Comment) -> AuthorPanel:
    """Return what the site knows of the comment's author, without this comment."""
    author = comment.author
    return AuthorPanel(
        record=author_record(author, excluding=comment),
        standing=standing_label(author),
        notes=author.notes.count() if author else 0,
    )


def story_panel(story: Story, score: Score | None) -> StoryPanel:
    """Return the parts of the story that help to judge a comment."""
    return StoryPanel(_lead(story), _passage(story, score), bool(score and score.passage))


def reasons_panel(
    evidence: Evidence, user: User, policy: PolicyVersion | None, *, is_open: bool
) -> ReasonsPanel:
    """Return the reasons and signals, the strongest signals apart from the rest."""
    signals = evidence.signals
    shown = max(SHOWN_SIGNALS, sum(signal.over for signal in signals))
    return ReasonsPanel(
        decision=evidence.decision,
        lines=reason_lines(evidence.judgement),
        score=evidence.score,
        policy=policy,
        signals=signals[:shown],
        more_signals=signals[shown:],
        called_wrong=marked_wrong(user, evidence.score),
        is_open=is_open,
    )


def history_lines(comment: Comment, events: Sequence[Event]) -> list[HistoryLine]:
    """Return the events with what the page says of each."""
    flagged = any(event.flag for event in events)
    flags = weighed_flags([comment.pk]).get(comment.pk, []) if flagged else []
    records = {flag.pk: flag.record for flag in flags}
    return [_history_line(event, records) for event in events]


def _history_line(event: Event, records: dict[int, FlaggerRecord]) -> HistoryLine:
    clauses = cited(event.decision) if event.decision else []
    return HistoryLine(event, clauses, _flagger_record(event.flag, records))


def _flagger_record(flag: Flag | None, records: dict[int, FlaggerRecord]) -> str:
    """Say how often the flagger was right before; "" for an event that is no flag."""
    record = records.get(flag.pk) if flag else None
    if record is None:
        return ""
    number = record.right + record.wrong
    if not number:
        return _("no earlier flags of this reader were checked")
    return ngettext(
        "%(right)s of %(number)s earlier flag was right",
        "%(right)s of %(number)s earlier flags were right",
        number,
    ) % {"right": record.right, "number": number}


def _lead(story: Story) -> str:
    """Return the story's first sentences."""
    paragraph = story.body.strip().split("\n", 1)[0]
    if len(paragraph) <= LEAD_LENGTH:
        return paragraph
    return paragraph[:LEAD_LENGTH].rsplit(" ", 1)[0] + "…"


def _passage(story: Story, score: Score | None) -> MatchedPassage | None:
    stored = score.passage if score else None
    if not isinstance(stored, dict) or stored.get("field", stored.get("source")) == "title":
        return None
    start, end = stored.get("start"), stored.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        return None
    text = story.body[max(0, start) : max(0, end)].strip()
    similarity = float(stored.get("similarity") or 0.0)
    return MatchedPassage(text, similarity) if text and similarity >= LEAST_SIMILARITY else None
