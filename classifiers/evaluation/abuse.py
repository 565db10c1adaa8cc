"""Makes the tables of docs/quality.md about abuse, on held-out texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.classifier import Classifier
from classifiers.datasets.disguised_copies import DISGUISES
from classifiers.datasets.labelled import PERSPECTIVE, Example, normalised, part_of, read_rows
from classifiers.figure_tables import FIGURES, Table, figure_cells
from classifiers.metrics import rank_interval, report, roc_auc
from classifiers.training.card_figures import abuse_scores
from classifiers.types import ABUSE_SIGNALS

UNSEEN = ("c3_globe_and_mail", "unhealthy_conversations", "hateval_twitter", "olid_twitter",
          "qian_gab_reddit", "ethos")  # fmt: skip
"""Sets of tier C: nothing is trained or tuned on them."""


def unseen_table(classifier: Classifier, data: Path) -> Table:
    """Return the figures of toxicity on communities that no part of the classifier has seen."""
    rows: list[tuple[str, ...]] = []
    found: list[float] = []
    for name in UNSEEN:
        records = list(read_rows(data, name))
        labels = [
            float(row["labels"].get("abusive", float(row["labels"].get("hate", 0)) >= 0.5))
            for row in records
        ]
        scores = abuse_scores(classifier, [row["text"] for row in records])
        signal = "toxicity"
        made = report(labels, [one[signal] for one in scores])
        found.append(made["auc"])
        rows.append((name, *figure_cells(made)))
    rows.append(("mean", "", "", f"{np.mean(found):.3f}", "", "", ""))
    return Table(
        "Unseen communities",
        "`toxicity` on sets of tier C (research licences). No text of these sets was used to fit "
        "weights or calibration.",
        ("set", *FIGURES),
        rows,
    )


def alarm_table(classifier: Classifier, data: Path) -> Table:
    """Return how often each signal is high on ordinary newspaper comments."""
    records = list(read_rows(data, "c3_globe_and_mail"))
    calm = [row["text"] for row in records if row["labels"]["abusive"] == 0]
    scores = abuse_scores(classifier, calm)
    rows = []
    for signal in (*ABUSE_SIGNALS, "low_quality"):
        values = np.array([one[signal] for one in scores])
        rows.append((signal, *(f"{(values >= level).mean() * 100:.2f} %"
                               for level in (0.5, 0.7, 0.9))))  # fmt: skip
    return Table(
        "False alarms on newspaper comments",
        f"Annotators found none of these {len(calm):,} comments of c3_globe_and_mail abusive. The "
        "columns give the share that scores at least 0.5, 0.7 and 0.9.",
        ("signal", "0.5", "0.7", "0.9"),
        rows,
    )


def perspective_table(classifier: Classifier, data: Path) -> Table:
    """Return the rank agreement with the real scores of the Perspective API."""
    from scipy.stats import spearmanr  # noqa: PLC0415 (only this table needs it)

    records = [
        row
        for row in read_rows(data, "perspective_2k")
        if part_of(normalised(row["text"])) == "test"
    ]
    scores = abuse_scores(classifier, [row["text"] for row in records])
    rows = []
    for signal, name in PERSPECTIVE.items():
        mine = np.array([one[signal] for one in scores])
        theirs = np.array([row["labels"][name] for row in records])
        agreement = float(spearmanr(mine, theirs).statistic)
        low, high = rank_interval(agreement, len(records))
        above = [f"{(mine >= level).sum()} / {(theirs >= level).sum()}" for level in (0.7, 0.9)]
        rows.append((signal, str(len(records)), f"{agreement:.3f}", f"{low:.3f} to {high:.3f}",
                     *above))  # fmt: skip
    return Table(
        "Agreement with Perspective",
        "Spearman's rank correlation with the API's scores (models of 2018), on the test part of "
        "perspective_2k. Training used the other parts. The last two columns count the comments "
        "that score at least 0.7 and 0.9, ours first. The attributes for Perspective's clients "
        "also use length and toxicity, and [agree better](migrate/perspective.md#thresholds).",
        ("signal", "n", "Spearman", "95 %", "from 0.7", "from 0.9"),
        rows,
    )


def bias_table(classifier: Classifier, data: Path) -> Table:
    """Return identity-term bias: Jigsaw's final metric over template sentences."""
    records = list(read_rows(data, "bias_madlibs_77k"))
    labels = np.array([float(row["labels"]["toxic"]) for row in records])
    values = np.array([one["toxicity"] for one in abuse_scores(
        classifier, [row["text"] for row in records])])  # fmt: skip
    found: dict[str, list[float]] = {"subgroup": [], "BPSN": [], "BNSP": []}
    terms = _identity_terms_of(records)
    for inside in terms.values():
        toxic = labels > 0.5
        found["subgroup"].append(roc_auc(labels[inside], values[inside]))
        bpsn = (inside & ~toxic) | (~inside & toxic)
        bnsp = (inside & toxic) | (~inside & ~toxic)
        found["BPSN"].append(roc_auc(labels[bpsn], values[bpsn]))
        found["BNSP"].append(roc_auc(labels[bnsp], values[bnsp]))
    overall = roc_auc(labels, values)
    means = {name: float(np.mean(np.array(aucs) ** -5.0) ** -0.2) for name, aucs in found.items()}
    final = 0.25 * overall + 0.25 * sum(means.values())
    worst = min(found["BPSN"])
    rows = [("overall AUC", f"{overall:.3f}"), *((f"{name}, power mean", f"{value:.3f}")
            for name, value in means.items()), ("worst BPSN", f"{worst:.3f}"),
            ("final metric", f"{final:.3f}")]  # fmt: skip
    return Table(
        "Identity terms",
        f"Templated sentences of bias_madlibs_77k (n = {len(records):,}) with {len(terms)} "
        "identity terms. The list of masked words was written without looking at these sentences. "
        "The signal is `toxicity`, and 1 is the best value.",
        ("figure", "value"),
        rows,
    )


