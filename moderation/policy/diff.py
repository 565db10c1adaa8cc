"""The changes between two policy documents, as sentences for the editor who publishes one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from moderation.policy.document import WORD_LISTS
from moderation.policy.translation import gettext, list_plain, ngettext, quoted_list
from moderation.policy.translation import gettext_noop as _

Kind = Literal["added", "removed", "changed", "moved"]

_TEXTS = {
    "title": _("The title changed."),
    "introduction": _("The introduction changed."),
    "promise": _("The promise changed."),
    "default": _("The outcome when no rule applies changed."),
    "unscored": _("The outcome for comments without a score changed."),
    "untrained_language": _(
        "The outcome in languages that the classifier was not trained for changed."
    ),
    "mode": _(
        "The mode changed (post: published unless held; pre: a person reviews everything first)."
    ),
    "process_clause": _("The clause that explains how comments are checked changed."),
}
_DEFAULTS = {
    "default": "approve",
    "unscored": "review",
    "untrained_language": "review",
    "mode": "post",
}
_RULE_DEFAULTS: dict[str, Any] = {"shadow": False, "sections": [], "note": ""}
_CLAUSE_DEFAULTS: dict[str, Any] = {"guidance": "", "cite": True}
_ADDED = {
    "clauses": _("Clause %(number)s “%(name)s” added."),
    "rules": _("Rule “%(name)s” added."),
}
_REMOVED = {
    "clauses": _("Clause %(number)s “%(name)s” removed."),
    "rules": _("Rule “%(name)s” removed."),
}
_CHANGED = {
    "clauses": _("Clause %(number)s “%(name)s”: %(field)s changed."),
    "rules": _("Rule “%(name)s”: %(field)s changed."),
    "banned": _("The list of banned words: %(field)s changed."),
    "suspect": _("The list of suspect words: %(field)s changed."),
}
_CHANGED_FROM_TO = {
    "clauses": _("Clause %(number)s “%(name)s”: %(field)s changed from %(before)s to %(after)s."),
    "rules": _("Rule “%(name)s”: %(field)s changed from %(before)s to %(after)s."),
    "banned": _("The list of banned words: %(field)s changed from %(before)s to %(after)s."),
    "suspect": _("The list of suspect words: %(field)s changed from %(before)s to %(after)s."),
}
_MOVED = {
    "clauses": _("The clauses are in another order."),
    "rules": _("The rules are in another order."),
}
_WORDS = {
    ("banned", "added"): _("Banned words added: %(words)s."),
    ("banned", "removed"): _("Banned words removed: %(words)s."),
    ("suspect", "added"): _("Suspect words added: %(words)s."),
    ("suspect", "removed"): _("Suspect words removed: %(words)s."),
}
_FIELDS = {
    "number": _("number"),
    "title": _("title"),
    "text": _("public text"),
    "guidance": _("guidance"),
    "cite": _("whether moderators may reject by it"),
    "when": _("conditions"),
    "outcome": _("outcome"),
    "clause": _("clause"),
    "shadow": _("whether it only records (shadow)"),
    "sections": _("sections it applies in"),
    "note": _("note"),
}
# More words than this are counted, because nobody reads them one by one.
_NAMED_WORDS = 20


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One change: its kind, its place (`rules.off-topic.when`), a sentence, and both states.

    `before` and `after` are the JSON values, None for a state that does not exist.
    """

    kind: Kind
    path: str
    message: str
    before: Any = None
    after: Any = None


def diff(old: dict[str, Any], new: dict[str, Any]) -> list[PolicyChange]:
    """Return the changes from `old` to `new`, in the order of a policy page; [] for equal ones.

    Works on drafts that are not valid yet: it ignores parts that have an unexpected form.
    """
    changes = list(_texts(old, new))
    changes += _entries("clauses", old, new, _CLAUSE_DEFAULTS)
    for name in WORD_LISTS:
        changes += _words(name, _list_of(old, name), _list_of(new, name))
    changes += _entries("rules", old, new, _RULE_DEFAULTS)
    return changes


def _texts(old: dict[str, Any], new: dict[str, Any]) -> Iterator[PolicyChange]:
    for key, sentence in _TEXTS.items():
        default = _DEFAULTS.get(key, "")
        before, after = old.get(key, default), new.get(key, default)
        if before != after:
            yield PolicyChange("changed", key, gettext(sentence), before, after)


def _entries(
    key: str, old: dict[str, Any], new: dict[str, Any], defaults: dict[str, Any]
) -> Iterator[PolicyChange]:
    before, after = _by_id(old.get(key)), _by_id(new.get(key))
    for id, entry in before.items():
        if id not in after:
            message = gettext(_REMOVED[key]) % _names(key, entry)
            yield PolicyChange("removed", f"{key}.{id}", message, entry, None)
    for id, entry in after.items():
        path = f"{key}.{id}"
        if id not in before:
            message = gettext(_ADDED[key]) % _names(key, entry)
            yield PolicyChange("added", path, message, None, entry)
            continue
        for field in dict.fromkeys((*before[id], *entry)):
            default = defaults.get(field)
            was, now = before[id].get(field, default), entry.get(field, default)
            if was != now:
                message = _changed(key, field, was, now, _names(key, entry))
                yield PolicyChange("changed", f"{path}.{field}", message, was, now)
    kept_before = [id for id in before if id in after]
    kept_after = [id for id in after if id in before]
    if kept_before != kept_after:
        yield PolicyChange("moved", key, gettext(_MOVED[key]), kept_before, kept_after)


def _by_id(entries: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(entries, list):
        return {}
    return {
        entry["id"]: entry
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }


def _names(key: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Return what a sentence calls the clause or the rule."""
    if key == "clauses":
        return {"number": entry.get("number", ""), "name": entry.get("title", entry["id"])}
    return {"name": entry["id"]}


def _changed(key: str, field: str, was: Any, now: Any, names: dict[str, Any]) -> str:
    """Return the sentence, with both states where they are short enough to read there."""
    label = gettext(_FIELDS[field]) if field in _FIELDS else field
    simple = (str, int, float, bool)
    if isinstance(was, simple) and isinstance(now, simple) and len(f"{was}{now}") <= 60:
        states = {"before": _plain(was), "after": _plain(now)}
        return gettext(_CHANGED_FROM_TO[key]) % {**names, "field": label, **states}
    return gettext(_CHANGED[key]) % {**names, "field": label}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return quoted_list([str(value)])[0]


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
            message = _changed(name, field, was, now, {})
            yield PolicyChange("changed", f"{path}.{field}", message, was, now)
    before, after = _entries_of(old), _entries_of(new)
    removed = [word for word in before if word not in after]
    added = [word for word in after if word not in before]
    if removed:
        message = _words_changed(name, "removed", removed)
        yield PolicyChange("removed", f"{path}.words", message, removed, None)
    if added:
        message = _words_changed(name, "added", added)
        yield PolicyChange("added", f"{path}.words", message, None, added)


def _words_changed(name: str, kind: str, entries: list[str]) -> str:
    words = list_plain(quoted_list(entries[:_NAMED_WORDS]))
    more = len(entries) - _NAMED_WORDS
    if more > 0:
        listed = ngettext("%(words)s and %(number)s more", "%(words)s and %(number)s more", more)
        words = listed % {"words": words, "number": f"{more:,}"}
    return gettext(_WORDS[name, kind]) % {"words": words}


def _entries_of(entry: dict[str, Any]) -> dict[str, None]:
    words = entry.get("words")
    if not isinstance(words, list):
        return {}
    return dict.fromkeys(word for word in words if isinstance(word, str))
