"""Makes the table of docs/quality.md about off_topic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from classifiers.classifier import Classifier
from classifiers.datasets.labelled import Example, Row, read_rows
from classifiers.datasets.off_topic_pairs import Thread, make_pairs, nearest_threads, threads_of
from classifiers.figure_tables import Table, figure_cells
from classifiers.metrics import recall_at, report
from classifiers.relevance.comparison import THREAD_READ
from classifiers.training.relevance import sparse_vectors_of
from classifiers.types import Item

HEADLINES_READ = 8


def _off_topic_row(
    classifier: Classifier, name: str, threads: Sequence[Thread], form: str, hard: float
) -> tuple[str, ...]:
    similarity = classifier.relevance.similarity
    near = nearest_threads(threads, lambda texts: sparse_vectors_of(texts, similarity))
    items, labels = make_pairs(threads, near, 7, hard=hard, forms=[form], fewest=THREAD_READ)
    kind = "hard" if hard else "random"
    return (name, form, kind, *_cells(classifier, items, labels))


def _cells(
    classifier: Classifier, items: Sequence[Item], labels: Sequence[float]
) -> tuple[str, ...]:
    """Return n, positives, AUC, its interval and recall at 5 % false alarms."""
    named = [replace(item, title=item.title or "-") for item in items]
    scores = [one.signals["off_topic"] for one in classifier.score_batch(named)]
    recall = recall_at(np.array(labels, dtype=np.float64), np.array(scores), 0.05)
    return (*figure_cells(report(labels, scores))[:4], f"{recall:.2f}")


def _texts_by_article(rows: Iterable[Row]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        groups[row["article_id"]].append(row["text"])
    return groups


def _newspaper_threads(data: Path) -> list[Thread]:
    """Return stories of c3 with their comments; the set has no titles."""
    groups = _texts_by_article(read_rows(data, "c3_globe_and_mail"))
    return [("", texts) for texts in groups.values() if len(texts) >= 12][:200]


def _forum_row(classifier: Classifier, data: Path) -> tuple[str, ...]:
    """Return the row of answers that people called bad, against the others."""
    rows = list(read_rows(data, "pairs_semeval_cqa"))
    items = [Item(row["text"], row["title"], row["body"]) for row in rows]
    labels = [float(row["labels"]["bad"]) for row in rows]
    return ("semeval_cqa (unseen)", "title, body", "called bad", *_cells(classifier, items, labels))


def _headlines_row(classifier: Classifier, data: Path) -> tuple[str, ...]:
    """Return the row of headlines; other headlines of the article replace its body."""
    rows = list(read_rows(data, "pairs_fnc1_test"))
    related = _texts_by_article(row for row in rows if row["labels"]["related"])
    items, labels = [], []
    for row in rows:
        headlines = related.get(row["article_id"], [])
        others = [text for text in headlines if text != row["text"]][:HEADLINES_READ]
        if len(others) > 1:
            items.append(Item(row["text"], story=". ".join(others)))
            labels.append(1.0 - row["labels"]["related"])
    return ("fnc1 headlines (unseen)", "body", "unrelated", *_cells(classifier, items, labels))


def off_topic_table(classifier: Classifier, data: Path, examples: Sequence[Example]) -> Table:
    """Return the figures of off_topic for comments under their own and under other stories."""
    home = threads_of(examples, "test")
    rows = [
        _off_topic_row(classifier, "ruddit, test stories", home, form, hard)
        for form in ("title", "title, thread", "title, body", "title, body, thread")
        for hard in (0.0, 1.0)
    ]
    unseen = _newspaper_threads(data)
    rows += [
        _off_topic_row(classifier, "c3 (unseen)", unseen, form, hard)
        for form in ("thread", "body")
        for hard in (0.0, 1.0)
    ]
    rows += [_headlines_row(classifier, data), _forum_row(classifier, data)]
    return Table(
        "Off-topic",
        "Comments under their own story and under another story. The other story is random, or "
        "hard: one of the five most similar. "
        f"A thread is a random sample of {THREAD_READ} other comments, or all if there are fewer. "
        "3 to 10 other comments replace the body, because no set pairs English comments with "
        "article bodies. c3 has no titles. fnc1 has only headlines here: "
        f"up to {HEADLINES_READ} headlines that others gave the article replace its body, which "
        "is easier. In semeval_cqa people called answers bad, which can also mean that they do "
        "not answer the question. recall@5 is the share of misplaced comments found at 5 % false "
        "alarms.",
        ("set", "context", "negatives", "n", "misplaced", "AUC", "95 %", "recall@5"),
        rows,
    )
