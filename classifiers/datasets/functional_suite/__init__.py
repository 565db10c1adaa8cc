"""Builds the functional suite: skills of a classifier of hate and abuse, one at a time.

It follows HateCheck (Röttger et al. 2021) with other sentences: 40 functions of 40 sentences each,
from templates in the TOML files of this folder. The templates were written before any classifier
was run on them. Nothing is trained or tuned on them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

SENTENCES = 40
"""Number of sentences of each function."""

THRESHOLD = 0.5
"""A sentence is flagged when the highest signal that its function names reaches this value.

Fixed before measuring. Most functions name `identity_attack` and `toxicity`: moderators act on
either, and harmless sentences must stay below it in both. Functions about rude words that attack no
group name `identity_attack` alone; functions about one person name `toxicity` alone.
"""

_SIGNALS = ("identity_attack", "toxicity")
_FILES = ("hateful", "disguised", "harmless")
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Function:
    """One skill. ``sentences`` are (number of the template, text); all are abusive or none is."""

    name: str
    about: str
    abusive: bool
    signals: tuple[str, ...]
    sentences: tuple[tuple[int, str], ...]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _filled(templates: list[str], words: dict[str, list[str]]) -> Iterator[tuple[int, str]]:
    """Yield each template with words in its slot, taken in turn, `SENTENCES` in all."""
    each = SENTENCES // len(templates)
    for number, template in enumerate(templates):
        slot = next(name for _, name, *_ in Formatter().parse(template) if name)
        for turn in range(each):
            word = words[slot][(number * each + turn) % len(words[slot])]
            text = template.format_map({slot: word})
            yield number, text[0].upper() + text[1:]


def suite() -> list[Function]:
    """Return all functions: first those to catch, then those to leave alone."""
    words = _read("words")
    made: list[Function] = []
    for name in _FILES:
        content = _read(name)
        for one in content["function"]:
            templates = one["templates"].split("\n")
            made.append(
                Function(
                    one["name"],
                    one["about"],
                    content["abusive"],
                    tuple(one.get("signals", _SIGNALS)),
                    tuple(_filled([line for line in templates if line], words)),
                )
            )
    return made
