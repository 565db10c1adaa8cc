"""Finds the fewest words whose removal brings a signal below a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from classifiers.types import Contribution, Item, Measurement

CANDIDATES = 24
"""Number of words tried at each step: those that add most to the score."""

MOST_WORDS = 12
"""Most removals; with more it would be another comment."""


class ExplainingScorer(Protocol):
    """The part of `classifiers.classifier.Classifier` that this module uses."""

    def score_batch(self, items: Sequence[Item]) -> list[Measurement]:
        """Return the scores of each item."""

    def explain(
        self, item: Item, signals: Sequence[str] | None = None, limit: int | None = None
    ) -> list[Contribution]:
        """Return the contributions of an item's words to its signals."""


def without(text: str, spans: Sequence[Contribution]) -> str:
    """Return a text without some of its words."""
    kept: list[str] = []
    place = 0
    for span in sorted(spans, key=lambda span: span.start):
        kept.append(text[place : span.start])
        place = max(place, span.end)
    return "".join([*kept, text[place:]])


def _scores(
    classifier: ExplainingScorer, item: Item, signal: str, tries: Sequence[Sequence[Contribution]]
) -> list[float]:
    """Return the signal's score after each removal; 1 where the language then lacks the signal."""
    items = [replace(item, text=without(item.text, spans)) for spans in tries]
    return [one.signals.get(signal, 1.0) for one in classifier.score_batch(items)]


def words_to_change(
    classifier: ExplainingScorer, item: Item, signal: str, threshold: float
) -> list[Contribution] | None:
    """Return words of a comment without which its signal is below a threshold.

    Every removal is scored. Words are removed one by one, each time the word that lowers the score
    most; then each unneeded word is put back. So every returned word is necessary, and a smaller
    set of one or two words is unlikely.

    Parameters
    ----------
    classifier : ExplainingScorer
    item : Item
    signal : str
        A signal that the item has a score for.
    threshold : float
        Between 0 and 1.

    Returns
    -------
    list of Contribution or None
        Spans in the order of the text, with the weight of each word; empty when the score is below
        already, None when `MOST_WORDS` removals do not suffice.

    Raises
    ------
    ValueError
        When the item has no score for the signal.
    """
    score = classifier.score_batch([item])[0].signals.get(signal)
    if score is None:
        raise ValueError(f"There is no score for {signal}.")
    shares = [one for one in classifier.explain(item, [signal], None) if one.end > one.start]
    candidates = sorted(shares, key=lambda one: -one.weight)[:CANDIDATES]
    removed: list[Contribution] = []
    while score >= threshold:
        if not candidates or len(removed) == MOST_WORDS:
            return None
        scores = _scores(classifier, item, signal, [[*removed, one] for one in candidates])
        best = min(range(len(candidates)), key=scores.__getitem__)
        score = scores[best]
        removed.append(candidates.pop(best))
    return sorted(_needed(classifier, item, signal, threshold, removed), key=lambda one: one.start)


def _needed(
    classifier: ExplainingScorer,
    item: Item,
    signal: str,
    threshold: float,
    removed: list[Contribution],
) -> list[Contribution]:
    """Return the removed words without those that can be put back, tried from the weakest on."""
    kept = removed
    for one in sorted(removed, key=lambda one: one.weight):
        fewer = [other for other in kept if other is not one]
        if _scores(classifier, item, signal, [fewer])[0] < threshold:
            kept = fewer
    return kept
