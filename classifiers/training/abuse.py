"""Trains the abuse heads: one logistic regression per signal on the shared hashed features.

Beside the hashed features each word has a dense vector from a sentence encoder. A head over the
sum of a text's vectors is a weight per word, so at the end it is folded into the words' rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from classifiers.abuse import AbuseTable
from classifiers.hashing import TABLE_BITS
from classifiers.items import ABUSE_SIGNALS
from classifiers.training.data import Example
from classifiers.training.matrix import FeatureMatrix, feature_matrix
from classifiers.training.solver import fit_logistic
from classifiers.training.word_vectors import EncodedWords

Floats = NDArray[np.float32]

PENALTY = 1e-5
"""Strength of the L2 penalty on hashed features, chosen on the tuning part."""

DENSE_PENALTY = 1e-5
"""The same on the word vectors, chosen by leaving out sets."""

ORIGIN_PENALTY = 1e-6
STEPS = 60

REFERENCE = {"jigsaw_wiki24k": 1.0, "ruddit": 1.0, "kaggle_insults": 0.5,
             "civil_toxic_spans": 0.3, "convabuse": 0.3, "stormfront": 0.2, "hatemoji_build": 0.05,
             "davidson_twitter": 0.03, "youtube_spam": 1.0, "own_sentences": 0.03}  # fmt: skip
"""The mix of communities that scores are calibrated to: how much a tuning text of each counts.

Sets that were collected by searching for abuse hardly count: their share of abuse is not that of
a comment section.
"""

SCARCE = ("threat", "sexual", "spam")
"""Signals that hardly any set labels: own sentences count for more in their calibration."""


@dataclass(frozen=True, slots=True)
class HeadReport:
    """How many texts a head learned from and was calibrated on."""

    signal: str
    rows: int
    positives: int
    tuning_rows: int


class AbuseTrainer:
    """Reads the texts once; trains on them as often as wanted.

    Parameters
    ----------
    examples : sequence of Example
        Those of the test part are not looked at.
    vectors : EncodedWords
    signals : tuple of str
        The heads to train.
    steps : int
        Iterations of the descent.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        vectors: EncodedWords,
        signals: tuple[str, ...] = ABUSE_SIGNALS,
        steps: int = STEPS,
    ) -> None:
        used = [example for example in examples if example.part != "test"]
        self.signals, self.steps, self._vectors = signals, steps, vectors
        self._training = np.array([example.part == "train" for example in used])
        self._sources = np.array([example.source for example in used])
        self._targets, self._weights = _targets(used, signals)
        self._features = feature_matrix([example.text for example in used], self._training)
        self._meanings = _meanings(self._features, vectors)

    def train(self, without: str = "") -> tuple[AbuseTable, list[HeadReport]]:
        """Train all heads on the training part and calibrate them on the tuning part.

        ``without`` names a set that neither sees.
        """
        kept = self._sources != without
        training, tuning = self._training & kept, ~self._training & kept
        matrix, size = self._features.matrix, self._meanings.shape[1]
        origins = _origins(self._sources)
        dense = np.hstack([self._meanings, origins])
        penalties = np.concatenate(
            (np.full(size, DENSE_PENALTY), np.full(origins.shape[1], ORIGIN_PENALTY))
        )
        lexical = np.zeros((matrix.shape[1], len(self.signals)), dtype=np.float32)
        further = np.zeros((dense.shape[1], len(self.signals)), dtype=np.float32)
        for head in range(len(self.signals)):
            rows = np.flatnonzero(training & (self._weights[:, head] > 0))
            lexical[:, head], further[:, head] = fit_logistic(
                matrix[rows], dense[rows], self._targets[rows, head], self._weights[rows, head],
                (PENALTY, penalties), self.steps,
            )  # fmt: skip
        margins = matrix[tuning] @ lexical + self._meanings[tuning] @ further[:size]
        slopes, bias = self._calibrated(margins, tuning)
        table = np.zeros((1 << TABLE_BITS, len(self.signals)), dtype=np.float32)
        table[self._features.rows] = lexical * self._features.frequency[:, None]
        table[self._vectors.rows] += self._vectors.vectors @ further[:size]
        return AbuseTable(self.signals, table * slopes, bias), self._reports(training, tuning)

    def _calibrated(self, margins: Floats, tuning: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Fit Platt's sigmoid (Platt 1999) per head on held-out texts; return slopes and biases."""
        slopes = np.ones(len(self.signals), dtype=np.float32)
        bias = np.zeros(len(self.signals), dtype=np.float32)
        targets = self._targets[tuning] > 0.5
        for head, signal in enumerate(self.signals):
            mix = REFERENCE | ({"own_sentences": 0.5} if signal in SCARCE else {})
            reference = np.array([mix.get(source, 0.0) for source in self._sources[tuning]])
            weight = self._weights[tuning, head] * reference
            rows = np.flatnonzero(weight)
            fitted = LogisticRegression(C=1e4).fit(
                margins[rows, head : head + 1], targets[rows, head], sample_weight=weight[rows]
            )
            slopes[head] = max(float(fitted.coef_[0, 0]), 1e-6)
            bias[head] = float(fitted.intercept_[0])
        return slopes, bias

    def _reports(self, training: NDArray[np.bool_], tuning: NDArray[np.bool_]) -> list[HeadReport]:
        known = self._weights > 0
        positive = known & (self._targets > 0.5)
        return [
            HeadReport(
                signal,
                int(known[training, head].sum()),
                int(positive[training, head].sum()),
                int(known[tuning, head].sum()),
            )
            for head, signal in enumerate(self.signals)
        ]


def _meanings(features: FeatureMatrix, vectors: EncodedWords) -> Floats:
    """Return the scaled sum of the vectors of each text's words."""
    found, known = vectors.for_rows(features.rows)
    words = features.matrix[:, known] @ sparse.diags(1.0 / features.frequency[known])
    return np.asarray(words @ found, dtype=np.float32)


def _targets(used: Sequence[Example], signals: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Return (target, weight) per example and signal; weight 0 where nothing is known."""
    nothing = (0.0, 0.0)
    both = np.array(
        [[example.labels.get(signal, nothing) for signal in signals] for example in used],
        dtype=np.float32,
    )
    return both[..., 0], both[..., 1]


def _origins(sources: NDArray[np.str_]) -> Floats:
    """Return which set each text is from: what a set's own share of abuse explains."""
    names, numbers = np.unique(sources, return_inverse=True)
    return np.eye(len(names), dtype=np.float32)[numbers]
