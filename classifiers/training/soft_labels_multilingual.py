"""Adds teacher models' soft labels to the texts of other languages, and labelled excerpts of them.

As in `classifiers.training.soft_labels`, but for the heads of `classifiers.training.languages`. The
labels are in `soft_labels_pt.npz` and `soft_labels_ko.npz`, made by
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
    """Settings of one language's learning from teachers.

    Attributes
    ----------
    signals : tuple of str
        The signals that rank better with soft labels on the tuning part.
    teacher_share : float
        Share of the teachers in a text's target, 0-1.
    excerpt_weight : float
        Weight of an excerpt, or of a text without labels, against a labelled text.
    excerpt_words : tuple of int
        Numbers of words of an excerpt.
    excerpts_per_text : int
    single_word_share : float
        Share of the single words that are excerpts too.
    """

    signals: tuple[str, ...]
    teacher_share: float
    excerpt_weight: float
    excerpt_words: tuple[int, ...]
    excerpts_per_text: int
    single_word_share: float


LANGUAGE_DISTILLATION = {
    "ko": LanguageDistillation(
        ("toxicity", "severe_toxicity", "identity_attack"),
        teacher_share=0.0,
        excerpt_weight=1.0,
        excerpt_words=(2, 3, 4, 5, 6, 8),
        excerpts_per_text=2,
        single_word_share=0.0,
    ),
    "pt": LanguageDistillation(
        ("toxicity", "insult"),
        teacher_share=0.3,
        excerpt_weight=0.2,
        excerpt_words=(2, 3, 4, 5, 6, 8, 10, 12),
        excerpts_per_text=8,
        single_word_share=0.15,
    ),
}


def soft_labels_file(language: str) -> Path:
    """Return the file with a language's soft labels."""
    return Path(__file__).parent / f"soft_labels_{language}.npz"


def texts_for_teachers(examples: Sequence[Example], language: str) -> tuple[list[str], list[str]]:
    """Return the texts that get soft labels.

    Returns
    -------
    texts : list of str
        The labelled training texts, if the teachers have a share in their targets.
    excerpts : list of str
        The training texts without labels, and excerpts of all: a few words in a row, or one.
    """
    settings, source = LANGUAGE_DISTILLATION[language], random.Random(1)
    training = [one for one in examples if one.part == "train"]
    found: set[str] = set()
    for text in (one.text for one in training):
        words = text.split()
        for _ in range(settings.excerpts_per_text):
            size = min(source.choice(settings.excerpt_words), len(words))
            if size < 2:
                break
            begin = source.randint(0, len(words) - size)
            found.add(" ".join(words[begin : begin + size]))
        found.update(word for word in words if source.random() < settings.single_word_share)
    excerpts = sorted(found - {one.text for one in examples if one.part != "test"})
    source.shuffle(excerpts)
    labelled = [one.text for one in training if one.labels and settings.teacher_share]
    return labelled, [one.text for one in training if not one.labels] + excerpts


def add_soft_labels(examples: list[Example], language: str) -> list[Example]:
    """Mix soft labels into the labels and add excerpts; unchanged without soft labels.

    Raises
    ------
    ValueError
        When the labels belong to other texts.
    """
    settings = LANGUAGE_DISTILLATION.get(language)
    if settings is None:
        return examples
    texts, excerpts = texts_for_teachers(examples, language)
    soft = read_soft_labels(
        soft_labels_file(language), texts, excerpts, len(settings.signals)
    ).tolist()
    of_texts = iter(soft[: len(texts)])
    mixed = [
        _mixed(one, settings, next(of_texts)) if texts and one.part == "train" else one
        for one in examples
        if one.labels
    ]
    return mixed + [
        Example(
            excerpt,
            EXCERPTS,
            "train",
            {
                name: (p, settings.excerpt_weight)
                for name, p in zip(settings.signals, row, strict=True)
            },
        )
        for excerpt, row in zip(excerpts, soft[len(texts) :], strict=True)
    ]


def _mixed(example: Example, settings: LanguageDistillation, targets: Sequence[float]) -> Example:
    soft, labels = dict(zip(settings.signals, targets, strict=True)), dict(example.labels)
    for signal in soft.keys() & labels.keys():
        target, weight = labels[signal]
        labels[signal] = (target + settings.teacher_share * (soft[signal] - target), weight)
    return replace(example, labels=labels)
