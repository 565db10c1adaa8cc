"""Finds what a translator cannot reach: text in templates, and sentences in scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

# Names and units are the same in every language.
NAMES = {"Moderato", "JSON", "API", "RE2"}
SHOWN_ATTRIBUTES = {"title", "aria-label", "aria-description", "placeholder", "alt", "label"}
LETTER = re.compile(r"[^\W\d_]")
# Stands for a tag or a variable of the template, inside an element or between two.
TAG = "\ufffc"
LITERAL = re.compile(r"""(_\()?("[^"]*"|'[^']*')""")
# A sentence or a label: it begins with a capital letter, or has a space between two words.
LABEL = re.compile(r"^[A-Z][a-z]|[a-z],? [a-z]")
PLAIN_TAGS = {"load", "url", "static", "extends", "block", "if", "elif", "for", "regroup", "slot"}


def in_template(source: str, *, html: bool = True) -> list[str]:
    """Return the texts of a template that stand outside `translate` and `blocktranslate`."""
    outside, literals = _split(source)
    if not html:
        return [text for text in outside.split("\n") if is_text(text)] + literals
    parser = _Texts()
    parser.feed(outside)
    parser.close()
    return parser.texts + literals


def _split(source: str) -> tuple[str, list[str]]:
    """Return the template without what is translated, and the labels in its tags."""
    outside: list[str] = []
    literals: list[str] = []
    until = ""
    for token in Lexer(source).tokenize():
        words = token.contents.split()
        if until:
            until = "" if token.token_type == TokenType.BLOCK and words[:1] == [until] else until
        elif token.token_type == TokenType.TEXT:
            outside.append(token.contents)
        elif token.token_type == TokenType.VAR:
            outside.append(TAG)
            literals += _labels(token.contents)
        elif token.token_type == TokenType.BLOCK:
            outside.append(TAG)
            if words[0] in ("blocktranslate", "blocktrans", "comment"):
                until = f"end{words[0]}"
            elif words[0] == "block" and words[1].endswith("_class"):
                until = "endblock"  # a block inside an attribute
            elif words[0] not in ("translate", "trans", *PLAIN_TAGS):
                literals += _labels(token.contents)
    return "".join(outside), literals


def _labels(tag: str) -> Iterator[str]:
    for marked, literal in LITERAL.findall(tag):
        if not marked and LABEL.search(literal[1:-1]) and is_text(literal):
            yield literal[1:-1]


def is_text(text: str) -> bool:
    for name in NAMES:
        text = re.sub(rf"\b{name}\b", "", text)
    text = re.sub(r"&#?\w+;", "", text)
    return bool(LETTER.search(text))


class _Texts(HTMLParser):
    """Collects what a person sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.texts: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent = tag
        shown = SHOWN_ATTRIBUTES | ({"value"} if ("type", "submit") in attrs else set())
        for name, value in attrs:
            if name in shown and is_text(value or ""):
                self.texts.append(f"{name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts += [text.strip() for text in data.split(TAG) if is_text(text)]


STRING = re.compile(r"""(?<![\w)])("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)""")
COMMENT = re.compile(r"/\*.*?\*/|(?:^|(?<=\s))//[^\n]*", re.DOTALL)
SELECTS = re.compile(r"(querySelector|querySelectorAll|closest|matches)(\?\.)?\($")
SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-zA-Z]|^[A-Z][a-z]+[.!?…]?$")
KEYS = {"Escape", "Enter", "Tab", "Backspace", "Delete", "Home", "End", "Space", "Shift"}
NEVER_SHOWN = {"use strict", "Accept", *KEYS}


def in_script(source: str) -> list[str]:
    """Return the strings of a script that look like something a person reads."""
    source = COMMENT.sub("", source)
    found = []
    for match in STRING.finditer(source):
        text = match[1][1:-1]
        if text in NEVER_SHOWN or SELECTS.search(source[: match.start()]):
            continue
        if SENTENCE.search(re.sub(r"\$\{[^}]*\}", "", text)):
            found.append(text)
    return found
