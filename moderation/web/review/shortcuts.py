"""The keys of the review page: one for each action, which every moderator may change."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moderation.models import Moderator


class Shortcut(NamedTuple):
    """An action, its first key, and its description for people."""

    action: str
    key: str
    description: Promise


SHORTCUTS = (
    Shortcut("approve", "a", gettext_lazy("Approve")),
    Shortcut("reject", "r", gettext_lazy("Reject, then 1 to 9: by that clause")),
    Shortcut("skip", "s", gettext_lazy("Skip: leave the comment to somebody else")),
    Shortcut("defer", "d", gettext_lazy("Defer, then 1 to 3: for how long")),
    Shortcut("escalate", "e", gettext_lazy("Escalate, then 1 or 2: to whom")),
    Shortcut("undo", "u", gettext_lazy("Undo your last decision")),
    Shortcut("note", "n", gettext_lazy("Write a note")),
    Shortcut("reasons", "h", gettext_lazy("Show or hide the reasons")),
    Shortcut("cover", "x", gettext_lazy("Cover or uncover the text")),
    Shortcut("wrong", "w", gettext_lazy("Note that the classifier was wrong")),
    Shortcut("overturn", "o", gettext_lazy("Overrule a colleague who was faster")),
    Shortcut("after", "j", gettext_lazy("Look at the next comment")),
    Shortcut("before", "k", gettext_lazy("Look at the previous comment")),
    Shortcut("pause", "p", gettext_lazy("Pause: blank the screen")),
    Shortcut("help", "?", gettext_lazy("Show the keys")),
)
FIRST = {shortcut.action: shortcut.key for shortcut in SHORTCUTS}


def keys_of(moderator: Moderator) -> dict[str, str]:
    """Return the key of each action for this person; all empty when single keys are off."""
    if not moderator.single_keys:
        return dict.fromkeys(FIRST, "")
    chosen = {action: key for action, key in moderator.shortcuts.items() if action in FIRST}
    return {**FIRST, **chosen}


def shown_keys(moderator: Moderator) -> list[tuple[str, Promise]]:
    """Return each key with its description."""
    keys = keys_of(moderator)
    return [(keys[shortcut.action], shortcut.description) for shortcut in SHORTCUTS]


def problem_with(keys: dict[str, str]) -> str:
    """Return a sentence on what is wrong with a choice of keys, or "" when nothing is.

    A key is one letter or sign; digits name clauses.
    """
    descriptions = {shortcut.action: shortcut.description for shortcut in SHORTCUTS}
    for action, key in keys.items():
        if len(key) != 1 or key.isspace() or key.isdigit() or key != key.lower():
            message = _("“%(key)s” for “%(action)s” is not one small letter or sign.")
            return message % {"key": key, "action": descriptions[action]}
    doubled = {key for key in keys.values() if list(keys.values()).count(key) > 1}
    if doubled:
        return _("“%(key)s” is the key of two actions.") % {"key": min(doubled)}
    return ""
