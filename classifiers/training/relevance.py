"""Trains off_topic: stem weights (idf) from all texts, then a logistic regression on pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from classifiers.closeness import Bag, Closeness
from classifiers.features import BLOCK, read_words
from classifiers.low_quality import STEM_BITS, stem_rows
from classifiers.relevance import Relevance, expand, kinds_of_context
from classifiers.training.data import Example
from classifiers.training.embeddings import learn_vectors
from classifiers.training.pairs import make_pairs, nearest_threads, threads_of

PRIOR = 0.5
"""The score answers: was this written under another story, both being equally likely before?"""

REPEATS = 4
"""Contexts drawn for each comment, at home and elsewhere."""

COMMON = 2.2
"""Taken off the idf, so that stems in more than about a tenth of the texts weigh nothing."""


def learn_idf(texts: Sequence[str]) -> NDArray[np.float16]:
    """Return the weight of each stem row from the number of texts it appears in."""
    seen = np.zeros(1 << STEM_BITS, dtype=np.int64)
    for start in range(0, len(texts), 4096):
        words = read_words(texts[start : start + 4096])
        keys = (words.text_ids.astype(np.int64) << 20) | stem_rows(words)
        seen += np.bincount(np.unique(keys) & 0xFFFFF, minlength=len(seen))
    idf = np.log((1 + len(texts)) / (0.5 + seen)) - COMMON
    return np.maximum(idf, 0.0).astype(np.float16)


def bags_of(texts: Sequence[str], closeness: Closeness) -> list[Bag]:
    """Return the bags of any number of texts."""
    made: list[Bag] = []
    for start in range(0, len(texts), BLOCK):
        block = texts[start : start + BLOCK]
        made += closeness.read(read_words(block), len(block))
    return made


def _fit_by_context(
    table: NDArray[np.float32], labels: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit one logistic regression per kind of context; return weights and biases."""
    kinds = kinds_of_context(table)
    expanded = expand(table)
    weights = np.zeros((4, expanded.shape[1]), dtype=np.float32)
    bias = np.zeros(4, dtype=np.float32)
    for kind in range(4):
        rows = kinds == kind
        scaler = StandardScaler().fit(expanded[rows])
        fitted = LogisticRegression(C=0.1, max_iter=2000)
        fitted.fit(scaler.transform(expanded[rows]), labels[rows])
        weights[kind] = fitted.coef_[0] / scaler.scale_
        bias[kind] = fitted.intercept_[0] - weights[kind] @ scaler.mean_
    return weights, bias


def train_relevance(
    examples: Sequence[Example], seed: int = 0
) -> tuple[Relevance, dict[str, NDArray[Any]], int]:
    """Train off_topic on the stories of the training and tuning parts.

    Returns the estimator, the arrays to store it with and the number of pairs.
    """
    texts = [example.text for example in examples if example.part == "train"]
    idf = learn_idf(texts)
    vectors, arrays = learn_vectors(texts, idf.astype(np.float32), seed)
    closeness = Closeness(idf.astype(np.float32), vectors)
    threads = threads_of([example for example in examples if example.part != "test"])
    near = nearest_threads(threads, lambda texts: bags_of(texts, closeness))
    items, labels = make_pairs(threads, near, seed, repeats=REPEATS)
    bags = bags_of([item.text for item in items], closeness)
    table = closeness.measure(items, bags)[0]
    weights, bias = _fit_by_context(table, np.array(labels))
    relevance = Relevance(closeness, weights, bias)
    arrays |= {"idf": idf, "weights": relevance.weights, "bias": bias}
    return relevance, arrays, len(items)
