"""Lexical closeness of comments to their story, parent and thread, over hashed word stems.

Each text is a bag of stems weighted by idf; closeness is a cosine or the share of the comment's
weight that is found in the other text. Vectors of stories, parents and thread comments are kept
in a cache by their text, so a story is read once however many comments stand under it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from classifiers.embeddings import StemVectors
from classifiers.features import Words, read_words
from classifiers.items import Item
from classifiers.low_quality import stem_rows
from classifiers.passages import cut_passages

THREAD_READ = 8
"""Earlier comments of the thread that are looked at: the latest ones."""

LEAD_PASSAGES = 2
FEATURE_NAMES = (
    "title_cosine", "lead_cosine", "body_cosine", "passage_cosine", "passage_margin",
    "story_share", "title_share", "parent_cosine", "parent_share", "thread_cosine",
    "thread_best", "thread_share", "any_share", "length", "genericness", "has_body",
    "has_parent", "has_thread", "substance", "substance_story", "substance_any",
    "title_meaning", "body_meaning", "passage_meaning", "parent_meaning", "thread_meaning",
    "best_meaning", "substance_meaning",
)  # fmt: skip
_INDEX = {name: number for number, name in enumerate(FEATURE_NAMES)}
_MEANINGS = slice(_INDEX["title_meaning"], _INDEX["thread_meaning"] + 1)

Value = TypeVar("Value")
Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bag:
    """One text as distinct stems, ascending, with weights; ``norm`` is their Euclidean length.

    ``vector`` is the text's static vector, of length one (or zero).
    """

    rows: Rows
    weights: Floats
    norm: float
    vector: Floats


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story's vocabulary and, per stem, its unit weight in title, lead, body and passages.

    ``vectors`` holds the static vectors of title, lead, body and passages, in that order.
    """

    vocabulary: Rows
    columns: Floats
    vectors: Floats
    spans: tuple[tuple[int, int], ...]
    has_body: bool


def make_bags(words: Words, idf: Floats, stem_vectors: StemVectors, count: int) -> list[Bag]:
    """Return the bags of a batch of texts; words with little meaning (low idf) weigh little."""
    rows = stem_rows(words)
    keys, amounts = np.unique((words.text_ids.astype(np.int64) << 20) | rows, return_counts=True)
    ids, stems = keys >> 20, keys & 0xFFFFF
    weights = (idf[stems] * (1.0 + np.log(amounts))).astype(np.float32)
    kept = weights > 0
    ids, stems, weights = ids[kept], stems[kept], weights[kept]
    edges = np.searchsorted(ids, np.arange(count + 1))
    squares = np.concatenate(([0.0], np.cumsum(weights.astype(np.float64) ** 2)))
    norms = np.sqrt(np.maximum(squares[edges[1:]] - squares[edges[:-1]], 1e-12)).tolist()
    vectors = stem_vectors.of_texts(stems, weights, edges)
    return [
        Bag(stems[edges[k] : edges[k + 1]], weights[edges[k] : edges[k + 1]], norms[k], vectors[k])
        for k in range(count)
    ]


def find(vocabulary: Rows, rows: Rows) -> tuple[Rows, NDArray[np.bool_]]:
    """Return where each row stands in a sorted vocabulary, and whether it is there."""
    if not len(vocabulary):
        return np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=bool)
    places = np.minimum(np.searchsorted(vocabulary, rows), len(vocabulary) - 1)
    return places, vocabulary[places] == rows


def shared(comment: Bag, other: Bag) -> tuple[float, float]:
    """Return (cosine, share of the comment's weight whose stems the other text has)."""
    places, there = find(other.rows, comment.rows)
    if not there.any():
        return 0.0, 0.0
    mine = comment.weights[there]
    cosine = float(mine @ other.weights[places[there]]) / (comment.norm * other.norm)
    return cosine, float(mine.sum() / comment.weights.sum())


