"""A site's own adaptation: learns likely_to_reject from what the site's moderators decided.

It starts from the bundled classifier's signals and adds the site's own words (hashed, so no
vocabulary of readers' words is in the file). A few hundred decisions are enough to help; the fewer
there are, the more the bundled signals decide. scikit-learn is needed to fit, not to score.
"""

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
"""log2 of the number of hashed features of a site's own words."""

FEWEST = 5
"""Labels of each kind below which nothing can be learned."""

_MAGIC = b"moderato-adaptation 1"
_CANDIDATES = (
    (0.001, 0.0), (0.01, 0.0), (0.03, 0.0), (0.3, 0.0), (0.03, 1.0), (0.3, 1.0), (0.3, 3.0),
    (3.0, 1.0), (3.0, 3.0),
)  # fmt: skip
"""Pairs of (inverse penalty, weight of the site's own words), the most cautious first."""

_WORTH = 0.005
"""Share of the held-out loss that a less cautious candidate must save to be preferred.

It must also save more than one standard error of what it saves, or few labels choose by chance
(Breiman et al. 1984, "Classification and regression trees", 3.4.3).
"""

_FREE = 10.0
"""How much less the toxicity signal is penalised: few labels move little else."""


@dataclass(frozen=True)
class Adaptation:
    """Scores likely_to_reject for one site; made by `fit` or `from_bytes`.

    ``card`` says how many labels it learned from and how it did on held-out folds.
    """

    base: Classifier
    signal_weights: NDArray[np.float64]
    word_weights: NDArray[np.float32]
    bias: float
    card: dict[str, Any]

    def score_batch(
        self, items: Sequence[Item], measurements: Sequence[Measurement] | None = None
    ) -> list[float]:
        """Return likely_to_reject (0-1) per item; pass measurements to save measuring twice."""
        return [round(float(score), 4) for score in sigmoid(self.logits(items, measurements))]

    @functools.cached_property
    def _by_word(self) -> WordWeights:
        return WordWeights(self.word_weights[:, None], TABLE_BITS - ROW_BITS)

    def logits(
        self, items: Sequence[Item], measurements: Sequence[Measurement] | None = None
    ) -> NDArray[np.float64]:
        """Return the log-odds of likely_to_reject per item."""
        if measurements is None:
            measurements = self.base.score_batch(items)
        logits = signal_table(measurements, self.base.signals) @ self.signal_weights + self.bias
        for start, features in _blocks(items):
            sums = self._by_word.sums(features)[:, 0] * scale_of(features.counts)
            logits[start : start + features.count] += sums
        return np.asarray(logits, dtype=np.float64)

    def explain(self, item: Item, limit: int | None = 12) -> list[Contribution]:
        """Return which words moved likely_to_reject; see `explain.words.explain_site_model`."""
        return explain_site_model(self, item, limit)

    def word_shares(self, features: Features) -> NDArray[np.float32]:
        """Return the log-odds that the site's own weights give each word of a single text."""
        own = [self.word_weights[_rows(rows)] for rows, *_ in features.families]
        return share_by_word(features, own)

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
        When the format or checksum is wrong, or it was learned on another bundled classifier.
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
        raise BundleError(f"The site adaptation lacks something: {error}") from error


def signal_table(measurements: Sequence[Measurement], names: Sequence[str]) -> NDArray[np.float64]:
    """Return the signals as log-odds (items x signals); an absent signal counts as 0.2."""
    values = [[one.signals.get(name, 0.2) for name in names] for one in measurements]
    scores = np.clip(np.array(values, dtype=np.float64).reshape(-1, len(names)), 5e-4, 1 - 5e-4)
    return np.log(scores / (1.0 - scores))


