"""Trains the abuse heads of other languages, each from one labelled set of tier A or B."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from classifiers.abuse.features import BLOCK, Features
from classifiers.abuse.languages import LANGUAGE_BITS, LanguageHeads, read
from classifiers.abuse.model import AbuseTable
from classifiers.bundle import Arrays
from classifiers.datasets.labelled import Example
from classifiers.datasets.languages import LANGUAGE_DATASETS, read_language
from classifiers.metrics import report
from classifiers.training.abuse import ROUNDS, HeadReport
from classifiers.training.calibration import calibrated
from classifiers.training.feature_matrix import counted, with_windows
from classifiers.training.soft_labels_multilingual import add_soft_labels
from classifiers.types import ABUSE_SIGNALS

PENALTIES = (2.0, 4.0, 8.0, 16.0, 32.0)
"""Inverse strengths of the L2 penalty; the tuning part chooses."""

FEWEST_TEXTS = 2
"""Fewest texts that have a feature."""

DISCOUNTS = {"toxicity": 1.3, "identity_attack": 1.3}
"""As in `classifiers.training.abuse`; insult and profanity rank worse with the worst sentence."""

_NOTHING = 1e-3
"""Weights up to this are left out."""

FEWEST_POSITIVES = 100
"""Fewest positive training texts of a signal; with fewer the signal is left out."""


def count_features(
    texts: Sequence[str], language: str, table: AbuseTable | None = None, head: int = 0
) -> sparse.csr_matrix:
    """Return the scaled features for a language's heads, sparse (texts, 2**LANGUAGE_BITS).

    With a table, those of the worst window for one of its heads instead of the whole text.
    """
    parts = []
    for features in _blocks(texts, language):
        if table is not None:
            features = table.worst_windows(features, head)
        parts.append(counted(features, LANGUAGE_BITS))
    return sparse.vstack(parts, format="csr")


def log_ratios(
    matrix: sparse.csr_matrix, target: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return each feature's log ratio of abusive to clean, float64 (features,); 0 for rare ones.

    As factors of the features before a logistic regression they help with few data (Wang and
    Manning 2012, "Baselines and bigrams").

    Parameters
    ----------
    matrix : sparse matrix (texts, features)
    target, weight : arrays of float64 (texts,)
        Targets 0-1.
    """
    present = (matrix > 0).astype(np.float64)
    abusive = present.T @ (weight * target) + 1.0
    clean = present.T @ (weight * (1.0 - target)) + 1.0
    seen = np.asarray(present.sum(axis=0)).ravel()
    ratios = np.log((abusive / abusive.sum()) / (clean / clean.sum()))
    return np.asarray(np.where(seen >= FEWEST_TEXTS, ratios, 0.0))


def _fit_head(
    matrix: sparse.csr_matrix, examples: Sequence[Example], signal: str
) -> NDArray[np.float64]:
    """Return weights, float64 (features,), with the penalty that the tuning part chooses."""
    known = [row for row, example in enumerate(examples) if signal in example.labels]
    target, weight = np.array([examples[row].labels[signal] for row in known]).T
    training = np.array([examples[row].part == "train" for row in known])
    matrix = matrix[known]
    ratios = log_ratios(matrix[training], target[training], weight[training])
    scaled = (matrix @ sparse.diags(ratios)).tocsr()
    rows, classes, counts = _as_both_classes(target[training], weight[training])
    best: tuple[float, NDArray[np.float64]] | None = None
    for penalty in PENALTIES:
        fitted = LogisticRegression(C=penalty, solver="liblinear", random_state=0)
        fitted.fit(scaled[training][rows], classes, sample_weight=counts)
        margins = scaled[~training] @ fitted.coef_[0]
        calibrated = LogisticRegression(C=1e4).fit(margins[:, None], target[~training])
        loss = log_loss(target[~training], calibrated.predict_proba(margins[:, None]))
        if best is None or loss < best[0]:
            best = (loss, fitted.coef_[0] * ratios)
    assert best is not None
    return best[1]


