"""Fits a site's model to the decisions of the site's moderators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.features import scale_of
from classifiers.abuse.quantised_weights import decode_weights, encode_weights
from classifiers.site_model.adaptation import (
    ROW_BITS,
    Adaptation,
    blocks_of,
    rows_of_site,
    signal_table,
)
from classifiers.types import Item, Measurement

if TYPE_CHECKING:
    from classifiers.classifier import Classifier

FEWEST = 5
"""Fewest labels of each kind that a model is fitted to."""

_CANDIDATES = (
    (0.001, 0.0), (0.01, 0.0), (0.03, 0.0), (0.3, 0.0), (0.03, 1.0), (0.3, 1.0), (0.3, 3.0),
    (3.0, 1.0), (3.0, 3.0),
)  # fmt: skip
"""Pairs of (inverse penalty, weight of the site's words), the most cautious first."""

_WORTH = 0.005
"""Least share of the held-out loss that a less cautious candidate must save.

The saving must also exceed its standard error; otherwise few labels would choose by chance
(Breiman et al. 1984, "Classification and regression trees", 3.4.3).
"""

_FREE = 10.0
"""Factor by which toxicity is scaled up and so penalised less than the other signals."""


def _word_matrix(items: Sequence[Item]) -> tuple[Any, NDArray[np.float64]]:
    """Return the site's words and the weight of each column.

    Returns
    -------
    matrix : sparse matrix of float64 (items, 2**ROW_BITS)
        How often each item has each feature, times the item's scale.
    weight : array of float64 (2**ROW_BITS,)
        Inverse document frequency over its typical size; 0 for features of a single item.
    """
    from scipy import sparse  # noqa: PLC0415 (only fitting needs it)

    parts = []
    for _, features in blocks_of(items):
        rows = rows_of_site(np.concatenate([family[0] for family in features.families]))
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
    """Fit a site's model.

    Parameters
    ----------
    base : Classifier
        The bundled classifier.
    items, labels : sequences of same length
        Comments with their context; 1 where moderators rejected, 0 where they approved.
    weights : sequence of float, optional
        Weight of each label; 1 by default.
    seed : int
        Seed of the cross-validation; equal labels and seed give equal bytes.
    measurements : sequence of Measurement, optional
        The bundled classifier's scores of the items, if they are known already.

    Raises
    ------
    ValueError
        With fewer than `FEWEST` labels of either kind, or lengths that differ.
    """
    target = np.asarray(labels, dtype=np.int64)
    weight = np.ones(len(target)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(items) == len(target) == len(weight):
        raise ValueError("items, labels and weights differ in length")
    if np.count_nonzero(target == 1) < FEWEST or np.count_nonzero(target == 0) < FEWEST:
        raise ValueError(f"at least {FEWEST} rejected and {FEWEST} approved comments are needed")
    if measurements is None:
        measurements = base.score_batch(items)
    design = _design(items, measurements, base.signals)
    choice = _choose(design, target, weight, seed)
    fitted = _logistic(choice.penalty).fit(
        design.joined(choice.word_share), target, sample_weight=weight
    )
    return _as_adaptation(base, design, choice, fitted, target, seed)


@dataclass(frozen=True, slots=True)
class _Design:
    """The input of the regression.

    Attributes
    ----------
    signals : sparse matrix (items, signals)
        Standardised log-odds of the bundled signals.
    center, spread : arrays of float64 (signals,)
        Subtracted from the log-odds, which are then divided by ``spread``.
    words : sparse matrix (items, 2**ROW_BITS)
        The site's words, scaled by the length of their text.
    column_weights : array of float64 (2**ROW_BITS,)
        Weight of each column of ``words``; 0 for words of a single comment.
    """

    signals: Any
    center: NDArray[np.float64]
    spread: NDArray[np.float64]
    words: Any
    column_weights: NDArray[np.float64]

    def joined(self, word_share: float) -> Any:
        """Return signals and words side by side, the words times ``word_share``."""
        from scipy import sparse  # noqa: PLC0415 (only fitting needs it)

        weighted = self.words @ sparse.diags(self.column_weights * word_share)
        return sparse.hstack([self.signals, weighted], format="csr")


@dataclass(frozen=True, slots=True)
class _Choice:
    """The choice of cross-validation; ``slope`` and ``offset`` are Platt's, ``auc`` is held-out."""

    penalty: float
    word_share: float
    slope: float
    offset: float
    auc: float


def _design(
    items: Sequence[Item], measurements: Sequence[Measurement], names: tuple[str, ...]
) -> _Design:
    from scipy import sparse  # noqa: PLC0415 (only fitting needs it)

    signals = signal_table(measurements, names)
    center, spread = signals.mean(axis=0), signals.std(axis=0) + 1e-3
    words, column_weights = _word_matrix(items)
    # A larger column has a smaller penalty: few labels move toxicity first.
    spread[names.index("toxicity")] /= _FREE
    standardised = sparse.csr_matrix((signals - center) / spread)
    return _Design(standardised, center, spread, words, column_weights)


def _as_adaptation(
    base: Classifier,
    design: _Design,
    choice: _Choice,
    fitted: Any,
    target: NDArray[np.int64],
    seed: int,
) -> Adaptation:
    """Return the fitted regression as weights of the plain log-odds and of the words' rows."""
    # One set of coefficients, (signals + 2**ROW_BITS,): undo calibration, scaling and centring.
    coefficients = fitted.coef_[0] * choice.slope
    count = len(base.signals)
    signal_weights = coefficients[:count] / design.spread
    bias = float(
        fitted.intercept_[0] * choice.slope + choice.offset - signal_weights @ design.center
    )
    word_weights = coefficients[count:] * design.column_weights * choice.word_share
    card = {"labels": len(target), "rejected": int(target.sum()), "penalty": choice.penalty,
            "own_words": choice.word_share, "held_out_auc": choice.auc, "seed": seed}  # fmt: skip
    # Storing rounds the weights; round now, so that scores are the same before and after.
    codes, scales = encode_weights(word_weights.astype(np.float32)[:, None])
    stored = decode_weights(codes, scales)[:, 0]
    return Adaptation(base, signal_weights, stored, bias, card)


def _logistic(penalty: float) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    return LogisticRegression(C=penalty, solver="liblinear", max_iter=500, random_state=0)


def _choose(
    design: _Design, target: NDArray[np.int64], weight: NDArray[np.float64], seed: int
) -> _Choice:
    """Choose penalty and share of the site's words by held-out log loss, and calibrate.

    ``target`` and ``weight`` have the shape (items,).
    """
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

    splitter = StratifiedKFold(5, shuffle=True, random_state=seed)
    folds = list(splitter.split(design.signals, target))
    share_of = weight / weight.sum()
    signs = np.where(target == 1, -1.0, 1.0)
    best: tuple[NDArray[np.float64], _Choice] | None = None
    for penalty, word_share in _CANDIDATES:
        table = design.joined(word_share)
        # Log-odds of each item by the model that did not see it, calibrated on all folds: (items,).
        margins = np.zeros(len(target))
        for training, held in folds:
            fitted = _logistic(penalty).fit(
                table[training], target[training], sample_weight=weight[training]
            )
            margins[held] = fitted.decision_function(table[held])
        platt = _logistic(1.0).fit(margins[:, None], target, sample_weight=weight)
        slope, offset = max(float(platt.coef_[0, 0]), 0.05), float(platt.intercept_[0])
        losses = np.logaddexp(0.0, signs * (margins * slope + offset))
        auc = float(roc_auc_score(target, margins, sample_weight=weight))
        if best is None or is_worth(best[0], losses, share_of):
            best = (losses, _Choice(penalty, word_share, slope, offset, round(auc, 4)))
    assert best is not None
    return best[1]


def is_worth(
    before: NDArray[np.float64], after: NDArray[np.float64], share: NDArray[np.float64]
) -> bool:
    """Say whether held-out losses (items,) fell by enough, and by more than chance explains."""
    saved = before - after
    mean = float(share @ saved)
    error = float(np.sqrt((share**2) @ (saved - mean) ** 2))
    return mean > max(_WORTH * float(share @ before), error)
