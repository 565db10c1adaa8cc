"""Static vectors of word stems: texts on one subject are near each other without shared words.

Made from the training texts by latent semantic analysis (Deerwester et al. 1990): the singular
vectors of the weighted text-by-stem matrix. A text's vector is the weighted sum of its stems'
vectors, with the mean comment taken off and the length set to one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StemVectors:
    """Vectors of the known stems.

    ``index[row]`` is the place of a stem row in ``table``, 0 for unknown stems; ``table[0]`` is
    zero. ``mean`` is the mean unit vector of a comment.
    """

    index: NDArray[np.int32]
    table: Floats
    mean: Floats

    @classmethod
    def decode(
        cls,
        rows: NDArray[np.int32],
        codes: NDArray[np.int8],
        scales: Floats,
        mean: Floats,
        bits: int,
    ) -> StemVectors:
        """Build from the stored form: known stem rows, one byte per number, a scale per stem."""
        index = np.zeros(1 << bits, dtype=np.int32)
        index[rows] = np.arange(1, len(rows) + 1)
        table = np.zeros((len(rows) + 1, codes.shape[1]), dtype=np.float32)
        table[1:] = codes * (scales.astype(np.float32)[:, None] / 127.0)
        return cls(index, table, mean.astype(np.float32))

    def of_texts(
        self, stems: NDArray[np.int64], weights: Floats, edges: NDArray[np.int64]
    ) -> Floats:
        """Return unit vectors (texts x dimensions) of texts given as slices of weighted stems."""
        count = len(edges) - 1
        made = np.zeros((count, self.table.shape[1]), dtype=np.float32)
        filled = np.flatnonzero(edges[1:] > edges[:-1])
        if len(filled):
            values = self.table[self.index[stems]] * weights[:, None]
            made[filled] = np.add.reduceat(values, edges[:-1][filled], axis=0)
        return self.centred(made)

    def centred(self, sums: Floats) -> Floats:
        """Return unit vectors without the mean comment; zero stays zero."""
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        units = np.where(norms > 1e-6, sums / np.maximum(norms, 1e-6) - self.mean, 0.0)
        norms = np.linalg.norm(units, axis=1, keepdims=True)
        return np.asarray(units / np.maximum(norms, 1e-6), dtype=np.float32)
