"""Fits the attribute maps to scores of the real Perspective API and measures their agreement.

It uses only texts that neither trained nor calibrated the bundled classifier. It measures the
agreement in two halves, each mapped by the fit to the other half. The fit is equipercentile
equating, the standard way to put one test's scores on another's scale (Kolen and Brennan, Test
Equating). Our score at a percentile becomes Perspective's score at that percentile, so a threshold
of Perspective's flags the same share of comments here.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from moderation.integrations.perspective.attributes import ScoreMap, highest_level, level_of
from moderation.platform.errors import Invalid
from moderation.scoring.site_classifier import bundled

# The label that holds the real score of each attribute that is mapped.
LABELS = {
    "TOXICITY": "perspective_toxicity@6",
    "SEVERE_TOXICITY": "perspective_severe_toxicity@2",
    "IDENTITY_ATTACK": "perspective_identity_attack",
    "INSULT": "perspective_insult",
    "PROFANITY": "perspective_profanity",
    "THREAT": "perspective_threat",
    "SEXUALLY_EXPLICIT": "perspective_sexually_explicit",
    "SPAM": "perspective_spam",
    "OBSCENE": "perspective_obscene",
    "INFLAMMATORY": "perspective_inflammatory",
    "ATTACK_ON_COMMENTER": "perspective_attack_on_commenter",
}
LEVELS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.985)
HIGHEST = 0.99
THRESHOLDS = (0.7, 0.8, 0.9)
DRAWS = 1000

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FitAgreement:
    """The agreement of an attribute's mapped scores with the real scores, on texts outside the fit.

    correlation: Spearman's, with its 95 % bootstrap interval. error: mean absolute difference.
    at: by threshold, the share that the real API flags, the share that we flag, and the share of
    its flagged texts that we flag, too.
    """

    name: str
    correlation: float
    interval: tuple[float, float]
    error: float
    at: Mapping[float, tuple[float, float, float | None]]


def read_scored(path: Path) -> tuple[list[str], dict[str, FloatArray]]:
    """Return the test texts of a labelled file and their real scores by attribute.

    Test texts are those that the classifier's training never sees. Raises Invalid.
    """
    from classifiers.datasets.labelled import normalised, part_of  # noqa: PLC0415 (as above)

    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
        rows = [row for row in rows if part_of(normalised(row["text"])) == "test"]
        return [row["text"] for row in rows], {
            name: np.array([row["labels"][label] for row in rows], dtype=np.float64)
            for name, label in LABELS.items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(
            f"{path} is not a gzipped JSON Lines file with Perspective's scores."
        ) from error


def first_half(texts: Iterable[str]) -> NDArray[np.bool_]:
    """Return which texts are in the first half, by their hash."""
    return np.array([hashlib.sha256(text.encode()).digest()[0] % 2 == 0 for text in texts])


def fit(texts: Sequence[str], real: Mapping[str, FloatArray]) -> dict[str, Any]:
    """Return the document of attribute_maps.json: the maps and the data of their fit."""
    ours = _measure(texts)
    return {
        "classifier": bundled().version,
        "fitted_on": len(texts),
        "maps": {name: _equate(name, ours[name], real[name]) for name in LABELS},
    }


def _measure(texts: Sequence[str]) -> dict[str, FloatArray]:
    """Return the level of each text by attribute."""
    from classifiers import Item  # noqa: PLC0415 (see scoring.site_classifier)

    measured = bundled().score_batch([Item(text) for text in texts])
    return {
        name: np.array(
            [level_of(name, signals, text) for signals, text in zip(measured, texts, strict=True)]
        )
        for name in LABELS
    }


def _equate(name: str, ours: FloatArray, theirs: FloatArray) -> dict[str, list[float]]:
    """Return the points of a rising map through equal percentiles of both scores."""
    points: dict[float, list[float]] = {}
    for level in LEVELS:
        points.setdefault(round(float(np.quantile(ours, level)), 4), []).append(
            float(np.quantile(theirs, level))
        )
    points.setdefault(round(highest_level(name), 4), []).append(HIGHEST)
    places = sorted(points)
    heights = np.maximum.accumulate([np.mean(points[place]) for place in places])
    return {"ours": places, "theirs": [round(float(height), 4) for height in heights]}


def agreement(texts: Sequence[str], real: Mapping[str, FloatArray]) -> list[FitAgreement]:
    """Return the agreement with the real scores, each half mapped by the other half's fit."""
    first = first_half(texts)
    ours = _measure(texts)
    results = []
    for name in LABELS:
        mapped = np.zeros(len(texts))
        for half in (first, ~first):
            points = _equate(name, ours[name][half], real[name][half])
            scale = ScoreMap(points["ours"], points["theirs"])
            mapped[~half] = [scale(value) for value in ours[name][~half]]
        results.append(_agree(name, mapped, ours[name], real[name]))
    return results


def _agree(name: str, mapped: FloatArray, ours: FloatArray, theirs: FloatArray) -> FitAgreement:
    at: dict[float, tuple[float, float, float | None]] = {}
    for threshold in THRESHOLDS:
        flagged, wanted = mapped >= threshold, theirs >= threshold
        both = float((flagged & wanted).sum() / wanted.sum()) if wanted.any() else None
        at[threshold] = (float(wanted.mean()), float(flagged.mean()), both)
    return FitAgreement(
        name,
        spearman(ours, theirs),
        _interval(ours, theirs),
        float(np.abs(mapped - theirs).mean()),
        at,
    )


def spearman(one: FloatArray, other: FloatArray) -> float:
    """Return Spearman's rank correlation, ties at their mean rank; 0 where one does not vary."""
    ranks = rankdata(one), rankdata(other)
    if min(np.ptp(ranks[0]), np.ptp(ranks[1])) == 0:
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def _interval(one: FloatArray, other: FloatArray, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of the correlation (percentile bootstrap over texts)."""
    random = np.random.default_rng(seed)
    drawn = random.integers(len(one), size=(DRAWS, len(one)))
    values = [spearman(one[rows], other[rows]) for rows in drawn]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
