"""Fits how what a table measures of held-out texts makes a probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from classifiers.abuse.features import Features
from classifiers.abuse.model import AbuseTable, Emphasis

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


def calibrated(
    signals: tuple[str, ...],
    weights: Floats,
    read: Sequence[Features],
    targets: NDArray[np.bool_],
    counts: Floats,
    by_length: Mapping[str, float],
    discounts: Mapping[str, float],
) -> AbuseTable:
    """Fit on held-out texts how whole, worst window, length and sentences make a probability.

    First what the window counts beside the whole; then how high the worse of the whole and its
    worst sentence must be.

    Parameters
    ----------
    signals : tuple of str
    weights : array (rows x heads)
        Not yet calibrated.
    read : sequence of Features
        The texts, in batches.
    targets, counts : arrays (texts x heads)
        A head looks only at texts that count.
    by_length, discounts : mapping of signal to number
        See `classifiers.abuse.model.Emphasis`; 0, and sentences without effect, for the others.
    """
    heads = len(signals)
    plain = AbuseTable(signals, weights, np.zeros(heads, dtype=np.float32))
    parts = [plain.margins(one) for one in read]
    whole = np.concatenate([part.whole for part in parts])
    worst = np.concatenate([part.worst for part in parts])
    lengths = np.concatenate([part.lengths for part in parts])
    length = np.array([by_length.get(signal, 0.0) for signal in signals], dtype=np.float32)
    discount = np.array([discounts.get(signal, np.inf) for signal in signals], dtype=np.float32)
    slopes, emphasis, bias = np.zeros((3, heads), dtype=np.float32)
    for head in range(heads):
        rows = np.flatnonzero(counts[:, head])
        slopes[head], by_window, bias[head] = platt(
            np.stack([whole[rows, head], worst[rows, head]], axis=1),
            targets[rows, head],
            counts[rows, head],
            length[head] * lengths[rows],
        )
        emphasis[head] = by_window / slopes[head]
    table = AbuseTable(signals, weights * slopes, bias, Emphasis(emphasis, length, discount))
    logits = np.concatenate([table.logits(one) for one in read])
    again, shift = np.ones_like(bias), np.zeros_like(bias)
    for head in np.flatnonzero(np.isfinite(discount)).tolist():  # the higher of two is higher
        rows = np.flatnonzero(counts[:, head])
        alone = np.stack([logits[rows, head], np.zeros(len(rows))], axis=1)
        again[head], _, shift[head] = platt(alone, targets[rows, head], counts[rows, head])
    return AbuseTable(
        signals,
        table.weights * again,
        bias * again + shift,
        Emphasis(emphasis, length * again, discount * again),
    )
