"""Strict checks of JSON values that collect problems instead of stopping at the first."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from moderation.policy.document import PolicyProblem

# A hostile document would otherwise be answered by a longer one.
MAX_PROBLEMS = 200
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def quoted(value: object) -> str:
    """A short, single-line form of a value for a message."""
    if isinstance(value, int) and value.bit_length() > 200:
        return "a very large number"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = value if isinstance(value, str) else json.dumps(value, default=repr)
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


class Checker:
    """Collects problems; each check answers a usable value even when it found one."""

    def __init__(self) -> None:
        self.problems: list[PolicyProblem] = []

    def problem(self, path: str, message: str) -> None:
        """Note that something is wrong at `path`."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(PolicyProblem(path, message))

    def is_object(self, path: str, value: Any) -> bool:
        """Whether `value` is a JSON object."""
        if isinstance(value, dict):
            return True
        self.problem(path, "must be an object.")
        return False

    def keys(
        self, path: str, value: dict[str, Any], known: set[str], required: Collection[str] = ()
    ) -> None:
        """Name unknown keys, with the nearest known one, and required keys that are missing."""
        prefix = f"{path}." if path else ""
        for key in value:
            if key not in known:
                near = difflib.get_close_matches(str(key)[:60], known, 1)
                hint = f' Did you mean "{near[0]}"?' if near else ""
                self.problem(path, f"has an unknown key {quoted(key)}.{hint}")
        for key in sorted(required):
            if key not in value:
                self.problem(f"{prefix}{key}", "is missing.")

    def items(self, path: str, value: Any, limit: int) -> Sequence[Any]:
        """The entries of a list that is not too long."""
        if not isinstance(value, list):
            self.problem(path, "must be a list.")
            return ()
        if len(value) > limit:
            self.problem(path, f"has {len(value):,} entries; at most {limit:,} are allowed.")
            return ()
        return value

    def objects(self, path: str, value: Any, limit: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """(path, object) of each entry of a list of objects."""
        for index, entry in enumerate(self.items(path, value, limit)):
            here = f"{path}[{index}]"
            if self.is_object(here, entry):
                yield here, entry

    def is_text(self, path: str, value: Any) -> bool:
        """Whether `value` is text that a database can keep."""
        if not isinstance(value, str):
            self.problem(path, "must be text.")
            return False
        if _UNSTORABLE.search(value):
            self.problem(path, "holds a character that cannot be stored.")
            return False
        return True

    def text(self, path: str, value: Any, limit: int, *, required: bool = False) -> str:
        """Text of at most `limit` characters; with `required`, not only spaces."""
        if value is None and not required:
            return ""
        if not self.is_text(path, value):
            return ""
        if len(value) > limit:
            self.problem(path, f"is longer than {limit:,} characters.")
        if required and not value.strip():
            self.problem(path, "must not be empty.")
        return str(value)

    def texts(self, path: str, value: Any, limit: int, length: int) -> tuple[str, ...]:
        """A list of texts, none empty."""
        return tuple(
            self.text(f"{path}[{index}]", entry, length, required=True)
            for index, entry in enumerate(self.items(path, value, limit))
        )

    def yes_no(self, path: str, value: Any) -> bool:
        """true or false, nothing that merely looks like it."""
        if not isinstance(value, bool):
            self.problem(path, "must be true or false.")
            return False
        return value

    def choice(self, path: str, value: Any, choices: Sequence[str]) -> str:
        """One of a few words."""
        if not isinstance(value, str) or value not in choices:
            listed = ", ".join(f'"{choice}"' for choice in choices)
            self.problem(path, f"is {quoted(value)}; it must be one of {listed}.")
            return choices[0]
        return value

    def id(
        self,
        path: str,
        value: Any,
        form: re.Pattern[str],
        seen: set[str],
        example: str = 'of small letters, digits and hyphens, like "on-topic"',
    ) -> str:
        """An identifier in the given form that did not occur before."""
        if not isinstance(value, str) or form.fullmatch(value) is None:
            self.problem(path, f"is {quoted(value)}; it must be {example}.")
            return ""
        if value in seen:
            self.problem(path, f"{quoted(value)} is used twice.")
        seen.add(value)
        return value

    def one_of_ids(self, path: str, value: Any, known: set[str]) -> None:
        """The id of a clause that exists."""
        if not isinstance(value, str) or value not in known:
            near = difflib.get_close_matches(value[:64], known, 1) if isinstance(value, str) else []
            hint = f' Did you mean "{near[0]}"?' if near else ""
            what = quoted(value) if value else "nothing"
            self.problem(path, f"names {what}, and there is no such clause.{hint}")
