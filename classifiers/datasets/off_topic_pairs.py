"""Makes training pairs for off_topic: a comment under its own or another story.

The only licensed English comments with titles are threads without article text. So other comments
of the thread replace the story's body; the parent and the earlier comments come from the rest.
"""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from classifiers.datasets.labelled import Example
from classifiers.relevance.comparison import THREAD_READ
from classifiers.relevance.sparse_vectors import SparseVector
from classifiers.relevance.word_vectors import unit
from classifiers.types import Item

Thread = tuple[str, list[str]]
"""A story's title and the comments under it."""

FORMS = ("title", "title, thread", "title, body", "title, body, thread", "thread", "body",
         "body, thread")  # fmt: skip
"""Forms of context: the parts of a story that a comment is given with."""

PARENT_SHARE = 0.3
"""Share of the comments in a thread that answer an earlier comment."""


def half_of(title: str) -> int:
    """Return the half of a story, 0 or 1, by its title."""
    return zlib.crc32(title.encode("utf-8", "surrogatepass")) % 2


def threads_of(examples: Sequence[Example], part: str | None = None) -> list[Thread]:
    """Group examples with a title by story; keep stories with three comments or more."""
    groups: dict[str, Thread] = {}
    made: dict[str, Thread] = defaultdict(lambda: ("", []))
    for example in examples:
        if example.title and example.group and (part is None or example.part == part):
            made[example.group] = (example.title, [*made[example.group][1], example.text])
    groups.update({key: thread for key, thread in made.items() if len(thread[1]) >= 3})
    return [groups[key] for key in sorted(groups)]


def draw_context(
    thread: Thread, without: str, source: random.Random, form: str, earlier: int
) -> Item:
    """Return a random context of one of `FORMS` from a thread, never with the comment itself.

    ``earlier`` is the number of earlier comments, if the thread has that many.
    """
    title, texts = thread
    others = [text for text in texts if text != without]
    source.shuffle(others)
    body: list[str] = []
    if "body" in form:
        size = min(len(others), source.randint(3, 10))
        body, others = others[:size], others[size:]
    before = others[:earlier] if "thread" in form else []
    parent = source.choice(before) if before and source.random() < PARENT_SHARE else ""
    shown = title if "title" in form else ""
    return Item("", shown, "\n".join(body), "", parent, tuple(before))


def nearest_threads(
    threads: Sequence[Thread], vectors_of: Callable[[list[str]], list[SparseVector]], count: int = 5
) -> list[list[int]]:
    """Return for each thread the ``count`` threads with the most similar title and comments."""
    vectors = vectors_of([" ".join([title, *texts[:12]]) for title, texts in threads])
    stems = np.unique(np.concatenate([vector.rows for vector in vectors]))
    table = np.zeros((len(vectors), len(stems)), dtype=np.float32)
    for row, vector in zip(table, vectors, strict=True):
        row[np.searchsorted(stems, vector.rows)] = vector.weights
    table = unit(table)
    likeness = table @ table.T
    np.fill_diagonal(likeness, -1.0)
    return [np.argsort(-row, kind="stable")[:count].tolist() for row in likeness]


def make_pairs(
    threads: Sequence[Thread],
    near: Sequence[Sequence[int]],
    seed: int,
    *,
    repeats: int = 1,
    hard: float = 0.35,
    forms: Sequence[str] = FORMS,
    fewest: int = 1,
) -> tuple[list[Item], list[int]]:
    """Return items and labels (1 is off topic): each comment under both stories, in each form.

    ``hard`` is the share of other contexts taken from the nearest stories. Both contexts have the
    same number of earlier comments, between ``fewest`` and `THREAD_READ`.
    """
    source = random.Random(seed)
    items: list[Item] = []
    labels: list[int] = []
    for number, (_, texts) in enumerate(threads):
        for text in texts:
            for form in [form for form in forms for _ in range(repeats)]:
                elsewhere = source.randrange(len(threads) - 1)
                elsewhere += elsewhere >= number
                if source.random() < hard:
                    elsewhere = source.choice(list(near[number]))
                earlier = source.randint(fewest, THREAD_READ)
                for label, place in ((0, number), (1, elsewhere)):
                    made = draw_context(threads[place], text, source, form, earlier)
                    items.append(Item(text, made.title, made.story, "", made.parent, made.thread))
                    labels.append(label)
    return items, labels
