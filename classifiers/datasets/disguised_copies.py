"""Makes disguised copies of texts, to train on and to measure how much each disguise costs."""

from __future__ import annotations

import random
from collections.abc import Callable

_LOOK_ALIKES = str.maketrans("aeopcyxi", "аеорсухі")
_LEET = str.maketrans("aeiost", "4310$7")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(33, 127)}


def _each_word(text: str, seed: int, change: Callable[[str, random.Random], str]) -> str:
    source = random.Random(seed)
    return " ".join(
        change(word, source) if len(word) > 3 and word.isalpha() else word for word in text.split()
    )


def _swapped(word: str, source: random.Random) -> str:
    place = source.randrange(1, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _without_one(word: str, source: random.Random) -> str:
    place = source.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1 :]


def _starred(word: str, source: random.Random) -> str:
    vowels = [place for place, letter in enumerate(word) if place and letter.lower() in "aeiou"]
    return word if not vowels else word[: vowels[0]] + "*" + word[vowels[0] + 1 :]


def _stretched(word: str, source: random.Random) -> str:
    place = source.randrange(1, len(word))
    return word[:place] + word[place - 1] * 4 + word[place:]


_SMALL_CHANGES = (_starred, _swapped, _without_one, _stretched,
                  lambda word, _: word.translate(_LEET))  # fmt: skip


def disguise_words(text: str, listed: frozenset[str], source: random.Random) -> str:
    """Return a text with its listed words and about a fifth of the others disguised."""
    made: list[str] = []
    for word in text.split():
        wanted = word.lower().strip(".,!?\"'") in listed or source.random() < 0.2
        if wanted and len(word) > 3 and word.isalpha():
            word = source.choice(_SMALL_CHANGES)(word, source)
        made.append(word)
    return " ".join(made)


DISGUISES: dict[str, Callable[[str, int], str]] = {
    "zero-width": lambda text, seed: _each_word(text, seed, lambda w, _: "\u200b".join(w)),
    "soft hyphen": lambda text, seed: _each_word(text, seed, lambda w, _: w[:2] + "\u00ad" + w[2:]),
    "look-alikes": lambda text, seed: text.translate(_LOOK_ALIKES),
    "full width": lambda text, seed: text.translate(_FULL_WIDTH),
    "combining marks": lambda text, seed: "".join(letter + "\u0336" for letter in text),
    "leet": lambda text, seed: _each_word(text, seed, lambda w, _: w.translate(_LEET)),
    "spacing": lambda text, seed: _each_word(text, seed, lambda w, _: " ".join(w)),
    "dots": lambda text, seed: _each_word(text, seed, lambda w, _: ".".join(w)),
    "repetition": lambda text, seed: _each_word(text, seed, _stretched),
    "masking": lambda text, seed: _each_word(text, seed, _starred),
    "swaps": lambda text, seed: _each_word(text, seed, _swapped),
    "deletions": lambda text, seed: _each_word(text, seed, _without_one),
    "joined words": lambda text, seed: text.replace(" ", ""),
    "dilution": lambda text, seed: (
        "Thank you for this thoughtful report about the new library and its opening hours. "
        + text
        + " I look forward to the next meeting of the council in the spring."
    ),
}
"""Disguises by name, as functions of (text, seed)."""
