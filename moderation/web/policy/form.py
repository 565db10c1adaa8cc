"""The policy editor's fields: a document becomes fields with problems, and POST a document.

The JSON page edits a document that the form cannot hold without a loss.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from moderation.policy import COMPARISONS, FACTS, PolicyProblem
from moderation.policy.document import WORD_LISTS

TEXTS = ("title", "introduction", "promise")
CHOICES = ("default", "unscored", "untrained_language", "mode", "process_clause")
CLAUSE_TEXTS = ("id", "number", "title", "text", "guidance")
RULE_TEXTS = ("id", "clause", "outcome", "note")
WHEN_TEXTS = ("fact", "is")
ORDINARY = {
    "default": "approve",
    "unscored": "review",
    "untrained_language": "review",
    "mode": "post",
    "process_clause": "",
}
_PLACE = re.compile(r"\[(\d+)\]")


def fits_form(document: Any) -> bool:
    """Tell whether the form can show the document and return it unchanged."""
    if not isinstance(document, dict):
        return False
    return (
        set(document) <= {*TEXTS, *CHOICES, "clauses", "words", "rules"}
        and all(isinstance(document.get(key, ""), str) for key in (*TEXTS, *CHOICES))
        and _all_fit(document.get("clauses", []), _clause_fits)
        and _all_fit(document.get("rules", []), _rule_fits)
        and _words_fit(document.get("words", {}))
    )


def _all_fit(entries: Any, fits: Any) -> bool:
    return isinstance(entries, list) and all(
        isinstance(entry, dict) and fits(entry) for entry in entries
    )


def _clause_fits(entry: dict[str, Any]) -> bool:
    return _entry_fits(entry, CLAUSE_TEXTS, {"cite"}) and isinstance(entry.get("cite", True), bool)


def _rule_fits(entry: dict[str, Any]) -> bool:
    sections = entry.get("sections", [])
    return (
        _entry_fits(entry, RULE_TEXTS, {"shadow", "sections", "when"})
        and isinstance(entry.get("shadow", False), bool)
        and isinstance(sections, list)
        and all(_is_line(name) for name in sections)
        and _all_fit(entry.get("when", []), _condition_fits)
    )


def _condition_fits(entry: dict[str, Any]) -> bool:
    if not _entry_fits(entry, WHEN_TEXTS, {"value"}):
        return False
    value = entry.get("value", "")
    if isinstance(value, list) and not all(isinstance(each, str) for each in value):
        return False
    if not isinstance(value, str | int | float | bool | list):
        return False
    read = _value(entry.get("fact", ""), entry.get("is", ""), typed(value))
    return type(read) is type(value) and read == value


def _words_fit(words: Any) -> bool:
    if not isinstance(words, dict) or not set(words) <= set(WORD_LISTS):
        return False
    return _all_fit(list(words.values()), _list_fits)


def _list_fits(entry: dict[str, Any]) -> bool:
    entries = entry.get("words", [])
    return (
        _entry_fits(entry, ("clause", "outcome"), {"words", "shadow"})
        and isinstance(entry.get("shadow", False), bool)
        and isinstance(entries, list)
        and all(_is_line(word) for word in entries)
    )


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and _lines(value) == [value]


def _entry_fits(entry: dict[str, Any], text_keys: tuple[str, ...], others: set[str]) -> bool:
    return set(entry) <= {*text_keys, *others} and all(
        isinstance(entry.get(key, ""), str) for key in text_keys
    )


# --- from POST to a document -----------------------------------------------------------------


def read_document(sent: Mapping[str, str]) -> dict[str, Any]:
    """Return the document that a form sent, unchecked and complete."""
    return {
        **{key: _text(sent, key) for key in (*TEXTS, *CHOICES)},
        "clauses": [_read_clause(sent, f"clause-{n}") for n in _places(sent, "clause")],
        "words": {name: _read_words(sent, f"words-{name}") for name in WORD_LISTS},
        "rules": [_read_rule(sent, f"rule-{n}") for n in _places(sent, "rule")],
    }


def _text(sent: Mapping[str, str], name: str) -> str:
    # Browsers send every line end as CRLF.
    return sent.get(name, "").replace("\r\n", "\n")


def _places(sent: Mapping[str, str], kind: str) -> range:
    count = sent.get(f"{kind}-count", "0")
    return range(min(int(count), 500) if count.isascii() and count.isdigit() else 0)


def _read_clause(sent: Mapping[str, str], name: str) -> dict[str, Any]:
    clause: dict[str, Any] = {key: _text(sent, f"{name}-{key}") for key in CLAUSE_TEXTS}
    clause["id"] = clause["id"] or slugify(clause["title"])[:64].strip("-")
    clause["cite"] = f"{name}-cite" in sent
    return clause


def _read_rule(sent: Mapping[str, str], name: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        **{key: _text(sent, f"{name}-{key}") for key in RULE_TEXTS},
        "when": [_read_condition(sent, f"{name}-when-{n}") for n in _places(sent, f"{name}-when")],
    }
    # An empty field adds no key, so that saving without a change changes nothing.
    for key in ("clause", "note"):
        if not rule[key]:
            del rule[key]
    if sections := _lines(_text(sent, f"{name}-sections")):
        rule["sections"] = sections
    if f"{name}-shadow" in sent:
        rule["shadow"] = True
    return rule


def _read_condition(sent: Mapping[str, str], name: str) -> dict[str, Any]:
    fact, comparison = _text(sent, f"{name}-fact"), _text(sent, f"{name}-is")
    value = _value(fact, comparison, _text(sent, f"{name}-value"))
    return {"fact": fact, "is": comparison, "value": value}


def _value(fact: str, comparison: str, typed: str) -> Any:
    """Return the typed value as the kind that the fact has; else as typed."""
    kind = FACTS[fact].kind if fact in FACTS else "text"
    plain = typed.strip()
    if kind == "yes_no":
        return {"yes": True, "true": True, "no": False, "false": False}.get(plain.lower(), typed)
    if kind in ("signal", "count", "number"):
        return _number(plain, typed)
    if comparison == "one_of":
        return [part.strip() for part in typed.split(",") if part.strip()]
    return typed


def _number(plain: str, typed: str) -> int | float | str:
    if not re.fullmatch(r"-?\d{1,12}(?:[.,]\d{1,12})?", plain, re.ASCII):
        return typed
    number = plain.replace(",", ".")
    return float(number) if "." in number else int(number)


def _read_words(sent: Mapping[str, str], name: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"words": _lines(_text(sent, f"{name}-words"))}
    for key in ("clause", "outcome"):
        if value := _text(sent, f"{name}-{key}"):
            entry[key] = value
    if f"{name}-shadow" in sent:
        entry["shadow"] = True
    return entry


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


# --- from a document to fields ----------------------------------------------------------------


@dataclass(slots=True)
class Field:
    """A field as the template shows it: its name in the form, its value and its errors."""

    name: str
    value: Any
    errors: list[str] = field(default_factory=list)

    @property
    def error_id(self) -> str:
        """The id of the list of errors."""
        return f"{self.name}-errors"


class Fields:
    """Gives each field of a document the problems that belong to it."""

    def __init__(self, problems: list[PolicyProblem]) -> None:
        self._errors: dict[str, list[str]] = {}
        for problem in problems:
            self._errors.setdefault(field_name(problem.path), []).append(_message_of(problem))

    def take(self, name: str, value: Any) -> Field:
        """Return the field of this name."""
        return Field(name, value, self._errors.pop(name, []))

    def rest(self) -> list[str]:
        """Return the problems that belong to no field that was taken."""
        return [message for messages in self._errors.values() for message in messages]


def _message_of(problem: PolicyProblem) -> str:
    """Return a problem as a sentence next to its field."""
    line = re.fullmatch(r"words\.\w+\.words\[(\d+)\]", problem.path)
    if line:
        number = int(line[1]) + 1
        return _("Line %(number)d: %(problem)s") % {"number": number, "problem": problem.message}
    return problem.message


def field_name(path: str) -> str:
    """Return the form's name of a place in the document: `rules[2].when[0].value`."""
    path = re.sub(r"^(words\.\w+\.words)\[\d+\]$", r"\1", path)
    path = re.sub(r"^(rules\[\d+\]\.when\[\d+\]\.value)\[\d+\]$", r"\1", path)
    path = re.sub(r"^(rules\[\d+\]\.sections)\[\d+\]$", r"\1", path)
    name = _PLACE.sub(r"-\1", path).replace(".", "-")
    return re.sub(r"^(clause|rule)s-(\d)", r"\1-\2", name)


def typed(value: Any) -> str:
    """Return a condition's value as a person types it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, float):
        return format(value, ".12f").rstrip("0").removesuffix(".") if value % 1 else f"{value:.1f}"
    return str(value)


def comparisons_of(fact: str) -> tuple[str, ...]:
    """Return the comparisons for a fact; all comparisons for an unknown fact."""
    if fact in FACTS:
        return COMPARISONS[FACTS[fact].kind]
    return tuple(dict.fromkeys(name for kind in COMPARISONS.values() for name in kind))
