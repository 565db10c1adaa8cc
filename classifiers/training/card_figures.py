"""Computes the figures of the bundle's card: each abuse signal on the test parts of the sets."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers.classifier import Classifier
from classifiers.datasets.labelled import Example
from classifiers.figure_tables import FIGURES, Table, figure_cells
from classifiers.metrics import report
from classifiers.types import ABUSE_SIGNALS, Item


def home_table(classifier: Classifier, examples: Sequence[Example]) -> Table:
    """Return the figures of each abuse signal on the test part of every set that labels it."""
    test = [one for one in examples if one.part == "test" and one.source != "perspective_2k"]
    scores = abuse_scores(classifier, [example.text for example in test])
    rows: list[tuple[str, ...]] = []
    for signal in ABUSE_SIGNALS:
        for source in sorted({example.source for example in test}):
            chosen = [
                number
                for number, example in enumerate(test)
                if example.source == source and signal in example.labels
            ]
            labels = [test[number].labels[signal][0] for number in chosen]
            if len(chosen) >= 50 and 0 < sum(labels) < len(labels):
                made = report(labels, [scores[number][signal] for number in chosen])
                rows.append((signal, source, *figure_cells(made)))
    return Table(
        "Known communities",
        "Test parts (20 % by hash of text or story) of the sets that training used. Labels for "
        "profanity and sexual come from a word list, except in civil_toxic_spans and convabuse.",
        ("signal", "set", *FIGURES),
        rows,
    )


def abuse_scores(classifier: Classifier, texts: Sequence[str]) -> list[dict[str, float]]:
    """Return the abuse signals of each text; a signal that its language lacks is 0 (no alarm)."""
    absent = dict.fromkeys(ABUSE_SIGNALS, 0.0)
    return [absent | one.signals for one in classifier.score_batch([Item(text) for text in texts])]
