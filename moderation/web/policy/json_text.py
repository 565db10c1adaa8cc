"""JSON that a person typed: read strictly, refused with the place of the mistake."""

from __future__ import annotations

import json
from typing import Any


class JsonTextError(ValueError):
    """The text is no JSON object; the message says where and why."""


def read_json(text: str) -> dict[str, Any]:
    """Return the object that the text states.

    Refuses doubled keys, NaN and Infinity, endless numbers and nesting. Raises JsonTextError.
    """
    try:
        found = json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constants)
    except json.JSONDecodeError as error:
        raise JsonTextError(
            f"Line {error.lineno}, column {error.colno}: {error.msg}. Nothing was saved."
        ) from error
    except RecursionError as error:
        raise JsonTextError("It is nested too deeply. Nothing was saved.") from error
    except JsonTextError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise JsonTextError("It holds a number that is too long. Nothing was saved.") from error
    if not isinstance(found, dict):
        raise JsonTextError("A policy is one object: { … }. Nothing was saved.")
    return found


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise JsonTextError(f"The key “{key[:60]}” stands twice. Nothing was saved.")
        found[key] = value
    return found


def _no_constants(name: str) -> Any:
    raise JsonTextError(f"{name} is no number in JSON. Nothing was saved.")
