"""Tests that figures and intervals agree with scikit-learn and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from classifiers.evaluation import report
from classifiers.metrics import average_precision, recall_at, roc_auc, share_interval


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


def test_figures_agree_with_scikit_learn_with_many_ties() -> None:
    source = np.random.default_rng(5)
    for _ in range(50):
        labels = (source.random(40) < 0.3).astype(float)
        labels[:2] = 0.0, 1.0
        scores = source.integers(0, 4, 40) / 4
        assert roc_auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
        assert average_precision(labels, scores) == pytest.approx(
            average_precision_score(labels, scores), abs=1e-12
        )


def test_intervals_of_shares_agree_with_scipy() -> None:
    for count in (1, 7, 40, 1600):
        for successes in {0, 1, count // 3, count}:
            made = share_interval(successes / count, count)
            peer = binomtest(successes, count).proportion_ci(method="wilson")
            assert made == pytest.approx((peer.low, peer.high), abs=1e-4)
    assert share_interval(0.0, 0) == (0.0, 1.0)


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
