"""Scores of labelled comments in their context, by a candidate and by the live classifier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from moderation.learning.gate import Later
from moderation.learning.labels import Label
from moderation.models import Site
from moderation.policy import PolicyError
from moderation.policy_versions.live import NoPolicyError, live_policy
from moderation.scoring.context import THREAD, Subject, gather
from moderation.scoring.site_classifier import ADAPTED, SiteClassifier

if TYPE_CHECKING:
    from classifiers import Item, Measurement
    from classifiers.site_model import Adaptation

MEASURED_AT_ONCE = 500


def measure(
    labels: Sequence[Label], serving: SiteClassifier
) -> tuple[list[Item], list[Measurement]]:
    """Score labelled comments as the drain does, by the bundled classifier.

    Stories are held for one batch only. Returns for each label its text alone, as the site's own
    classifier learns it, and the bundled scores in context.
    """
    from classifiers import Item  # noqa: PLC0415

    items: list[Item] = []
    measured: list[Measurement] = []
    for batch in _batches(labels):
        # Signals do not depend on the author's record, so it is not looked up.
        contexts = gather(
            [
                Subject(label.comment_pk, label.story_pk, None, label.parent_pk, label.text)
                for label in batch
            ]
        )
        scores = serving.score_bundled(contexts)
        measured += [replace(score, passage=None) for score in scores]
        items += [Item(text=label.text) for label in batch]
    return items, measured


def _batches(labels: Sequence[Label]) -> Iterator[list[Label]]:
    """Cut labels into batches, so that no story has more in a batch than a thread shows.

    A batch sees the threads as they were before the first comment of each story, which is then
    hardly longer ago than it was for the drain.
    """
    batch: list[Label] = []
    of_story: Counter[int] = Counter()
    for label in labels:
        if len(batch) == MEASURED_AT_ONCE or of_story[label.story_pk] == THREAD:
            yield batch
            batch, of_story = [], Counter()
        batch.append(label)
        of_story[label.story_pk] += 1
    if batch:
        yield batch


def compare_later(
    current: SiteClassifier,
    adaptation: Adaptation,
    items: Sequence[Item],
    measured: Sequence[Measurement],
    targets: Sequence[int],
    cut: int,
) -> Later:
    """Return the later labels with the scores of the candidate and of the live classifier."""
    labels = np.array(targets, dtype=np.float64)
    if current.adaptation is not None:
        name = current.name
        scores = current.adaptation.score_batch(items[cut:], measured[cut:])
    else:
        signal = _best_signal(current, measured[:cut], labels[:cut])
        name = f"the bundled signal {signal}"
        scores = [one.signals.get(signal, 0.0) for one in measured[cut:]]
    return Later(
        labels=labels[cut:],
        candidate=np.array(adaptation.score_batch(items[cut:], measured[cut:])),
        current=np.array(scores, dtype=np.float64),
        languages=[one.language for one in measured[cut:]],
        current_name=name,
        calibrated=current.adaptation is not None,
    )


def _best_signal(
    current: SiteClassifier, measured: Sequence[Measurement], labels: np.ndarray
) -> str:
    """Return the bundled signal that best predicted the earlier decisions."""
    from classifiers.metrics import roc_auc  # noqa: PLC0415

    def separates(name: str) -> float:
        return roc_auc(labels, np.array([one.signals.get(name, 0.0) for one in measured]))

    return max(current.base.signals, key=separates)


def thresholds_of(site: Site) -> tuple[float, ...]:
    """Return the thresholds of the policy's rules on likely_to_reject; () without such a rule."""
    try:
        _, policy = live_policy(site)
    except (NoPolicyError, PolicyError):
        return ()
    found = {
        float(condition.value)
        for rule in policy.rules
        for condition in rule.when
        if condition.fact == ADAPTED and isinstance(condition.value, int | float)
    }
    return tuple(sorted(found))
