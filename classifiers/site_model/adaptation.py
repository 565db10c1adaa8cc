"""Scores likely_to_reject with a site's model, and stores the model without pickle."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.features import BLOCK, Features, WordWeights, extract, scale_of
from classifiers.abuse.model import share_by_word, sigmoid
from classifiers.abuse.quantised_weights import decode_weights, encode_weights
from classifiers.bundle import BundleError, digest_of, pack_arrays, unpack_arrays
from classifiers.explain.words import LEARNED_SIGNAL, explain_site_model
from classifiers.text.hashing import TABLE_BITS
from classifiers.types import Contribution, Item, Measurement

if TYPE_CHECKING:
    from classifiers.classifier import Classifier

SIGNAL = LEARNED_SIGNAL
ROW_BITS = 17
"""log2 of the number of hashed features of a site's words."""

_MAGIC = b"moderato-adaptation 1"


@dataclass(frozen=True)
class Adaptation:
    """Scores likely_to_reject for one site; made by `fit` or `from_bytes`.

    Attributes
    ----------
    base : Classifier
        The bundled classifier.
    signal_weights : array of float64 (signals,)
        Weight of the log-odds of each bundled signal.
    word_weights : array of float32 (2**ROW_BITS,)
        Weights of the site's hashed words.
    bias : float
        Log-odds.
    card : dict
        Number of labels, and figures on held-out folds.
    """

    base: Classifier
    signal_weights: NDArray[np.float64]
    word_weights: NDArray[np.float32]
    bias: float
    card: dict[str, Any]

    def score_batch(
        self, items: Sequence[Item], measurements: Sequence[Measurement] | None = None
    ) -> list[float]:
        """Return likely_to_reject (0-1) per item; pass measurements if they are known already."""
        return [round(float(score), 4) for score in sigmoid(self.logits(items, measurements))]

    @functools.cached_property
    def _by_word(self) -> WordWeights:
        return WordWeights(self.word_weights[:, None], TABLE_BITS - ROW_BITS)

    def logits(
        self, items: Sequence[Item], measurements: Sequence[Measurement] | None = None
    ) -> NDArray[np.float64]:
        """Return the log-odds of likely_to_reject, float64 (items,)."""
        if measurements is None:
            measurements = self.base.score_batch(items)
        logits = signal_table(measurements, self.base.signals) @ self.signal_weights + self.bias
        for start, features in blocks_of(items):
            sums = self._by_word.sums(features)[:, 0] * scale_of(features.counts)
            logits[start : start + features.count] += sums
        return np.asarray(logits, dtype=np.float64)

    def explain(self, item: Item, limit: int | None = 12) -> list[Contribution]:
        """Return the words that moved likely_to_reject; see `explain.words.explain_site_model`."""
        return explain_site_model(self, item, limit)

    def word_shares(self, features: Features) -> NDArray[np.float32]:
        """Return the share of the site's words in log-odds, float32 (words + 1,), of one text."""
        weights = [self.word_weights[rows_of_site(rows)] for rows, *_ in features.families]
        return share_by_word(features, weights)

    def to_bytes(self) -> bytes:
        """Return the adaptation as bytes without pickle, with a checksum in front."""
        codes, scales = encode_weights(self.word_weights[:, None])
        card = json.dumps({**self.card, "base": self.base.version}).encode()
        content = pack_arrays(
            {
                "signal_weights": self.signal_weights,
                "codes": codes,
                "scales": scales,
                "bias": np.array(self.bias),
                "card": np.frombuffer(card, dtype=np.uint8),
            }
        )
        return b"\n".join((_MAGIC, digest_of(content).encode(), content))


def from_bytes(data: bytes, base: Classifier) -> Adaptation:
    """Read an adaptation that was stored with `Adaptation.to_bytes`.

    Raises
    ------
    BundleError
        When the format or checksum is wrong, or another bundled classifier was the base.
    """
    parts = bytes(data).split(b"\n", 2)
    if len(parts) != 3 or parts[0] != _MAGIC:
        raise BundleError("These bytes are not a site adaptation of this format.")
    if digest_of(parts[2]).encode() != parts[1]:
        raise BundleError("The checksum of the site adaptation is wrong: damaged or altered.")
    arrays = unpack_arrays(parts[2])
    try:
        card = json.loads(arrays["card"].tobytes())
        if card.get("base") != base.version:
            raise BundleError(
                f"The adaptation was learned on {card.get('base')}, not on {base.version}."
            )
        words = decode_weights(arrays["codes"], arrays["scales"])[:, 0]
        signal_weights = arrays["signal_weights"].astype(np.float64)
        if words.shape != (1 << ROW_BITS,) or signal_weights.shape != (len(base.signals),):
            raise BundleError("The site adaptation has arrays of a wrong size.")
        return Adaptation(base, signal_weights, words, float(arrays["bias"]), card)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise BundleError(f"The site adaptation is incomplete: {error}") from error


def signal_table(measurements: Sequence[Measurement], names: Sequence[str]) -> NDArray[np.float64]:
    """Return the signals as log-odds, float64 (items, signals); an absent signal counts as 0.2."""
    values = [[item.signals.get(name, 0.2) for name in names] for item in measurements]
    scores = np.clip(np.array(values, dtype=np.float64).reshape(-1, len(names)), 5e-4, 1 - 5e-4)
    return np.log(scores / (1.0 - scores))


def rows_of_site(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fold rows of the full table to those of a site's smaller table."""
    return rows >> (TABLE_BITS - ROW_BITS)


def blocks_of(items: Sequence[Item]) -> Iterator[tuple[int, Features]]:
    for start in range(0, len(items), BLOCK):
        yield start, extract([item.text for item in items[start : start + BLOCK]])
