"""The hashed features as a sparse matrix: only those columns that training texts fill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifiers.features import blocks, scale_of
from classifiers.hashing import TABLE_BITS


@dataclass(frozen=True, slots=True)
class FeatureMatrix:
    """What linear classifiers learn on.

    ``matrix`` (texts x columns) holds weighted and scaled counts; ``rows`` says which row of the
    weight table each column is, ``frequency`` what its counts were multiplied with.
    """

    matrix: sparse.csr_matrix
    rows: NDArray[np.int64]
    frequency: NDArray[np.float32]


def feature_matrix(
    texts: Sequence[str], training: NDArray[np.bool_], fewest: int = 3
) -> FeatureMatrix:
    """Return the features of texts; those that fewer training texts show are left out.

    Counts are weighted by inverse document frequency over its typical size.
    """
    counts, scales = _count_matrix(texts)
    shown = np.bincount(counts[training].indices, minlength=counts.shape[1])
    rows = np.flatnonzero(shown >= fewest)
    frequency = ((np.log((1 + training.sum()) / (1 + shown[rows])) + 1.0) / 6.0).astype(np.float32)
    matrix = counts[:, rows]
    matrix.data *= frequency[matrix.indices]
    matrix.data *= np.repeat(scales, np.diff(matrix.indptr))
    return FeatureMatrix(matrix, rows, frequency)


def _count_matrix(texts: Sequence[str]) -> tuple[sparse.csr_matrix, NDArray[np.float32]]:
    parts: list[sparse.csr_matrix] = []
    scales: list[NDArray[np.float32]] = []
    for _, features in blocks(texts, 2048):
        rows = np.concatenate([family[0] for family in features.families])
        ids = np.concatenate([family[1] for family in features.families])
        ones = np.ones(len(rows), dtype=np.float32)
        shape = (features.count, 1 << TABLE_BITS)
        parts.append(sparse.csr_matrix((ones, (ids, rows.astype(np.int32))), shape=shape))
        scales.append(scale_of(features.counts))
    return sparse.vstack(parts, format="csr"), np.concatenate(scales)
