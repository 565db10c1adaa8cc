"""Makes weak labels for profanity and sexual content from the Surge AI profanity list (MIT)."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.text.folding import fold, fold_batch

_BLOCK = 2048
_INNOCENT = frozenset({"bbc", "nip", "knickers", "gay", "gayness", "queer", "lesbian", "trans"})
"""Listed words that mostly have another meaning in a newspaper."""

_EVERYDAY_SWEARING = ("fuck", "fuk", "fck", "motherf", "ass", "dumbass", "jackass", "bitch",
                      "bastard", "dick", "prick", "wank", "bugger", "sod", "arse", "douche",
                      "cunt", "twat", "suck", "balls", "bollock")  # fmt: skip
"""Parts of words of sexual origin that are mostly swear words: profanity, not sexual content."""


def _meaning(categories: str, severity: float) -> dict[str, tuple[float, float]]:
    """Return the labels of a single listed word from its categories and severity (1-3)."""
    slur = "slur" in categories or "orientation" in categories
    insult = slur or "insult" in categories or "mental" in categories
    return {
        "profanity": (1.0, 0.5),
        "toxicity": (min(1.0, 0.4 + severity / 5), 0.3),
        "severe_toxicity": (float(severity >= 2.6), 0.3),
        "insult": (1.0 if insult else 0.5, 0.3),
        "identity_attack": (float(slur), 0.3),
        "threat": (0.0, 0.1),
    }


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Profane words, sexual words, and the labels of each single word.

    ``meanings`` maps a word to signals as (target, weight); see `_meaning`.
    """

    profane: frozenset[str]
    sexual: frozenset[str]
    meanings: Mapping[str, Mapping[str, tuple[float, float]]]

    @classmethod
    def read(cls, path: Path) -> Lexicon:
        """Read the list; only single words of medium severity or more are kept."""
        profane: set[str] = set()
        sexual: set[str] = set()
        meanings: dict[str, dict[str, tuple[float, float]]] = {}
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                word = fold(row["text"]).strip()
                severity = float(row["severity_rating"] or 0)
                if " " in word or len(word) < 3 or severity < 1.4 or word in _INNOCENT:
                    continue
                profane.add(word)
                meanings[word] = _meaning(row["category_1"] + row["category_2"], severity)
                is_sexual = row["category_1"].startswith("sexual anatomy") and severity >= 1.6
                if is_sexual and not any(part in word for part in _EVERYDAY_SWEARING):
                    sexual.add(word)
        return cls(frozenset(profane), frozenset(sexual), meanings)

    def labels(
        self, words: frozenset[str], known: Mapping[str, tuple[float, float]]
    ) -> dict[str, tuple[float, float]]:
        """Return weak profanity and sexual labels of a text with these folded words.

        Labels by people have priority.
        """
        weak: dict[str, tuple[float, float]] = {}
        if "profanity" not in known:
            weak["profanity"] = (float(bool(words & self.profane)), 0.7)
        if "sexual" not in known or words & self.sexual:
            weak["sexual"] = (float(bool(words & self.sexual)), 0.5)
        return weak


def folded_words(texts: Sequence[str]) -> list[frozenset[str]]:
    """Return the folded words of each text, letters only."""
    made: list[frozenset[str]] = []
    for start in range(0, len(texts), _BLOCK):
        folded = "".join(map(chr, fold_batch(texts[start : start + _BLOCK]).codes.tolist()))
        spaced = "".join(part if part.isalpha() or part == "\n" else " " for part in folded)
        made += [frozenset(words.split()) for words in spaced.split("\n")[1:-1]]
    return made
