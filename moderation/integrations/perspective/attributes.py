"""The Perspective API's attributes: our signal for each, mapped to Perspective's scale.

Perspective's clients have fixed thresholds such as 0.7, 0.8 and 0.9. Our signals are calibrated
probabilities; Perspective's scores were not, so 0.8 meant another share of comments there. Each
attribute has a map from our scale to Perspective's. `manage.py fit_attributes` fits the maps and
stores them in attribute_maps.json. Perspective's attributes also rose and fell with each other, and
did not fall with length as our signals do: `level_of` corrects for both.
docs/migrate/perspective.md says how well the scores agree.
"""

from __future__ import annotations

import functools
import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moderation.policy.priority import MILD
from moderation.scoring.site_classifier import ADAPTED

if TYPE_CHECKING:
    from classifiers import Measurement

MAPS_FILE = Path(__file__).parent / "attribute_maps.json"
# Signals are rounded to four places, which bounds their odds.
LEAST = 5e-5
OFF_TOPIC = "OFF_TOPIC"
LIKELY_TO_REJECT = "LIKELY_TO_REJECT"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A supported attribute and its signal; `exact` is False where the signal is only similar."""

    name: str
    signal: str
    exact: bool = True

    @property
    def base(self) -> str:
        """Return the name without the ending of an experimental or fast twin."""
        return self.name.removesuffix("_EXPERIMENTAL").removesuffix("_FAST")


_PRODUCTION = {
    "TOXICITY": "toxicity",
    "SEVERE_TOXICITY": "severe_toxicity",
    "IDENTITY_ATTACK": "identity_attack",
    "INSULT": "insult",
    "PROFANITY": "profanity",
    "THREAT": "threat",
}
_OTHER = (
    Attribute("SEXUALLY_EXPLICIT", "sexual"),
    Attribute("SPAM", "spam"),
    Attribute(OFF_TOPIC, "off_topic"),
    Attribute(LIKELY_TO_REJECT, ADAPTED),
    Attribute("OBSCENE", "profanity", exact=False),
    Attribute("INFLAMMATORY", "toxicity", exact=False),
    Attribute("ATTACK_ON_COMMENTER", "insult", exact=False),
)
ATTRIBUTES: dict[str, Attribute] = {
    attribute.name: attribute
    for attribute in (
        *(Attribute(name, signal) for name, signal in _PRODUCTION.items()),
        *(Attribute(f"{name}_EXPERIMENTAL", signal) for name, signal in _PRODUCTION.items()),
        Attribute("TOXICITY_FAST", "toxicity"),
        *_OTHER,
    )
}
# By attribute: the weights of toxicity and of the logarithm of the number of words, added to the
# attribute's own signal in log-odds. Chosen on the tuning part of perspective_2k. Toxicity has a
# lower weight where a higher one would turn a plain insult into a threat or an identity attack.
OTHER_WEIGHTS = {
    "TOXICITY": (0.0, 0.75),
    "SEVERE_TOXICITY": (1.0, 1.5),
    "IDENTITY_ATTACK": (0.5, 1.0),
    "INSULT": (1.0, 1.5),
    "PROFANITY": (1.0, 1.0),
    "THREAT": (0.0, 0.5),
    "SEXUALLY_EXPLICIT": (0.0, 0.5),
}
ORDINARY_LENGTH = 50  # words
# Attributes without a good enough signal; a request for one is an error, never a score of 0.
REFUSED = frozenset(
    {
        "ATTACK_ON_AUTHOR",
        "ATTACK_ON_PUBLISHER",
        "FLIRTATION",
        "INCOHERENT",
        "UNSUBSTANTIAL",
        "AFFINITY_EXPERIMENTAL",
        "COMPASSION_EXPERIMENTAL",
        "CURIOSITY_EXPERIMENTAL",
        "NUANCE_EXPERIMENTAL",
        "PERSONAL_STORY_EXPERIMENTAL",
        "REASONING_EXPERIMENTAL",
        "RESPECT_EXPERIMENTAL",
        "ALIENATION_EXPERIMENTAL",
        "FEARMONGERING_EXPERIMENTAL",
        "GENERALIZATION_EXPERIMENTAL",
        "MORAL_OUTRAGE_EXPERIMENTAL",
        "POWER_APPEAL_EXPERIMENTAL",
        "SCAPEGOATING_EXPERIMENTAL",
    }
)


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """A rising line through points (our level, Perspective's score 0-1), linear between them."""

    ours: Sequence[float]
    theirs: Sequence[float]

    def __call__(self, level: float) -> float:
        """Return Perspective's score, 0-1, for a text's level (see `level_of`)."""
        place = bisect_right(self.ours, level)
        if place in (0, len(self.ours)):
            return self.theirs[0 if place == 0 else -1]
        left, right = self.ours[place - 1], self.ours[place]
        share = (level - left) / (right - left)
        low, high = self.theirs[place - 1], self.theirs[place]
        return low + share * (high - low)


def log_odds(value: float) -> float:
    """Return the log-odds of a probability, bounded at both ends."""
    bounded = min(max(value, LEAST), 1 - LEAST)
    return math.log(bounded / (1 - bounded))


@functools.cache
def maps() -> Mapping[str, ScoreMap]:
    """Return the fitted maps by attribute; an attribute without a map keeps our scale."""
    document: dict[str, Any] = json.loads(MAPS_FILE.read_text(encoding="utf-8"))
    return {
        name: ScoreMap(tuple(points["ours"]), tuple(points["theirs"]))
        for name, points in document["maps"].items()
    }


def map_of(name: str) -> ScoreMap | None:
    """Return the map of an attribute; its experimental twin shares it."""
    return maps().get(ATTRIBUTES[name].base)


def score_of(name: str, measured: Measurement, text: str) -> float | None:
    """Return an attribute's score, 0-1; None for OFF_TOPIC without a story."""
    signal = ATTRIBUTES[name].signal
    value = measured.signals.get(signal)
    if value is None and name == LIKELY_TO_REJECT:
        value = strongest(measured.signals)
    if value is None:
        return None
    scale = map_of(name)
    return round(scale(level_of(name, measured, text)) if scale else value, 4)


def level_of(name: str, measured: Measurement, text: str) -> float:
    """Return a text's level on the scale of an attribute's map, in log-odds."""
    signal, toxicity = measured.signals[ATTRIBUTES[name].signal], measured.signals["toxicity"]
    return _level(name, signal, toxicity, len(text.split()))


def highest_level(name: str) -> float:
    """Return the level of a text of ordinary length whose signals are all 1."""
    return _level(name, 1.0, 1.0, ORDINARY_LENGTH)


def _level(name: str, signal: float, toxicity: float, words: int) -> float:
    by_toxicity, by_length = OTHER_WEIGHTS.get(ATTRIBUTES[name].base, (0.0, 0.0))
    return log_odds(signal) + by_toxicity * log_odds(toxicity) + by_length * math.log1p(words)


def strongest(signals: Mapping[str, float]) -> float:
    """Return the strongest signal, with lower weights for mild signals.

    Replaces likely_to_reject on a site whose moderators have not decided enough to learn from.
    """
    return max((value * MILD.get(name, 1.0) for name, value in signals.items()), default=0.0)
