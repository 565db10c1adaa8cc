"""Strict checks of JSON values. They collect all problems instead of stopping at the first."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from moderation.policy.document import PolicyProblem
from moderation.policy.translation import gettext as _
from moderation.policy.translation import list_plain, ngettext

# The answer to a hostile document stays short.
MAX_PROBLEMS = 200
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def quoted(value: object) -> str:
    """Return a short form of a value on one line, for a message."""
    if isinstance(value, int) and value.bit_length() > 200:
        return _("a very large number")
    if isinstance(value, (dict, list)):
        return _("an object") if isinstance(value, dict) else _("a list")
    text = value if isinstance(value, str) else json.dumps(value, default=repr)
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def did_you_mean(message: str, value: object, known: Iterable[str]) -> str:
    """Return the message, and a second sentence with the known name that is nearest to `value`."""
    nearest = difflib.get_close_matches(str(value)[:64], known, 1)
    if not nearest:
        return message
    hint = _('Did you mean "%(name)s"?') % {"name": nearest[0]}
    return f"{message} {hint}"


def not_a_choice(value: object, choices: Iterable[str]) -> str:
    """Return the message for a value that is none of the choices."""
    listed = list_plain([f'"{choice}"' for choice in choices])
    message = _("This is %(value)s; it must be one of %(choices)s.")
    return message % {"value": quoted(value), "choices": listed}


class Checker:
    """Collects problems; each check returns a usable value even when it found a problem."""

    def __init__(self) -> None:
        self.problems: list[PolicyProblem] = []

    def problem(self, path: str, message: str) -> None:
        """Note that something is wrong at `path`."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(PolicyProblem(path, message))

    def is_object(self, path: str, value: Any) -> bool:
        """Tell whether `value` is a JSON object."""
        if isinstance(value, dict):
            return True
        self.problem(path, _("This must be an object."))
        return False

    def keys(
        self, path: str, value: dict[str, Any], known: set[str], required: Collection[str] = ()
    ) -> None:
        """Note unknown keys, with the nearest known key, and required keys that are missing."""
        prefix = f"{path}." if path else ""
        for key in value:
            if key not in known:
                message = _("This has an unknown key %(key)s.") % {"key": quoted(key)}
                self.problem(path, did_you_mean(message, key, known))
        for key in sorted(required):
            if key not in value:
                self.problem(f"{prefix}{key}", _("This is missing."))

    def items(self, path: str, value: Any, limit: int) -> Sequence[Any]:
        """Return the entries of a list that is not too long."""
        if not isinstance(value, list):
            self.problem(path, _("This must be a list."))
            return ()
        if len(value) > limit:
            message = _("This has %(number)s entries; at most %(limit)s are allowed.")
            self.problem(path, message % {"number": f"{len(value):,}", "limit": f"{limit:,}"})
            return ()
        return value

    def objects(self, path: str, value: Any, limit: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (path, object) of each entry of a list of objects."""
        for index, entry in enumerate(self.items(path, value, limit)):
            here = f"{path}[{index}]"
            if self.is_object(here, entry):
                yield here, entry

    def is_text(self, path: str, value: Any) -> bool:
        """Tell whether `value` is text that a database can store."""
        if not isinstance(value, str):
            self.problem(path, _("This must be text."))
            return False
        if _UNSTORABLE.search(value):
            self.problem(path, _("This contains a character that cannot be stored."))
            return False
        return True

    def text(self, path: str, value: Any, limit: int, *, required: bool = False) -> str:
        """Return text of at most `limit` characters; with `required`, not only spaces."""
        if value is None and not required:
            return ""
        if not self.is_text(path, value):
            return ""
        if len(value) > limit:
            message = ngettext(
                "This is longer than %(limit)s character.",
                "This is longer than %(limit)s characters.",
                limit,
            )
            self.problem(path, message % {"limit": f"{limit:,}"})
        if required and not value.strip():
            self.problem(path, _("This must not be empty."))
        return str(value)

    def texts(self, path: str, value: Any, limit: int, length: int) -> tuple[str, ...]:
        """Return a list of texts, none of them empty."""
        return tuple(
            self.text(f"{path}[{index}]", entry, length, required=True)
            for index, entry in enumerate(self.items(path, value, limit))
        )

    def yes_no(self, path: str, value: Any) -> bool:
        """Return true or false; 0, 1 and "false" are problems."""
        if not isinstance(value, bool):
            self.problem(path, _("This must be true or false."))
            return False
        return value

    def choice(self, path: str, value: Any, choices: Sequence[str]) -> str:
        """Return one of the choices."""
        if not isinstance(value, str) or value not in choices:
            self.problem(path, not_a_choice(value, choices))
            return choices[0]
        return value

    def id(
        self,
        path: str,
        value: Any,
        form: re.Pattern[str],
        seen: set[str],
        wrong_form: str = "",
    ) -> str:
        """Return an identifier in the given form that did not occur before.

        wrong_form: the message for another form, with the value as `%(value)s`.
        """
        if not isinstance(value, str) or form.fullmatch(value) is None:
            message = wrong_form or _(
                "This is %(value)s; it must be of small letters, digits and hyphens, "
                'like "on-topic".'
            )
            self.problem(path, message % {"value": quoted(value)})
            return ""
        if value in seen:
            self.problem(
                path, _("This value, %(value)s, is used twice.") % {"value": quoted(value)}
            )
        seen.add(value)
        return value

    def one_of_ids(self, path: str, value: Any, known: set[str]) -> None:
        """Check the id of a clause."""
        if isinstance(value, str) and value in known:
            return
        if value:
            message = _("This names %(value)s, and there is no such clause.")
            message %= {"value": quoted(value)}
        else:
            message = _("This names nothing, and there is no such clause.")
        self.problem(
            path, did_you_mean(message, value, known) if isinstance(value, str) else message
        )
