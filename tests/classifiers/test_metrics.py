"""Figures agree with scikit-learn's, and intervals hold what they should."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from classifiers.evaluation import report
from classifiers.metrics import recall_at


def test_figures_agree_with_scikit_learn() -> None:
    source = np.random.default_rng(3)
    labels = (source.random(500) < 0.2).astype(float)
    scores = np.round(np.clip(labels * 0.3 + source.random(500) * 0.7, 0, 1), 2)
    made = report(labels, scores)
    assert made["auc"] == pytest.approx(roc_auc_score(labels, scores), abs=1e-4)
    expected = average_precision_score(labels, scores)
    assert made["average_precision"] == pytest.approx(expected, abs=1e-4)
    assert made["brier"] == pytest.approx(brier_score_loss(labels, scores), abs=1e-4)
    assert made["auc_interval"][0] < made["auc"] < made["auc_interval"][1]


def test_one_class_alone_has_no_auc() -> None:
    made = report([0, 0, 0], [0.1, 0.2, 0.3])
    assert made["auc"] is None
    assert made["n"] == 3
    assert report([], [])["brier"] is None


def test_a_threshold_adds_precision_and_recall() -> None:
    made = report([1, 1, 0, 0], [0.9, 0.2, 0.8, 0.1], threshold=0.5)
    assert (made["precision"], made["recall"], made["share_above"]) == (0.5, 0.5, 0.5)


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="length"):
        report([1, 0], [0.5])


def test_recall_at_a_share_of_false_alarms() -> None:
    labels = np.array([0.0] * 100 + [1.0] * 4)
    scores = np.concatenate([np.arange(100) / 100, [0.2, 0.96, 0.98, 1.0]])
    assert recall_at(labels, scores, 0.05) == 0.75
