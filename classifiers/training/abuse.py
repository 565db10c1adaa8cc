"""Trains the abuse heads: one logistic regression per signal on the shared hashed features.

Each word also has a dense vector from a sentence encoder, alone and in some surroundings. A head
over the sums of a text's vectors equals one weight per word, and per word in these surroundings. So
it is added to the weights of their rows at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifiers.abuse.features import blocks
from classifiers.abuse.model import AbuseTable
from classifiers.datasets.labelled import TEMPLATED, Example
from classifiers.text.hashing import TABLE_BITS
from classifiers.training.calibration import calibrated
from classifiers.training.dense_features import WordEmbeddings
from classifiers.training.feature_matrix import feature_matrix, with_windows
from classifiers.training.logistic_solver import fit_logistic
from classifiers.training.perspective_alignment import PERSPECTIVE_SET, align
from classifiers.training.soft_labels import EXCERPTS
from classifiers.types import ABUSE_SIGNALS

Floats = NDArray[np.float32]

PENALTY, DENSE_PENALTY = 3e-6, 1e-5
"""Strength of the L2 penalty on hashed features, and on word vectors, without excerpts."""

EXCERPT_PENALTY, EXCERPT_DENSE_PENALTY = 1e-7, 1e-6
"""The same with the teacher's excerpts: with that many texts, weights need less penalty."""

ORIGIN_PENALTY = 1e-6
STEPS = 60
EXCERPT_STEPS = 2
"""Factor of the number of iterations where there are excerpts."""

REFERENCE = {"jigsaw_wiki24k": 1.0, "ruddit": 1.0, "kaggle_insults": 0.5,
             "civil_toxic_spans": 0.3, "convabuse": 0.3, "stormfront": 0.2, "hatemoji_build": 0.05,
             "davidson_twitter": 0.03, "youtube_spam": 1.0, TEMPLATED: 0.2}  # fmt: skip
"""Weight of a tuning text of each set in calibration: the mix of communities.

Sets that were collected by searching for abuse have small weights: their share of abuse is not that
of a comment section.
"""

BY_LENGTH = {"toxicity": -0.5, "insult": -0.45, "identity_attack": -0.7}
"""Factor of the logarithm of the number of words in the log-odds of a signal; 0 for the others.

Set by hand, by the tables of docs/quality.md. A fit would take it from templated sentences, which
are all short. An attack on a group is mostly one sentence; the sum over a long text rarely shows
it.
"""

DISCOUNTS = dict.fromkeys(("toxicity", "severe_toxicity", "insult", "identity_attack"), 1.3)
"""Factor of the logarithm of the number of sentences, subtracted from the worst sentence.

Before calibration. Set by hand too: a smaller factor finds more diluted insults, a larger one fewer
quoted insults in long texts. The other signals show in a few words, which the worst window has.
"""

ROUNDS = 2
"""The first round learns from whole texts, the next also from the worst windows found so far."""

SCARCE = {"identity_attack": 2.4, "threat": 1.5, "sexual": 0.5, "spam": 0.5}
"""Signals with few labels: weight of the templated sentences in their calibration."""


@dataclass(frozen=True, slots=True)
class HeadReport:
    """Numbers of texts that a head learned from and was calibrated on."""

    signal: str
    rows: int
    positives: int
    tuning_rows: int


