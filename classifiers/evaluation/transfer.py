"""Makes the table of docs/quality.md about communities left out of training, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifiers.abuse.features import blocks
from classifiers.abuse.model import sigmoid
from classifiers.datasets.labelled import Example
from classifiers.figure_tables import FIGURES, Table, figure_cells
from classifiers.metrics import report
from classifiers.training.abuse import AbuseTrainer
from classifiers.training.augmentation import augment
from classifiers.training.dense_features import WordEmbeddings

LEFT_OUT = ("jigsaw_wiki24k", "kaggle_insults", "convabuse", "davidson_twitter", "ruddit",
            "stormfront", "hatemoji_build")  # fmt: skip
"""Sets with labels of abuse; hatemoji_build has labels of hate, which is abuse."""

STEPS = 40
"""Iterations; fewer than in training, because the last ones change such rankings little."""


def transfer_table(data: Path, examples: Sequence[Example], seed: int = 0) -> Table:
    """Train without each set and measure on all of its texts; this takes some minutes."""
    trainer = AbuseTrainer(
        augment(list(examples), data, seed, soft_labels=False),
        WordEmbeddings.read(),
        ("toxicity",),
        STEPS,
    )
    rows: list[tuple[str, ...]] = []
    found: list[float] = []
    for name in LEFT_OUT:
        table, _ = trainer.train(without=name)
        signal = "identity_attack" if name == "hatemoji_build" else "toxicity"
        chosen = [one for one in examples if one.source == name and signal in one.labels]
        logits = np.concatenate(
            [table.logits(features)[:, 0] for _, features in blocks([one.text for one in chosen])]
        )
        made = report([one.labels[signal][0] for one in chosen], sigmoid(logits).tolist())
        found.append(made["auc"])
        rows.append((name, *figure_cells(made)))
    rows.append(("mean", "", "", f"{np.mean(found):.3f}", "", "", ""))
    return Table(
        "Communities left out",
        "`toxicity` (`identity_attack` for hatemoji_build), trained and calibrated again without "
        "the set, on all texts of the set. "
        "These runs have no soft labels, because the teacher models saw every set.",
        ("set", *FIGURES),
        rows,
    )
