"""The stylesheet keeps what it promises: every pair of colours can be read, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "moderation" / "static" / "moderation"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
CSS = (STATIC / "app.css").read_text("utf-8")
TEXT_PAIRS = [
    ("ink", "page"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("muted", "page"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("accent", "page"),
    ("accent", "surface"),
    ("accent", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("danger", "surface"),
    ("danger", "danger-soft"),
    ("warn", "page"),
    ("warn", "surface"),
    ("warn", "warn-soft"),
    ("ink", "accent-soft"),
    ("ink", "warn-soft"),
    ("ink", "danger-soft"),
]
EDGE_PAIRS = [("edge", "surface"), ("edge", "page"), ("accent", "page")]


def colours(theme: str) -> dict[str, str]:
    """Return the colour tokens of a theme; the dark one changes some of the light one's."""
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", part)) for part in _parts())
    return light if theme == "light" else {**light, **dark}


def _parts() -> tuple[str, str]:
    light, dark = CSS.split("@media (prefers-color-scheme: dark)", 1)
    return light, dark.split("/* Elements */")[0]


def luminance(colour: str) -> float:
    """Relative luminance of a hex colour, as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(theme: str, text: str, ground: str) -> None:
    tokens = colours(theme)
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_can_be_seen(theme: str, edge: str, ground: str) -> None:
    tokens = colours(theme)
    assert contrast(tokens[edge], tokens[ground]) >= 3


def test_no_template_goes_around_the_escaping_or_the_content_policy() -> None:
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text("utf-8")
        for banned in ("|safe", "autoescape", "mark_safe", " style=", " onclick=", "<style"):
            assert banned not in text, (template.name, banned)
        assert not re.search(r"<script(?![^>]* src=)", text), template.name
        assert "//cdn" not in text and not re.search(r'(src|href)="https?://', text), template.name


def test_the_vendored_htmx_is_the_documented_one() -> None:
    vendored = (STATIC / "vendor" / "htmx-2.0.11.min.js").read_text("utf-8")
    assert 'version:"2.0.11"' in vendored
    assert "htmx-2.0.11.min.js" in (TEMPLATES / "_htmx.html").read_text("utf-8")


def test_pages_stay_light() -> None:
    scripts = (STATIC / "review").glob("*.js")
    # The list has a script of its own, which the room does not load.
    room = [script for script in scripts if script.name != "list-keys.js"]
    assert sum(script.stat().st_size for script in room) < 20_000
    assert (STATIC / "app.css").stat().st_size < 40_000


TEXT_ELEMENT = re.compile(
    r'<(\w+)[^<>]*class="[^"]*\bcomment-text\b[^"]*"[^<>]*>(.*?)</\1>', re.DOTALL
)


def test_a_template_adds_no_space_to_a_text_that_is_shown_as_written() -> None:
    """White space in such an element is visible, so its text begins and ends at its tags."""
    count = 0
    for template in TEMPLATES.rglob("*.html"):
        for _, content in TEXT_ELEMENT.findall(template.read_text("utf-8")):
            assert content == content.strip(), template.name
            count += 1
    assert count > 20


def test_no_line_of_a_template_is_longer_than_120_characters() -> None:
    for template in TEMPLATES.rglob("*.html"):
        for number, line in enumerate(template.read_text("utf-8").splitlines(), 1):
            assert len(line) <= 120, f"{template.name}, line {number}"
