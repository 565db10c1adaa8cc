"""The hashed features as a sparse matrix, for scikit-learn's linear classifiers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifiers.features import TABLE_BITS, blocks, scale_of


def count_matrix(texts: Sequence[str]) -> tuple[sparse.csr_matrix, NDArray[np.float32]]:
    """Return the feature counts (texts x 2**TABLE_BITS) and each text's scale."""
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


def inverse_frequency(counts: sparse.csr_matrix, minimum: int = 3) -> NDArray[np.float32]:
    """Return a weight per feature: idf over its typical size, 0 for features seen too rarely."""
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    weight = np.log((1 + counts.shape[0]) / (1 + seen)) + 1.0
    return np.where(seen >= minimum, weight / 6.0, 0.0).astype(np.float32)


def weighted(
    counts: sparse.csr_matrix, scales: NDArray[np.float32], weights: NDArray[np.float32]
) -> sparse.csr_matrix:
    """Return the matrix that a linear classifier learns on; empty columns are dropped."""
    result = counts.copy()
    result.data = result.data * weights[result.indices]
    result.data *= np.repeat(scales, np.diff(result.indptr))
    result.eliminate_zeros()
    return result
