"""What teachers say of the texts of further languages, and of excerpts of them.

As in `classifiers.training.soft_labels`, but for the heads of `classifiers.training.languages`. The
answers are in `soft_labels_pt.npz` and `soft_labels_ko.npz`, made by
`classifiers.training.teacher_multilingual` and `classifiers.training.teacher_korean`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from classifiers.datasets.labelled import Example
from classifiers.training.soft_labels import EXCERPTS, read_soft_labels


@dataclass(frozen=True, slots=True)
class LanguageDistillation:
    """How a language's heads learn from teachers.

    ``signals`` are those that order better for it on the tuning part. ``share`` of a text's target
    is the teachers', and ``excerpt`` is what an excerpt, or a text without a label, counts beside
    a labelled one. ``per_text`` excerpts of ``sizes`` words are drawn of each text, and of the
    single words the share ``alone``.
    """

    signals: tuple[str, ...]
    share: float
    excerpt: float
    sizes: tuple[int, ...]
    per_text: int
    alone: float


LANGUAGE_DISTILLATION = {
    "ko": LanguageDistillation(
        ("toxicity", "severe_toxicity", "identity_attack"),
        share=0.0,
        excerpt=1.0,
        sizes=(2, 3, 4, 5, 6, 8),
        per_text=2,
        alone=0.0,
    ),
    "pt": LanguageDistillation(
        ("toxicity", "insult"),
        share=0.3,
        excerpt=0.2,
        sizes=(2, 3, 4, 5, 6, 8, 10, 12),
        per_text=8,
        alone=0.15,
    ),
}


def soft_labels_file(language: str) -> Path:
    """Return the file with the teachers' answers about a language."""
    return Path(__file__).parent / f"soft_labels_{language}.npz"


def texts_for_teachers(examples: Sequence[Example], language: str) -> tuple[list[str], list[str]]:
    """Return what the teachers of a language are asked about.

    First the labelled training texts, where a share of their target is the teachers'. Then the
    training texts without labels, and excerpts of all: a few words in a row, or one.
    """
    lesson, source = LANGUAGE_DISTILLATION[language], random.Random(1)
    training = [one for one in examples if one.part == "train"]
    found: set[str] = set()
    for text in (one.text for one in training):
        words = text.split()
        for _ in range(lesson.per_text):
            size = min(source.choice(lesson.sizes), len(words))
            if size < 2:
                break
            begin = source.randint(0, len(words) - size)
            found.add(" ".join(words[begin : begin + size]))
        found.update(word for word in words if source.random() < lesson.alone)
    excerpts = sorted(found - {one.text for one in examples if one.part != "test"})
    source.shuffle(excerpts)
    labelled = [one.text for one in training if one.labels and lesson.share]
    return labelled, [one.text for one in training if not one.labels] + excerpts


def add_soft_labels(examples: list[Example], language: str) -> list[Example]:
    """Mix what the teachers say into the labels, and add the excerpts; all as they are without.

    Raises
    ------
    ValueError
        Where the answers belong to other texts.
    """
    lesson = LANGUAGE_DISTILLATION.get(language)
    if lesson is None:
        return examples
    texts, excerpts = texts_for_teachers(examples, language)
    answers = read_soft_labels(
        soft_labels_file(language), texts, excerpts, len(lesson.signals)
    ).tolist()
    said = iter(answers[: len(texts)])
    mixed = [
        _mixed(one, lesson, next(said)) if texts and one.part == "train" else one
        for one in examples
        if one.labels
    ]
    return mixed + [
        Example(
            excerpt,
            EXCERPTS,
            "train",
            {name: (p, lesson.excerpt) for name, p in zip(lesson.signals, row, strict=True)},
        )
        for excerpt, row in zip(excerpts, answers[len(texts) :], strict=True)
    ]


def _mixed(example: Example, lesson: LanguageDistillation, answers: Sequence[float]) -> Example:
    said, labels = dict(zip(lesson.signals, answers, strict=True)), dict(example.labels)
    for signal in said.keys() & labels.keys():
        target, weight = labels[signal]
        labels[signal] = (target + lesson.share * (said[signal] - target), weight)
    return replace(example, labels=labels)
