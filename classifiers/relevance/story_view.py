"""A story read once: its passages, the weight of each stem in them and their static vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.relevance.passages import cut_passages
from classifiers.relevance.sparse_vectors import Bags, Floats, Rows, make_bags
from classifiers.relevance.word_vectors import WordVectors
from classifiers.text.tokens import read_words
from classifiers.types import Item

StoryKey = tuple[str, str, str]
"""Title, text and section."""

LEAD_PASSAGES = 2
TITLE, LEAD, BODY, PASSAGES = 0, 1, 2, 3
"""Columns of a view: the passages stand last."""


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story's vocabulary and, per stem, its unit weight in title, lead, body and passages.

    ``vectors`` holds the static vectors of title, lead, body and passages, in that order.
    """

    vocabulary: Rows
    columns: Floats
    vectors: Floats
    spans: tuple[tuple[int, int], ...]


def key_of(item: Item) -> StoryKey:
    """Return what a story's view is kept under."""
    return item.title, item.story, item.section


def _texts_of(key: StoryKey) -> tuple[list[str], list[tuple[int, int]]]:
    """Return title, lead, body and passages of a story, and where the passages stand."""
    title, story, section = key
    spans = cut_passages(story)
    lead_end = spans[min(LEAD_PASSAGES, len(spans)) - 1][1] if spans else 0
    start = spans[0][0] if spans else 0
    body = story[: spans[-1][1]] if spans else ""
    parts = [f"{title} {section}", story[start:lead_end], body]
    return parts + [story[begin:end] for begin, end in spans], spans


def view_stories(
    keys: Sequence[StoryKey], idf: Floats, word_vectors: WordVectors
) -> list[StoryView]:
    """Read stories, all in one go."""
    cut = [_texts_of(key) for key in keys]
    texts = [text for parts, _ in cut for text in parts]
    bags = make_bags(read_words(texts), idf, word_vectors, len(texts))
    ends = np.cumsum([len(parts) for parts, _ in cut]).tolist()
    return [
        _view(bags.part(end - len(parts), end), spans)
        for (parts, spans), end in zip(cut, ends, strict=True)
    ]


def _view(bags: Bags, spans: Sequence[tuple[int, int]]) -> StoryView:
    vocabulary, places = np.unique(bags.rows, return_inverse=True)
    columns = np.zeros((len(vocabulary), len(bags)), dtype=np.float32)
    columns[places, bags.owners] = bags.weights / bags.norms[bags.owners]
    return StoryView(vocabulary, columns, bags.vectors, tuple(spans))
