"""Tests nearest texts: exact, in order, and by meaning."""

from __future__ import annotations

import numpy as np
import pytest

from classifiers import Classifier, nearest

DECIDED = (
    "The tram is late every single morning.",
    "This government wastes our taxes.",
    "Buy followers cheaply at my shop.",
    "The goalkeeper was the best man on the pitch.",
)


def test_the_nearest_decided_comment_is_on_the_same_subject(classifier: Classifier) -> None:
    stored = classifier.vectors(DECIDED)
    queries = classifier.vectors(
        ["Trains and buses never come on time.", "A fine save, and our striker scored twice."]
    )
    indices, cosines = nearest(queries, stored, 2)
    assert indices[:, 0].tolist() == [0, 3]
    assert (cosines[:, 0] > cosines[:, 1]).all()


def test_vectors_have_length_one_or_zero(classifier: Classifier) -> None:
    vectors = classifier.vectors([*DECIDED, "", "qwxzk"])
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 1, 0, 0], abs=1e-5)
    assert classifier.vectors([]).shape == (0, vectors.shape[1])


def test_it_finds_what_comparing_everything_finds() -> None:
    source = np.random.default_rng(0)
    stored = source.standard_normal((70_000, 8)).astype(np.float32)
    stored /= np.linalg.norm(stored, axis=1, keepdims=True)
    queries = stored[[3, 66_000]]
    indices, cosines = nearest(queries, stored, 5)
    assert indices.tolist() == np.argsort(-(queries @ stored.T), axis=1)[:, :5].tolist()
    assert cosines[:, 0] == pytest.approx(1.0, abs=1e-5)


def test_ties_go_to_the_first_and_few_are_all() -> None:
    stored = np.eye(2, dtype=np.float32)[[0, 0, 1]]
    indices, _ = nearest(np.eye(2, dtype=np.float32)[:1], stored, 2)
    assert indices.tolist() == [[0, 1]]
    assert nearest(stored[:1], stored, 9)[0].shape == (1, 3)
    assert nearest(stored[:1], stored[:0], 3)[0].shape == (1, 0)


def test_it_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="dimensions"):
        nearest(np.zeros((1, 3), np.float32), np.zeros((2, 4), np.float32), 1)
    with pytest.raises(ValueError, match="count"):
        nearest(np.zeros((1, 3), np.float32), np.zeros((2, 3), np.float32), 0)
