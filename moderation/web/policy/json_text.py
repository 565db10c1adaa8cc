"""Reads the JSON that a person typed, strictly, and says where a mistake is."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _


class JsonTextError(ValueError):
    """The text is not a JSON object; the message says where and why."""


def read_json(text: str) -> dict[str, Any]:
    """Return the object that the text states.

    Refuses doubled keys, NaN and Infinity, endless numbers and nesting. Raises JsonTextError.
    """
    try:
        document = json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constants)
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno, "problem": error.msg}
        raise JsonTextError(
            _("Line %(line)d, column %(column)d: %(problem)s. Nothing was saved.") % place
        ) from error
    except RecursionError as error:
        raise JsonTextError(_("The JSON is nested too deeply. Nothing was saved.")) from error
    except JsonTextError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise JsonTextError(_("A number is too long. Nothing was saved.")) from error
    if not isinstance(document, dict):
        raise JsonTextError(_("A policy is one JSON object: { … }. Nothing was saved."))
    return document


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for key, value in pairs:
        if key in entries:
            raise JsonTextError(
                _("The key “%(key)s” appears twice. Nothing was saved.") % {"key": key[:60]}
            )
        entries[key] = value
    return entries


def _no_constants(name: str) -> Any:
    raise JsonTextError(_("%(name)s is not a JSON number. Nothing was saved.") % {"name": name})
