"""Trains off_topic: stem weights (idf) from all texts, then logistic regressions on pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from classifiers.abuse.features import BLOCK
from classifiers.datasets.labelled import Example
from classifiers.datasets.off_topic_pairs import (
    FORMS,
    Thread,
    half_of,
    make_pairs,
    nearest_threads,
    threads_of,
)
from classifiers.relevance.model import EXPANDED, KINDS, expand, kinds_of_context
from classifiers.relevance.similarity import Similarity
from classifiers.relevance.sparse_vectors import SparseVector
from classifiers.relevance.word_vectors import WordVectors
from classifiers.text.stems import STEM_BITS, stem_rows
from classifiers.text.tokens import read_words
from classifiers.training.discussion_words import DISCUSSION
from classifiers.types import Item

PRIOR = 0.5
"""Prior probability that a comment was written under another story."""

REPEATS = 2
"""Number of contexts of each form drawn for each comment, from its own story and from another."""

COMMON = 2.2
"""Subtracted from the idf, so that stems in more than about a tenth of the texts have weight 0."""

PENALTY = 0.1
"""LogisticRegression's C."""


def learn_idf(texts: Sequence[str]) -> NDArray[np.float16]:
    """Return the weight of each stem row, float16 (2**STEM_BITS,), from its number of texts."""
    seen = np.zeros(1 << STEM_BITS, dtype=np.int64)
    for start in range(0, len(texts), 4096):
        words = read_words(texts[start : start + 4096])
        keys = (words.text_ids.astype(np.int64) << STEM_BITS) | stem_rows(words)
        seen += np.bincount(np.unique(keys) & ((1 << STEM_BITS) - 1), minlength=len(seen))
    idf = np.log((1 + len(texts)) / (0.5 + seen)) - COMMON
    idf[stem_rows(read_words([DISCUSSION]))] = 0.0
    return np.maximum(idf, 0.0).astype(np.float16)


def sparse_vectors_of(texts: Sequence[str], similarity: Similarity) -> list[SparseVector]:
    """Return the sparse vectors of any number of texts."""
    made: list[SparseVector] = []
    for start in range(0, len(texts), BLOCK):
        block = texts[start : start + BLOCK]
        made += list(similarity.read(read_words(block), len(block)))
    return made


def features_of_all(items: Sequence[Item], similarity: Similarity) -> NDArray[np.float32]:
    """Return the similarity features of any number of items, float32 (items, features)."""
    tables = []
    for start in range(0, len(items), BLOCK):
        block = items[start : start + BLOCK]
        vectors_of_comments = similarity.read(read_words([item.text for item in block]), len(block))
        tables.append(similarity.features(block, vectors_of_comments)[0])
    return np.concatenate(tables)


def fit_by_context(
    table: NDArray[np.float32], labels: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit one logistic regression per kind of context.

    Returns weights, float32 (KINDS, columns of `expand`), and biases, (KINDS,). A kind without
    examples keeps zeros: its score is 0.5, which means that nothing is known.
    """
    kinds = kinds_of_context(table)
    expanded = expand(table)
    weights = np.zeros((KINDS, len(EXPANDED)), dtype=np.float32)
    bias = np.zeros(KINDS, dtype=np.float32)
    for kind in range(1, KINDS):
        rows = kinds == kind
        if not rows.any():
            continue
        scaler = StandardScaler().fit(expanded[rows])
        fitted = LogisticRegression(C=PENALTY, max_iter=2000)
        fitted.fit(scaler.transform(expanded[rows]), labels[rows])
        weights[kind] = fitted.coef_[0] / scaler.scale_
        bias[kind] = fitted.intercept_[0] - weights[kind] @ scaler.mean_
    return weights, bias


def train_relevance(
    examples: Sequence[Example], halves: tuple[WordVectors, WordVectors], seed: int = 0
) -> dict[str, NDArray[Any]]:
    """Train off_topic on the stories outside the test part; return the arrays to store.

    ``halves[k]`` are word vectors learned from the stories of half k alone. They are used on the
    stories of the other half: on stories that they have seen, vectors tell more than on new ones,
    and would get too much weight.
    """
    idf = learn_idf([example.text for example in examples if example.part == "train"])
    threads = threads_of([example for example in examples if example.part != "test"])
    parts = [
        _features_of_pairs([one for one in threads if half_of(one[0]) != half], idf, vectors, seed)
        for half, vectors in enumerate(halves)
    ]
    tables, labels = zip(*parts, strict=True)
    weights, bias = fit_by_context(np.concatenate(tables), np.concatenate(labels))
    pairs = np.array(sum(map(len, labels)))
    return {"idf": idf, "weights": weights, "bias": bias, "pairs": pairs}


def _features_of_pairs(
    threads: Sequence[Thread], idf: NDArray[np.float16], vectors: WordVectors, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    similarity = Similarity(idf.astype(np.float32), vectors)
    near = nearest_threads(threads, lambda texts: sparse_vectors_of(texts, similarity))
    items, labels = make_pairs(threads, near, seed, repeats=REPEATS, forms=FORMS)
    return features_of_all(items, similarity), np.array(labels)
