"""Builds the sparse matrix of hashed features, with only the columns that training texts have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifiers.abuse.features import Features, blocks, scale_of
from classifiers.abuse.model import AbuseTable, lengths_of
from classifiers.text.hashing import TABLE_BITS

_TEXTS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class FeatureMatrix:
    """The input of the linear classifiers.

    Attributes
    ----------
    matrix : sparse matrix of float32 (texts, columns)
        Weighted and scaled counts.
    rows : array of int64 (columns,)
        Row of the weight table of each column.
    frequency : array of float32 (columns,)
        Factor of the column's counts: inverse document frequency over its typical size.
    lengths : array of float32 (texts,)
        See `classifiers.abuse.model.lengths_of`.
    """

    matrix: sparse.csr_matrix
    rows: NDArray[np.int64]
    frequency: NDArray[np.float32]
    lengths: NDArray[np.float32]

    def of_windows(self, texts: Sequence[str], table: AbuseTable, head: int) -> sparse.csr_matrix:
        """Return the same columns for each text's worst window under one head of a table."""
        windows = (table.worst_windows(one, head) for _, one in blocks(texts, _TEXTS_AT_ONCE))
        made = [counted(one)[:, self.rows] for one in windows]
        matrix = sparse.vstack(made, format="csr")
        matrix.data *= self.frequency[matrix.indices]
        return matrix


def feature_matrix(
    texts: Sequence[str], training: NDArray[np.bool_], fewest: int = 3
) -> FeatureMatrix:
    """Return the features that at least ``fewest`` training texts have.

    ``training`` (texts,) marks the training texts.
    """
    made, lengths = [], []
    for _, features in blocks(texts, _TEXTS_AT_ONCE):
        made.append(counted(features))
        lengths.append(lengths_of(features))
    scaled = sparse.vstack(made, format="csr")
    shown = np.bincount(scaled[training].indices, minlength=scaled.shape[1])
    rows = np.flatnonzero(shown >= fewest)
    frequency = ((np.log((1 + training.sum()) / (1 + shown[rows])) + 1.0) / 6.0).astype(np.float32)
    matrix = scaled[:, rows]
    matrix.data *= frequency[matrix.indices]
    return FeatureMatrix(matrix, rows, frequency, np.concatenate(lengths))


def with_windows(
    whole: sparse.csr_matrix, worst: sparse.csr_matrix, emphasis: np.float32
) -> sparse.csr_matrix:
    """Return the mean of whole texts and their worst windows, weighted by an emphasis."""
    share = float(emphasis / (1 + emphasis))
    return (whole * (1 - share) + worst * share).tocsr()


def counted(features: Features, bits: int = TABLE_BITS) -> sparse.csr_matrix:
    """Return the features of a batch times each text's scale, sparse (texts, 2**bits).

    Rows of the full table are folded to ``2**bits`` columns.
    """
    rows = np.concatenate([family[0] for family in features.families]) >> (TABLE_BITS - bits)
    ids = np.concatenate([family[1] for family in features.families])
    shape = (features.count, 1 << bits)
    return sparse.csr_matrix((scale_of(features.counts)[ids], (ids, rows)), shape=shape)
