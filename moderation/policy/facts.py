"""What a policy may judge: the facts of one comment, and the vocabulary that rules use of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from moderation.policy.comment_text import CommentText

Kind = Literal["signal", "count", "number", "yes_no", "text", "pattern"]

# Which comparisons make sense for which kind of fact.
COMPARISONS: dict[Kind, tuple[str, ...]] = {
    "signal": ("at_least", "at_most"),
    "count": ("at_least", "at_most", "is", "is_not"),
    "number": ("at_least", "at_most"),
    "yes_no": ("is", "is_not"),
    "text": ("is", "is_not", "one_of"),
    "pattern": ("matches",),
}

SIGNALS = (
    "off_topic",
    "toxicity",
    "severe_toxicity",
    "insult",
    "identity_attack",
    "threat",
    "profanity",
    "sexual",
    "spam",
    "low_quality",
    "likely_to_reject",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one comment. Everything has a safe default: unknown is never good news.

    `signals` maps signal names to values from 0 to 1; None means that the comment is unscored.
    `author_approved` and `author_rejected` count this author's earlier comments on the site.
    `story_age_days` is None when nobody told when the story appeared. `duplicates` counts other
    recent comments with the same text. `flags_weighed` sums the flags, each by how often its sender
    was right before. `author_standing` is what moderators made of the author. `parent_status` is ""
    for a comment that answers none.
    """

    body: str = ""
    signals: dict[str, float] | None = None
    language: str = "und"
    trained: bool = True
    author_known: bool = False
    author_approved: int = 0
    author_rejected: int = 0
    author_standing: str = "normal"
    story_open: bool = True
    story_age_days: float | None = None
    section: str = ""
    flags: int = 0
    flags_weighed: float = 0.0
    submissions_last_hour: int = 0
    duplicates: int = 0
    parent_status: str = ""

    def scored(self, signals: dict[str, float], language: str, *, trained: bool) -> Facts:
        """Return these facts with a score: signals (0-1), language, and whether it is trained."""
        return replace(self, signals=signals, language=language, trained=trained)

    @property
    def links(self) -> int:
        """How many web addresses the body holds; counted here so that nobody can misreport it."""
        return CommentText(self.body).links


@dataclass(frozen=True, slots=True)
class FactKind:
    """A fact as rules may use it: its kind, its name in sentences, and whether a score gives it."""

    name: str
    kind: Kind
    words: str
    scored: bool = False
    choices: tuple[str, ...] = ()


def _signal(name: str, words: str) -> FactKind:
    return FactKind(name, "signal", words, scored=True)


_ALL = (
    _signal("off_topic", "Off topic"),
    _signal("toxicity", "Toxicity"),
    _signal("severe_toxicity", "Severe toxicity"),
    _signal("insult", "Insult"),
    _signal("identity_attack", "Attack on a group"),
    _signal("threat", "Threat"),
    _signal("profanity", "Profanity"),
    _signal("sexual", "Sexual content"),
    _signal("spam", "Spam"),
    _signal("low_quality", "Low quality"),
    _signal("likely_to_reject", "Likelihood of rejection by this site's moderators"),
    FactKind("language", "text", "The language", scored=True),
    FactKind("trained", "yes_no", "The classifier was trained for the language", scored=True),
    FactKind("links", "count", "The number of links"),
    FactKind("body_length", "count", "The length in characters"),
    FactKind("banned_words", "count", "The number of banned words"),
    FactKind("suspect_words", "count", "The number of suspect words"),
    FactKind("pattern", "pattern", "The text"),
    FactKind("author_known", "yes_no", "The author is known to the site"),
    FactKind("author_approved", "count", "The number of the author's approved comments"),
    FactKind("author_rejected", "count", "The number of the author's rejected comments"),
    FactKind(
        "author_standing",
        "text",
        "The author's standing",
        choices=("normal", "trusted", "premoderated", "muted", "suspended"),
    ),
    FactKind("story_open", "yes_no", "The story takes comments"),
    FactKind("story_age_days", "number", "The story's age in days"),
    FactKind("section", "text", "The section"),
    FactKind("flags", "count", "The number of readers' flags"),
    FactKind("flags_weighed", "number", "The weight of the readers' flags"),
    FactKind(
        "submissions_last_hour", "count", "The number of the author's submissions in the last hour"
    ),
    FactKind("duplicates", "count", "The number of other comments with the same text"),
    FactKind(
        "parent_status",
        "text",
        "The status of the comment it answers",
        choices=("", "pending", "in_review", "approved", "rejected"),
    ),
)

FACTS: dict[str, FactKind] = {fact.name: fact for fact in _ALL}
