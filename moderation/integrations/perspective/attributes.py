"""What of our signals answers an attribute of the Perspective API, and on which scale.

Its clients have thresholds such as 0.7, 0.8 and 0.9 baked in. Our signals are calibrated
probabilities, its scores were not: 0.8 meant another share of comments. So each attribute has a
map from our scale to its scale, fitted by `manage.py fit_attributes` (integrations.perspective.fit)
and kept in attribute_maps.json. Its attributes also rose and fell together, and did not fall with
length as our signals do: hence `level_of`. docs/migrate/perspective.md tells how well they agree.
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
# Signals come rounded to four places: nothing is known beyond these odds.
LEAST = 5e-5
OFF_TOPIC = "OFF_TOPIC"
LIKELY_TO_REJECT = "LIKELY_TO_REJECT"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that is served: by which signal, whether that is the same thing or only near."""

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
_FURTHER = (
    Attribute("SEXUALLY_EXPLICIT", "sexual"),
    Attribute("SPAM", "spam"),
    Attribute(OFF_TOPIC, "off_topic"),
    Attribute(LIKELY_TO_REJECT, ADAPTED),
    Attribute("OBSCENE", "profanity", exact=False),
    Attribute("INFLAMMATORY", "toxicity", exact=False),
    Attribute("ATTACK_ON_COMMENTER", "insult", exact=False),
)
ATTRIBUTES: dict[str, Attribute] = {
    one.name: one
    for one in (
        *(Attribute(name, signal) for name, signal in _PRODUCTION.items()),
        *(Attribute(f"{name}_EXPERIMENTAL", signal) for name, signal in _PRODUCTION.items()),
        Attribute("TOXICITY_FAST", "toxicity"),
        *_FURTHER,
    )
}
# Attribute to what toxicity, and what the logarithm of the number of words, count beside its own
# signal, in log-odds. Chosen on the tuning part of perspective_2k; where more of toxicity would
# agree better but make a plain insult a threat or an attack on a group, less.
BESIDE = {
    "TOXICITY": (0.0, 0.75),
    "SEVERE_TOXICITY": (1.0, 1.5),
    "IDENTITY_ATTACK": (0.5, 1.0),
    "INSULT": (1.0, 1.5),
    "PROFANITY": (1.0, 1.0),
    "THREAT": (0.0, 0.5),
    "SEXUALLY_EXPLICIT": (0.0, 0.5),
}
ORDINARY_LENGTH = 50  # words
# Attributes that no signal answers well enough; asking for one is refused, never answered with 0.
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
    """A rising line through (level of ours, their score 0-1), straight between its points."""

    ours: Sequence[float]
    theirs: Sequence[float]

    def __call__(self, level: float) -> float:
        """Return their score, 0-1, for what `level_of` said of a text."""
        place = bisect_right(self.ours, level)
        if place in (0, len(self.ours)):
            return self.theirs[0 if place == 0 else -1]
        left, right = self.ours[place - 1], self.ours[place]
        share = (level - left) / (right - left)
        low, high = self.theirs[place - 1], self.theirs[place]
        return low + share * (high - low)


def log_odds(value: float) -> float:
    """Return the log-odds of a probability, bounded at both ends."""
    held = min(max(value, LEAST), 1 - LEAST)
    return math.log(held / (1 - held))


@functools.cache
def maps() -> Mapping[str, ScoreMap]:
    """Return the fitted maps by attribute; attributes without one keep our own scale."""
    document: dict[str, Any] = json.loads(MAPS_FILE.read_text(encoding="utf-8"))
    return {
        name: ScoreMap(tuple(points["ours"]), tuple(points["theirs"]))
        for name, points in document["maps"].items()
    }


def map_of(name: str) -> ScoreMap | None:
    """Return the map of an attribute; its experimental twin shares it."""
    return maps().get(ATTRIBUTES[name].base)


def score_of(name: str, measured: Measurement, text: str) -> float | None:
    """Return an attribute's score, 0-1; None where it cannot be measured (no story to be on)."""
    signal = ATTRIBUTES[name].signal
    value = measured.signals.get(signal)
    if value is None and name == LIKELY_TO_REJECT:
        value = strongest(measured.signals)
    if value is None:
        return None
    scale = map_of(name)
    return round(scale(level_of(name, measured, text)) if scale else value, 4)


def level_of(name: str, measured: Measurement, text: str) -> float:
    """Return where a text stands on the scale that an attribute's map reads, in log-odds."""
    own, toxicity = measured.signals[ATTRIBUTES[name].signal], measured.signals["toxicity"]
    return _level(name, own, toxicity, len(text.split()))


def highest_level(name: str) -> float:
    """Return the level of a text of ordinary length of which everything is certain."""
    return _level(name, 1.0, 1.0, ORDINARY_LENGTH)


def _level(name: str, own: float, toxicity: float, words: int) -> float:
    by_toxicity, by_length = BESIDE.get(ATTRIBUTES[name].base, (0.0, 0.0))
    return log_odds(own) + by_toxicity * log_odds(toxicity) + by_length * math.log1p(words)


def strongest(signals: Mapping[str, float]) -> float:
    """Return the strongest signal, mild ones weighed down: what a person would look at first.

    Stands in for likely_to_reject where a site's people have not decided enough to learn from.
    """
    return max((value * MILD.get(name, 1.0) for name, value in signals.items()), default=0.0)
