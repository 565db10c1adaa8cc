"""What our signals say of the categories of OpenAI's moderation endpoint."""

from __future__ import annotations

from collections.abc import Mapping

Signals = Mapping[str, float]

# Categories with a signal, or two that must both hold. `threat` is an intent to do harm: of what
# OpenAI calls violence, the part that stands in readers' comments.
MEASURED: dict[str, tuple[str, ...]] = {
    "harassment": ("insult",),
    "harassment/threatening": ("threat",),
    "hate": ("identity_attack",),
    "hate/threatening": ("identity_attack", "threat"),
    "sexual": ("sexual",),
    "violence": ("threat",),
}
# Categories that nothing here measures: always 0, and applied to no kind of input.
UNMEASURED = (
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual/minors",
    "violence/graphic",
)
# Our own signals stand beside the thirteen; these make a text flagged as the thirteen do.
FLAGGING = frozenset({"toxicity", "severe_toxicity", "spam", "likely_to_reject"})
# Signals are calibrated probabilities: likelier than not.
THRESHOLD = 0.5


def score_categories(signals: Signals) -> dict[str, float]:
    """Return the score of each of the thirteen categories, 0-1."""
    scores = {
        category: min(signals.get(name, 0.0) for name in names)
        for category, names in MEASURED.items()
    }
    return scores | dict.fromkeys(UNMEASURED, 0.0)


def is_flagged(scores: Mapping[str, float]) -> bool:
    """Whether any of the thirteen, or of our own signals that count, is likelier than not."""
    counted = {*MEASURED, *FLAGGING}
    return any(value >= THRESHOLD for name, value in scores.items() if name in counted)
