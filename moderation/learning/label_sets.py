"""The labels that a site's classifier learns from: without near-copies, no voice too loud."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from moderation.learning.labels import WEIGHTS, Label, stream_labels
from moderation.learning.near_copies import NearCopies
from moderation.learning.suggestions import stream_suggestions
from moderation.models import Site

# Only the newest labels are used: more hardly improve the scores, and this bounds memory and time.
MOST_LABELS = 10_000
MOST_CHARACTERS = 20_000_000
# An author has this share of the labels at most, but AUTHOR_LEAST in any case.
AUTHOR_SHARE, AUTHOR_LEAST = 0.01, 5
# A voice (a moderator, all imports) has this share of the weight, or 1.5 times an equal share.
VOICE_SHARE, VOICE_FACTOR = 0.25, 1.5

FEWEST_LABELS = 100
FEWEST_OF_A_KIND = 20


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Labels in the order in which people decided, with their weights.

    copies, over_author_cap: how many were left out as near-copies, or as too many of one author.
    """

    labels: Sequence[Label]
    weights: Sequence[float]
    copies: int = 0
    over_author_cap: int = 0

    def summary(self) -> dict[str, Any]:
        """Return the figures for the report."""
        return {
            "labels": len(self.labels),
            "rejected": sum(label.rejected for label in self.labels),
            "provenance": dict(
                sorted(Counter(label.provenance.value for label in self.labels).items())
            ),
            "authors": len({label.author_pk for label in self.labels if label.author_pk}),
            "moderators": len({label.moderator_pk for label in self.labels if label.moderator_pk}),
            "near_copies_left_out": self.copies,
            "over_author_cap_left_out": self.over_author_cap,
            "from": self.labels[0].decided_at.isoformat() if self.labels else None,
            "to": self.labels[-1].decided_at.isoformat() if self.labels else None,
            "last_decision": max((label.decision_pk for label in self.labels), default=0),
            "last_suggestion": max((label.suggestion_pk for label in self.labels), default=0),
        }


def collect(site: Site) -> LabelSet:
    """Read the newest labels of a site, collapse near-copies, keep every voice within its share.

    Of near-copies the newest one stays: so none of them is both learned from and tested on. What
    the site's own people decided goes before what other systems suggested.
    """
    kept, copies = _newest(chain(stream_labels(site), stream_suggestions(site)))
    within = _within_author_cap(kept)
    within.sort(key=lambda label: (label.decided_at, label.decision_pk))
    return LabelSet(within, balanced_weights(within), copies, len(kept) - len(within))


def what_is_missing(labels: Sequence[Label]) -> str:
    """Return a sentence on the labels that are missing for training; "" when there are enough."""
    rejected = sum(label.rejected for label in labels)
    wanted = [
        (FEWEST_OF_A_KIND - rejected, "rejected comments"),
        (FEWEST_OF_A_KIND - (len(labels) - rejected), "approved comments"),
        (FEWEST_LABELS - len(labels), "decided comments of any kind"),
    ]
    missing = [f"{number} more {what}" for number, what in wanted if number > 0]
    if not missing:
        return ""
    return (
        f"Too few labels to learn from: {', '.join(missing)} are needed. So far people decided "
        f"{len(labels)} that count ({rejected} rejected)."
    )


def balanced_weights(labels: Sequence[Label]) -> list[float]:
    """Return each label's weight: by provenance, and no voice beyond its share of the whole."""
    weights = [WEIGHTS[label.provenance] * label.trust for label in labels]
    voices = [_voice_of(label) for label in labels]
    by_voice: dict[str, float] = defaultdict(float)
    for voice, weight in zip(voices, weights, strict=True):
        by_voice[voice] += weight
    scale = _scales(dict(by_voice))
    return [weight * scale[voice] for voice, weight in zip(voices, weights, strict=True)]


def _voice_of(label: Label) -> str:
    """Return the voice of a label: a moderator, a key or an unnamed source."""
    if label.moderator_pk is not None:
        return f"moderator {label.moderator_pk}"
    if label.key_pk is not None:
        return f"key {label.key_pk}"
    return label.provenance.value


def _scales(totals: dict[str, float]) -> dict[str, float]:
    """Return the factor of each voice that keeps it within its share of the sum."""
    share = max(VOICE_SHARE, VOICE_FACTOR / len(totals)) if totals else 1.0
    if share >= 1.0:
        return dict.fromkeys(totals, 1.0)
    # The loudest get one common level, which is their share of the resulting sum.
    loudest = sorted(totals.values(), reverse=True)
    level = loudest[0]
    for cut, total in enumerate(loudest):
        level = share * sum(loudest[cut:]) / (1 - share * cut)
        if total <= level:
            break
    return {voice: min(1.0, level / total) for voice, total in totals.items()}


def _newest(stream: Iterable[Label]) -> tuple[list[Label], int]:
    kept: list[Label] = []
    known, characters = NearCopies(), 0
    for label in known.without_copies(stream):
        kept.append(label)
        characters += len(label.text)
        if len(kept) >= MOST_LABELS or characters >= MOST_CHARACTERS:
            break
    return kept, known.copies


def _within_author_cap(newest_first: Sequence[Label]) -> list[Label]:
    cap = max(AUTHOR_LEAST, int(AUTHOR_SHARE * len(newest_first)))
    of_author: Counter[int] = Counter()
    within = []
    for label in newest_first:
        if label.author_pk is not None:
            of_author[label.author_pk] += 1
            if of_author[label.author_pk] > cap:
                continue
        within.append(label)
    return within