class Cache(Generic[Value]):
    """A small cache that forgets what was used longest ago; safe among threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[object, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object) -> Value | None:
        """Return what is kept under a key, or None."""
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
            return value

    def put(self, key: object, value: Value) -> None:
        """Keep a value, forgetting the oldest when full."""
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def view_story(
    title: str, story: str, section: str, idf: Floats, stem_vectors: StemVectors
) -> StoryView:
    """Read a story once: its passages and the weight of each stem in them."""
    spans = cut_passages(story)
    lead_end = spans[min(LEAD_PASSAGES, len(spans)) - 1][1] if spans else 0
    start = spans[0][0] if spans else 0
    texts = [f"{title} {section}", story[start:lead_end], story[: spans[-1][1]] if spans else ""]
    texts += [story[begin:end] for begin, end in spans]
    bags = make_bags(read_words(texts), idf, stem_vectors, len(texts))
    vocabulary = np.unique(np.concatenate([bag.rows for bag in bags]))
    columns = np.zeros((len(vocabulary), len(bags)), dtype=np.float32)
    for number, bag in enumerate(bags):
        columns[find(vocabulary, bag.rows)[0], number] = bag.weights / bag.norm
    vectors = np.stack([bag.vector for bag in bags])
    return StoryView(vocabulary, columns, vectors, tuple(spans), bool(spans))


class Closeness:
    """Measures how close comments are to what they stand under.

    Parameters
    ----------
    idf : array of float32
        Weight per stem row; 0 for stop words.
    vectors : StemVectors
    """

    def __init__(
        self, idf: Floats, vectors: StemVectors, *, stories: int = 512, texts: int = 8192
    ) -> None:
        self.idf = idf
        self.vectors = vectors
        self._stories: Cache[StoryView] = Cache(stories)
        self._bags: Cache[Bag] = Cache(texts)

    def story(self, item: Item) -> StoryView:
        """Return the view of an item's story, from the cache where possible."""
        key = (item.title, item.story, item.section)
        view = self._stories.get(key)
        if view is None:
            view = view_story(item.title, item.story, item.section, self.idf, self.vectors)
            self._stories.put(key, view)
        return view

    def read(self, words: Words, count: int) -> list[Bag]:
        """Return the bags of a batch of texts from their words."""
        return make_bags(words, self.idf, self.vectors, count)

    def bags(self, texts: Sequence[str]) -> dict[str, Bag]:
        """Return the bags of context texts, reading only those that are not in the cache."""
        known = {text: bag for text in set(texts) if (bag := self._bags.get(text)) is not None}
        missing = sorted(set(texts) - known.keys())
        if missing:
            made = self.read(read_words(missing), len(missing))
            for text, bag in zip(missing, made, strict=True):
                self._bags.put(text, bag)
                known[text] = bag
        return known

    def measure(self, items: Sequence[Item], bags: Sequence[Bag]) -> tuple[Floats, list[int]]:
        """Return features (items x `FEATURE_NAMES`) and each item's best passage.

        The best passage is an index into the story's passages, -1 for the title, -2 for none.
        """
        table = np.zeros((len(items), len(FEATURE_NAMES)), dtype=np.float32)
        best: list[int] = [-2] * len(items)
        context = self.bags(
            [text for item in items for text in (item.parent, *item.thread[-THREAD_READ:]) if text]
        )
        for number, (item, bag) in enumerate(zip(items, bags, strict=True)):
            if len(bag.rows):
                best[number] = self._measure_one(table[number], item, bag, context)
            _add_size(table[number], item, bag)
        return table, best

    def _measure_one(self, row: Floats, item: Item, bag: Bag, context: dict[str, Bag]) -> int:
        """Fill in one item's features; return its best passage."""
        view = self.story(item)
        total = float(bag.weights.sum())
        meanings = view.vectors @ bag.vector
        row[_INDEX["title_meaning"]], row[_INDEX["body_meaning"]] = meanings[0], meanings[2]
        best = -2
        covered = np.zeros(len(bag.rows), dtype=bool)
        if len(view.vocabulary):
            places, covered = find(view.vocabulary, bag.rows)
            mine = np.where(covered, bag.weights, np.float32(0.0))
            columns = view.columns[places]
            cosines = mine @ columns / bag.norm
            _fill_story(row, cosines)
            row[_INDEX["title_share"]] = float(mine[columns[:, 0] > 0].sum()) / total
            row[_INDEX["story_share"]] = float(mine.sum()) / total
            best = -1 if cosines[0] > 0 else -2
            if view.has_body:
                row[_INDEX["passage_meaning"]] = meanings[3:].max()
                passage = int(np.argmax(cosines[3:] + 0.3 * meanings[3:]))
                if cosines[3 + passage] > 0 and cosines[3 + passage] >= 0.5 * cosines[0]:
                    best = passage
        covered = covered | _measure_context(row, item, bag, context)
        row[_INDEX["any_share"]] = float(bag.weights[covered].sum()) / total
        row[_INDEX["best_meaning"]] = row[_MEANINGS].max()
        return best


