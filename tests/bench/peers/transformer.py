"""A transformer of the size that Detoxify uses (BERT-base, Devlin et al. 2019), for its cost only.

Random weights, the true shapes: 12 layers, 768 wide, 12 heads, in float32 on the BLAS that numpy
brings. Nearly all of its time is matrix products, which a framework does no faster on one core.
Tokenising, which Detoxify pays too, is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LAYERS, WIDTH, HEADS, INNER, HEADS_OUT = 12, 768, 12, 3072, 6
FloatArray = NDArray[np.float32]


class Transformer:
    """Turns the embeddings of a text's tokens into six scores."""

    def __init__(self, seed: int = 0) -> None:
        random = np.random.default_rng(seed)

        def weights(*shape: int) -> FloatArray:
            return random.standard_normal(shape, dtype=np.float32) * np.float32(0.02)

        self.layers = [
            (
                weights(WIDTH, 3 * WIDTH),
                weights(WIDTH, WIDTH),
                weights(WIDTH, INNER),
                weights(INNER, WIDTH),
            )
            for _ in range(LAYERS)
        ]
        self.head = weights(WIDTH, HEADS_OUT)

    def score(self, tokens: FloatArray) -> FloatArray:
        """Return the scores of one text; tokens: (number of tokens, WIDTH)."""
        for mixed, joined, wide, narrow in self.layers:
            tokens = _normalised(tokens + _attend(tokens @ mixed) @ joined)
            tokens = _normalised(tokens + _gelu(tokens @ wide) @ narrow)
        scores: FloatArray = 1 / (1 + np.exp(-(tokens[0] @ self.head)))
        return scores


def _attend(mixed: FloatArray) -> FloatArray:
    count = len(mixed)
    query, key, value = mixed.reshape(count, 3, HEADS, WIDTH // HEADS).transpose(1, 2, 0, 3)
    logits = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(WIDTH // HEADS))
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    joined: FloatArray = (shares @ value).transpose(1, 0, 2).reshape(count, WIDTH)
    return joined


def _normalised(rows: FloatArray) -> FloatArray:
    centred = rows - rows.mean(axis=-1, keepdims=True)
    scaled: FloatArray = centred / np.sqrt(centred.var(axis=-1, keepdims=True) + np.float32(1e-12))
    return scaled


def _gelu(rows: FloatArray) -> FloatArray:
    half: FloatArray = rows / 2 * (1 + np.tanh(0.7978846 * (rows + 0.044715 * rows**3)))
    return half
