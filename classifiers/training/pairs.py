"""Comment and context pairs that teach off_topic: a comment under its own or another story.

The only licensed English comments with titles are threads without article text, so a story's
body is stood in for by other comments of the same thread; the passages, the parent and the
earlier comments are drawn from the rest of the thread.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from classifiers.closeness import Bag, shared
from classifiers.items import Item
from classifiers.training.data import Example

Thread = tuple[str, list[str]]
"""A story's title and the comments under it."""


def threads_of(examples: Sequence[Example], part: str | None = None) -> list[Thread]:
    """Group examples that have a title by story; keep stories with three comments or more."""
    groups: dict[str, Thread] = {}
    made: dict[str, Thread] = defaultdict(lambda: ("", []))
    for example in examples:
        if example.title and example.group and (part is None or example.part == part):
            made[example.group] = (example.title, [*made[example.group][1], example.text])
    groups.update({key: thread for key, thread in made.items() if len(thread[1]) >= 3})
    return [groups[key] for key in sorted(groups)]


def draw_context(thread: Thread, without: str, source: random.Random, forms: Sequence[str]) -> Item:
    """Draw one of the given forms of context from a thread, never using the comment itself.

    Forms: "title", "thread" (title and earlier comments), "body" (title and a body made of other
    comments), "all" (body, thread and parent).
    """
    title, texts = thread
    others = [text for text in texts if text != without]
    source.shuffle(others)
    form = source.choice(list(forms))
    body: list[str] = []
    if form in ("body", "all"):
        size = min(len(others), source.randint(3, 10))
        body, others = others[:size], others[size:]
    earlier = others[: source.randint(1, 8)] if form in ("thread", "all") else []
    parent = source.choice(earlier) if earlier and source.random() < 0.4 else ""
    return Item("", title, "\n".join(body), "", parent, tuple(earlier))


def nearest_threads(
    threads: Sequence[Thread], bag_of: Callable[[list[str]], list[Bag]], count: int = 5
) -> list[list[int]]:
    """Return for each thread the others whose title and comments are most alike to it."""
    bags = bag_of([" ".join([title, *texts[:12]]) for title, texts in threads])
    likeness = np.array([[shared(one, other)[0] for other in bags] for one in bags])
    np.fill_diagonal(likeness, -1.0)
    return [np.argsort(-row)[:count].tolist() for row in likeness]


def make_pairs(
    threads: Sequence[Thread],
    near: Sequence[Sequence[int]],
    seed: int,
    *,
    repeats: int = 2,
    hard: float = 0.35,
    forms: Sequence[str] = ("title", "thread", "body", "all"),
) -> tuple[list[Item], list[int]]:
    """Return items and labels (1 is off topic): each comment once at home and once elsewhere.

    ``hard`` is the share of foreign contexts taken from the nearest other stories.
    """
    source = random.Random(seed)
    items: list[Item] = []
    labels: list[int] = []
    for number, (_, texts) in enumerate(threads):
        for text in texts * repeats:
            elsewhere = source.randrange(len(threads) - 1)
            elsewhere += elsewhere >= number
            if source.random() < hard:
                elsewhere = source.choice(list(near[number]))
            for label, place in ((0, number), (1, elsewhere)):
                context = draw_context(threads[place], text, source, forms)
                items.append(Item(text, context.title, context.story, "", context.parent,
                                  context.thread))  # fmt: skip
                labels.append(label)
    return items, labels
