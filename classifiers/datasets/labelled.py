"""Reads the labelled data sets and turns each one's labels into signals.

Only sets of the licence tiers A (permissive, attribution) and B (share-alike, user content) are
read here. The part of a text follows from a hash of the normalised text, or of its story where a
set has stories. So duplicates, and comments of one thread, are always in the same part.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classifiers.datasets.lexicon import Lexicon, folded_words

Labels = dict[str, tuple[float, float]]
"""Signal to (target, weight). Targets are 0 or 1; in perspective_2k they are scores."""

Row = dict[str, Any]


TEMPLATED = "own_sentences"
"""The source of the project's own templated sentences."""

LEXICON = Path("lexicon_surge_profanity") / "profanity_en.csv.gz"


@dataclass(slots=True)
class Example:
    """One labelled text with its set, its part (train, tune, test) and its labels."""

    text: str
    source: str
    part: str
    labels: Labels = field(default_factory=dict)
    title: str = ""
    group: str = ""
    parent: str = ""


def part_of(key: str, seed: str = "parts-1") -> str:
    """Return the part of a key by hash: 70 % train, 10 % tune, 20 % test."""
    digest = hashlib.sha256(f"{seed}:{key}".encode("utf-8", "surrogatepass")).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    return "train" if share < 0.7 else "tune" if share < 0.8 else "test"


def part_to_learn(key: str) -> str:
    """Return "tune" or "train" for keys that are never tested; a tenth is for tuning."""
    return "tune" if part_of(key) == "tune" else "train"


def normalised(text: str) -> str:
    """Return the text's letters and digits in lower case, as compared when splitting."""
    return "".join(character for character in text.lower() if character.isalnum())


