"""The facts of one comment that a policy evaluates, and their names in rules and sentences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from moderation.policy.comment_text import CommentText
from moderation.policy.translation import capitalised, gettext
from moderation.policy.translation import gettext_noop as _

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
    """The facts of one comment. Every default is safe: an unknown fact never helps a comment.

    `signals` maps signal names to values from 0 to 1; None means that the comment is unscored.
    `author_approved` and `author_rejected` count this author's earlier comments on the site.
    `story_age_days` is None when the publisher did not send the story's date. `duplicates` counts
    other recent comments with the same text. `flags_weighed` sums the flags, each by how often its
    sender was right before. `author_standing` is the moderators' decision on the author.
    `parent_status` is "" for a comment that answers no other comment.
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
        """The number of web addresses in the body, counted here and not taken from the sender."""
        return CommentText(self.body).links


@dataclass(frozen=True, slots=True)
class FactKind:
    """A fact as rules may use it: its kind, its name, and whether it comes from a score.

    `english` is the name inside a sentence, before translation.
    """

    name: str
    kind: Kind
    english: str
    scored: bool = False
    choices: tuple[str, ...] = ()

    @property
    def phrase(self) -> str:
        """The name inside a sentence, in the reader's language: "off topic"."""
        return gettext(self.english)

    @property
    def label(self) -> str:
        """The name on its own, in the reader's language: "Off topic"."""
        return capitalised(self.phrase)


def _signal(name: str, english: str) -> FactKind:
    return FactKind(name, "signal", english, scored=True)


_ALL = (
    _signal("off_topic", _("off topic")),
    _signal("toxicity", _("toxicity")),
    _signal("severe_toxicity", _("severe toxicity")),
    _signal("insult", _("insult")),
    _signal("identity_attack", _("attack on a group")),
    _signal("threat", _("threat")),
    _signal("profanity", _("profanity")),
    _signal("sexual", _("sexual content")),
    _signal("spam", _("spam")),
    _signal("low_quality", _("low quality")),
    _signal("likely_to_reject", _("likelihood of rejection by this site's moderators")),
    FactKind("language", "text", _("the language"), scored=True),
    FactKind("trained", "yes_no", _("the classifier was trained for the language"), scored=True),
    FactKind("links", "count", _("the number of links")),
    FactKind("body_length", "count", _("the length in characters")),
    FactKind("banned_words", "count", _("the number of banned words")),
    FactKind("suspect_words", "count", _("the number of suspect words")),
    FactKind("pattern", "pattern", _("the text")),
    FactKind("author_known", "yes_no", _("the author is known to the site")),
    FactKind("author_approved", "count", _("the number of the author's approved comments")),
    FactKind("author_rejected", "count", _("the number of the author's rejected comments")),
    FactKind(
        "author_standing",
        "text",
        _("the author's standing"),
        choices=("normal", "trusted", "premoderated", "muted", "suspended"),
    ),
    FactKind("story_open", "yes_no", _("the story takes comments")),
    FactKind("story_age_days", "number", _("the story's age in days")),
    FactKind("section", "text", _("the section")),
    FactKind("flags", "count", _("the number of readers' flags")),
    FactKind("flags_weighed", "number", _("the weight of the readers' flags")),
    FactKind(
        "submissions_last_hour",
        "count",
        _("the number of the author's submissions in the last hour"),
    ),
    FactKind("duplicates", "count", _("the number of other comments with the same text")),
    FactKind(
        "parent_status",
        "text",
        _("the status of the comment it answers"),
        choices=("", "pending", "in_review", "approved", "rejected"),
    ),
)

FACTS: dict[str, FactKind] = {fact.name: fact for fact in _ALL}
