"""Explains scores: the exact share of each word in a signal's log-odds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.features import Features, extract
from classifiers.abuse.languages import LanguageHeads
from classifiers.abuse.low_quality import low_quality_logits
from classifiers.abuse.model import AbuseTable
from classifiers.explain.context import word_shares
from classifiers.relevance.model import Relevance
from classifiers.text.language import detect_batch, is_other_language
from classifiers.types import Contribution, Item

LEARNED_SIGNAL = "likely_to_reject"
"""The signal that a site's model learns."""

SMALLEST = 0.005
"""Least contribution in log-odds; smaller ones are returned only without a limit."""


class Models(Protocol):
    """The part of `classifiers.classifier.Classifier` that an explanation uses."""

    signals: tuple[str, ...]
    abuse: AbuseTable
    other_languages: dict[str, LanguageHeads]
    relevance: Relevance


class SiteModel(Protocol):
    """The part of `classifiers.site_model.Adaptation` that an explanation uses."""

    @property
    def base(self) -> Models:
        """The bundled classifier below the model."""

    @property
    def signal_weights(self) -> NDArray[np.float64]:
        """The weight of each bundled signal, float64 (signals,), in the order of `base.signals`."""

    def word_shares(self, features: Features) -> NDArray[np.float32]:
        """Return the share of the site's words in log-odds, float32 (words + 1,), of one text."""

    def logits(self, items: Sequence[Item]) -> NDArray[np.float64]:
        """Return the log-odds of each item."""


def explain_item(
    classifier: Models, item: Item, signals: Sequence[str] | None, limit: int | None
) -> list[Contribution]:
    """Return the contributions of an item's words to its signals, strongest first.

    Parameters
    ----------
    classifier : Models
        A classifier.
    item : Item
    signals : sequence of str, optional
        Signals to explain; all by default. A signal without a score gives nothing.
    limit : int, optional
        Most contributions per signal. With None all are returned, and one more with an empty span
        for the part that belongs to no word; then a signal's weights sum to its log-odds.

    Returns
    -------
    list of Contribution
        Offsets into ``item.text``; weights in log-odds; sorted by size.
    """
    features = extract([item.text])
    languages = detect_batch([item.text], features.words)
    table, abuse_features = _abuse_heads(classifier, item, features, languages[0])
    wanted = classifier.signals if signals is None else signals
    found: list[Contribution] = []
    for signal in wanted:
        if signal in table.names:
            made = _explain_abuse(table, item, abuse_features, signal)
        elif signal == "off_topic":
            made = _explain_off_topic(classifier, item, features)
        elif signal == "low_quality":
            similarity = classifier.relevance.similarity
            other_language = is_other_language(languages)
            logits = low_quality_logits(features, similarity.idf, similarity.rarest, other_language)
            made = [Contribution(signal, "", 0, 0, float(logits[0]))]
        else:
            made = []
        found += _cut(made, limit)
    return sorted(found, key=lambda contribution: -abs(contribution.weight))


def explain_site_model(adaptation: SiteModel, item: Item, limit: int | None) -> list[Contribution]:
    """Return the contributions of an item's words to a site's likely_to_reject, strongest first.

    A word's share is the site's weight for it, plus its share in each bundled signal times the
    site's weight for that signal. The part of a signal's score that was clipped belongs to no word.
    ``limit`` and the sum of the weights are as in `explain_item`.
    """
    features = extract([item.text])
    shares = np.asarray(adaptation.word_shares(features)[:-1], dtype=np.float64)
    number_of = {start: number for number, start in enumerate(features.words.starts.tolist())}
    weight_of = dict(zip(adaptation.base.signals, adaptation.signal_weights.tolist(), strict=True))
    for one in explain_item(adaptation.base, item, None, None):
        if one.start in number_of and one.end > one.start:
            shares[number_of[one.start]] += one.weight * weight_of[one.signal]
    made = _spans(item, features, LEARNED_SIGNAL, shares.tolist())
    rest = float(adaptation.logits([item])[0] - shares.sum())
    made = _cut([*made, Contribution(LEARNED_SIGNAL, "", 0, 0, rest)], limit)
    return sorted(made, key=lambda contribution: -abs(contribution.weight))


def _cut(made: list[Contribution], limit: int | None) -> list[Contribution]:
    if limit is None:
        return made
    spans = [one for one in made if one.end > one.start and abs(one.weight) >= SMALLEST]
    return sorted(spans, key=lambda one: -abs(one.weight))[:limit]


def _spans(
    item: Item, features: Features, signal: str, shares: Sequence[float]
) -> list[Contribution]:
    words = features.words
    return [
        Contribution(signal, item.text[start:end], start, end, float(share))
        for start, end, share in zip(
            words.starts.tolist(), words.ends.tolist(), shares, strict=True
        )
    ]


def _abuse_heads(
    classifier: Models, item: Item, features: Features, language: str
) -> tuple[AbuseTable, Features]:
    """Return the abuse heads of the comment's language and the features that they score."""
    heads = classifier.other_languages.get(language)
    if heads is None:
        return classifier.abuse, features
    return heads.table, heads.read_one(item.text)


def _explain_abuse(
    table: AbuseTable, item: Item, features: Features, signal: str
) -> list[Contribution]:
    head = table.names.index(signal)
    shares = table.word_shares(features, head)
    rest = float(shares[-1] + table.bias[head])
    made = _spans(item, features, signal, shares[:-1].tolist())
    return [*made, Contribution(signal, "", 0, 0, rest)]


def _explain_off_topic(classifier: Models, item: Item, features: Features) -> list[Contribution]:
    if not item.has_story:
        return []
    shares, rest = word_shares(classifier.relevance, item, features.words)
    made = _spans(item, features, "off_topic", shares.tolist())
    return [*made, Contribution("off_topic", "", 0, 0, rest)]
