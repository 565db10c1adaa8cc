"""What teachers say of the texts of further languages, and of excerpts of them.

As in `classifiers.training.taught`, but for the heads of `classifiers.training.languages`. The
answers are in `taught_pt.npz` and were made by `classifiers.training.teacher_abroad`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from classifiers.training.data import Example
from classifiers.training.taught import SOURCE, read_answers

SIGNALS = {"pt": ("toxicity", "insult")}
"""Language to the signals that are taught: those that order better for it on the tuning part."""

SHARE, EXCERPT = 0.3, 0.2
"""The teachers' share of a text's target, and what an excerpt counts beside a text."""

SIZES = (2, 3, 4, 5, 6, 8, 10, 12)
PER_TEXT = 8
ALONE = 0.15
"""Share of the words that are excerpts by themselves."""


def file_of(language: str) -> Path:
    """Return the file with the teachers' answers about a language."""
    return Path(__file__).parent / f"taught_{language}.npz"


def asked_about(examples: Sequence[Example]) -> tuple[list[str], list[str]]:
    """Return the training texts, and excerpts of them: a few words in a row, or one."""
    source = random.Random(1)
    texts = [one.text for one in examples if one.part == "train"]
    found: set[str] = set()
    for text in texts:
        words = text.split()
        for _ in range(PER_TEXT):
            size = min(source.choice(SIZES), len(words))
            if size < 2:
                break
            begin = source.randint(0, len(words) - size)
            found.add(" ".join(words[begin : begin + size]))
        found.update(word for word in words if source.random() < ALONE)
    excerpts = sorted(found - {one.text for one in examples if one.part != "test"})
    source.shuffle(excerpts)
    return texts, excerpts


def with_taught(examples: list[Example], language: str) -> list[Example]:
    """Mix what the teachers say into the labels, and add the excerpts; all as they are without.

    Raises
    ------
    ValueError
        Where the answers belong to other texts.
    """
    signals = SIGNALS.get(language)
    if not signals:
        return examples
    texts, excerpts = asked_about(examples)
    answers = read_answers(file_of(language), texts, excerpts, len(signals)).tolist()
    said = iter(answers[: len(texts)])
    mixed = [
        _mixed(one, dict(zip(signals, next(said), strict=True))) if one.part == "train" else one
        for one in examples
    ]
    return mixed + [
        Example(
            excerpt,
            SOURCE,
            "train",
            {name: (p, EXCERPT) for name, p in zip(signals, row, strict=True)},
        )
        for excerpt, row in zip(excerpts, answers[len(texts) :], strict=True)
    ]


def _mixed(example: Example, said: dict[str, float]) -> Example:
    labels = dict(example.labels)
    for signal in said.keys() & labels.keys():
        target, weight = labels[signal]
        labels[signal] = (target + SHARE * (said[signal] - target), weight)
    return replace(example, labels=labels)
