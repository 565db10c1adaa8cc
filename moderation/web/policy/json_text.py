"""JSON that a person typed: read strictly, refused with the place of the mistake."""

from __future__ import annotations

import json
from typing import Any

from moderation.platform.strict_json import JsonProblem, StrictJson, StrictJsonError

_strict = StrictJson()


class JsonTextError(ValueError):
    """The text is no JSON object; the message says where and why."""


def read_json(text: str) -> dict[str, Any]:
    """Return the object that the text states.

    Refuses doubled keys, NaN and Infinity, endless numbers and nesting. Raises JsonTextError.
    """
    try:
        document = _strict.decode(text)
    except json.JSONDecodeError as error:
        raise JsonTextError(
            f"Line {error.lineno}, column {error.colno}: {error.msg}. Nothing was saved."
        ) from error
    except RecursionError as error:
        raise JsonTextError("It is nested too deeply. Nothing was saved.") from error
    except StrictJsonError as error:
        if error.problem is JsonProblem.DUPLICATE_KEY:
            message = f"The key “{error.detail[:60]}” stands twice. Nothing was saved."
        else:
            message = f"{error.detail} is no number in JSON. Nothing was saved."
        raise JsonTextError(message) from error
    except ValueError as error:  # a number of thousands of digits
        raise JsonTextError("It holds a number that is too long. Nothing was saved.") from error
    if not isinstance(document, dict):
        raise JsonTextError("A policy is one object: { … }. Nothing was saved.")
    return document
