"""Stores weights as one byte each: the root of the absolute value in 127 steps, a scale per head.

Small weights are the most frequent and keep their precision. A file of 2**20 rows and 8 heads
packs to a few megabytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def encode_weights(
    weights: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return codes, int8 (rows, heads), and scales, float32 (heads,), of weights (rows, heads)."""
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-9).astype(np.float32)
    codes = np.rint(np.sqrt(np.abs(weights) / scales) * 127.0) * np.sign(weights)
    return codes.astype(np.int8), scales


def decode_weights(codes: NDArray[np.int8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights, float32 (rows, heads), that `encode_weights` stored."""
    steps = np.arange(-128, 128, dtype=np.float32) / 127.0
    values = (np.sign(steps) * steps**2).astype(np.float32)
    decoded: NDArray[np.float32] = values[codes.astype(np.int16) + 128]
    decoded *= scales
    return decoded
