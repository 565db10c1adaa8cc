"""Scores off_topic: a calibrated combination of a comment's similarities to its context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.relevance.comparison import (
    COLUMN,
    FEATURE_NAMES,
    LEXICAL,
    MEANINGS,
    NO_PASSAGE,
    TITLE_PASSAGE,
)
from classifiers.relevance.similarity import Similarity
from classifiers.relevance.sparse_vectors import Floats
from classifiers.relevance.word_vectors import WordVectors
from classifiers.text.tokens import Words
from classifiers.types import Item, Passage

KINDS = 8
"""Number of kinds of context: one bit each for title, body, and parent or thread."""

HALF_SUBSTANCE = 12.0
"""Number of stems at which a comment's substance reaches one half."""

_CLOSE = (*LEXICAL, *MEANINGS)
EXPANDED = (*FEATURE_NAMES, *LEXICAL, *_CLOSE)
"""The feature behind each column of `expand`: features, roots, products with substance."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """Logistic regressions on the similarity features, one per kind of context.

    The fewer words the context has, the less it means that the comment shares none of them. So each
    kind of context (see `kinds_of_context`) has its own weights.

    Attributes
    ----------
    similarity : Similarity
    weights : array of float32 (KINDS, len(EXPANDED))
    bias : array of float32 (KINDS,)
    """

    similarity: Similarity
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
        similarity = Similarity(arrays["idf"].astype(np.float32), WordVectors.decode(words))
        return cls(similarity, weights, arrays["bias"].astype(np.float32))

    def score(
        self, items: Sequence[Item], words: Words
    ) -> tuple[NDArray[np.float64], list[Passage | None]]:
        """Score items.

        Parameters
        ----------
        items : sequence of Item
        words : Words
            The words of the items' texts.

        Returns
        -------
        logits : array of float64 (items,)
            Log-odds of off_topic; nan without title and story text.
        passages : list of Passage or None
        """
        scored = np.array([item.has_story for item in items])
        if not scored.any():
            return np.full(len(items), np.nan), [None] * len(items)
        table, best = self.similarity.features(items, self.similarity.read(words, len(items)))
        logits = self.parts(table).sum(axis=1) + self.bias[kinds_of_context(table)]
        logits[~scored] = np.nan
        passages = [
            self._passage(item, row, place)
            for item, row, place in zip(items, table, best.tolist(), strict=True)
        ]
        return logits, passages

    def parts(self, table: Floats) -> NDArray[np.float64]:
        """Return what each column of `expand` adds to the log-odds, float64 (items, columns)."""
        return expand(table).astype(np.float64) * self.weights[kinds_of_context(table)]

    def _passage(self, item: Item, row: Floats, place: int) -> Passage | None:
        if place == NO_PASSAGE:
            return None
        if place == TITLE_PASSAGE:
            similarity = round(float(row[COLUMN["title_cosine"]]), 4)
            return Passage(item.title, 0, len(item.title), similarity, "title")
        start, end = self.similarity.story(item).spans[place]
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
    """Return the features with their roots and products, float32 (items, len(EXPANDED)).

    Roots, because the first shared words tell most. Products with substance (0-1), because a long
    comment that shares nothing tells more than a short one.
    """
    sizes = np.expm1(table[:, [COLUMN["length"]]])
    substance = sizes / (sizes + HALF_SUBSTANCE)
    lexical = np.maximum(table[:, : len(LEXICAL)], 0.0)
    return np.concatenate([table, np.sqrt(lexical), table[:, : len(_CLOSE)] * substance], axis=1)
