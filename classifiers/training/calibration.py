"""Calibrates a table of weights to probabilities on held-out texts."""

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
    """Fit a sigmoid to log-odds (Platt 1999).

    Parameters
    ----------
    margins : array of float32 (texts, 2)
        Log-odds of the whole text and of its worst window; neither gets a negative factor.
    targets : array of bool (texts,)
    weights : array of float32 (texts,)
    offsets : array of float32 (texts,), optional
        Log-odds that are added without a factor.

    Returns
    -------
    whole, worst, bias : float
        Factors of both columns, and the bias in log-odds.
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
    """Calibrate a table on held-out texts.

    First the factor of the worst window against the whole text is fitted. Then the higher of the
    whole text and its worst sentence is calibrated again, because the higher of two is higher.

    Parameters
    ----------
    signals : tuple of str
    weights : array of float32 (rows, heads)
        Uncalibrated weights.
    read : sequence of Features
        The texts, in batches.
    targets : array of bool (texts, heads)
    counts : array of float32 (texts, heads)
        Weight of each text; a head ignores texts of weight 0.
    by_length, discounts : mapping of signal to number
        See `classifiers.abuse.model.Emphasis`. Without an entry the length does not count (0), or
        sentences do not (infinite discount).
    """
    length = np.array([by_length.get(signal, 0.0) for signal in signals], dtype=np.float32)
    discount = np.array([discounts.get(signal, np.inf) for signal in signals], dtype=np.float32)
    table = _with_windows_weighed(
        AbuseTable(signals, weights, np.zeros(len(signals), dtype=np.float32)),
        read, targets, counts, length, discount,
    )  # fmt: skip
    logits = np.concatenate([table.logits(features) for features in read])
    slopes, shifts = np.ones_like(table.bias), np.zeros_like(table.bias)
    for head in np.flatnonzero(np.isfinite(discount)).tolist():
        rows = np.flatnonzero(counts[:, head])
        alone = np.stack([logits[rows, head], np.zeros(len(rows))], axis=1)
        slopes[head], _, shifts[head] = platt(alone, targets[rows, head], counts[rows, head])
    # The factor of the worst window is relative to the weights, so it keeps its value.
    assert table.emphasis is not None
    return AbuseTable(
        signals,
        table.weights * slopes,
        table.bias * slopes + shifts,
        Emphasis(table.emphasis.worst, length * slopes, discount * slopes),
    )


def _with_windows_weighed(
    plain: AbuseTable,
    read: Sequence[Features],
    targets: NDArray[np.bool_],
    counts: Floats,
    length: Floats,
    discount: Floats,
) -> AbuseTable:
    """Return the table with the fitted factor of the worst window, slope and bias of each head."""
    parts = [plain.margins(features) for features in read]
    whole = np.concatenate([part.whole for part in parts])  # (texts, heads)
    worst = np.concatenate([part.worst for part in parts])  # (texts, heads)
    lengths = np.concatenate([part.lengths for part in parts])  # (texts,)
    heads = len(plain.names)
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
    scaled = plain.weights * slopes
    return AbuseTable(plain.names, scaled, bias, Emphasis(emphasis, length, discount))
