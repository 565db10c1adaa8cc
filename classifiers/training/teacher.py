"""`python -m classifiers.training.teacher --data DIR --model DIR`: makes `soft_labels.npz`.

The teacher is the sentence model all-mpnet-base-v2 (Song et al. 2020; weights Apache 2.0) with one
head per signal and one per attribute of the Perspective API, trained further on the same texts as
the heads of the bundle, five times, each time without a quarter of the texts. It is needed neither
to score nor to train the rest, and nothing of it is shipped but its answers. An environment of its
own, and the model's folder (see `docs/classifiers.md` for where to find it):

    pip install torch==2.11.0 transformers==5.17.0 numpy

Ten minutes on one H100. Sums in bfloat16 differ between processors, so the answers do a little.
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
"""Teachers, and parts that the texts are divided into; each teacher does without one part."""

SCHEDULE = Schedule(epochs=3, batch=64, rates=(4e-5, 1e-3), warm_up=150)
MOST_TOKENS = 80

KEPT = {"wiki_debias_nontoxic": 0.6, "davidson_twitter": 0.7, "youtube_spam": 0.5, TEMPLATED: 0.5}
"""Share of the texts that a teacher reads, of sets that have much of the same."""

PERSPECTIVE_TIMES = 3
"""How often a teacher reads the few texts with Perspective's scores in an epoch."""

OTHER_SIGNALS, TEMPLATED_WEIGHT = 0.5, 0.5
"""What a label counts beside one of toxicity, and an own sentence beside a real text."""

LABELLED = {"toxicity": 0.3, "severe_toxicity": 0.6, "insult": 0.5, "identity_attack": 0.3,
            "threat": 0.3}  # fmt: skip
"""Share of an answer that the head trained on labels has; the rest is Perspective's attribute.

Labels of most sets tell abusive from not. The API's scores also order what is not by how near it
comes, which labels leave open.
"""

_BY_LABELS = {signal: head for head, signal in enumerate(ABUSE_SIGNALS)}
_BY_SCORES = {signal: head for head, signal in enumerate(PERSPECTIVE, start=len(ABUSE_SIGNALS))}
"""Heads of a teacher: those that labels train, then those that Perspective's scores do."""

HEADS = len(_BY_LABELS) + len(_BY_SCORES)
Floats = NDArray[np.float32]


def _targets(examples: Sequence[Example]) -> tuple[Floats, Floats]:
    """Return (target, weight), each texts x heads."""
    made = np.zeros((2, len(examples), HEADS), dtype=np.float32)
    for row, one in enumerate(examples):
        compared = one.source == PERSPECTIVE_SET
        own = TEMPLATED_WEIGHT if one.source == TEMPLATED else 1.0
        for signal, (target, weight) in one.labels.items():
            head = (_BY_SCORES if compared else _BY_LABELS)[signal]
            share = 1.0 if compared or signal == "toxicity" else OTHER_SIGNALS
            made[:, row, head] = target, weight * share * own
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
        """Train on labelled texts, each label by its weight."""
        self.learn_targets(
            [one.text for one in examples],
            _targets(examples),
            SCHEDULE,
            self._source,
            [one.source for one in examples],
        )


def _mixed(logits: Floats) -> Floats:
    """Return texts x `SIGNALS` of log-odds of texts x heads."""
    columns = [
        LABELLED[signal] * logits[:, _BY_LABELS[signal]]
        + (1 - LABELLED[signal]) * logits[:, _BY_SCORES[signal]]
        for signal in SIGNALS
    ]
    return np.stack(columns, axis=1)


def _drawn(examples: Sequence[Example], source: random.Random) -> list[Example]:
    """Return the texts that a teacher reads in an epoch."""
    kept = [one for one in examples if source.random() < KEPT.get(one.source, 1.0)]
    compared = [one for one in kept if one.source == PERSPECTIVE_SET]
    return kept + compared * (PERSPECTIVE_TIMES - 1)


def teach(model: Path, examples: list[Example], seed: int) -> tuple[list[str], list[str], Floats]:
    """Return texts, excerpts and what the teachers say of them (texts, then excerpts, x `SIGNALS`).

    Of a text only those speak who did not learn from it; of an excerpt all.
    """
    every = [one for one in add_templated_sentences(examples, seed) if one.part == "train"]
    every = [one for one in every if one.labels]
    texts, excerpts = texts_for_teacher(examples), cut_excerpts(examples, seed)
    said = np.zeros((len(texts), len(SIGNALS)), dtype=np.float32)
    speakers = np.zeros((len(texts), 1), dtype=np.float32)
    of_excerpts = np.zeros((len(excerpts), len(SIGNALS)), dtype=np.float32)
    for number in range(MODELS):
        parts = random.Random(f"{seed} {number // PARTS}")
        part_of = {one.text: parts.randrange(PARTS) for one in every}
        left_out = np.array([part_of.get(text, 0) == number % PARTS for text in texts])
        teacher = Teacher(model, seed + number)
        teacher.learn(
            _drawn(
                [one for one in every if part_of[one.text] != number % PARTS],
                random.Random(f"{seed} {number}"),
            )
        )
        said[left_out] += _mixed(
            teacher.answers([texts[place] for place in np.flatnonzero(left_out)])
        )
        speakers[left_out] += 1
        of_excerpts += _mixed(teacher.answers(excerpts)) / MODELS
        print(f"teacher {number + 1} of {MODELS} has spoken", flush=True)
    return texts, excerpts, np.concatenate([said / speakers, of_excerpts])


def main() -> None:
    """Train the teachers, ask them and write the file."""
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
