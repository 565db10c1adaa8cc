"""Lists the classes of words that change the meaning of the words around them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from classifiers.text.identity_terms import IDENTITY_TERMS

DENIES, ADDRESSES, GROUP = 1, 2, 3
"""Classes of words that negate the next words, address the reader, and name a group of people."""

REPORTS, DEMANDS, HAPPENED, SPEAKS = 4, 5, 6, 7
"""Classes of words that report speech, demand or announce, and tell of the past; and "I"."""

PREDICATES = 8
"""First class of predicates about people; see `classifiers.abuse.predicate_features`."""

_LISTED = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

_ORDER = ("denies", "addresses", "", "reports", "demands", "happened", "speaks", "demeans",
          "praises", "hates", "harms", "expels", "belongs", "plots", "troubles")  # fmt: skip
_VERBS = ("hates", "harms", "expels", "belongs", "plots", "troubles")


def _inflected(word: str) -> list[str]:
    """Return the possible forms of a verb; some are no words, which does no harm."""
    stem = word[:-1] if word[-1] in "ey" else word
    endings = ("s", "es", "ed", "d", "ing", "er", "ers")
    forms = [word, *(word + ending for ending in endings)]
    forms += [stem + ending for ending in ("ing", "ed", "ies", "ied", "er", "ers")]
    return forms + [word + word[-1] + ending for ending in ("ed", "ing", "er", "ers")]


def _words(kind: str) -> list[str]:
    listed: list[str] = _LISTED[kind].split()
    return [form for word in listed for form in _inflected(word)] if kind in _VERBS else listed


def _all_classes() -> dict[int, list[str]]:
    """Return the words of each class; a word in two lists belongs to the lower class."""
    taken: set[str] = set()
    classes: dict[int, list[str]] = {}
    for number, kind in enumerate(_ORDER, 1):
        listed = _words(kind) if kind else list(IDENTITY_TERMS)
        classes[number] = sorted(set(listed) - taken)
        taken.update(listed)
    return classes


WORD_CLASSES: dict[int, list[str]] = _all_classes()
"""Words of each class; all other words have class 0."""

QUOTATION_MARKS = '"\u00ab\u00bb\u201c\u201d\u201e'
