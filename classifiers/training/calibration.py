"""Fits how what a table measures of held-out texts makes a probability."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from classifiers.abuse import AbuseTable, Emphasis

Floats = NDArray[np.float32]


def platt(
    margins: Floats, targets: NDArray[np.bool_], weights: Floats, offsets: Floats | float = 0.0
) -> tuple[float, float, float]:
    """Return what whole text and worst window count, and the bias (Platt 1999).

    Parameters
    ----------
    margins : array (texts x 2)
        Log-odds of the whole text and of its worst window; neither may count below 0.
    targets, weights : arrays (texts)
    offsets : array (texts), optional
        Log-odds that are added whatever is fitted.
    """
    share = weights / weights.sum()
    signs = np.where(targets, -1.0, 1.0)

    def loss(found: NDArray[np.float64]) -> float:
        logits = margins @ found[:2] + found[2] + offsets
        return float(share @ np.logaddexp(0.0, signs * logits))

    bounds = [(1e-6, None), (0.0, None), (None, None)]
    found = minimize(loss, np.array([1.0, 0.5, -1.0]), method="L-BFGS-B", bounds=bounds)
    whole, worst, bias = found.x.tolist()
    return whole, worst, bias


def calibrated_again(
    table: AbuseTable, logits: Floats, targets: NDArray[np.bool_], weights: Floats
) -> AbuseTable:
    """Fit slope and bias once more where sentences count: the higher of two is higher than either.

    ``logits``, ``targets`` and ``weights`` have the shape (texts, heads); a head looks only at
    texts with a weight.
    """
    emphasis = table.emphasis
    if emphasis is None or emphasis.discount is None:
        return table
    slopes, shift = np.ones_like(table.bias), np.zeros_like(table.bias)
    for head in np.flatnonzero(np.isfinite(emphasis.discount)).tolist():
        rows = np.flatnonzero(weights[:, head])
        alone = np.stack([logits[rows, head], np.zeros(len(rows))], axis=1)
        slopes[head], _, shift[head] = platt(alone, targets[rows, head], weights[rows, head])
    return AbuseTable(
        table.names,
        table.weights * slopes,
        table.bias * slopes + shift,
        Emphasis(emphasis.worst, emphasis.length * slopes, emphasis.discount * slopes),
    )
