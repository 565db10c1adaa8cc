"""Why off_topic is what it is: its log-odds shared out among the comment's words, or among the
parts of the context. Both shares are exact: each sums to the log-odds of the score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.relevance.model import EXPANDED, Relevance, kinds_of_context
from classifiers.relevance.similarity import COLUMN, LEXICAL, MEANINGS, THREAD_READ, TOP
from classifiers.relevance.sparse_vectors import Bag, Floats
from classifiers.relevance.story_view import BODY, LEAD, PASSAGES, TITLE
from classifiers.relevance.word_vectors import unit
from classifiers.text.stems import stem_rows
from classifiers.text.tokens import Words, read_words
from classifiers.types import Item

Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ContextShare:
    """What one part of the context adds to the log-odds of off_topic (below 0: speaks against).

    ``part`` is title, story, parent, thread, "together" (all parts seen as one), or "comment"
    (what lies in the comment itself and in the kind of context). ``start`` and ``end`` are the
    matched passage's offsets into ``Item.story`` where the part is the story, else 0.
    """

    part: str
    weight: float
    start: int = 0
    end: int = 0


PARTS = ("title", "story", "parent", "thread", "together", "comment")
_STORY = ("lead", "body", "passage", "story")
_TOGETHER = ("any_share", "context_meaning", "best_meaning")


def part_of_feature(name: str) -> str:
    """Return the part of the context that a feature compares the comment with."""
    head = name.split("_")[0]
    if name in _TOGETHER:
        return "together"
    if name not in LEXICAL and name not in MEANINGS:
        return "comment"
    return "story" if head in _STORY else head


def _measured(relevance: Relevance, item: Item) -> tuple[Floats, Shares, float, int]:
    """Return an item's features, what each column adds, the bias and the best passage."""
    closeness = relevance.closeness
    table, best = closeness.measure([item], closeness.read(read_words([item.text]), 1))
    bias = float(relevance.bias[kinds_of_context(table)[0]])
    return table[0], relevance.parts(table)[0], bias, int(best[0])


def context_shares(relevance: Relevance, item: Item) -> list[ContextShare]:
    """Return what each part of the context adds; the weights sum to the log-odds."""
    _, added, bias, best = _measured(relevance, item)
    sums = dict.fromkeys(PARTS, 0.0)
    for name, weight in zip(EXPANDED, added.tolist(), strict=True):
        sums[part_of_feature(name)] += weight
    sums["comment"] += bias
    span = relevance.closeness.story(item).spans[best] if best >= 0 else (0, 0)
    return [
        ContextShare(part, weight, *(span if part == "story" else (0, 0)))
        for part, weight in sums.items()
    ]


def word_shares(relevance: Relevance, item: Item, words: Words) -> tuple[Shares, float]:
    """Return what each word of a comment adds to the log-odds, and what belongs to no word.

    A closeness by words is shared among the words that stand in that part of the context, by their
    weight. A closeness by meaning is a sum over words already, but for the mean that is taken off.
    """
    row, added, bias, _ = _measured(relevance, item)
    by_feature: dict[str, float] = {}
    for name, weight in zip(EXPANDED, added.tolist(), strict=True):
        by_feature[name] = by_feature.get(name, 0.0) + weight
    shares = np.zeros(len(words.hashes))
    stems = stem_rows(words)
    weights = relevance.closeness.idf[stems].astype(np.float64)
    for names, rows in _vocabularies(relevance, item):
        found = np.where(np.isin(stems, rows), weights, 0.0)
        if found.any():
            shares += found / found.sum() * sum(by_feature[name] for name in names)
    pull = _pull_of_words(relevance, words)
    for name, target in _targets(relevance, item, row):
        if row[COLUMN[name]]:
            shares += by_feature[name] / float(row[COLUMN[name]]) * (pull @ target)
    return shares, float(added.sum() + bias - shares.sum())


def _pull_of_words(relevance: Relevance, words: Words) -> NDArray[np.float64]:
    """Return each word's part of the comment's vector before the mean is taken off."""
    vectors = relevance.closeness.vectors
    single = vectors.table[vectors.places(words)].astype(np.float64)
    total = single.sum(axis=0)
    length = max(float(np.linalg.norm(total)), 1e-6)
    left = max(float(np.linalg.norm(total / length - vectors.mean)), 1e-6)
    return single / (length * left)


def _others(relevance: Relevance, item: Item) -> tuple[Bag | None, list[Bag]]:
    """Return the bags of the parent and of the thread."""
    thread = [text for text in item.thread[-THREAD_READ:] if text]
    bags = relevance.closeness.bags([*thread, *([item.parent] if item.parent else [])])
    return bags.get(item.parent), [bags[text] for text in thread]


def _vocabularies(
    relevance: Relevance, item: Item
) -> Iterator[tuple[tuple[str, ...], NDArray[np.int64]]]:
    """Yield the closenesses by words, with the stems of the part of the context they look at."""
    view = relevance.closeness.story(item)
    parent, thread = _others(relevance, item)
    title = view.vocabulary[view.columns[:, TITLE] > 0]
    everything = [view.vocabulary]
    yield ("title_cosine", "title_share"), title
    yield tuple(n for n in LEXICAL if part_of_feature(n) == "story"), view.vocabulary
    if parent is not None:
        everything.append(parent.rows)
        yield ("parent_cosine", "parent_share"), parent.rows
    if thread:
        rows = np.concatenate([bag.rows for bag in thread])
        everything.append(rows)
        yield tuple(n for n in LEXICAL if part_of_feature(n) == "thread"), rows
    yield ("any_share",), np.concatenate(everything)


def _targets(relevance: Relevance, item: Item, row: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield the closenesses by meaning, with the vector that each compares the comment with."""
    made: dict[str, Floats] = {}
    view = relevance.closeness.story(item)
    vector = relevance.closeness.read(read_words([item.text]), 1).vectors[0]
    parent, thread = _others(relevance, item)
    for name, column in (("title", TITLE), ("lead", LEAD), ("body", BODY)):
        made[f"{name}_meaning"] = view.vectors[column]
    context = unit(view.vectors[TITLE] + view.vectors[BODY])
    if view.spans:
        passages = view.vectors[PASSAGES:]
        made["passage_meaning"] = passages[int(np.argmax(passages @ vector))]
    if parent is not None:
        made["parent_meaning"] = parent.vector
        context = context + parent.vector
    if thread:
        vectors = np.stack([bag.vector for bag in thread])
        order = np.argsort(-(vectors @ vector), kind="stable")
        made["thread_meaning"] = unit(vectors.sum(axis=0))
        made["thread_best_meaning"] = vectors[order[0]]
        made["thread_top_meaning"] = vectors[order[:TOP]].mean(axis=0)
        context = context + made["thread_meaning"]
    made["context_meaning"] = unit(context)
    best = max(made, key=lambda name: float(row[COLUMN[name]]))
    if row[COLUMN[best]] > 0:
        made["best_meaning"] = made[best]
    yield from made.items()
