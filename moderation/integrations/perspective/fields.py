"""The fields of Google's JSON: lowerCamelCase or snake_case; null and unknown fields are ignored.

See https://protobuf.dev/programming-guides/json/ for the mapping.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from django.http import HttpRequest

from moderation.integrations.perspective import json_body
from moderation.integrations.perspective.errors import PerspectiveError

# Google's APIs take a boolean as a word, too.
WORDS = {"true": True, "false": False}
_capital = re.compile(r"[A-Z]")


@functools.cache
def _snake_case(name: str) -> str:
    return _capital.sub(lambda letter: "_" + letter[0].lower(), name)


def read_message(request: HttpRequest) -> MessageFields:
    """Return a request's body. Raises what `json_body.read_json` raises, and PerspectiveError."""
    value = json_body.read_json(request)
    if not isinstance(value, dict):
        raise PerspectiveError("Invalid JSON payload received. The root must be an object.")
    return MessageFields(value)


class MessageFields:
    """A JSON object and its path in the request; fields are read by their names."""

    def __init__(self, fields: dict[str, Any], path: str = "") -> None:
        self.fields = fields
        self.path = path

    def get(self, name: str) -> Any:
        """Return a field under either of its spellings; None when absent or null."""
        value = self.fields.get(name)
        if value is None:
            value = self.fields.get(_snake_case(name))
        return value

    def _refuse(self, name: str, kind: str) -> PerspectiveError:
        return PerspectiveError(f"Invalid value at '{self.path}{name}' ({kind})")

    def text(self, name: str) -> str:
        """Return a string; "" when absent."""
        value = self.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._refuse(name, "TYPE_STRING")
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise self._refuse(name, "TYPE_STRING, half of a character") from None
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean; False when absent."""
        value = self.get(name)
        if isinstance(value, str):
            value = WORDS.get(value, value)
        if value is not None and not isinstance(value, bool):
            raise self._refuse(name, "TYPE_BOOL")
        return bool(value)

    def number(self, name: str) -> float | None:
        """Return a number, which may also be a string; None when absent."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise self._refuse(name, "TYPE_FLOAT") from None
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise self._refuse(name, "TYPE_FLOAT")
        return float(min(max(value, -1e6), 1e6))

    def message(self, name: str) -> MessageFields | None:
        """Return an object; None when absent."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._refuse(name, "TYPE_MESSAGE")
        return MessageFields(value, f"{self.path}{name}.")

    def messages(self, name: str) -> list[MessageFields]:
        """Return a list of objects; empty when absent."""
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._refuse(name, "TYPE_MESSAGE")
        return [MessageFields(item, f"{self.path}{name}[{at}].") for at, item in enumerate(value)]

    def texts(self, name: str) -> list[str]:
        """Return a list of strings; a single string counts as a list. Empty when absent."""
        value = self.get(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._refuse(name, "TYPE_STRING")
        return value

    def named(self, name: str) -> dict[str, MessageFields]:
        """Return a map of names to objects; empty when absent."""
        held = self.message(name)
        if held is None:
            return {}
        for key, value in held.fields.items():
            if value is not None and not isinstance(value, dict):
                raise self._refuse(f"{name}", "TYPE_MESSAGE")
            if not key.isascii():
                raise self._refuse(f"{name}", "unknown name")
        return {key: MessageFields(value or {}, held.path) for key, value in held.fields.items()}
