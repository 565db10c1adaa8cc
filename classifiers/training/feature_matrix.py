"""The hashed features as a sparse matrix: only those columns that training texts fill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifiers.abuse.features import Features, blocks, scale_of
from classifiers.abuse.model import AbuseTable, lengths_of
from classifiers.text.hashing import TABLE_BITS

_TOGETHER = 2048


@dataclass(frozen=True, slots=True)
class FeatureMatrix:
    """What linear classifiers learn on.

    ``matrix`` (texts x columns) holds weighted and scaled counts; ``rows`` says which row of the
    weight table each column is, ``frequency`` what its counts were multiplied with. ``lengths`` is
    `classifiers.abuse.model.lengths_of` the texts.
    """

    matrix: sparse.csr_matrix
    rows: NDArray[np.int64]
    frequency: NDArray[np.float32]
    lengths: NDArray[np.float32]

    def of_windows(self, texts: Sequence[str], table: AbuseTable, head: int) -> sparse.csr_matrix:
        """Return the same columns for the worst window of each text under a table's head."""
        windows = (table.worst_windows(one, head) for _, one in blocks(texts, _TOGETHER))
        made = [counted(one)[:, self.rows] for one in windows]
        matrix = sparse.vstack(made, format="csr")
        matrix.data *= self.frequency[matrix.indices]
        return matrix


def feature_matrix(
    texts: Sequence[str], training: NDArray[np.bool_], fewest: int = 3
) -> FeatureMatrix:
    """Return the features of texts; those that fewer training texts show are left out.

    Counts are weighted by inverse document frequency over its typical size.
    """
    made, lengths = [], []
    for _, features in blocks(texts, _TOGETHER):
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
    """Return the mean of whole texts and their worst windows, as an emphasis weighs them."""
    share = float(emphasis / (1 + emphasis))
    return (whole * (1 - share) + worst * share).tocsr()


def counted(features: Features, bits: int = TABLE_BITS) -> sparse.csr_matrix:
    """Return how often each text of a batch has each feature, times the text's scale.

    The features are folded to ``2**bits`` columns.
    """
    rows = np.concatenate([family[0] for family in features.families]) >> (TABLE_BITS - bits)
    ids = np.concatenate([family[1] for family in features.families])
    shape = (features.count, 1 << bits)
    return sparse.csr_matrix((scale_of(features.counts)[ids], (ids, rows)), shape=shape)
