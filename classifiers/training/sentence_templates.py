"""Reads the sentence templates, and the words for their slots, from the TOML files.

Each kind of template is a use of language: attacks on groups, denial, quotation, threats, …
"""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

_FOLDER = Path(__file__).parent
_FILES = ("attacks", "harmless", "insults", "threats", "spam")
_FRAMES_EACH = 7
"""Number of frames for each claim."""


def _read(name: str) -> dict[str, str]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _framed(frames: tuple[str, ...], claims: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return (template, claim) for each claim in `_FRAMES_EACH` frames, taken in turn."""
    turns = zip(itertools.cycle(frames), claims * _FRAMES_EACH, strict=False)
    return tuple((frame.replace("{claim}", claim), claim) for frame, claim in turns)


TEMPLATES: dict[str, tuple[str, ...]] = {
    kind: tuple(lines.split("\n")[:-1]) for name in _FILES for kind, lines in _read(name).items()
}
"""Templates of each kind; `asserted`, `unoffending` and `reversed` are within frames."""

_FRAMED = {
    "asserted": _framed(TEMPLATES["frames"], TEMPLATES["claims"]),
    "unoffending": _framed(TEMPLATES["frames"], TEMPLATES["plain"]),
    "reversed": _framed(TEMPLATES["reversing"], TEMPLATES["claims"]),
}
TEMPLATES |= {kind: tuple(template for template, _ in pairs) for kind, pairs in _FRAMED.items()}

CLAIMS: dict[str, str] = dict(itertools.chain(*_FRAMED.values()))
"""Claim of each framed template."""

WORDS: dict[str, tuple[str, ...]] = {
    slot: tuple(" ".join(word.split()) for word in words.split(","))
    for slot, words in _read("words").items()
}
"""Words for each slot."""
