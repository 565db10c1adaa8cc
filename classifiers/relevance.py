"""The signal off_topic: a calibrated combination of how close a comment is to its context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.closeness import FEATURE_NAMES, Bag, Closeness, Floats, StoryView
from classifiers.items import Item, Passage


@dataclass(frozen=True, slots=True)
class Relevance:
    """Weights of the closeness features for the log-odds of being off topic.

    One row of weights per kind of context (see `kinds_of_context`): how much it means that no
    word is shared depends on how much there was to share.
    """

    closeness: Closeness
    weights: Floats
    bias: Floats

    def judge(
        self, items: Sequence[Item], bags: Sequence[Bag]
    ) -> tuple[NDArray[np.float64], list[Passage | None]]:
        """Return log-odds of off_topic (nan without any story text) and the matched passages."""
        table, best = self.closeness.measure(items, bags)
        logits = self._logits(table)
        for number, item in enumerate(items):
            if not (item.title.strip() or item.story.strip()):
                logits[number] = np.nan
        passages = [
            self._passage(item, table[number], best[number]) for number, item in enumerate(items)
        ]
        return logits, passages

    def _logits(self, table: Floats) -> NDArray[np.float64]:
        kinds = kinds_of_context(table)
        products = expand(table).astype(np.float64) * self.weights[kinds]
        return np.asarray(products.sum(axis=1) + self.bias[kinds], dtype=np.float64)

    def logit_without_words_in_common(self, item: Item, bag: Bag) -> float:
        """Return the log-odds that a comment would have if it shared no word with its context."""
        table, _ = self.closeness.measure([item], [bag])
        for number, name in enumerate(FEATURE_NAMES):
            if any(part in name for part in _CLOSENESS) or name in _CLOSENESS_BESIDES:
                table[:, number] = 0.0
        return float(self._logits(table)[0])

    def _passage(self, item: Item, row: Floats, best: int) -> Passage | None:
        if best == -2:
            return None
        if best == -1:
            similarity = float(row[FEATURE_NAMES.index("title_cosine")])
            return Passage(item.title, 0, len(item.title), round(similarity, 4), "title")
        view: StoryView = self.closeness.story(item)
        start, end = view.spans[best]
        similarity = float(row[FEATURE_NAMES.index("passage_cosine")])
        return Passage(item.story[start:end], start, end, round(similarity, 4))


_CLOSENESS = ("cosine", "share", "meaning")
_CLOSENESS_BESIDES = ("passage_margin", "thread_best", "substance_story", "substance_any")
_LAST_COSINE = FEATURE_NAMES.index("any_share") + 1


def kinds_of_context(table: Floats) -> NDArray[np.int64]:
    """Return per item: 0 title only, 1 title and thread or parent, 2 with body, 3 all."""
    columns = [FEATURE_NAMES.index(name) for name in ("has_body", "has_parent", "has_thread")]
    body, parent, thread = (table[:, column] > 0 for column in columns)
    return 2 * body.astype(np.int64) + (parent | thread)


def expand(table: Floats) -> Floats:
    """Add the square roots of closeness: the first shared words tell more than later ones."""
    return np.concatenate([table, np.sqrt(np.maximum(table[:, :_LAST_COSINE], 0.0))], axis=1)
