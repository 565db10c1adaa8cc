"""How close comments are to their story, parent and thread, by words and by meaning.

Each text is a bag of word stems weighted by idf, with a static vector. Closeness by words is a
cosine or the share of the comment's weight that is found in the other text; closeness by meaning is
the cosine of the vectors. Stories and thread comments are kept in a cache by their text, so each is
read once however many comments stand under it. A batch is measured on one table of its comments'
stems, without a loop over comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.relevance.sparse_vectors import (
    Bag,
    Bags,
    Cache,
    Floats,
    Rows,
    expand_slices,
    join_bags,
    make_bags,
)
from classifiers.relevance.story_view import (
    BODY,
    LEAD,
    PASSAGES,
    TITLE,
    StoryKey,
    StoryView,
    key_of,
    view_stories,
)
from classifiers.relevance.word_vectors import WordVectors, unit
from classifiers.text.stems import STEM_BITS
from classifiers.text.tokens import Words, read_words
from classifiers.types import Item

THREAD_READ = 8
"""Earlier comments of the thread that are looked at: the latest ones."""

STORIES_AT_ONCE = 64
"""Stories read in one go."""

TOP = 3
"""Thread comments in the mean of the most alike ones."""

LEXICAL = (
    "title_cosine", "title_share", "lead_cosine", "body_cosine", "passage_cosine",
    "passage_margin", "story_share", "parent_cosine", "parent_share", "thread_mean",
    "thread_top", "thread_best", "thread_share", "any_share",
)  # fmt: skip
MEANINGS = (
    "title_meaning", "lead_meaning", "body_meaning", "passage_meaning", "parent_meaning",
    "thread_meaning", "thread_top_meaning", "thread_best_meaning", "context_meaning",
    "best_meaning",
)  # fmt: skip
SIZES = ("has_title", "has_body", "has_parent", "thread_size", "length", "weight", "genericness")
FEATURE_NAMES = (*LEXICAL, *MEANINGS, *SIZES)
COLUMN = {name: number for number, name in enumerate(FEATURE_NAMES)}
NO_PASSAGE, TITLE_PASSAGE = -2, -1


@dataclass(frozen=True, slots=True)
class _Batch:
    """Comments of a batch as one table: weight of each of the batch's stems in each comment.

    ``column_of`` maps a stem row to its column; stems of no comment map to the last column, which
    is all zero. ``covered`` says which stems stand in some part of the comment's context.
    """

    bags: Bags
    dense: Floats
    column_of: NDArray[np.int32]
    covered: NDArray[np.bool_]
    table: Floats

    def set(
        self, name: str, rows: Rows | slice, values: NDArray[np.floating] | np.floating
    ) -> None:
        """Fill in one feature of some comments."""
        self.table[rows, COLUMN[name]] = values


def _batch_of(bags: Bags) -> _Batch:
    stems = np.unique(bags.rows)
    column_of = np.full(1 << STEM_BITS, len(stems), dtype=np.int32)
    column_of[stems] = np.arange(len(stems), dtype=np.int32)
    dense = np.zeros((len(bags), len(stems) + 1), dtype=np.float32)
    dense[bags.owners, column_of[bags.rows]] = bags.weights
    table = np.zeros((len(bags), len(FEATURE_NAMES)), dtype=np.float32)
    return _Batch(bags, dense, column_of, np.zeros(dense.shape, dtype=bool), table)


CELLS = 4_000_000
"""Comments times stems of one table, whatever is sent: 20 MB."""


def _parts(bags: Bags) -> Iterator[tuple[int, int]]:
    """Cut a batch so that no table has many more than `CELLS` cells."""
    begin = 0
    for end in range(1, len(bags) + 1):
        stems = int(bags.edges[min(end + 1, len(bags))] - bags.edges[begin])
        if end == len(bags) or (end + 1 - begin) * stems > CELLS:
            yield begin, end
            begin = end


class Closeness:
    """Measures how close comments are to what they stand under.

    Parameters
    ----------
    idf : array of float32
        Weight per stem row; 0 for stop words.
    vectors : WordVectors
    """

    def __init__(
        self, idf: Floats, vectors: WordVectors, *, stories: int = 512, texts: int = 8192
    ) -> None:
        self.idf = idf
        self.rarest = float(idf.max(initial=0.0))
        self.vectors = vectors
        self._stories: Cache[StoryView] = Cache(stories)
        self._bags: Cache[Bag] = Cache(texts)

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

    def read(self, words: Words, count: int) -> Bags:
        """Return the bags of a batch of texts from their words."""
        return make_bags(words, self.idf, self.vectors, count)

    def bags(self, texts: Sequence[str]) -> dict[str, Bag]:
        """Return the bags of context texts, reading only those that are not in the cache."""
        known = {text: bag for text in set(texts) if (bag := self._bags.get(text)) is not None}
        missing = sorted(set(texts) - known.keys())
        if missing:
            made = self.read(read_words(missing), len(missing))
            for number, text in enumerate(missing):
                known[text] = made[number]
                self._bags.put(text, known[text])
        return known

    def measure(self, items: Sequence[Item], bags: Bags) -> tuple[Floats, NDArray[np.int64]]:
        """Return features (items x `FEATURE_NAMES`) and each item's best passage.

        The best passage is an index into the story's passages, `TITLE_PASSAGE` or `NO_PASSAGE`.
        """
        measured = [
            self._measure_part(items[begin:end], bags.part(begin, end))
            for begin, end in _parts(bags)
        ]
        tables = [np.zeros((0, len(FEATURE_NAMES)), dtype=np.float32)]
        passages = [np.zeros(0, dtype=np.int64)]
        return (
            np.concatenate(tables + [table for table, _ in measured]),
            np.concatenate(passages + [best for _, best in measured]),
        )

    def _measure_part(self, items: Sequence[Item], bags: Bags) -> tuple[Floats, NDArray[np.int64]]:
        batch = _batch_of(bags)
        best = np.full(len(items), NO_PASSAGE, dtype=np.int64)
        context = np.zeros(bags.vectors.shape, dtype=np.float32)
        groups: dict[StoryKey, list[int]] = {}
        for number, item in enumerate(items):
            groups.setdefault(key_of(item), []).append(number)
        views = self.stories(list(groups))
        for view, numbers in zip(views, groups.values(), strict=True):
            rows = np.array(numbers)
            best[rows] = _compare_with_story(batch, rows, view)
            context[rows] = unit(view.vectors[TITLE] + view.vectors[BODY])
        self._compare_with_comments(batch, items, context)
        _finish(batch, items, context)
        best[bags.totals == 0.0] = NO_PASSAGE
        return batch.table, best

    def _compare_with_comments(self, batch: _Batch, items: Sequence[Item], context: Floats) -> None:
        """Fill in what concerns parent and thread; add the thread's meaning to the context's."""
        parents = [(n, item.parent) for n, item in enumerate(items) if item.parent]
        thread = [(n, text) for n, item in enumerate(items)
                  for text in item.thread[-THREAD_READ:] if text]  # fmt: skip
        if not parents and not thread:
            return
        known = self.bags([text for _, text in (*parents, *thread)])
        place = {text: number for number, text in enumerate(known)}
        others = join_bags(list(known.values()))
        for pairs, compare in ((parents, _compare_with_parent), (thread, _compare_with_thread)):
            if pairs:
                owners = np.array([number for number, _ in pairs])
                compare(batch, others, owners, np.array([place[t] for _, t in pairs]), context)


def _compare_with_story(batch: _Batch, rows: Rows, view: StoryView) -> Rows:
    """Fill in what concerns the story for the comments under it; return their best passages."""
    bags = batch.bags
    columns = batch.column_of[view.vocabulary]
    shared = columns < batch.dense.shape[1] - 1
    mine = batch.dense[np.ix_(rows, columns[shared])]
    weights = view.columns[shared]
    batch.covered[np.ix_(rows, columns[shared])] = True
    cosines = mine @ weights / bags.norms[rows, None]
    totals = np.maximum(bags.totals[rows], 1e-6)
    meanings = bags.vectors[rows] @ view.vectors.T
    for name, column in (("title", TITLE), ("lead", LEAD), ("body", BODY)):
        batch.set(f"{name}_cosine", rows, cosines[:, column])
        batch.set(f"{name}_meaning", rows, meanings[:, column])
    batch.set("title_share", rows, mine @ (weights[:, TITLE] > 0) / totals)
    batch.set("story_share", rows, mine.sum(axis=1) / totals)
    batch.set("has_title", rows, np.float32(view.columns[:, TITLE].any()))
    best = np.where(cosines[:, TITLE] > 0, TITLE_PASSAGE, NO_PASSAGE)
    if not view.spans:
        return best
    closest = cosines[:, PASSAGES:]
    batch.set("has_body", rows, np.float32(1.0))
    batch.set("passage_cosine", rows, closest.max(axis=1))
    batch.set("passage_margin", rows, closest.max(axis=1) - closest.mean(axis=1))
    batch.set("passage_meaning", rows, meanings[:, PASSAGES:].max(axis=1))
    passage = np.argmax(closest + MEANING_SHARE * meanings[:, PASSAGES:], axis=1)
    found = closest[np.arange(len(rows)), passage]
    return np.where((found > 0) & (found >= 0.5 * cosines[:, TITLE]), passage, best)


MEANING_SHARE = 0.3
"""What closeness by meaning counts beside closeness by words when the best passage is chosen."""


def _word_cosines(batch: _Batch, others: Bags, owners: Rows, texts: Rows) -> Floats:
    """Return the cosine of each pair (comment, other text); mark the shared stems as covered."""
    sizes = np.diff(others.edges)[texts]
    stems = expand_slices(others.edges[texts], sizes)
    columns = batch.column_of[others.rows[stems]]
    pair = np.repeat(np.arange(len(texts)), sizes)
    shared = columns < batch.dense.shape[1] - 1
    columns, pair, stems = columns[shared], pair[shared], stems[shared]
    batch.covered[owners[pair], columns] = True
    products = batch.dense[owners[pair], columns] * others.weights[stems]
    sums = np.bincount(pair, products, minlength=len(texts))
    return (sums / (batch.bags.norms[owners] * others.norms[texts])).astype(np.float32)


def _covered_share(batch: _Batch, rows: Rows) -> Floats:
    """Return the share of each comment's weight that is marked as covered."""
    mine = np.einsum("ij,ij->i", batch.dense[rows], batch.covered[rows].astype(np.float32))
    return np.asarray(mine / np.maximum(batch.bags.totals[rows], 1e-6), dtype=np.float32)


