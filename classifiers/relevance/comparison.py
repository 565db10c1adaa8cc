"""Compares comments with the parts of their context: fills the features of off_topic.

Similarity by words is a cosine of tf-idf weights, or the share of the comment's weight whose stems
the other text has as well. Similarity by meaning is the cosine of the static vectors. Each step
fills some columns of one table for a whole batch, without a loop over comments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.relevance.sparse_vectors import Floats, Rows, SparseVectors, expand_slices
from classifiers.relevance.story_view import BODY, LEAD, PASSAGES, TITLE, StoryView
from classifiers.relevance.word_vectors import unit
from classifiers.text.stems import STEM_BITS
from classifiers.types import Item

THREAD_READ = 8
"""Number of earlier comments of the thread that are compared: the latest ones."""

TOP = 3
"""Thread comments in the mean of the most similar ones."""

MEANING_SHARE = 0.3
"""Weight of similarity by meaning against similarity by words when the best passage is chosen."""

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
class ComparedBatch:
    """The comments of a batch in dense form, and the features found so far.

    Attributes
    ----------
    comments : SparseVectors
    dense : array of float32 (comments, stems + 1)
        Tf-idf weight of each of the batch's stems in each comment. The last column is zero: it
        represents every stem that no comment has.
    column_of : array of int32 (2**STEM_BITS,)
        Column of each stem row in ``dense``.
    covered : array of bool (comments, stems + 1)
        True where the compared part of the context has the stem too.
    table : array of float32 (comments, features)
        The features, in the order of `FEATURE_NAMES`.
    """

    comments: SparseVectors
    dense: Floats
    column_of: NDArray[np.int32]
    covered: NDArray[np.bool_]
    table: Floats

    def set(
        self, name: str, rows: Rows | slice, values: NDArray[np.floating] | np.floating
    ) -> None:
        """Write one feature of some comments into the table."""
        self.table[rows, COLUMN[name]] = values


def batch_of(comments: SparseVectors) -> ComparedBatch:
    """Return the comments in dense form, with all features zero."""
    stems = np.unique(comments.rows)
    column_of = np.full(1 << STEM_BITS, len(stems), dtype=np.int32)
    column_of[stems] = np.arange(len(stems), dtype=np.int32)
    dense = np.zeros((len(comments), len(stems) + 1), dtype=np.float32)
    dense[comments.owners, column_of[comments.rows]] = comments.weights
    table = np.zeros((len(comments), len(FEATURE_NAMES)), dtype=np.float32)
    return ComparedBatch(comments, dense, column_of, np.zeros(dense.shape, dtype=bool), table)


def compare_with_story(batch: ComparedBatch, rows: Rows, view: StoryView) -> Rows:
    """Write the features of story and title for the comments of one story.

    Parameters
    ----------
    batch : ComparedBatch
    rows : array of int64 (n,)
        The comments of this story.
    view : StoryView

    Returns
    -------
    array of int64 (n,)
        Each comment's best passage: an index into the story's passages, `TITLE_PASSAGE` or
        `NO_PASSAGE`.
    """
    comments = batch.comments
    # Only stems that some comment of the batch has can add to a product.
    columns = batch.column_of[view.stems]
    shared = columns < batch.dense.shape[1] - 1
    mine = batch.dense[np.ix_(rows, columns[shared])]  # (n, shared stems)
    weights = view.columns[shared]  # (shared stems, parts of the story)
    batch.covered[np.ix_(rows, columns[shared])] = True
    # The story's columns have length one already, so only the comment's norm is left to divide by.
    cosines = mine @ weights / comments.norms[rows, None]  # (n, parts)
    totals = np.maximum(comments.totals[rows], 1e-6)
    meanings = comments.meanings[rows] @ view.vectors.T  # (n, parts)
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
    # A passage is shown only if it is at least half as similar as the title.
    passage = np.argmax(closest + MEANING_SHARE * meanings[:, PASSAGES:], axis=1)
    found = closest[np.arange(len(rows)), passage]
    return np.where((found > 0) & (found >= 0.5 * cosines[:, TITLE]), passage, best)


def _word_cosines(batch: ComparedBatch, others: SparseVectors, owners: Rows, texts: Rows) -> Floats:
    """Return the cosine by words of each pair (comment, other text); mark shared stems as covered.

    Parameters
    ----------
    batch : ComparedBatch
    others : SparseVectors
        The other texts.
    owners, texts : arrays of int64 (pairs,)
        Comment and other text of each pair.
    """
    # The stems of each pair's other text, one pair after the other: (stems of all pairs,).
    sizes = np.diff(others.edges)[texts]
    stems = expand_slices(others.edges[texts], sizes)
    columns = batch.column_of[others.rows[stems]]
    pair = np.repeat(np.arange(len(texts)), sizes)
    shared = columns < batch.dense.shape[1] - 1
    columns, pair, stems = columns[shared], pair[shared], stems[shared]
    batch.covered[owners[pair], columns] = True
    # A dot product per pair: products of shared stems, summed by pair.
    products = batch.dense[owners[pair], columns] * others.weights[stems]
    sums = np.bincount(pair, products, minlength=len(texts))
    return (sums / (batch.comments.norms[owners] * others.norms[texts])).astype(np.float32)


def _covered_share(batch: ComparedBatch, rows: Rows) -> Floats:
    """Return the share (0-1) of each comment's tf-idf weight that is marked as covered."""
    mine = np.einsum("ij,ij->i", batch.dense[rows], batch.covered[rows].astype(np.float32))
    return np.asarray(mine / np.maximum(batch.comments.totals[rows], 1e-6), dtype=np.float32)


