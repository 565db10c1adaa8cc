"""Scores how similar comments are to their story, parent and thread, by words and by meaning.

Stories and thread comments are kept in a cache by their text, so each is read once however many
comments it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.relevance.comparison import (
    FEATURE_NAMES,
    NO_PASSAGE,
    THREAD_READ,
    ComparedBatch,
    batch_of,
    compare_with_everything,
    compare_with_parent,
    compare_with_story,
    compare_with_thread,
)
from classifiers.relevance.sparse_vectors import (
    Cache,
    Floats,
    SparseVector,
    SparseVectors,
    join_sparse_vectors,
    make_sparse_vectors,
)
from classifiers.relevance.story_view import (
    BODY,
    TITLE,
    StoryKey,
    StoryView,
    key_of,
    view_stories,
)
from classifiers.relevance.word_vectors import WordVectors, unit
from classifiers.text.tokens import Words, read_words
from classifiers.types import Item

STORIES_AT_ONCE = 64
"""Stories read in one go."""

CELLS = 4_000_000
"""Most cells (comments times stems) of one dense table, so that it needs at most 20 MB."""


def _parts(comments: SparseVectors) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of parts of a batch whose tables have about `CELLS` cells at most."""
    begin = 0
    for end in range(1, len(comments) + 1):
        stems = int(comments.edges[min(end + 1, len(comments))] - comments.edges[begin])
        if end == len(comments) or (end + 1 - begin) * stems > CELLS:
            yield begin, end
            begin = end


class Similarity:
    """Compares comments with their context. Thread-safe; holds caches of context texts.

    Parameters
    ----------
    idf : array of float32 (2**STEM_BITS,)
        Weight per stem row; 0 for stop words.
    vectors : WordVectors
    stories, texts : int
        Stories and thread comments that the caches hold.
    """

    def __init__(
        self, idf: Floats, vectors: WordVectors, *, stories: int = 512, texts: int = 8192
    ) -> None:
        self.idf = idf
        self.rarest = float(idf.max(initial=0.0))
        self.vectors = vectors
        self._stories: Cache[StoryView] = Cache(stories)
        self._vectors: Cache[SparseVector] = Cache(texts)

    def story(self, item: Item) -> StoryView:
        """Return the view of an item's story, from the cache where possible."""
        return self.stories([key_of(item)])[0]

    def stories(self, keys: Sequence[StoryKey]) -> list[StoryView]:
        """Return the views of stories, reading only those that are not in the cache."""
        views = {key: view for key in keys if (view := self._stories.get(key)) is not None}
        missing = [key for key in keys if key not in views]
        for start in range(0, len(missing), STORIES_AT_ONCE):
            block = missing[start : start + STORIES_AT_ONCE]
            for key, view in zip(block, view_stories(block, self.idf, self.vectors), strict=True):
                self._stories.put(key, view)
                views[key] = view
        return [views[key] for key in keys]

    def read(self, words: Words, count: int) -> SparseVectors:
        """Return the sparse vectors of ``count`` texts from their words."""
        return make_sparse_vectors(words, self.idf, self.vectors, count)

    def context_vectors(self, texts: Sequence[str]) -> dict[str, SparseVector]:
        """Return the vectors of context texts, reading only those that are not in the cache."""
        known = {
            text: vector for text in set(texts) if (vector := self._vectors.get(text)) is not None
        }
        missing = sorted(set(texts) - known.keys())
        if missing:
            made = self.read(read_words(missing), len(missing))
            for number, text in enumerate(missing):
                known[text] = made[number]
                self._vectors.put(text, known[text])
        return known

    def features(
        self, items: Sequence[Item], comments: SparseVectors
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Compare items with their context.

        Parameters
        ----------
        items : sequence of Item
        comments : SparseVectors
            Those of the items' texts.

        Returns
        -------
        features : array of float32 (items, features)
            Columns in the order of `FEATURE_NAMES`.
        passages : array of int64 (items,)
            An index into the story's passages, `TITLE_PASSAGE` or `NO_PASSAGE`.
        """
        parts = [
            self._features_of_part(items[begin:end], comments.part(begin, end))
            for begin, end in _parts(comments)
        ]
        tables = [np.zeros((0, len(FEATURE_NAMES)), dtype=np.float32)]
        passages = [np.zeros(0, dtype=np.int64)]
        return (
            np.concatenate(tables + [table for table, _ in parts]),
            np.concatenate(passages + [best for _, best in parts]),
        )

    def _features_of_part(
        self, items: Sequence[Item], comments: SparseVectors
    ) -> tuple[Floats, NDArray[np.int64]]:
        batch = batch_of(comments)
        best = np.full(len(items), NO_PASSAGE, dtype=np.int64)
        context = np.zeros(comments.meanings.shape, dtype=np.float32)
        # Comments of one story share one matrix product.
        groups: dict[StoryKey, list[int]] = {}
        for number, item in enumerate(items):
            groups.setdefault(key_of(item), []).append(number)
        views = self.stories(list(groups))
        for view, numbers in zip(views, groups.values(), strict=True):
            rows = np.array(numbers)
            best[rows] = compare_with_story(batch, rows, view)
            context[rows] = unit(view.vectors[TITLE] + view.vectors[BODY])
        self._compare_with_comments(batch, items, context)
        compare_with_everything(batch, items, context)
        best[comments.totals == 0.0] = NO_PASSAGE
        return batch.table, best

    def _compare_with_comments(
        self, batch: ComparedBatch, items: Sequence[Item], context: Floats
    ) -> None:
        """Write the features of parent and thread; add their meanings to ``context``."""
        parents = [(n, item.parent) for n, item in enumerate(items) if item.parent]
        thread = [(n, text) for n, item in enumerate(items)
                  for text in item.thread[-THREAD_READ:] if text]  # fmt: skip
        if not parents and not thread:
            return
        # Each text is read once, also where many comments of the batch share it.
        known = self.context_vectors([text for _, text in (*parents, *thread)])
        place = {text: number for number, text in enumerate(known)}
        others = join_sparse_vectors(list(known.values()))
        for pairs, compare in ((parents, compare_with_parent), (thread, compare_with_thread)):
            if pairs:
                owners = np.array([number for number, _ in pairs])
                compare(batch, others, owners, np.array([place[t] for _, t in pairs]), context)
