"""The keys of the review room: one for each action, which every moderator may change."""

from __future__ import annotations

from typing import NamedTuple

from moderation.models import Moderator


class Shortcut(NamedTuple):
    """An action, its first key, and what it does in words."""

    action: str
    key: str
    words: str


SHORTCUTS = (
    Shortcut("approve", "a", "Approve"),
    Shortcut("reject", "r", "Reject, then 1 to 9: by that clause"),
    Shortcut("skip", "s", "Skip: leave it to somebody else"),
    Shortcut("defer", "d", "Defer, then 1 to 3: for how long"),
    Shortcut("escalate", "e", "Escalate, then 1 or 2: to whom"),
    Shortcut("undo", "u", "Undo your last decision"),
    Shortcut("note", "n", "Write a note"),
    Shortcut("reasons", "h", "Show or hide why it waits"),
    Shortcut("cover", "x", "Cover or uncover the text"),
    Shortcut("wrong", "w", "The classifier was wrong"),
    Shortcut("overturn", "o", "Decide otherwise than a colleague"),
    Shortcut("after", "j", "Look at the next one"),
    Shortcut("before", "k", "Look at the one before"),
    Shortcut("pause", "p", "Pause: blank the screen"),
    Shortcut("help", "?", "Show the keys"),
)
FIRST = {each.action: each.key for each in SHORTCUTS}


def keys_of(moderator: Moderator) -> dict[str, str]:
    """Return the key of each action for this person; all empty when single keys are off."""
    if not moderator.single_keys:
        return dict.fromkeys(FIRST, "")
    chosen = {action: key for action, key in moderator.shortcuts.items() if action in FIRST}
    return {**FIRST, **chosen}


def shown_keys(moderator: Moderator) -> list[tuple[str, str]]:
    """Return each key with what it does, for people."""
    keys = keys_of(moderator)
    return [(keys[each.action], each.words) for each in SHORTCUTS]


def trouble_with(keys: dict[str, str]) -> str:
    """Return what is wrong with a choice of keys, in a sentence, or "" when it will do.

    A key is one letter or sign; digits name clauses.
    """
    for action, key in keys.items():
        if len(key) != 1 or key.isspace() or key.isdigit() or key != key.lower():
            return f"“{key}” for “{action}” is not one small letter or sign."
    doubled = {key for key in keys.values() if list(keys.values()).count(key) > 1}
    if doubled:
        return f"“{min(doubled)}” would do two things at once."
    return ""