def read_rows(data: Path, name: str) -> Iterator[Row]:
    """Yield the rows of one data set."""
    with gzip.open(data / name / "data.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_rows_to_learn(data: Path, name: str) -> Iterator[tuple[Row, str]]:
    """Yield the rows outside the test part, each with its story's id ("" without titles)."""
    for row in read_rows(data, name):
        story = str(row.get("article_id") or "") if name == "ruddit" else ""
        if part_of(story or normalised(row["text"])) != "test":
            yield row, story


def _graded(value: float, low: float, high: float) -> tuple[float, float] | None:
    """Return the label of a graded vote: 0 up to ``low``, 1 from ``high``, none between."""
    if value >= high:
        return 1.0, 1.0
    return (0.0, 1.0) if value <= low else None


def _clean(*names: str) -> Labels:
    return dict.fromkeys(names, (0.0, 1.0))


_KINDS = ("severe_toxicity", "insult", "identity_attack", "threat")


def _jigsaw(row: Row) -> Labels:
    toxic = float(row["labels"]["toxic"])
    # This set has the definition of toxicity that clients of other services expect.
    return {"toxicity": (toxic, 2.0), **({} if toxic else _clean(*_KINDS, "sexual"))}


def _insults(row: Row) -> Labels:
    insult = float(row["labels"]["insult"])
    labels: Labels = {"insult": (insult, 1.0), "toxicity": (insult, 1.0 if insult else 0.5)}
    return labels if insult else labels | _clean("severe_toxicity", "identity_attack", "threat")


def _civil(row: Row) -> Labels:
    votes = row["labels"]
    wanted = {
        "toxicity": _graded(votes["toxic"], 0.34, 0.5),
        "insult": _graded(votes["insult"], 0.15, 0.45),
        "identity_attack": _graded(votes["identity_attack"], 0.1, 0.4),
        "profanity": _graded(votes["obscene"], 0.1, 0.4),
        "threat": _graded(votes["threat"], 0.05, 0.4),
    }
    labels = {name: label for name, label in wanted.items() if label}
    if "toxicity" in labels:  # annotators once called each text toxic: "clean" is borderline
        labels["toxicity"] = (labels["toxicity"][0], 0.5)
    return labels


def _convabuse(row: Row) -> Labels:
    votes = row["labels"]
    labels: Labels = {"toxicity": (float(votes["abusive"]), 1.0)}
    group = max(float(votes.get(name, 0.0)) for name in ("sexist", "racist", "homophobic"))
    wanted = {
        "severe_toxicity": _graded(-votes["severity"], 1.0, 1.9),
        "sexual": _graded(float(votes.get("sex_harassment", 0.0)), 0.1, 0.5),
        "identity_attack": _graded(group, 0.1, 0.5),
    }
    return labels | {name: label for name, label in wanted.items() if label}


def _davidson(row: Row) -> Labels:
    hate = float(row["labels"]["hate"])
    labels: Labels = {"toxicity": (float(row["labels"]["abusive"]), 0.1)}
    if hate >= 0.6 or hate <= 0.2:
        labels["identity_attack"] = (float(hate >= 0.6), 0.7)
        labels["severe_toxicity"] = (float(hate >= 0.6), 0.5)
    return labels


def _hate(weight: float) -> Callable[[Row], Labels]:
    def read(row: Row) -> Labels:
        hate = float(row["labels"]["hate"])
        labels: Labels = {"identity_attack": (hate, 1.0)}
        if weight:
            labels["toxicity"] = (hate, weight)
        return labels if hate else labels | _clean("severe_toxicity")

    return read


def _ruddit(row: Row) -> Labels:
    offensiveness = row["labels"]["offensiveness"]
    wanted = {
        "toxicity": _graded(offensiveness, 0.1, 0.25),
        "severe_toxicity": _graded(offensiveness, 0.3, 0.55),
    }
    labels = {name: label for name, label in wanted.items() if label}
    if offensiveness < -0.1:
        labels |= _clean("insult", "identity_attack", "threat")
    return labels


def _all_clean(row: Row) -> Labels:
    return _clean("toxicity", *_KINDS, "sexual", "profanity")


def _spam(row: Row) -> Labels:
    return {"spam": (float(row["labels"]["spam"]), 1.0)}


PERSPECTIVE = {
    "toxicity": "perspective_toxicity@6",
    "severe_toxicity": "perspective_severe_toxicity@2",
    "insult": "perspective_insult",
    "identity_attack": "perspective_identity_attack",
    "threat": "perspective_threat",
    "profanity": "perspective_profanity",
    "sexual": "perspective_sexually_explicit",
}
"""Attribute of the Perspective API for each signal."""


def _perspective(row: Row) -> Labels:
    scores = row["labels"]
    return {name: (float(scores[attribute]), 1.0) for name, attribute in PERSPECTIVE.items()}


SETS: dict[str, Callable[[Row], Labels]] = {
    "jigsaw_wiki24k": _jigsaw,
    "kaggle_insults": _insults,
    "civil_toxic_spans": _civil,
    "convabuse": _convabuse,
    "davidson_twitter": _davidson,
    "hatemoji_build": _hate(0.0),
    "perspective_2k": _perspective,
    "ruddit": _ruddit,
    "stormfront": _hate(0.2),
    "wiki_debias_nontoxic": _all_clean,
    "youtube_spam": _spam,
}
"""Training sets (tiers A and B), each with the function that reads its labels."""

_LEXICON_SETS = ("jigsaw_wiki24k", "kaggle_insults", "convabuse", "davidson_twitter", "ruddit")
_SPAM_CLEAN = ("jigsaw_wiki24k", "kaggle_insults", "civil_toxic_spans", "ruddit",
               "wiki_debias_nontoxic")  # fmt: skip


def _weaker(labels: Labels, name: str) -> Labels:
    """Return labels with less weight for davidson_twitter: its tweets were found by a word list."""
    share = 0.3 if name == "davidson_twitter" else 1.0
    return {signal: (target, weight * share) for signal, (target, weight) in labels.items()}


def _part(row: Row, name: str) -> str:
    if name == "youtube_spam" and row["split"] == "test":
        return "test"
    part = part_of(str(row["article_id"]) if name == "ruddit" else normalised(row["text"]))
    return "train" if name == "youtube_spam" and part == "test" else part


def read_examples(data: Path) -> list[Example]:
    """Read every training set, with labels per signal and the part of each text."""
    lexicon = Lexicon.read(data / LEXICON)
    examples: list[Example] = []
    for name, labels_of in SETS.items():
        rows = list(read_rows(data, name))
        words = folded_words([row["text"] for row in rows]) if name in _LEXICON_SETS else []
        for number, row in enumerate(rows):
            labels = labels_of(row)
            if name in _LEXICON_SETS:
                labels |= _weaker(lexicon.labels(words[number], labels), name)
            if name in _SPAM_CLEAN:
                labels["spam"] = (0.0, 1.0)
            examples.append(
                Example(
                    row["text"],
                    name,
                    _part(row, name),
                    labels,
                    title=row.get("title") or "",
                    group=str(row.get("article_id") or ""),
                    parent=row.get("parent") or "",
                )
            )
    return examples
