"""Makes the table of docs/quality.md about speed, with plain scikit-learn for comparison."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.pipeline import make_union

from classifiers.abuse.features import blocks
from classifiers.abuse.model import as_items, sigmoid
from classifiers.classifier import Classifier
from classifiers.datasets.labelled import read_rows
from classifiers.figure_tables import Table
from classifiers.text.hashing import TABLE_BITS
from classifiers.types import Item

_READ_CHARS = 400
_NEW, _SINGLE = 1400, 200
_READ_BEFORE = ("jigsaw_wiki24k", "kaggle_insults")

Score = Callable[[Sequence[Item]], object]


def _abuse_alone(classifier: Classifier) -> Score:
    """Return a function that scores only the English abuse signals."""

    def score(items: Sequence[Item]) -> list[dict[str, float]]:
        made: list[dict[str, float]] = []
        for _, features in blocks([item.text for item in items]):
            made += as_items(sigmoid(classifier.abuse.logits(features)), classifier.abuse.names)
        return made

    return score


def _plain_peer(classifier: Classifier) -> Score:
    """Return a function that scores the same kinds of features in plain scikit-learn.

    Words, pairs of words and character n-grams of 3 to 5 within words, with one matrix product. It
    repairs no disguise and scores no window.
    """
    shared: dict[str, Any] = {
        "n_features": 1 << TABLE_BITS, "alternate_sign": False, "norm": None, "dtype": np.float32,
    }  # fmt: skip
    features = make_union(
        HashingVectorizer(ngram_range=(1, 2), **shared),
        HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), **shared),
    )
    weights = np.concatenate([classifier.abuse.weights, classifier.abuse.weights])

    def score(items: Sequence[Item]) -> list[dict[str, float]]:
        found = features.transform([item.text for item in items])
        return as_items(sigmoid(found @ weights), classifier.abuse.names)

    return score


def _row(name: str, score: Score, items: Sequence[Item]) -> tuple[str, ...]:
    batch, single = items[:-_SINGLE], items[-_SINGLE:]
    begun = time.process_time()
    score(batch)
    rate = len(batch) / (time.process_time() - begun)
    times = []
    for item in single:
        begun = time.process_time()
        score([item])
        times.append((time.process_time() - begun) * 1e3)
    middle, high = np.percentile(times, [50, 95])
    return name, f"{rate:,.0f}", f"{middle:.2f} ms", f"{high:.2f} ms"


def _alone(items: Sequence[Item]) -> list[Item]:
    return [Item(item.text) for item in items]


def _in_thread(items: Sequence[Item]) -> list[Item]:
    texts = [item.text for item in items]
    return [
        replace(item, parent=texts[number - 1], thread=tuple(texts[max(0, number - 8) : number]))
        for number, item in enumerate(items)
    ]


def speed_table(classifier: Classifier, data: Path) -> Table:
    """Return comments per second on one core, and the time of a single comment."""
    texts = [row["text"][:_READ_CHARS] for row in read_rows(data, "c3_globe_and_mail")]
    story = " ".join(texts[:8])
    items = [Item(text, f"Story {number % 40}", story) for number, text in enumerate(texts)]
    everything = classifier.score_batch
    kinds: tuple[tuple[str, Score, Callable[[Sequence[Item]], list[Item]]], ...] = (
        ("abuse signals, plain scikit-learn", _plain_peer(classifier), _alone),
        ("abuse signals", _abuse_alone(classifier), _alone),
        ("everything, text alone", everything, _alone),
        ("everything, with story", everything, list),
        ("everything, with story, parent and 8 thread comments", everything, _in_thread),
    )
    earlier = [Item(row["text"]) for name in _READ_BEFORE for row in read_rows(data, name)]
    earlier += items[: -_NEW * len(kinds)]
    everything(earlier)
    rows = []
    for number, (name, score, prepared) in enumerate(kinds):
        begin = len(items) - _NEW * (len(kinds) - number)
        rows.append(_row(name, score, prepared(items[begin : begin + _NEW])))
    mean = np.mean([len(text) for text in texts])
    return Table(
        "Speed",
        f"Processor time. Each row has {_NEW:,} comments of its own, {mean:.0f} characters on "
        f"average. They are new to a process that has read {len(earlier):,} other comments. "
        '"Everything" is all signals, language and passage. Plain scikit-learn has the same kinds '
        "of features and a table of weights of the same size (HashingVectorizer and one product). "
        "It repairs no disguise and scores no window.",
        ("what", "comments per second, in batches", "one comment, p50", "p95"),
        rows,
    )
