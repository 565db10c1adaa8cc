"""Defines the input and output of a classifier as plain frozen records."""

from __future__ import annotations

from dataclasses import dataclass, field

SIGNALS: tuple[str, ...] = (
    "toxicity",
    "severe_toxicity",
    "insult",
    "identity_attack",
    "threat",
    "profanity",
    "sexual",
    "spam",
    "off_topic",
    "low_quality",
)
ABUSE_SIGNALS: tuple[str, ...] = SIGNALS[:8]


@dataclass(frozen=True, slots=True)
class Item:
    """One comment with its context.

    ``story`` is the story's body text, ``parent`` the comment it answers, ``thread`` the earlier
    comments of the same story, oldest first. Every field except ``text`` may be empty.
    """

    text: str
    title: str = ""
    story: str = ""
    section: str = ""
    parent: str = ""
    thread: tuple[str, ...] = ()

    @property
    def has_story(self) -> bool:
        """Say whether the item has a title or a story text."""
        return bool(self.title.strip() or self.story.strip())


@dataclass(frozen=True, slots=True)
class Passage:
    """The passage of the story that is most similar to a comment.

    ``start`` and ``end`` are offsets into ``Item.story``, or into ``Item.title`` when ``source``
    is ``"title"``. ``similarity`` is a cosine, 0-1.
    """

    text: str
    start: int
    end: int
    similarity: float
    source: str = "story"


@dataclass(frozen=True, slots=True)
class Measurement:
    """The scores of one item.

    ``signals`` maps signal names to calibrated scores 0-1 (higher is worse). ``language`` is an
    ISO 639-1 code or ``"und"``; ``trained`` says whether the abuse signals were trained for it.
    """

    signals: dict[str, float] = field(default_factory=dict)
    language: str = "und"
    trained: bool = True
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """The share of one span of the comment in one signal's score.

    ``start`` and ``end`` are offsets into the original ``Item.text``; ``weight`` is in log-odds.
    A contribution with an empty span belongs to no word (base rate, length).
    """

    signal: str
    text: str
    start: int
    end: int
    weight: float
