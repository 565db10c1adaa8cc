"""Finds the nearest texts by meaning: exact search among stored vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_ROWS_AT_ONCE = 65_536


def nearest(queries: Floats, stored: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the stored vectors nearest to each query; every stored vector is compared.

    Parameters
    ----------
    queries : array of float32 (queries, dimensions)
        Unit vectors, as `Classifier.vectors` makes them.
    stored : array of float32 (texts, dimensions)
        Unit vectors of the same classifier version. A memory map will do: it is read in blocks.
    count : int
        Number of vectors to return; at most as many as are stored.

    Returns
    -------
    indices : array of int64 (queries, count)
        Nearest first; among equals the first stored.
    cosines : array of float32 (queries, count)

    Raises
    ------
    ValueError
        When the dimensions differ or ``count`` is below 1.
    """
    if queries.ndim != 2 or stored.ndim != 2 or queries.shape[1] != stored.shape[1]:
        raise ValueError("queries and stored vectors differ in their dimensions")
    if count < 1:
        raise ValueError("count is below 1")
    indices = np.zeros((len(queries), 0), dtype=np.int64)
    cosines = np.zeros((len(queries), 0), dtype=np.float32)
    for start in range(0, len(stored), _ROWS_AT_ONCE):
        block = queries @ np.asarray(stored[start : start + _ROWS_AT_ONCE], dtype=np.float32).T
        places = np.broadcast_to(np.arange(start, start + block.shape[1]), block.shape)
        indices = np.concatenate([indices, places], axis=1)
        cosines = np.concatenate([cosines, block], axis=1)
        indices, cosines = _best(indices, cosines, count)
    return indices, cosines


def _best(
    indices: NDArray[np.int64], cosines: Floats, count: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return the best ``count`` columns of each row, in order."""
    if cosines.shape[1] > count:
        # Ties with the last place stay, so that the stable sort below keeps the first stored.
        limit = -np.partition(-cosines, count - 1, axis=1)[:, count - 1 : count]
        cosines = np.where(cosines >= limit, cosines, -np.inf)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(cosines, order, axis=1)
