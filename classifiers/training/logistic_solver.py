"""Fits logistic regressions on sparse and dense features with soft targets and two penalties.

scikit-learn's `LogisticRegression` has hard targets and one penalty, and would need the dense
features as a sparse matrix.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

Floats = NDArray[np.float32]

_CURVATURE = 0.1
"""Typical p (1 - p) of a text, for the preconditioner."""


def fit_logistic(
    matrix: sparse.csr_matrix,
    dense: Floats,
    targets: Floats,
    weights: Floats,
    penalties: tuple[float, NDArray[np.float64]],
    steps: int,
) -> tuple[Floats, Floats]:
    """Fit one logistic regression by L-BFGS (Liu and Nocedal 1989).

    Each coefficient is scaled by the root of its curvature (Jacobi preconditioning). Without it the
    few dense features would slow down the many sparse ones.

    Parameters
    ----------
    matrix : csr_matrix of float32 (texts, features)
    dense : array of float32 (texts, dimensions)
    targets, weights : arrays of float32 (texts,)
        Targets 0-1; the weights are scaled to sum to 1.
    penalties : (float, array of float64 (dimensions,))
        Strength of the L2 penalty on the sparse features, and on each dense feature.
    steps : int
        Most iterations.

    Returns
    -------
    sparse, dense : arrays of float32 (features,) and (dimensions,)
        Coefficients.
    """
    size = matrix.shape[1]
    share = (weights / weights.sum()).astype(np.float32)
    penalty = np.concatenate((np.full(size, penalties[0]), penalties[1]))
    curvature = np.concatenate((matrix.power(2).T @ share, (dense**2).T @ share))
    unit = 1.0 / np.sqrt(_CURVATURE * curvature + penalty)

    def loss_and_slope(scaled: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        full = scaled * unit
        narrow = full.astype(np.float32)
        logits = matrix @ narrow[:size] + dense @ narrow[size:]
        # exp of a negative number only: neither the loss nor the probabilities overflow.
        small = np.exp(-np.abs(logits))
        losses = np.maximum(logits, 0) - logits * targets + np.log1p(small)
        probabilities = np.where(logits >= 0, np.float32(1), small) / (1 + small)
        residue = (probabilities - targets) * share
        slope = np.concatenate((matrix.T @ residue, dense.T @ residue)) + penalty * full
        loss = float((losses * share).sum(dtype=np.float64)) + 0.5 * float(penalty @ full**2)
        return loss, slope * unit

    options = {"maxiter": steps, "maxcor": 10, "ftol": 1e-10, "gtol": 1e-8}
    start = np.zeros(len(penalty))
    found = minimize(loss_and_slope, start, jac=True, method="L-BFGS-B", options=options)
    made = (found.x * unit).astype(np.float32)
    return made[:size], made[size:]
