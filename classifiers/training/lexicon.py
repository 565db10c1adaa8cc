"""Weak labels for profanity and sexual content from the Surge AI profanity list (MIT)."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

from classifiers.text import fold

_INNOCENT = frozenset({"bbc", "nip", "knickers", "gay", "gayness", "queer", "lesbian", "trans"})
"""Listed words that mostly mean something else in a newspaper."""

_EVERYDAY_SWEARING = ("fuck", "fuk", "fck", "motherf", "ass", "dumbass", "jackass", "bitch",
                      "bastard", "dick", "prick", "wank", "bugger", "sod", "arse", "douche",
                      "cunt", "twat", "suck", "balls", "bollock")  # fmt: skip
"""Words of sexual origin that are mostly used to swear: profanity, not sexual content."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Single words that count as profane, and those that count as sexual."""

    profane: frozenset[str]
    sexual: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> Lexicon:
        """Read the list; only single words of at least middle severity are kept."""
        profane: set[str] = set()
        sexual: set[str] = set()
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                word = fold(row["text"]).strip()
                severity = float(row["severity_rating"] or 0)
                if " " in word or len(word) < 3 or severity < 1.4 or word in _INNOCENT:
                    continue
                profane.add(word)
                is_sexual = row["category_1"].startswith("sexual anatomy") and severity >= 1.6
                if is_sexual and not any(part in word for part in _EVERYDAY_SWEARING):
                    sexual.add(word)
        return cls(frozenset(profane), frozenset(sexual))

    def labels(self, text: str, known: dict[str, tuple[float, float]]) -> dict[
        str, tuple[float, float]
    ]:  # fmt: skip
        """Return weak profanity and sexual labels, leaving alone what people labelled."""
        words = set("".join(part if part.isalpha() else " " for part in fold(text)).split())
        weak: dict[str, tuple[float, float]] = {}
        if "profanity" not in known:
            weak["profanity"] = (float(bool(words & self.profane)), 0.7)
        if "sexual" not in known or words & self.sexual:
            weak["sexual"] = (float(bool(words & self.sexual)), 0.5)
        return weak
