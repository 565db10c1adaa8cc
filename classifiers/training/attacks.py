"""Templates of own sentences: attacks on groups, threats, sexual talk, and what only looks like it.

They and the words about groups are in the TOML files beside this one. Each kind stands for a use of
language (denial, quotation, counter-speech, …).
"""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

_FOLDER = Path(__file__).parent
_FRAMES_EACH = 7
"""In how many frames each claim is put."""


def _read(name: str) -> dict[str, str]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _framed(frames: tuple[str, ...], claims: tuple[str, ...]) -> tuple[str, ...]:
    """Return each claim in some of the frames, taken in turn."""
    framed = list(zip(itertools.cycle(frames), claims * _FRAMES_EACH, strict=False))
    made = [(frame.replace("{claim}", claim), claim) for frame, claim in framed]
    CLAIMS.update(made)
    return tuple(template for template, _ in made)


CLAIMS: dict[str, str] = {}
"""The claim within each framed template."""


TEMPLATES: dict[str, tuple[str, ...]] = {
    kind: tuple(lines.split("\n")[:-1])
    for kind, lines in (_read("attacks") | _read("threats")).items()
}
"""Kind to templates; `asserted`, `unoffending` and `reversed` are within frames."""

TEMPLATES["asserted"] = _framed(TEMPLATES["frames"], TEMPLATES["claims"])
TEMPLATES["unoffending"] = _framed(TEMPLATES["frames"], TEMPLATES["plain"])
TEMPLATES["reversed"] = _framed(TEMPLATES["reversing"], TEMPLATES["claims"])

WORDS: dict[str, tuple[str, ...]] = {
    slot: tuple(" ".join(word.split()) for word in words.split(","))
    for slot, words in _read("groups").items()
}
"""Slot to the words that it is filled with."""
