"""Reads the JSON that a person typed, strictly, and says where a mistake is."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from moderation.platform.strict_json import JsonProblem, StrictJson, StrictJsonError

_strict = StrictJson()


class JsonTextError(ValueError):
    """The text is not a JSON object; the message says where and why."""


def read_json(text: str) -> dict[str, Any]:
    """Return the object that the text states.

    Refuses doubled keys, NaN and Infinity, endless numbers and nesting. Raises JsonTextError.
    """
    try:
        document = _strict.decode(text)
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno, "problem": error.msg}
        raise JsonTextError(
            _("Line %(line)d, column %(column)d: %(problem)s. Nothing was saved.") % place
        ) from error
    except RecursionError as error:
        raise JsonTextError(_("The JSON is nested too deeply. Nothing was saved.")) from error
    except StrictJsonError as error:
        if error.problem is JsonProblem.DUPLICATE_KEY:
            message = _("The key “%(key)s” appears twice. Nothing was saved.") % {
                "key": error.detail[:60]
            }
        else:
            message = _("%(name)s is not a JSON number. Nothing was saved.") % {
                "name": error.detail
            }
        raise JsonTextError(message) from error
    except ValueError as error:  # a number of thousands of digits
        raise JsonTextError(_("A number is too long. Nothing was saved.")) from error
    if not isinstance(document, dict):
        raise JsonTextError(_("A policy is one JSON object: { … }. Nothing was saved."))
    return document
