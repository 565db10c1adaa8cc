"""The values that go into and come out of a classifier: plain frozen records."""

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
    """One comment with what it stands under.

    ``story`` is the story's body text, ``parent`` the comment that is answered, ``thread`` the
    earlier comments of the same story, oldest first. Everything but ``text`` may be empty.
    """

    text: str
    title: str = ""
    story: str = ""
    section: str = ""
    parent: str = ""
    thread: tuple[str, ...] = ()

    @property
    def has_story(self) -> bool:
        """Say whether there is a story's text to be on the topic of."""
        return bool(self.title.strip() or self.story.strip())


@dataclass(frozen=True, slots=True)
class Passage:
    """The passage of the story that a comment is closest to.

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
    """What a classifier measured on one item.

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
    A contribution with an empty span is the part that belongs to no word (base rate, length).
    """

    signal: str
    text: str
    start: int
    end: int
    weight: float
