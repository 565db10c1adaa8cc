"""Explains off_topic: shares its log-odds among the comment's words, or the parts of the context.

Both shares are exact: each sums to the log-odds of the score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.relevance.comparison import COLUMN, LEXICAL, MEANINGS, THREAD_READ, TOP
from classifiers.relevance.model import EXPANDED, Relevance, kinds_of_context
from classifiers.relevance.sparse_vectors import Floats, SparseVector
from classifiers.relevance.story_view import BODY, LEAD, PASSAGES, TITLE
from classifiers.relevance.word_vectors import unit
from classifiers.text.stems import stem_rows
from classifiers.text.tokens import Words, read_words
from classifiers.types import Item

Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ContextShare:
    """The share of one part of the context in the log-odds of off_topic (below 0: on topic).

    ``part`` is title, story, parent, thread, "together" (all parts seen as one), or "comment"
    (the comment itself and the kind of context). ``start`` and ``end`` are the matched passage's
    offsets into ``Item.story`` if the part is the story, else 0.
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


def _features_of(relevance: Relevance, item: Item) -> tuple[Floats, Shares, float, int]:
    """Return an item's features, what each column adds, the bias and the best passage."""
    similarity = relevance.similarity
    table, best = similarity.features([item], similarity.read(read_words([item.text]), 1))
    bias = float(relevance.bias[kinds_of_context(table)[0]])
    return table[0], relevance.parts(table)[0], bias, int(best[0])


def context_shares(relevance: Relevance, item: Item) -> list[ContextShare]:
    """Return the share of each part of the context; the weights sum to the log-odds."""
    _, added, bias, best = _features_of(relevance, item)
    sums = dict.fromkeys(PARTS, 0.0)
    for name, weight in zip(EXPANDED, added.tolist(), strict=True):
        sums[part_of_feature(name)] += weight
    sums["comment"] += bias
    span = relevance.similarity.story(item).spans[best] if best >= 0 else (0, 0)
    return [
        ContextShare(part, weight, *(span if part == "story" else (0, 0)))
        for part, weight in sums.items()
    ]


def word_shares(relevance: Relevance, item: Item, words: Words) -> tuple[Shares, float]:
    """Return the share of each word in the log-odds, float64 (words,), and the rest.

    A similarity by words is shared among the words that this part of the context has too, by their
    weight. A similarity by meaning is a sum over words already, except for the mean comment.
    """
    row, added, bias, _ = _features_of(relevance, item)
    by_feature: dict[str, float] = {}
    for name, weight in zip(EXPANDED, added.tolist(), strict=True):
        by_feature[name] = by_feature.get(name, 0.0) + weight
    shares = np.zeros(len(words.hashes))
    stems = stem_rows(words)
    weights = relevance.similarity.idf[stems].astype(np.float64)
    for names, rows in _stems_of_parts(relevance, item):
        found = np.where(np.isin(stems, rows), weights, 0.0)
        if found.any():
            shares += found / found.sum() * sum(by_feature[name] for name in names)
    per_word = _meaning_per_word(relevance, words)
    for name, target in _targets(relevance, item, row):
        if row[COLUMN[name]]:
            shares += by_feature[name] / float(row[COLUMN[name]]) * (per_word @ target)
    return shares, float(added.sum() + bias - shares.sum())


def _meaning_per_word(relevance: Relevance, words: Words) -> NDArray[np.float64]:
    """Return each word's part of the comment's unit vector, float64 (words, dimensions).

    The mean comment belongs to no word. Both scalings to length one are linear in the words'
    vectors once the lengths are known.
    """
    vectors = relevance.similarity.vectors
    single = vectors.table[vectors.places(words)].astype(np.float64)
    total = single.sum(axis=0)
    length = max(float(np.linalg.norm(total)), 1e-6)
    centred_length = max(float(np.linalg.norm(total / length - vectors.mean)), 1e-6)
    return single / (length * centred_length)


def _parent_and_thread(
    relevance: Relevance, item: Item
) -> tuple[SparseVector | None, list[SparseVector]]:
    """Return the vectors of the parent and of the thread."""
    thread = [text for text in item.thread[-THREAD_READ:] if text]
    vectors = relevance.similarity.context_vectors(
        [*thread, *([item.parent] if item.parent else [])]
    )
    return vectors.get(item.parent), [vectors[text] for text in thread]


def _stems_of_parts(
    relevance: Relevance, item: Item
) -> Iterator[tuple[tuple[str, ...], NDArray[np.int64]]]:
    """Yield names of similarities by words, with the stems of the part that they compare."""
    view = relevance.similarity.story(item)
    parent, thread = _parent_and_thread(relevance, item)
    title = view.stems[view.columns[:, TITLE] > 0]
    everything = [view.stems]
    yield ("title_cosine", "title_share"), title
    yield tuple(n for n in LEXICAL if part_of_feature(n) == "story"), view.stems
    if parent is not None:
        everything.append(parent.rows)
        yield ("parent_cosine", "parent_share"), parent.rows
    if thread:
        rows = np.concatenate([vector.rows for vector in thread])
        everything.append(rows)
        yield tuple(n for n in LEXICAL if part_of_feature(n) == "thread"), rows
    yield ("any_share",), np.concatenate(everything)


def _targets(relevance: Relevance, item: Item, row: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield names of similarities by meaning, each with the vector that it compares with."""
    made: dict[str, Floats] = {}
    view = relevance.similarity.story(item)
    own_meaning = relevance.similarity.read(read_words([item.text]), 1).meanings[0]
    parent, thread = _parent_and_thread(relevance, item)
    for name, column in (("title", TITLE), ("lead", LEAD), ("body", BODY)):
        made[f"{name}_meaning"] = view.vectors[column]
    context = unit(view.vectors[TITLE] + view.vectors[BODY])
    if view.spans:
        passages = view.vectors[PASSAGES:]
        made["passage_meaning"] = passages[int(np.argmax(passages @ own_meaning))]
    if parent is not None:
        made["parent_meaning"] = parent.meaning
        context = context + parent.meaning
    if thread:
        meanings = np.stack([other.meaning for other in thread])  # (thread, dimensions)
        order = np.argsort(-(meanings @ own_meaning), kind="stable")
        made["thread_meaning"] = unit(meanings.sum(axis=0))
        made["thread_best_meaning"] = meanings[order[0]]
        made["thread_top_meaning"] = meanings[order[:TOP]].mean(axis=0)
        context = context + made["thread_meaning"]
    made["context_meaning"] = unit(context)
    best = max(made, key=lambda name: float(row[COLUMN[name]]))
    if row[COLUMN[best]] > 0:
        made["best_meaning"] = made[best]
    yield from made.items()
