"""Aligns a head with scores of the Perspective API.

The other sets label most texts only "clean". The API's scores rank clean texts too, by how near to
abuse they are. A ridge regression on the head's residuals learns part of that ranking.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

PERSPECTIVE_SET = "perspective_2k"
"""The set with the API's scores; the heads are fitted without it first."""

SHARE = 0.5
"""Share of the correction that is applied; with more, other communities rank worse."""

RIDGE = 0.1
MEANINGS = 0.1
"""Weight of the word vectors against the hashed features."""

_SMALLEST = 0.01

Floats = NDArray[np.float32]


def align(
    matrix: sparse.csr_matrix,
    meanings: Floats,
    scores: Floats,
    hashed: Floats,
    dense: Floats,
) -> tuple[Floats, Floats]:
    """Return the corrections of a head's coefficients.

    Parameters
    ----------
    matrix : sparse matrix of float32 (texts, features)
    meanings : array of float32 (texts, dimensions)
    scores : array of float32 (texts,)
        The API's scores, 0-1.
    hashed, dense : arrays of float32 (features,) and (dimensions,)
        The head's coefficients so far.

    Returns
    -------
    hashed, dense : arrays of float32 (features,) and (dimensions,)
        Zero where the API's ranking contradicts the head's.
    """
    clipped = np.clip(scores.astype(np.float64), _SMALLEST, 1 - _SMALLEST)
    wanted = np.log(clipped / (1 - clipped))
    margins = matrix @ hashed + meanings @ dense
    slope, offset = np.polyfit(margins, wanted, 1)
    if slope <= 0:
        return np.zeros_like(hashed), np.zeros_like(dense)
    residuals = wanted - slope * margins - offset
    # Fewer texts than features, so solve in the dual: one unknown per text, (texts, texts) kernel.
    likeness = (matrix @ matrix.T).toarray().astype(np.float64)
    meant = (meanings @ meanings.T).astype(np.float64)
    hashed_unit, dense_unit = 1.0 / np.diag(likeness).mean(), MEANINGS / np.diag(meant).mean()
    kernel = hashed_unit * likeness + dense_unit * meant + RIDGE * np.eye(len(residuals))
    dual = np.linalg.solve(kernel, residuals) * SHARE / slope
    return (
        np.asarray(matrix.T @ dual * hashed_unit, dtype=np.float32),
        np.asarray(meanings.T @ dual * dense_unit, dtype=np.float32),
    )
