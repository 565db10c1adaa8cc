"""Comment text on a page: cut into segments that the template escapes, nothing hidden in it."""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

register = template.Library()

# Which mark is shown where several lie on each other.
STRENGTH = {"banned": 3, "suspect": 2, "weighed": 1}
ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER = "\u200c", "\u200d"
# Letters and marks that show nothing although Unicode does not call them format characters.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text to point at, `end` exclusive; `label` says in words why."""

    start: int
    end: int
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text: plain (kind ""), marked, or "hidden", where `text` names the character."""

    text: str
    kind: str = ""
    label: str = ""


def segments(text: str, marks: Iterable[Mark] = ()) -> list[Segment]:
    """Cut `text` at the marks and at every character that a reader would not see."""
    edges = sorted(marks, key=lambda mark: mark.start)
    cuts = {0, len(text)}
    for mark in edges:
        cuts.update((max(0, min(mark.start, len(text))), max(0, min(mark.end, len(text)))))
    places = sorted(cuts)
    found: list[Segment] = []
    for start, end in itertools.pairwise(places):
        over = [mark for mark in edges if mark.start <= start and mark.end >= end]
        top = max(over, key=lambda mark: STRENGTH.get(mark.kind, 0), default=None)
        for piece in _pieces(text, start, end):
            if piece.kind or top is None:
                found.append(piece)
            else:
                found.append(Segment(piece.text, top.kind, top.label))
    return found


def _pieces(text: str, start: int, end: int) -> Iterator[Segment]:
    """Yield plain stretches and, in between, a named badge for each run of a hidden character."""
    suspects = {character for character in set(text[start:end]) if _suspicious(character)}
    begin = place = start
    while place < end:
        character = text[place]
        if character not in suspects or _harmless(text, place):
            place += 1
            continue
        if begin < place:
            yield Segment(text[begin:place])
        run = place
        while run < end and text[run] == character:
            run += 1
        yield _badge(character, run - place)
        begin = place = run
    if begin < end:
        yield Segment(text[begin:end])


@functools.lru_cache(maxsize=4096)
def _suspicious(character: str) -> bool:
    if character in "\n\t":
        return False
    if character in BLANKS or unicodedata.category(character) in ("Cc", "Cf", "Co", "Zl", "Zp"):
        return True
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF or 0xE0100 <= code <= 0xE01EF


def _harmless(text: str, place: int) -> bool:
    """Tell whether a suspicious character does honest work where it stands."""
    character = text[place]
    after = text[place + 1 : place + 2]
    if character == "\r":
        return after == "\n"
    before = text[place - 1] if place else ""
    if character == ZERO_WIDTH_JOINER and before and after:
        # Family and flag emoji are joined by it.
        emoji = unicodedata.category(before) in ("So", "Sk") or before == "\ufe0f"
        if emoji and unicodedata.category(after) == "So":
            return True
    if character in (ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER) and before and after:
        # Persian and Indic spelling needs both.
        return 0x0600 <= ord(before) <= 0x0DFF and 0x0600 <= ord(after) <= 0x0DFF
    return False


def _badge(character: str, times: int) -> Segment:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "").lower() or "invisible or control character"
    shown = code if times == 1 else f"{code} ×{times}"
    return Segment(shown, "hidden", f"{name}, not shown as such")


@register.simple_tag
def comment_text(text: str, marks: Iterable[Mark] = ()) -> SafeString:
    """Show a text literally: `{% comment_text comment.body marks %}`.

    Written without a template of its own: a list of comments calls it a hundred times.
    """
    found = segments(str(text or ""), marks or ())
    return SafeString("".join(_html(segment) for segment in found))


def _html(segment: Segment) -> SafeString:
    if not segment.kind:
        return escape(segment.text)
    if segment.kind == "hidden":
        tag = '<span class="hidden-character" title="{}">{}</span>'
        return format_html(tag, segment.label, segment.text)
    title = format_html(' title="{}"', segment.label) if segment.label else ""
    return format_html('<mark class="{}"{}>{}</mark>', segment.kind, title, segment.text)


@register.filter
def visible(text: str) -> str:
    """Name hidden characters where no badge can stand, such as in the title of a page."""
    return "".join(segment.text for segment in segments(str(text or "")))


@register.simple_tag
def percent(value: float) -> str:
    """Show a signal from 0 to 1 as a width from 0 to 100."""
    return f"{min(max(value, 0.0), 1.0) * 100:.1f}"


@register.simple_tag
def hundredfold(share: float) -> str:
    """Show a share from 0 to 1 in per cent, with a digit more where it is small."""
    percent = 100 * share
    return f"{percent:.1f}" if percent < 10 or percent > 99 else f"{percent:.0f}"
