"""The gate: is a candidate better than the live classifier, on later decisions?

Both are measured on the very same comments. A difference counts only when it is larger than chance
explains: a paired, stratified bootstrap (Efron and Tibshirani 1993) gives its 95 % interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A candidate must gain this much AUC at least, and the gain's lower bound must be above zero.
LEAST_GAIN = 0.01
# A candidate may lose this much at most: average precision, calibration (Brier), AUC per language.
MOST_PRECISION_LOSS = 0.01
MOST_BRIER_LOSS = 0.01
MOST_LANGUAGE_LOSS = 0.03
LANGUAGE_COMMENTS, LANGUAGE_OF_A_KIND = 100, 10
RESAMPLES = 1000
# Thresholds that the report shows in addition to the policy's own, so that an editor can choose.
LADDER = (0.1, 0.2, 0.3, 0.5, 0.8)
SEED = 20

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Later:
    """The later decisions, with the scores of the candidate and of the live classifier.

    labels: 1 rejected, 0 approved; scores 0-1, higher is worse; `calibrated`: the current scores
    are probabilities of rejection (those of one bundled signal are not).
    """

    labels: Floats
    candidate: Floats
    current: Floats
    languages: Sequence[str]
    current_name: str
    calibrated: bool


@dataclass(frozen=True, slots=True)
class GateResult:
    """Whether the candidate may go live, and why, in words."""

    promote: bool
    words: str


def examine(later: Later, thresholds: Sequence[float]) -> dict[str, Any]:
    """Return the held-out report: candidate and current alike, and the interval of the gain.

    thresholds: those at which the site's policy weighs likely_to_reject.
    """
    from classifiers.metrics import average_precision, roc_auc  # noqa: PLC0415 (heavy, see below)

    return {
        "candidate": _figures(later.labels, later.candidate, thresholds),
        "current": {
            "name": later.current_name,
            "calibrated": later.calibrated,
            **_figures(later.labels, later.current, thresholds),
            # One bundled signal means something else at the same threshold.
            **({} if later.calibrated else {"at": []}),
        },
        "gain": {
            "auc": _gain(later, roc_auc),
            "average_precision": _gain(later, average_precision),
        },
        "languages": _by_language(later),
    }


def decide_gate(report: dict[str, Any]) -> GateResult:
    """Return whether the candidate of a report of `examine` may go live."""
    objections = [words for words in _objections(report) if words]
    candidate, current = report["candidate"], report["current"]
    low, high = report["gain"]["auc"]["interval"]
    words = (
        f"On {candidate['n']} later decisions ({candidate['positives']} rejected) the candidate "
        f"has AUC {candidate['auc']:.3f}, {current['name']} {current['auc']:.3f}: "
        f"gain {report['gain']['auc']['value']:+.3f} (95 %: {low:+.3f} to {high:+.3f})."
    )
    if objections:
        return GateResult(False, f"Not promoted: {'; '.join(objections)}. {words}")
    return GateResult(True, f"Promoted: it is better, and by more than chance. {words}")


def _objections(report: dict[str, Any]) -> list[str]:
    candidate, current, gain = report["candidate"], report["current"], report["gain"]
    objections = []
    if gain["auc"]["value"] < LEAST_GAIN:
        objections.append(f"it does not separate better by {LEAST_GAIN} of AUC or more")
    elif gain["auc"]["interval"][0] <= 0:
        objections.append("the difference may be chance; more decisions would tell")
    if gain["average_precision"]["value"] < -MOST_PRECISION_LOSS:
        objections.append(
            f"its average precision is lower ({candidate['average_precision']:.3f} against "
            f"{current['average_precision']:.3f})"
        )
    if current["calibrated"] and candidate["brier"] > current["brier"] + MOST_BRIER_LOSS:
        objections.append(
            f"its numbers are less to be trusted (Brier {candidate['brier']:.3f} against "
            f"{current['brier']:.3f})"
        )
    for language, figures in report["languages"].items():
        if figures.get("loses"):
            objections.append(
                f"it is worse in “{language}” (AUC {figures['candidate_auc']:.3f} against "
                f"{figures['current_auc']:.3f})"
            )
    return objections


def _figures(labels: Floats, scores: Floats, thresholds: Sequence[float]) -> dict[str, Any]:
    from classifiers.metrics import report  # noqa: PLC0415 (what trains no classifier loads none)

    figures = report(labels.tolist(), scores.tolist())
    keys = ("threshold", "share_above", "precision", "recall")
    at = []
    for threshold in sorted({*LADDER, *thresholds}):
        one = report(labels.tolist(), scores.tolist(), threshold)
        at.append({**{key: one[key] for key in keys}, "in_policy": threshold in thresholds})
    return {**figures, "at": at}


def _gain(later: Later, figure: Callable[[Floats, Floats], float]) -> dict[str, Any]:
    """Return candidate minus current with its bootstrap interval."""
    value = figure(later.labels, later.candidate) - figure(later.labels, later.current)
    kinds = [np.flatnonzero(later.labels == kind) for kind in (0, 1)]
    random = np.random.default_rng(SEED)
    drawn = np.empty(RESAMPLES)
    for turn in range(RESAMPLES):
        picked = np.concatenate([random.choice(kind, len(kind)) for kind in kinds])
        labels = later.labels[picked]
        drawn[turn] = figure(labels, later.candidate[picked]) - figure(
            labels, later.current[picked]
        )
    low, high = np.quantile(drawn, (0.025, 0.975))
    return {"value": round(value, 4), "interval": [round(float(low), 4), round(float(high), 4)]}


def _by_language(later: Later) -> dict[str, Any]:
    from classifiers.metrics import roc_auc  # noqa: PLC0415

    languages = np.array(later.languages)
    found: dict[str, Any] = {}
    for language in sorted(set(later.languages)):
        here = languages == language
        labels = later.labels[here]
        rejected = int(labels.sum())
        figures: dict[str, Any] = {"n": len(labels), "positives": rejected}
        if 0 < rejected < len(labels):
            candidate = roc_auc(labels, later.candidate[here])
            current = roc_auc(labels, later.current[here])
            enough = (
                len(labels) >= LANGUAGE_COMMENTS
                and min(rejected, len(labels) - rejected) >= LANGUAGE_OF_A_KIND
            )
            figures |= {
                "candidate_auc": round(candidate, 4),
                "current_auc": round(current, 4),
                "loses": enough and candidate < current - MOST_LANGUAGE_LOSS,
            }
        found[language] = figures
    return found