def compare_with_parent(
    batch: ComparedBatch, others: SparseVectors, owners: Rows, texts: Rows, context: Floats
) -> None:
    """Write the features of the parent; add its meaning to ``context`` (comments, dimensions).

    ``owners[k]`` is a comment and ``texts[k]`` its parent among ``others``.
    """
    # The share counts the parent alone, so the marks of the story step aside meanwhile.
    story = batch.covered[owners].copy()
    batch.covered[owners] = False
    batch.set("parent_cosine", owners, _word_cosines(batch, others, owners, texts))
    batch.set("parent_share", owners, _covered_share(batch, owners))
    batch.covered[owners] |= story
    vectors = others.meanings[texts]
    batch.set("parent_meaning", owners, (batch.comments.meanings[owners] * vectors).sum(axis=1))
    batch.set("has_parent", owners, np.float32(1.0))
    context[owners] += vectors


def compare_with_thread(
    batch: ComparedBatch, others: SparseVectors, owners: Rows, texts: Rows, context: Floats
) -> None:
    """Write the features of the thread; add its meaning to ``context`` (comments, dimensions).

    ``owners`` ascends: ``owners[k]`` is a comment and ``texts[k]`` an earlier comment of its
    thread among ``others``.
    """
    # rows (m,): comments that have a thread; their pairs begin at firsts (m,).
    rows, firsts, sizes = np.unique(owners, return_index=True, return_counts=True)
    elsewhere = batch.covered[rows].copy()
    batch.covered[rows] = False
    cosines = _word_cosines(batch, others, owners, texts)
    batch.set("thread_share", rows, _covered_share(batch, rows))
    batch.covered[rows] |= elsewhere
    meanings = (batch.comments.meanings[owners] * others.meanings[texts]).sum(axis=1)
    # One row per comment, filled up with -inf, so that one sort finds the best of each: (m, 8).
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
    together = unit(np.add.reduceat(others.meanings[texts], firsts, axis=0))
    batch.set("thread_meaning", rows, (batch.comments.meanings[rows] * together).sum(axis=1))
    batch.set("thread_size", rows, sizes / THREAD_READ)
    context[rows] += together


def compare_with_everything(batch: ComparedBatch, items: Sequence[Item], context: Floats) -> None:
    """Write the features of the whole context, and those of the comment alone.

    ``context`` (comments, dimensions) is the sum of the meanings of all parts.
    """
    comments = batch.comments
    everyone = np.arange(len(items))
    batch.set("any_share", everyone, _covered_share(batch, everyone))
    batch.set("context_meaning", everyone, (comments.meanings * unit(context)).sum(axis=1))
    first, last = COLUMN["title_meaning"], COLUMN["context_meaning"]
    batch.set("best_meaning", everyone, batch.table[:, first : last + 1].max(axis=1))
    sizes = np.diff(comments.edges)
    batch.set("length", everyone, np.log1p(sizes))
    batch.set("weight", everyone, np.log1p(comments.totals))
    batch.set("genericness", everyone, comments.totals / np.maximum(sizes, 1))
