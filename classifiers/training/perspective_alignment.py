"""Leans a head towards the scores that the Perspective API gave.

The other sets say of most texts only "clean". The API's scores order those too, by how near to
abuse they are; a ridge regression on what the head leaves unexplained learns some of that order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

PERSPECTIVE_SET = "perspective_2k"
"""The set with the scores; the heads are fitted without it first."""

SHARE = 0.5
"""How far the head leans: dense, and it orders other communities' texts worse."""

RIDGE = 0.1
MEANINGS = 0.1
"""Weight of the word vectors beside the hashed features."""

_SMALLEST = 0.01

Floats = NDArray[np.float32]


def align(
    matrix: sparse.csr_matrix,
    meanings: Floats,
    scores: Floats,
    hashed: Floats,
    dense: Floats,
) -> tuple[Floats, Floats]:
    """Return what to add to a head's coefficients.

    Parameters
    ----------
    matrix, meanings : matrices (texts x features, texts x dimensions)
        The compared texts.
    scores : array (texts)
        What the API gave, 0-1.
    hashed, dense : arrays
        The head's coefficients of features and dimensions so far.
    """
    clipped = np.clip(scores.astype(np.float64), _SMALLEST, 1 - _SMALLEST)
    wanted = np.log(clipped / (1 - clipped))
    margins = matrix @ hashed + meanings @ dense
    slope, offset = np.polyfit(margins, wanted, 1)
    if slope <= 0:
        return np.zeros_like(hashed), np.zeros_like(dense)
    left = wanted - slope * margins - offset
    likeness = (matrix @ matrix.T).toarray().astype(np.float64)
    meant = (meanings @ meanings.T).astype(np.float64)
    one, two = 1.0 / np.diag(likeness).mean(), MEANINGS / np.diag(meant).mean()
    kernel = one * likeness + two * meant + RIDGE * np.eye(len(left))
    dual = np.linalg.solve(kernel, left) * SHARE / slope
    return (
        np.asarray(matrix.T @ dual * one, dtype=np.float32),
        np.asarray(meanings.T @ dual * two, dtype=np.float32),
    )
