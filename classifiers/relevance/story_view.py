"""Reads a story once: its passages, the weight of each stem in them and their static vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.relevance.passages import cut_passages
from classifiers.relevance.sparse_vectors import Floats, Rows, SparseVectors, make_sparse_vectors
from classifiers.relevance.word_vectors import WordVectors
from classifiers.text.tokens import read_words
from classifiers.types import Item

StoryKey = tuple[str, str, str]
"""Title, text and section."""

LEAD_PASSAGES = 2
TITLE, LEAD, BODY, PASSAGES = 0, 1, 2, 3
"""Columns of a view: title, lead, body, then the passages."""


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story, ready to be compared with comments.

    Attributes
    ----------
    stems : array of int64 (stems,)
        Rows of the story's distinct stems, ascending.
    columns : array of float32 (stems, 3 + passages)
        Weight of each stem in title, lead, body and passages. Each column has length one.
    vectors : array of float32 (3 + passages, dimensions)
        Static vectors of title, lead, body and passages.
    spans : tuple of (start, end)
        Offsets of the passages in the story's text.
    """

    stems: Rows
    columns: Floats
    vectors: Floats
    spans: tuple[tuple[int, int], ...]


def key_of(item: Item) -> StoryKey:
    """Return the cache key of an item's story."""
    return item.title, item.story, item.section


def _texts_of(key: StoryKey) -> tuple[list[str], list[tuple[int, int]]]:
    """Return title, lead, body and passages of a story, and the offsets of the passages."""
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
    """Return the views of stories, all read as one batch."""
    cut = [_texts_of(key) for key in keys]
    texts = [text for parts, _ in cut for text in parts]
    vectors = make_sparse_vectors(read_words(texts), idf, word_vectors, len(texts))
    ends = np.cumsum([len(parts) for parts, _ in cut]).tolist()
    return [
        _view(vectors.part(end - len(parts), end), spans)
        for (parts, spans), end in zip(cut, ends, strict=True)
    ]


def _view(vectors: SparseVectors, spans: Sequence[tuple[int, int]]) -> StoryView:
    stems, places = np.unique(vectors.rows, return_inverse=True)
    columns = np.zeros((len(stems), len(vectors)), dtype=np.float32)
    columns[places, vectors.owners] = vectors.weights / vectors.norms[vectors.owners]
    return StoryView(stems, columns, vectors.meanings, tuple(spans))