def _rows(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows >> (TABLE_BITS - ROW_BITS)


def _blocks(items: Sequence[Item]) -> Iterator[tuple[int, Features]]:
    for start in range(0, len(items), BLOCK):
        yield start, extract([item.text for item in items[start : start + BLOCK]])


def _word_matrix(items: Sequence[Item]) -> tuple[Any, NDArray[np.float64]]:
    """Return the site's words as a scaled sparse matrix, and the weight of each column."""
    from scipy import sparse  # noqa: PLC0415 (only fitting needs it)

    parts = []
    for _, features in _blocks(items):
        rows = _rows(np.concatenate([family[0] for family in features.families]))
        ids = np.concatenate([family[1] for family in features.families])
        values = np.repeat(1.0, len(rows)) * scale_of(features.counts)[ids]
        parts.append(
            sparse.csr_matrix((values, (ids, rows)), shape=(features.count, 1 << ROW_BITS))
        )
    matrix = sparse.vstack(parts, format="csr")
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    weight = np.where(seen >= 2, (np.log((1 + len(items)) / (1 + seen)) + 1.0) / 4.0, 0.0)
    return matrix, weight


def fit(
    base: Classifier,
    items: Sequence[Item],
    labels: Sequence[int],
    weights: Sequence[float] | None = None,
    seed: int = 0,
    measurements: Sequence[Measurement] | None = None,
) -> Adaptation:
    """Learn a site's adaptation.

    Parameters
    ----------
    base : Classifier
        The bundled classifier.
    items, labels : sequences of same length
        Comments with their context; 1 where moderators rejected, 0 where they approved.
    weights : sequence of float, optional
        How much each label counts (its provenance).
    seed : int
        Same labels and seed give the same bytes.
    measurements : sequence of Measurement, optional
        What the bundled classifier measured of the items; then only their texts are read here.

    Raises
    ------
    ValueError
        With fewer than `FEWEST` labels of either kind, or lengths that differ.
    """
    from scipy import sparse  # noqa: PLC0415

    target = np.asarray(labels, dtype=np.int64)
    weight = np.ones(len(target)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(items) == len(target) == len(weight):
        raise ValueError("items, labels and weights differ in length")
    if np.count_nonzero(target == 1) < FEWEST or np.count_nonzero(target == 0) < FEWEST:
        raise ValueError(f"at least {FEWEST} rejected and {FEWEST} approved comments are needed")
    if measurements is None:
        measurements = base.score_batch(items)
    signals = signal_table(measurements, base.signals)
    center, spread = signals.mean(axis=0), signals.std(axis=0) + 1e-3
    words, column_weights = _word_matrix(items)
    spread[base.signals.index("toxicity")] /= _FREE
    dense = sparse.csr_matrix((signals - center) / spread)
    best = _choose(dense, words, column_weights, target, weight, seed)
    penalty, share, slope, offset, held_out = best
    fitted = _logistic(penalty).fit(
        _joined(dense, words, column_weights * share), target, sample_weight=weight
    )
    coefficients = fitted.coef_[0] * slope
    signal_weights = coefficients[: len(base.signals)] / spread
    bias = float(fitted.intercept_[0] * slope + offset - signal_weights @ center)
    word_weights = (coefficients[len(base.signals) :] * column_weights * share).astype(np.float32)
    card = {"labels": len(target), "rejected": int(target.sum()), "penalty": penalty,
            "own_words": share, "held_out_auc": held_out, "seed": seed}  # fmt: skip
    codes, scales = encode_weights(word_weights[:, None])  # score as it will after storing
    stored = decode_weights(codes, scales)[:, 0]
    return Adaptation(base, signal_weights, stored, bias, card)


def _joined(dense: Any, words: Any, column_weights: NDArray[np.float64]) -> Any:
    from scipy import sparse  # noqa: PLC0415

    return sparse.hstack([dense, words @ sparse.diags(column_weights)], format="csr")


def _logistic(penalty: float) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    return LogisticRegression(C=penalty, solver="liblinear", max_iter=500, random_state=0)


def _choose(
    dense: Any,
    words: Any,
    column_weights: NDArray[np.float64],
    target: NDArray[np.int64],
    weight: NDArray[np.float64],
    seed: int,
) -> tuple[float, float, float, float, float]:
    """Choose penalty and share of own words by held-out log loss; calibrate on the same folds.

    Returns (penalty, share, Platt slope, Platt intercept, held-out AUC).
    """
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

    folds = list(StratifiedKFold(5, shuffle=True, random_state=seed).split(dense, target))
    share_of = weight / weight.sum()
    best: tuple[NDArray[np.float64], tuple[float, float, float, float, float]] | None = None
    for penalty, share in _CANDIDATES:
        table = _joined(dense, words, column_weights * share)
        margins = np.zeros(len(target))
        for training, held in folds:
            fitted = _logistic(penalty).fit(
                table[training], target[training], sample_weight=weight[training]
            )
            margins[held] = fitted.decision_function(table[held])
        platt = _logistic(1.0).fit(margins[:, None], target, sample_weight=weight)
        slope, offset = max(float(platt.coef_[0, 0]), 0.05), float(platt.intercept_[0])
        signs = np.where(target == 1, -1.0, 1.0)
        losses = np.logaddexp(0.0, signs * (margins * slope + offset))
        auc = float(roc_auc_score(target, margins, sample_weight=weight))
        if best is None or is_worth(best[0], losses, share_of):
            best = (losses, (penalty, share, slope, offset, round(auc, 4)))
    assert best is not None
    return best[1]


def is_worth(
    before: NDArray[np.float64], after: NDArray[np.float64], share: NDArray[np.float64]
) -> bool:
    """Say whether held-out losses (labels) fell by enough, and by more than chance explains."""
    saved = before - after
    mean = float(share @ saved)
    error = float(np.sqrt((share**2) @ (saved - mean) ** 2))
    return mean > max(_WORTH * float(share @ before), error)
