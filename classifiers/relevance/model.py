"""The signal off_topic: a calibrated combination of how close a comment is to its context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.relevance.similarity import (
    COLUMN,
    FEATURE_NAMES,
    LEXICAL,
    MEANINGS,
    NO_PASSAGE,
    TITLE_PASSAGE,
    Closeness,
)
from classifiers.relevance.sparse_vectors import Floats
from classifiers.relevance.word_vectors import WordVectors
from classifiers.text.tokens import Words
from classifiers.types import Item, Passage

KINDS = 8
"""Kinds of context: a bit each for title, body, and parent or thread."""

HALF_SUBSTANCE = 12.0
"""Stems at which a comment has half of all the substance that it can have."""

_CLOSE = (*LEXICAL, *MEANINGS)
EXPANDED = (*FEATURE_NAMES, *LEXICAL, *_CLOSE)
"""The feature that each column of `expand` belongs to: itself, its root, it by substance."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """Weights of the closeness features for the log-odds of being off topic.

    One row of weights per kind of context (see `kinds_of_context`): how much it means that no
    word is shared depends on how much there was to share.
    """

    closeness: Closeness
    weights: Floats
    bias: Floats

    @classmethod
    def decode(
        cls, arrays: Mapping[str, NDArray[Any]], words: Mapping[str, NDArray[Any]]
    ) -> Relevance:
        """Build from the stored arrays of `relevance.npz` and `words.npz`.

        Raises
        ------
        KeyError, ValueError
            When an array is missing or of another shape.
        """
        weights = arrays["weights"].astype(np.float32)
        if weights.shape != (KINDS, len(EXPANDED)):
            raise ValueError("the weights of off_topic are of another version")
        closeness = Closeness(arrays["idf"].astype(np.float32), WordVectors.decode(words))
        return cls(closeness, weights, arrays["bias"].astype(np.float32))

    def judge(
        self, items: Sequence[Item], words: Words
    ) -> tuple[NDArray[np.float64], list[Passage | None]]:
        """Return log-odds of off_topic (nan without any story text) and the matched passages.

        ``words`` are those of the items' texts.
        """
        judged = np.array([item.has_story for item in items])
        if not judged.any():
            return np.full(len(items), np.nan), [None] * len(items)
        table, best = self.closeness.measure(items, self.closeness.read(words, len(items)))
        logits = self.parts(table).sum(axis=1) + self.bias[kinds_of_context(table)]
        logits[~judged] = np.nan
        passages = [
            self._passage(item, row, place)
            for item, row, place in zip(items, table, best.tolist(), strict=True)
        ]
        return logits, passages

    def parts(self, table: Floats) -> NDArray[np.float64]:
        """Return what each column of `expand` adds to the log-odds (items x `EXPANDED`)."""
        return expand(table).astype(np.float64) * self.weights[kinds_of_context(table)]

    def _passage(self, item: Item, row: Floats, place: int) -> Passage | None:
        if place == NO_PASSAGE:
            return None
        if place == TITLE_PASSAGE:
            similarity = round(float(row[COLUMN["title_cosine"]]), 4)
            return Passage(item.title, 0, len(item.title), similarity, "title")
        start, end = self.closeness.story(item).spans[place]
        similarity = round(float(row[COLUMN["passage_cosine"]]), 4)
        return Passage(item.story[start:end], start, end, similarity)


def kinds_of_context(table: Floats) -> NDArray[np.int64]:
    """Return per item: 1 for a title, plus 2 for a body, plus 4 for a parent or thread."""
    title, body, parent, thread = (
        table[:, COLUMN[name]] > 0
        for name in ("has_title", "has_body", "has_parent", "thread_size")
    )
    return title + 2 * body + 4 * (parent | thread).astype(np.int64)


def expand(table: Floats) -> Floats:
    """Add roots and products: the first shared words tell more, and more so of a long comment."""
    sizes = np.expm1(table[:, [COLUMN["length"]]])
    substance = sizes / (sizes + HALF_SUBSTANCE)
    lexical = np.maximum(table[:, : len(LEXICAL)], 0.0)
    return np.concatenate([table, np.sqrt(lexical), table[:, : len(_CLOSE)] * substance], axis=1)