class AbuseTrainer:
    """Reads the texts once; trains on them any number of times.

    Parameters
    ----------
    examples : sequence of Example
        The test part is not used.
    vectors : WordEmbeddings
    signals : tuple of str
        The heads to train.
    steps : int
        Iterations of the descent.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        vectors: WordEmbeddings,
        signals: tuple[str, ...] = ABUSE_SIGNALS,
        steps: int = STEPS,
    ) -> None:
        used = [example for example in examples if example.part != "test"]
        self.signals, self.steps, self._vectors = signals, steps, vectors
        self._training = np.array([example.part == "train" for example in used])
        self._sources = np.array([example.source for example in used])
        self._targets, self._weights = _targets(used, signals)
        self._texts = [example.text for example in used]
        self._features = feature_matrix(self._texts, self._training)
        self._meanings = self._meant(self._features.matrix)

    def train(self, without: str = "") -> tuple[AbuseTable, list[HeadReport]]:
        """Train all heads on the training part and calibrate them on the tuning part.

        ``without`` names a set that neither sees.
        """
        kept = self._sources != without
        training, tuning = self._training & kept, ~self._training & kept
        table: AbuseTable | None = None
        for _ in range(ROUNDS):
            heads = [self._fitted(head, training, table) for head in range(len(self.signals))]
            table = self._calibrated(np.stack(heads, axis=1), tuning)
        assert table is not None
        return table, self._reports(training, tuning)

    def _fitted(self, head: int, training: NDArray[np.bool_], before: AbuseTable | None) -> Floats:
        """Fit one head and return its uncalibrated weights, float32 (2**TABLE_BITS,).

        With the table of the round before, a text's features are the mean of those of the whole
        text and of its worst window, weighted by that table's emphasis.
        """
        matrix, meanings = self._features.matrix, self._meanings
        if before is not None and before.emphasis is not None and before.emphasis.worst[head] > 0:
            worst = self._features.of_windows(self._texts, before, head)
            matrix = with_windows(matrix, worst, before.emphasis.worst[head])
            meanings = self._meant(matrix)
        known = training & (self._weights[:, head] > 0)
        hashed, dense = self._solved(head, known, matrix, meanings)
        compared = np.flatnonzero(known & (self._sources == PERSPECTIVE_SET))
        if len(compared):
            more = align(
                matrix[compared], meanings[compared], self._targets[compared, head], hashed, dense
            )
            hashed, dense = hashed + more[0], dense + more[1]
        weights = np.zeros(1 << TABLE_BITS, dtype=np.float32)
        weights[self._features.rows] = hashed * self._features.frequency
        self._vectors.fold(dense, weights)
        return weights

    def _solved(
        self, head: int, known: NDArray[np.bool_], matrix: sparse.csr_matrix, meanings: Floats
    ) -> tuple[Floats, Floats]:
        """Return the coefficients of hashed features (features,) and of meanings (dimensions,)."""
        # What set and length explain is fitted too and then dropped: neither is known in scoring.
        others = np.hstack([_origins(self._sources), self._features.lengths[:, None]])
        size = meanings.shape[1]
        penalty, dense_penalty, steps = PENALTY, DENSE_PENALTY, self.steps
        if (self._sources[known] == EXCERPTS).any():
            penalty, dense_penalty = EXCERPT_PENALTY, EXCERPT_DENSE_PENALTY
            steps *= EXCERPT_STEPS
        penalties = np.concatenate(
            (np.full(size, dense_penalty), np.full(others.shape[1], ORIGIN_PENALTY))
        )
        rows = np.flatnonzero(known & (self._sources != PERSPECTIVE_SET))
        hashed, dense = fit_logistic(
            matrix[rows], np.hstack([meanings, others])[rows], self._targets[rows, head],
            self._weights[rows, head], (penalty, penalties), steps,
        )  # fmt: skip
        return hashed, dense[:size]

    def _meant(self, matrix: sparse.csr_matrix) -> Floats:
        """Return the dense features of a matrix (texts, columns), float32 (texts, dimensions)."""
        return self._vectors.of(matrix, self._features.rows, self._features.frequency)

    def _calibrated(self, weights: Floats, tuning: NDArray[np.bool_]) -> AbuseTable:
        """Return the table calibrated to the mix of communities in `REFERENCE`."""
        chosen = np.flatnonzero(tuning)
        read = [features for _, features in blocks([self._texts[row] for row in chosen])]
        mix = [self._reference(chosen, head) for head in range(len(self.signals))]
        targets, counts = self._targets[chosen] > 0.5, np.stack(mix, axis=1)
        return calibrated(self.signals, weights, read, targets, counts, BY_LENGTH, DISCOUNTS)

    def _reference(self, chosen: NDArray[np.int64], head: int) -> Floats:
        """Return the weight of each chosen text in the calibration of a head, float32 (chosen,)."""
        mix = REFERENCE | {TEMPLATED: SCARCE.get(self.signals[head], REFERENCE[TEMPLATED])}
        counts = np.array([mix.get(source, 0.0) for source in self._sources[chosen]])
        return np.asarray(self._weights[chosen, head] * counts, dtype=np.float32)

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


def _targets(used: Sequence[Example], signals: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Return targets and weights, float32 (examples, signals) each; weight 0 without a label."""
    nothing = (0.0, 0.0)
    both = np.array(
        [[example.labels.get(signal, nothing) for signal in signals] for example in used],
        dtype=np.float32,
    )
    return both[..., 0], both[..., 1]


def _origins(sources: NDArray[np.str_]) -> Floats:
    """Return the set of each text as one-hot float32 (texts, sets).

    Their coefficients take up each set's share of abuse, so that words need not.
    """
    names, numbers = np.unique(sources, return_inverse=True)
    return np.eye(len(names), dtype=np.float32)[numbers]