def _compare_with_parent(
    batch: _Batch, others: Bags, owners: Rows, texts: Rows, context: Floats
) -> None:
    story = batch.covered[owners].copy()
    batch.covered[owners] = False
    batch.set("parent_cosine", owners, _word_cosines(batch, others, owners, texts))
    batch.set("parent_share", owners, _covered_share(batch, owners))
    batch.covered[owners] |= story
    vectors = others.vectors[texts]
    batch.set("parent_meaning", owners, (batch.bags.vectors[owners] * vectors).sum(axis=1))
    batch.set("has_parent", owners, np.float32(1.0))
    context[owners] += vectors


def _compare_with_thread(
    batch: _Batch, others: Bags, owners: Rows, texts: Rows, context: Floats
) -> None:
    rows, firsts, sizes = np.unique(owners, return_index=True, return_counts=True)
    elsewhere = batch.covered[rows].copy()
    batch.covered[rows] = False
    cosines = _word_cosines(batch, others, owners, texts)
    batch.set("thread_share", rows, _covered_share(batch, rows))
    batch.covered[rows] |= elsewhere
    meanings = (batch.bags.vectors[owners] * others.vectors[texts]).sum(axis=1)
    place = np.arange(len(owners)) - np.repeat(firsts, sizes)
    for values, name in ((cosines, ""), (meanings, "_meaning")):
        best = np.full((len(rows), THREAD_READ), -np.inf, dtype=np.float32)
        best[np.repeat(np.arange(len(rows)), sizes), place] = values
        best = -np.sort(-best, axis=1)[:, :TOP]
        counted = np.minimum(sizes, TOP)
        top = np.where(np.isfinite(best), best, 0.0).sum(axis=1) / counted
        batch.set(f"thread_best{name}", rows, best[:, 0])
        batch.set(f"thread_top{name}", rows, top)
    batch.set("thread_mean", rows, np.add.reduceat(cosines, firsts) / sizes)
    together = unit(np.add.reduceat(others.vectors[texts], firsts, axis=0))
    batch.set("thread_meaning", rows, (batch.bags.vectors[rows] * together).sum(axis=1))
    batch.set("thread_size", rows, sizes / THREAD_READ)
    context[rows] += together


def _finish(batch: _Batch, items: Sequence[Item], context: Floats) -> None:
    """Fill in what needs all parts of the context, and what needs none."""
    bags = batch.bags
    everyone = np.arange(len(items))
    batch.set("any_share", everyone, _covered_share(batch, everyone))
    batch.set("context_meaning", everyone, (bags.vectors * unit(context)).sum(axis=1))
    first, last = COLUMN["title_meaning"], COLUMN["context_meaning"]
    batch.set("best_meaning", everyone, batch.table[:, first : last + 1].max(axis=1))
    sizes = np.diff(bags.edges)
    batch.set("length", everyone, np.log1p(sizes))
    batch.set("weight", everyone, np.log1p(bags.totals))
    batch.set("genericness", everyone, bags.totals / np.maximum(sizes, 1))