def _fill_story(row: Floats, cosines: Floats) -> None:
    row[_INDEX["title_cosine"]], row[_INDEX["lead_cosine"]] = cosines[0], cosines[1]
    row[_INDEX["body_cosine"]] = cosines[2]
    if len(cosines) > 3:
        row[_INDEX["passage_cosine"]] = cosines[3:].max()
        row[_INDEX["passage_margin"]] = cosines[3:].max() - cosines[3:].mean()


def _measure_context(
    row: Floats, item: Item, bag: Bag, context: dict[str, Bag]
) -> NDArray[np.bool_]:
    """Fill in parent and thread features; return which stems of the comment stand there."""
    covered = np.zeros(len(bag.rows), dtype=bool)
    if item.parent:
        parent = context[item.parent]
        row[_INDEX["parent_cosine"]], row[_INDEX["parent_share"]] = shared(bag, parent)
        row[_INDEX["parent_meaning"]] = bag.vector @ parent.vector
        covered |= find(parent.rows, bag.rows)[1]
    thread = [context[text] for text in item.thread[-THREAD_READ:] if text]
    if thread:
        rows = np.concatenate([other.rows for other in thread])
        weights = np.concatenate([other.weights / other.norm for other in thread])
        places, there = find(bag.rows, rows)
        owner = np.repeat(np.arange(len(thread)), [len(other.rows) for other in thread])
        products = np.where(there, bag.weights[places] * weights, 0.0)
        cosines = np.bincount(owner, products, minlength=len(thread)) / bag.norm
        row[_INDEX["thread_best"]] = cosines.max()
        row[_INDEX["thread_cosine"]] = cosines.mean()
        in_thread = np.zeros(len(bag.rows), dtype=bool)
        in_thread[places[there]] = True
        row[_INDEX["thread_share"]] = float(bag.weights[in_thread].sum() / bag.weights.sum())
        together = np.sum([other.vector for other in thread], axis=0)
        length = float(np.sqrt(together @ together))
        row[_INDEX["thread_meaning"]] = (bag.vector @ together) / max(length, 1e-6)
        covered |= in_thread
    return covered


def _add_size(row: Floats, item: Item, bag: Bag) -> None:
    """Fill in what does not depend on the story: length, genericness, what context there is."""
    size = len(bag.rows)
    substance = size / (size + 12.0)
    row[_INDEX["length"]] = np.log1p(size)
    row[_INDEX["genericness"]] = float(bag.weights.mean()) if size else 0.0
    row[_INDEX["has_body"]] = float(bool(item.story.strip()))
    row[_INDEX["has_parent"]] = float(bool(item.parent))
    row[_INDEX["has_thread"]] = min(len(item.thread), THREAD_READ) / THREAD_READ
    row[_INDEX["substance"]] = substance
    row[_INDEX["substance_story"]] = substance * row[_INDEX["story_share"]]
    row[_INDEX["substance_any"]] = substance * row[_INDEX["any_share"]]
    row[_INDEX["substance_meaning"]] = substance * row[_INDEX["best_meaning"]]
