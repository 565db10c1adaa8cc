"""Computes figures on held-out texts, each with n and a 95 % interval.

Some figures exist in scipy and scikit-learn too; tests compare them. They are computed here where
the library's function does not fit. Promotion of a site's model computes 4,000 figures (bootstrap),
and scikit-learn's checks of each call take 15 to 50 times as long as the figure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def auc_interval(auc: float, positives: int, negatives: int) -> tuple[float, float]:
    """Return the 95 % interval of an AUC (Hanley and McNeil 1982)."""
    if not positives or not negatives:
        return (0.0, 1.0)
    first, second = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc) + (positives - 1) * (first - auc**2)
    variance = (variance + (negatives - 1) * (second - auc**2)) / (positives * negatives)
    half = 1.96 * math.sqrt(max(variance, 0.0))
    return max(0.0, auc - half), min(1.0, auc + half)


def share_interval(share: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of ``count`` cases (Wilson 1927).

    `scipy.stats.binomtest` needs a whole number of cases with the property. Here the share may come
    from more texts than count as independent cases.
    """
    if not count:
        return (0.0, 1.0)
    square = 1.96**2 / count
    middle = (share + square / 2) / (1 + square)
    half = 1.96 * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def rank_interval(correlation: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of Spearman's correlation (Bonett and Wright 2000)."""
    if count < 4 or abs(correlation) >= 1.0:
        return (correlation, correlation)
    half = 1.96 * math.sqrt((1 + correlation**2 / 2) / (count - 3))
    middle = math.atanh(correlation)
    return math.tanh(middle - half), math.tanh(middle + half)


def roc_auc(labels: Floats, scores: Floats) -> float:
    """Return the area under the ROC curve (ties count half); nan with one class only.

    ``labels`` (0 or 1) and ``scores`` have the shape (n,).
    """
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return math.nan
    # Mean rank of each score among equals (n,), then the Mann-Whitney statistic.
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    total = float(ranks[labels > 0.5].sum())
    return (total - positives * (positives + 1) / 2) / (positives * negatives)


def average_precision(labels: Floats, scores: Floats) -> float:
    """Return average precision as scikit-learn defines it; nan without positives."""
    if not labels.sum():
        return math.nan
    order = np.argsort(-scores, kind="stable")
    hits, sorted_scores = np.cumsum(labels[order]), scores[order]
    # Only the last of equal scores is a threshold, so that ties count together.
    last = np.append(sorted_scores[1:] != sorted_scores[:-1], True)
    precision = hits[last] / (np.flatnonzero(last) + 1)
    recall = hits[last] / hits[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def calibration_error(labels: Floats, scores: Floats, bins: int = 15) -> float:
    """Return the expected calibration error over bins of equal width (Guo et al. 2017)."""
    place = np.minimum((scores * bins).astype(int), bins - 1)
    size = np.bincount(place, minlength=bins)
    gap = np.bincount(place, weights=scores - labels, minlength=bins)
    return float(np.abs(gap).sum() / max(size.sum(), 1))


def recall_at(labels: Floats, scores: Floats, false_positives: float) -> float:
    """Return the share of positives above the threshold that a share of negatives exceeds.

    ``false_positives`` is that share, 0-1.
    """
    negatives = np.sort(scores[labels < 0.5])
    if not len(negatives) or not labels.sum():
        return math.nan
    place = min(math.ceil((1 - false_positives) * len(negatives)), len(negatives) - 1)
    return float((scores[labels > 0.5] > negatives[place]).mean())


def report(
    labels: Sequence[float], scores: Sequence[float], threshold: float | None = None
) -> dict[str, Any]:
    """Return the figures of one signal on one set of held-out texts.

    Parameters
    ----------
    labels : sequence of 0 or 1
    scores : sequence of float, 0-1, same length
    threshold : float, optional
        Adds precision and recall at the threshold, and the share of texts that reach it.

    Returns
    -------
    dict
        n, positives, auc, auc_interval (95 %), average_precision, brier, ece; None for a figure
        that needs both classes when there is only one.
    """
    truth, score = np.asarray(labels, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    if truth.shape != score.shape or truth.ndim != 1:
        raise ValueError("labels and scores differ in length")
    positives = int(truth.sum())
    auc = roc_auc(truth, score)
    known = not math.isnan(auc)
    interval = auc_interval(auc, positives, len(truth) - positives) if known else None
    made: dict[str, Any] = {
        "n": len(truth),
        "positives": positives,
        "auc": round(auc, 4) if known else None,
        "auc_interval": [round(end, 4) for end in interval] if interval else None,
        "average_precision": round(average_precision(truth, score), 4) if positives else None,
        "brier": round(float(np.mean((score - truth) ** 2)), 4) if len(truth) else None,
        "ece": round(calibration_error(truth, score), 4) if len(truth) else None,
    }
    if threshold is not None:
        made |= _at_threshold(truth, score >= threshold, threshold)
    return made


def _at_threshold(truth: Floats, above: NDArray[np.bool_], threshold: float) -> dict[str, Any]:
    caught = float(truth[above].sum())
    return {
        "threshold": threshold,
        "share_above": round(float(above.mean()), 4) if len(above) else None,
        "precision": round(caught / above.sum(), 4) if above.any() else None,
        "recall": round(caught / truth.sum(), 4) if truth.sum() else None,
    }