def _identity_terms_of(records: Sequence[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Return the sentences, bool (sentences,), with each frequent term of the masked list."""
    from classifiers.text.identity_terms import IDENTITY_TERMS  # noqa: PLC0415

    words = [frozenset(row["text"].lower().replace(".", " ").split()) for row in records]
    members: dict[str, np.ndarray] = {}
    for term in IDENTITY_TERMS:
        inside = np.array([term in of_sentence for of_sentence in words])
        if inside.sum() >= 500 and inside.sum() < 0.2 * len(words):
            members[term] = inside
    return members


def disguise_table(classifier: Classifier, examples: Sequence[Example]) -> Table:
    """Return the recall at a fixed threshold when abusive comments are disguised."""
    chosen = [
        example.text
        for example in examples
        if example.part == "test"
        and example.source in ("kaggle_insults", "jigsaw_wiki24k")
        and example.labels.get("toxicity", (0, 0))[0] == 1
        and len(example.text) < 600
    ]
    plain = np.array([one["toxicity"] for one in abuse_scores(classifier, chosen)]) >= 0.7
    rows = [("none", f"{plain.mean():.3f}", "")]
    for name, disguise in DISGUISES.items():
        texts = [disguise(text, number) for number, text in enumerate(chosen)]
        now = np.array([one["toxicity"] for one in abuse_scores(classifier, texts)]) >= 0.7
        rows.append((name, f"{now.mean():.3f}", f"{(plain.mean() - now.mean()) * 100:+.1f}"))
    return Table(
        "Disguises",
        f"Share of {len(chosen)} abusive test comments with `toxicity` of at least 0.7, and the "
        "percentage points lost. Every word is disguised. Dilution changes no word, but puts one "
        "polite sentence before the comment and one after it.",
        ("disguise", "recall", "points lost"),
        rows,
    )
