"""Reads the labelled sets of other languages, one of tier A or B each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from classifiers.datasets.labelled import (
    Example,
    Labels,
    Row,
    normalised,
    part_of,
    part_to_learn,
    read_rows,
)


@dataclass(frozen=True, slots=True)
class LanguageDataset:
    """The labelled set of one language, with the functions that read its labels and parts.

    ``further_data`` are (name, tier, licence) of additional training data. ``unlabelled`` names a
    set of texts without labels, if there is one. ``known_failures`` are for the card.
    """

    name: str
    tier: str
    licence: str
    text: str
    labels_of: Callable[[Row], Labels]
    part_of: Callable[[Row], str]
    known_failures: tuple[str, ...]
    unlabelled: str = ""
    further_data: tuple[tuple[str, str, str], ...] = ()


def _binary(target: bool) -> tuple[float, float]:
    return float(target), 1.0


def _german(row: Row) -> Labels:
    kind = row["labels"]["kind"]
    labels = {"toxicity": _binary(kind != "OTHER")}
    if kind in ("OTHER", "INSULT"):  # one kind per text: an ABUSE may insult as well
        labels["insult"] = _binary(kind == "INSULT")
    return labels | {"identity_attack": _binary(kind == "ABUSE")}


def _korean(row: Row) -> Labels:
    labels = row["labels"]
    attack = bool(labels["offensive"]) and labels["bias"] != "none"
    return {
        "toxicity": _binary(bool(labels["offensive"])),
        "severe_toxicity": _binary(bool(labels["hate"])),
        "identity_attack": _binary(attack),
    }


_GROUPS = ("homophobia", "racism", "misogyny", "xenophobia")


def _portuguese(row: Row) -> Labels:
    votes = row["labels"]
    labels = {"toxicity": _binary(bool(votes["abusive"]))}
    shares = {
        "insult": votes["insult"],
        "profanity": votes["obscene"],
        "identity_attack": max(votes[name] for name in _GROUPS),
    }
    # One vote of three is unclear.
    clear = {name: _binary(share > 0.5) for name, share in shares.items() if not 0 < share < 0.5}
    return labels | clear


def _by_text(row: Row) -> str:
    return part_of(normalised(row["text"]))


def _korean_part(row: Row) -> str:
    """Return "test" for the official development part; other parts follow from the news article."""
    return "test" if row["split"] == "dev" else part_to_learn(str(row["article_id"]))


_ALL = (
    "One source, so other kinds of text are further away than the figures say.",
    "Calibrated to the share of abuse in that source, which is far above a newspaper's: read "
    "scores as an ordering until the site's own decisions adapt them.",
)

LANGUAGE_DATASETS: dict[str, LanguageDataset] = {
    "de": LanguageDataset(
        "germeval2018_de",
        "A",
        "CC BY 4.0, from memory and to be checked",
        "tweets",
        _german,
        _by_text,
        known_failures=(
            *_ALL,
            "Tweets of 2017 and 2018 about politics: words of that quarrel weigh.",
            "No severe_toxicity, threat, profanity, sexual or spam.",
        ),
    ),
    "ko": LanguageDataset(
        "kocohub_ko",
        "B",
        "CC BY-SA 4.0",
        "readers' comments on entertainment news",
        _korean,
        _korean_part,
        known_failures=(
            *_ALL,
            "Comments on entertainers: talk of their private lives weighs, politics is unknown.",
            "identity_attack is offence together with a bias that annotators saw, mostly of "
            "gender.",
            "No insult, threat, profanity, sexual or spam.",
        ),
        unlabelled="pairs_kocohub_unlabelled_ko",
        further_data=(
            (
                "excerpts",
                "B",
                "Comments without labels (pairs_kocohub_unlabelled_ko, CC BY-SA 4.0) and excerpts, "
                "judged by a teacher that learned from these sets and reads the morphemes of Kiwi "
                "(LGPL 3.0)",
            ),
        ),
    ),
    "pt": LanguageDataset(
        "told_br_pt",
        "B",
        "CC BY-SA 4.0",
        "Brazilian tweets",
        _portuguese,
        _by_text,
        known_failures=(
            *_ALL,
            "Brazilian tweets, one vote of three is enough for toxicity; European Portuguese is "
            "unknown to it.",
            "identity_attack rests on about two hundred positive texts.",
            "No severe_toxicity, threat, sexual or spam.",
        ),
        further_data=(
            (
                "excerpts",
                "B",
                "Texts and excerpts of this set, judged by teachers: all-mpnet-base-v2 (Apache "
                "2.0) trained further on it",
            ),
        ),
    ),
}


def read_language(data: Path, language: str) -> list[Example]:
    """Read the set of one language; texts without labels come last."""
    source = LANGUAGE_DATASETS[language]
    examples = [
        Example(row["text"], source.name, source.part_of(row), source.labels_of(row))
        for row in read_rows(data, source.name)
    ]
    known = {normalised(one.text) for one in examples}
    return examples + [
        Example(text, source.unlabelled, "train")
        for text in _unlabelled(data, source.unlabelled)
        if normalised(text) not in known
    ]


def _unlabelled(data: Path, name: str) -> list[str]:
    """Return the texts of a set, each once."""
    return list(dict.fromkeys(row["text"] for row in read_rows(data, name))) if name else []
