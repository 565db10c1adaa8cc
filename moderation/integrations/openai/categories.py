"""The scores of OpenAI's moderation categories, from our signals."""

from __future__ import annotations

from collections.abc import Mapping

Signals = Mapping[str, float]

# Categories with a signal, or two signals that must both hold. `threat` is an intent to do harm:
# the part of OpenAI's violence category that occurs in readers' comments.
MEASURED: dict[str, tuple[str, ...]] = {
    "harassment": ("insult",),
    "harassment/threatening": ("threat",),
    "hate": ("identity_attack",),
    "hate/threatening": ("identity_attack", "threat"),
    "sexual": ("sexual",),
    "violence": ("threat",),
}
# Categories without a signal: always 0, and applied to no kind of input.
UNMEASURED = (
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual/minors",
    "violence/graphic",
)
# The answer has our own signals after the thirteen categories; these signals flag a text, too.
FLAGGING = frozenset({"toxicity", "severe_toxicity", "spam", "likely_to_reject"})
# Signals are calibrated probabilities: more likely than not.
THRESHOLD = 0.5


def score_categories(signals: Signals) -> dict[str, float]:
    """Return the score of each of the thirteen categories, 0-1."""
    scores = {
        category: min(signals.get(name, 0.0) for name in names)
        for category, names in MEASURED.items()
    }
    return scores | dict.fromkeys(UNMEASURED, 0.0)


def is_flagged(scores: Mapping[str, float]) -> bool:
    """Tell whether a category, or one of our own flagging signals, is more likely than not."""
    counted = {*MEASURED, *FLAGGING}
    return any(value >= THRESHOLD for name, value in scores.items() if name in counted)