def _as_both_classes(
    target: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return rows, classes and weights, (n,) each: a soft target counts for both classes."""
    counts = np.stack([weight * (1.0 - target), weight * target], axis=1)
    rows, classes = np.nonzero(counts > _NOTHING)
    return rows, classes, counts[rows, classes]


def train_language(examples: list[Example], language: str) -> tuple[Arrays, list[HeadReport]]:
    """Train and calibrate the heads that a language has labels for; return their stored form.

    The first round learns from whole texts, the next also from the worst windows found so far.
    """
    used = [one for one in add_soft_labels(examples, language) if one.part != "test"]
    tuning = [example for example in used if example.part != "train"]
    texts = [example.text for example in used]
    reports = [one for one in (_report(used, signal) for signal in ABUSE_SIGNALS) if one]
    names = tuple(one.signal for one in reports)
    whole = count_features(texts, language)
    table: AbuseTable | None = None
    for _ in range(ROUNDS):
        weights = [
            _fit_head(_with_windows(whole, texts, language, table, head), used, signal)
            for head, signal in enumerate(names)
        ]
        stacked = np.stack(weights, axis=1).astype(np.float32)
        table = _calibrated(names, stacked, tuning, language)
    assert table is not None
    return table.encode(), reports


def _with_windows(
    whole: sparse.csr_matrix,
    texts: Sequence[str],
    language: str,
    table: AbuseTable | None,
    head: int,
) -> sparse.csr_matrix:
    """Return the mean of whole texts and their worst windows, weighted by a table's emphasis."""
    if table is None or table.emphasis is None:
        return whole
    worst = count_features(texts, language, table, head)
    return with_windows(whole, worst, table.emphasis.worst[head])


def _report(used: list[Example], signal: str) -> HeadReport | None:
    """Return the numbers of texts of a head; None if too few are abusive."""
    labelled = [example for example in used if signal in example.labels]
    learned = [example for example in labelled if example.part == "train"]
    positives = sum(example.labels[signal][0] > 0.5 for example in learned)
    if positives < FEWEST_POSITIVES:
        return None
    return HeadReport(signal, len(learned), positives, len(labelled) - len(learned))


def _calibrated(
    names: tuple[str, ...], weights: NDArray[np.float32], tuning: list[Example], language: str
) -> AbuseTable:
    nothing = (0.0, 0.0)
    labels = np.array(
        [[one.labels.get(name, nothing) for name in names] for one in tuning], dtype=np.float32
    )
    features = list(_blocks([one.text for one in tuning], language))
    return calibrated(names, weights, features, labels[..., 0] > 0.5, labels[..., 1], {}, DISCOUNTS)


def _blocks(texts: Sequence[str], language: str) -> Iterator[Features]:
    """Yield the features of texts, block by block."""
    for start in range(0, len(texts), BLOCK):
        yield read(texts[start : start + BLOCK], language)


def _data(source: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("name", "tier", "licence"), source, strict=True))


def language_rows(heads: LanguageHeads, examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Return the figures of each head on the test part."""
    test = [example for example in examples if example.part == "test"]
    scores = heads.score([example.text for example in test])
    rows = []
    for signal in heads.table.names:
        pairs = [
            (example.labels[signal][0], one[signal])
            for example, one in zip(test, scores, strict=True)
            if signal in example.labels
        ]
        labels, values = zip(*pairs, strict=True)
        rows.append({"signal": signal, **report(labels, values)})
    return rows


def train_languages(data: Path) -> tuple[dict[str, Arrays], dict[str, dict[str, Any]]]:
    """Train every other language; return arrays and section of the card of each."""
    arrays: dict[str, Arrays] = {}
    cards: dict[str, dict[str, Any]] = {}
    for language, source in LANGUAGE_DATASETS.items():
        examples = read_language(data, language)
        arrays[language], reports = train_language(examples, language)
        names = [one.signal for one in reports]
        heads = LanguageHeads.decode(language, names, arrays[language])
        whole = (source.name, source.tier, source.licence)
        cards[language] = {
            "heads": names,
            "data": [_data(one) for one in (whole, *source.further_data)],
            "text": source.text,
            "training": [asdict(one) for one in reports],
            "figures": language_rows(heads, examples),
            "known_failures": list(source.known_failures),
        }
    return arrays, cards
