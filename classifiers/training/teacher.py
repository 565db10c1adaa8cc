"""Makes `soft_labels.npz`: `python -m classifiers.training.teacher --data DIR --model DIR`.

The teacher is the sentence model all-mpnet-base-v2 (Song et al. 2020; weights Apache 2.0) with one
head per signal and one per attribute of the Perspective API. It is trained further on the texts of
the bundle's heads, five times, each time without a quarter of the texts. Scoring and other training
do not need it; only its labels are shipped. It needs an environment of its own and the model's
folder (`docs/classifiers.md` says where to find it):

    pip install torch==2.11.0 transformers==5.17.0 numpy

It takes ten minutes on one H100. Sums in bfloat16 differ between processors, and so do the labels,
slightly.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.bundle import pack_arrays
from classifiers.datasets.labelled import PERSPECTIVE, TEMPLATED, Example, read_examples
from classifiers.training.augmentation import add_templated_sentences
from classifiers.training.perspective_alignment import PERSPECTIVE_SET
from classifiers.training.sentence_model import Schedule, SentenceModel
from classifiers.training.soft_labels import (
    SIGNALS,
    SOFT_LABELS,
    encode_soft_labels,
    texts_for_teacher,
)
from classifiers.training.teacher_excerpts import cut_excerpts
from classifiers.types import ABUSE_SIGNALS

MODELS, PARTS = 5, 4
"""Number of teachers, and of parts of the texts; each teacher leaves out one part."""

SCHEDULE = Schedule(epochs=3, batch=64, rates=(4e-5, 1e-3), warm_up=150)
MOST_TOKENS = 80

KEPT = {"wiki_debias_nontoxic": 0.6, "davidson_twitter": 0.7, "youtube_spam": 0.5, TEMPLATED: 0.5}
"""Share of the texts that a teacher reads, for sets with many similar texts."""

PERSPECTIVE_TIMES = 3
"""Number of times that a teacher reads the few texts with Perspective's scores in an epoch."""

OTHER_SIGNALS, TEMPLATED_WEIGHT = 0.5, 0.5
"""Weight of a label against one of toxicity, and of a templated sentence against a real text."""

LABELLED = {"toxicity": 0.3, "severe_toxicity": 0.6, "insult": 0.5, "identity_attack": 0.3,
            "threat": 0.3}  # fmt: skip
"""Share of the head trained on labels in a soft label; the rest is Perspective's attribute.

Labels of most sets only separate abusive texts from others. The API's scores also rank the others
by how near to abuse they are.
"""

_BY_LABELS = {signal: head for head, signal in enumerate(ABUSE_SIGNALS)}
_BY_SCORES = {signal: head for head, signal in enumerate(PERSPECTIVE, start=len(ABUSE_SIGNALS))}
"""Heads of a teacher: those trained by labels, then those trained by Perspective's scores."""

HEADS = len(_BY_LABELS) + len(_BY_SCORES)
Floats = NDArray[np.float32]


def _targets(examples: Sequence[Example]) -> tuple[Floats, Floats]:
    """Return targets and weights, float32 (texts, heads) each."""
    made = np.zeros((2, len(examples), HEADS), dtype=np.float32)
    for row, one in enumerate(examples):
        compared = one.source == PERSPECTIVE_SET
        templated = TEMPLATED_WEIGHT if one.source == TEMPLATED else 1.0
        for signal, (target, weight) in one.labels.items():
            head = (_BY_SCORES if compared else _BY_LABELS)[signal]
            share = 1.0 if compared or signal == "toxicity" else OTHER_SIGNALS
            made[:, row, head] = target, weight * share * templated
    return made[0], made[1]


class Teacher(SentenceModel):
    """The sentence model with a head per signal and one per attribute of Perspective.

    Parameters
    ----------
    model : Path
        Folder of the sentence model.
    seed : int
    """

    def __init__(self, model: Path, seed: int) -> None:
        super().__init__(model, HEADS, MOST_TOKENS, seed)
        self._source = np.random.default_rng(seed)

    def learn(self, examples: Sequence[Example]) -> None:
        """Train on labelled texts, each label with its weight."""
        self.learn_targets(
            [one.text for one in examples],
            _targets(examples),
            SCHEDULE,
            self._source,
            [one.source for one in examples],
        )


def _mixed(logits: Floats) -> Floats:
    """Return the mixed log-odds, (texts, SIGNALS), of a teacher's log-odds, (texts, heads)."""
    columns = [
        LABELLED[signal] * logits[:, _BY_LABELS[signal]]
        + (1 - LABELLED[signal]) * logits[:, _BY_SCORES[signal]]
        for signal in SIGNALS
    ]
    return np.stack(columns, axis=1)


def _texts_of_epoch(examples: Sequence[Example], source: random.Random) -> list[Example]:
    """Return the texts that a teacher reads in an epoch."""
    kept = [one for one in examples if source.random() < KEPT.get(one.source, 1.0)]
    compared = [one for one in kept if one.source == PERSPECTIVE_SET]
    return kept + compared * (PERSPECTIVE_TIMES - 1)


def teach(model: Path, examples: list[Example], seed: int) -> tuple[list[str], list[str], Floats]:
    """Return texts, excerpts and their soft labels, float32 (texts + excerpts, SIGNALS).

    A text is labelled by the teachers that did not learn from it; an excerpt by all.
    """
    learned = [one for one in add_templated_sentences(examples, seed) if one.part == "train"]
    learned = [one for one in learned if one.labels]
    texts, excerpts = texts_for_teacher(examples), cut_excerpts(examples, seed)
    sums = np.zeros((len(texts), len(SIGNALS)), dtype=np.float32)
    counts = np.zeros((len(texts), 1), dtype=np.float32)
    of_excerpts = np.zeros((len(excerpts), len(SIGNALS)), dtype=np.float32)
    for number in range(MODELS):
        parts = random.Random(f"{seed} {number // PARTS}")
        part_of = {one.text: parts.randrange(PARTS) for one in learned}
        left_out = np.array([part_of.get(text, 0) == number % PARTS for text in texts])
        teacher = Teacher(model, seed + number)
        teacher.learn(
            _texts_of_epoch(
                [one for one in learned if part_of[one.text] != number % PARTS],
                random.Random(f"{seed} {number}"),
            )
        )
        sums[left_out] += _mixed(
            teacher.answers([texts[place] for place in np.flatnonzero(left_out)])
        )
        counts[left_out] += 1
        of_excerpts += _mixed(teacher.answers(excerpts)) / MODELS
        print(f"teacher {number + 1} of {MODELS} is done", flush=True)
    return texts, excerpts, np.concatenate([sums / counts, of_excerpts])


def main() -> None:
    """Train the teachers, label the texts and write the file."""
    parser = argparse.ArgumentParser(prog="python -m classifiers.training.teacher")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--model", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--out", type=Path, default=SOFT_LABELS, help="file to write")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    texts, excerpts, answers = teach(options.model, read_examples(options.data), options.seed)
    options.out.write_bytes(pack_arrays(encode_soft_labels(texts, excerpts, answers)))
    print(f"{len(excerpts):,} excerpts, {options.out.stat().st_size / 1e6:.1f} MB written")


if __name__ == "__main__":
    main()
