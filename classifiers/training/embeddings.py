"""Makes the static stem vectors: latent semantic analysis over the training texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from classifiers.embeddings import StemVectors
from classifiers.features import read_words
from classifiers.low_quality import STEM_BITS, stem_rows

DIMENSIONS = 96
POWER = 0.25
"""Exponent of the singular values in a stem's vector; anything from 0 to 0.5 does as well."""

FEWEST_TEXTS = 6
"""Texts that a stem must appear in to get a vector."""


def stem_matrix(texts: Sequence[str], idf: NDArray[np.float32]) -> sparse.csr_matrix:
    """Return the weighted text-by-stem matrix with rows of length one."""
    parts = []
    for start in range(0, len(texts), 4096):
        block = texts[start : start + 4096]
        words = read_words(block)
        rows = stem_rows(words)
        shape = (len(block), 1 << STEM_BITS)
        counts = sparse.csr_matrix((np.ones(len(rows), np.float32), (words.text_ids, rows)), shape)
        counts.data = (1.0 + np.log(counts.data)) * idf[counts.indices]
        parts.append(counts)
    matrix = sparse.vstack(parts, format="csr")
    matrix.eliminate_zeros()
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.diags((1.0 / np.maximum(norms, 1e-6)).astype(np.float32)) @ matrix


def learn_vectors(
    texts: Sequence[str], idf: NDArray[np.float32], seed: int
) -> tuple[StemVectors, dict[str, NDArray[Any]]]:
    """Return the vectors and the arrays to store them with."""
    matrix = stem_matrix(texts, idf).tocsr()
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    known = np.flatnonzero(seen >= FEWEST_TEXTS).astype(np.int32)
    start = np.random.default_rng(seed).standard_normal(min(len(texts), len(known)))
    _, singular, right = svds(matrix[:, known], k=DIMENSIONS, v0=start)
    vectors = (right * (singular[:, None] ** POWER)).T
    vectors *= np.where(np.abs(vectors).max(axis=0) == vectors.max(axis=0), 1.0, -1.0)
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9).astype(np.float32)
    codes = np.rint(vectors / scales[:, None] * 127.0).astype(np.int8)
    empty = np.zeros(DIMENSIONS, dtype=np.float32)
    raw = StemVectors.decode(known, codes, scales, empty, STEM_BITS)
    dense = np.zeros((matrix.shape[1], DIMENSIONS), dtype=np.float32)
    dense[known] = raw.table[1:]
    texts_units = matrix @ dense
    texts_units /= np.maximum(np.linalg.norm(texts_units, axis=1, keepdims=True), 1e-6)
    mean = texts_units.mean(axis=0).astype(np.float32)
    arrays = {"vector_rows": known, "vector_codes": codes, "vector_scales": scales.astype(
        np.float32), "vector_mean": mean}  # fmt: skip
    return StemVectors.decode(known, codes, scales, mean, STEM_BITS), arrays
