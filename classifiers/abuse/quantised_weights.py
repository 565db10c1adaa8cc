"""Weights as one byte each: the square root of the size in 127 steps, with a scale per head.

Small weights, of which there are many, keep their precision; a file of 2**20 rows and 8 heads
packs to a few megabytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def encode_weights(
    weights: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return (codes, scales) for a table of weights (rows x heads)."""
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-9).astype(np.float32)
    codes = np.rint(np.sqrt(np.abs(weights) / scales) * 127.0) * np.sign(weights)
    return codes.astype(np.int8), scales


def decode_weights(codes: NDArray[np.int8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights (rows x heads) that `encode_weights` stored, to one part in 127."""
    steps = np.arange(-128, 128, dtype=np.float32) / 127.0
    values = (np.sign(steps) * steps**2).astype(np.float32)
    decoded: NDArray[np.float32] = values[codes.astype(np.int16) + 128]
    decoded *= scales
    return decoded
