"""What changed between two documents, in words for the editor who is about to publish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from moderation.policy.document import WORD_LISTS

Kind = Literal["added", "removed", "changed", "moved"]

_TEXTS = {
    "title": "The title",
    "introduction": "The introduction",
    "promise": "The promise",
    "default": "What happens when no rule applies",
    "unscored": "What happens to comments that could not be scored",
    "untrained_language": "What happens in languages the classifier was not trained for",
    "mode": "The mode (post: published unless held; pre: everything is read first)",
    "process_clause": "The clause that explains how comments are checked",
}
_DEFAULTS = {
    "default": "approve",
    "unscored": "review",
    "untrained_language": "review",
    "mode": "post",
}
_RULE_DEFAULTS: dict[str, Any] = {"shadow": False, "sections": [], "note": ""}
_CLAUSE_DEFAULTS: dict[str, Any] = {"guidance": "", "cite": True}
# More words than a person would read one by one are counted.
_NAMED_WORDS = 20


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One change: what kind, where (`rules.off-topic.when`), in words, and both states.

    `before` and `after` are the JSON values, None where there was or is nothing.
    """

    kind: Kind
    path: str
    words: str
    before: Any = None
    after: Any = None


def diff(old: dict[str, Any], new: dict[str, Any]) -> list[PolicyChange]:
    """The changes from `old` to `new`, in the order of a policy page; empty when they say the same.

    Works on drafts that are not valid yet: what is not of the expected form is left out.
    """
    changes = list(_texts(old, new))
    changes += _entries("clauses", "Clause", old, new, _CLAUSE_DEFAULTS)
    for name in WORD_LISTS:
        changes += _words(name, _list_of(old, name), _list_of(new, name))
    changes += _entries("rules", "Rule", old, new, _RULE_DEFAULTS)
    return changes


def _texts(old: dict[str, Any], new: dict[str, Any]) -> Iterator[PolicyChange]:
    for key, name in _TEXTS.items():
        default = _DEFAULTS.get(key, "")
        before, after = old.get(key, default), new.get(key, default)
        if before != after:
            yield PolicyChange("changed", key, f"{name} changed.", before, after)


def _entries(
    key: str, word: str, old: dict[str, Any], new: dict[str, Any], defaults: dict[str, Any]
) -> Iterator[PolicyChange]:
    before, after = _by_id(old.get(key)), _by_id(new.get(key))
    for id, entry in before.items():
        if id not in after:
            yield PolicyChange(
                "removed", f"{key}.{id}", f"{_name(word, entry)} removed.", entry, None
            )
    for id, entry in after.items():
        path = f"{key}.{id}"
        if id not in before:
            yield PolicyChange("added", path, f"{_name(word, entry)} added.", None, entry)
            continue
        fields = dict.fromkeys((*before[id], *entry))
        for field in fields:
            default = defaults.get(field)
            was, now = before[id].get(field, default), entry.get(field, default)
            if was != now:
                words = f"{_name(word, entry)}: {_field(field)} changed{_short(was, now)}."
                yield PolicyChange("changed", f"{path}.{field}", words, was, now)
    kept_before = [id for id in before if id in after]
    kept_after = [id for id in after if id in before]
    if kept_before != kept_after:
        words = f"The {key} stand in another order."
        yield PolicyChange("moved", key, words, kept_before, kept_after)


def _by_id(entries: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(entries, list):
        return {}
    return {
        entry["id"]: entry
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }


def _name(word: str, entry: dict[str, Any]) -> str:
    if word == "Clause":
        return f"Clause {entry.get('number', '')} “{entry.get('title', entry['id'])}”"
    return f"{word} “{entry['id']}”"


def _field(field: str) -> str:
    names = {
        "when": "its conditions",
        "text": "its public text",
        "guidance": "its guidance",
        "shadow": "whether it only records (shadow)",
        "sections": "the sections it applies in",
        "cite": "whether moderators may reject by it",
    }
    return names.get(field, f"its {field}")


def _short(was: Any, now: Any) -> str:
    """Both states in the sentence, where they are short enough to read there."""
    simple = (str, int, float, bool)
    if isinstance(was, simple) and isinstance(now, simple) and len(f"{was}{now}") <= 60:
        return f" from {_plain(was)} to {_plain(now)}"
    return ""


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{value}”"


def _list_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    lists = document.get("words")
    entry = lists.get(name) if isinstance(lists, dict) else None
    return entry if isinstance(entry, dict) else {}


def _words(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[PolicyChange]:
    path = f"words.{name}"
    for field in ("clause", "outcome", "shadow"):
        default = False if field == "shadow" else ""
        was, now = old.get(field, default), new.get(field, default)
        if was != now:
            words = f"The list of {name} words: {_field(field)} changed{_short(was, now)}."
            yield PolicyChange("changed", f"{path}.{field}", words, was, now)
    before, after = _entries_of(old), _entries_of(new)
    for kind, entries in (
        ("removed", [word for word in before if word not in after]),
        ("added", [word for word in after if word not in before]),
    ):
        if entries:
            yield _word_change(kind, path, name, entries)  # type: ignore[arg-type]


def _word_change(kind: Kind, path: str, name: str, entries: list[str]) -> PolicyChange:
    listed = ", ".join(f"“{word}”" for word in entries[:_NAMED_WORDS])
    rest = len(entries) - _NAMED_WORDS
    more = f" and {rest:,} more" if rest > 0 else ""
    words = f"{name.capitalize()} words {kind}: {listed}{more}."
    before, after = (entries, None) if kind == "removed" else (None, entries)
    return PolicyChange(kind, f"{path}.words", words, before, after)


def _entries_of(entry: dict[str, Any]) -> dict[str, None]:
    words = entry.get("words")
    if not isinstance(words, list):
        return {}
    return dict.fromkeys(word for word in words if isinstance(word, str))
