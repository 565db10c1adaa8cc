"""Refusals as `application/problem+json` (RFC 9457): short, and without any text of the client."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.errors import ValidationError as NinjaValidationError
from pydantic import ValidationError

from moderation.platform.errors import Busy, ModerationError, StaleDecision, Suspended, TooLarge

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
QUOTA = "https://iana.org/assignments/http-problem-types#quota-exceeded"
RETRY_SECONDS = 2
_field_name = re.compile(r"[A-Za-z0-9_.\[\]-]{1,60}", re.ASCII)


class Unauthorised(ModerationError):
    """The request has no valid key."""

    status = 401
    code = "unauthorised"


class Forbidden(ModerationError):
    """The key is valid, but lacks the scope."""

    status = 403
    code = "forbidden"


class BadRequest(ModerationError):
    """The server cannot read the request."""

    status = 400
    code = "malformed"


class NotJson(ModerationError):
    """The body is not `application/json` in UTF-8, or is compressed."""

    status = 415
    code = "unsupported_media_type"


class LengthRequired(ModerationError):
    """The request has a body without its length."""

    status = 411
    code = "length_required"


class TooMany(ModerationError):
    """The key has used up its rate limit."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, limit: int, seconds: int) -> None:
        super().__init__(message, limit=limit)
        self.seconds = seconds


def body_of(error: ModerationError) -> dict[str, Any]:
    """Return the problem document of a refusal."""
    document: dict[str, Any] = {
        "type": QUOTA if error.status == 429 else "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.message,
        "code": error.code,
    }
    if error.field is not None:
        document["field"] = error.field
    if error.limit is not None:
        document["limit"] = error.limit
    if error.status == 429:
        document["violated-policies"] = ["default"]
    if isinstance(error, Suspended):
        document["until"] = error.until.isoformat()
    if isinstance(error, StaleDecision) and error.current is not None:
        document["current"] = {
            "status": error.current.status,
            "source": error.current.source,
            "decided_at": error.current.created_at.isoformat(),
        }
    return document


def respond(error: ModerationError, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return the response for a refusal."""
    response = HttpResponse(
        json.dumps(body_of(error), ensure_ascii=False),
        status=error.status,
        content_type=CONTENT_TYPE,
        headers=headers,
    )
    # Otherwise Django logs a line with the address for each refusal: clients could fill the log.
    response._has_been_logged = True  # type: ignore[attr-defined]
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    elif isinstance(error, TooMany):
        response["Retry-After"] = str(error.seconds)
    elif isinstance(error, Busy):
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def field_of(location: Sequence[str | int]) -> str | None:
    """Return a field's name, as `story.id` or `comments[3].body`; None when it is not safe."""
    name = ""
    for part in location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name if _field_name.fullmatch(name) else None


_MESSAGES = {
    "missing": ("missing", "This field is required."),
    "extra_forbidden": ("unknown_field", "There is no such field."),
    "string_unicode": ("lone_surrogate", "The text contains half a character (a lone surrogate)."),
    "string_type": ("wrong_type", "This must be a string."),
    "model_type": ("wrong_type", "This must be an object."),
    "model_attributes_type": ("wrong_type", "This must be an object."),
    "list_type": ("wrong_type", "This must be an array."),
    "bool_type": ("wrong_type", "This must be true or false."),
    "int_type": ("wrong_type", "This must be a whole number."),
    "int_parsing": ("wrong_type", "This must be a whole number."),
    "invalid_key": ("unknown_field", "There is no such field."),
}


def from_validation(errors: Sequence[Any]) -> ModerationError:
    """Return the refusal for the first of pydantic's errors (dictionaries with type, loc, ctx)."""
    first = errors[0]
    code, message = _MESSAGES.get(first["type"], (None, None))
    context = first.get("ctx") or {}
    limit = context.get("le", context.get("ge", context.get("max_length")))
    if message is None:
        # Our own errors have a code. Pydantic's other messages name limits, never the input.
        code = first["type"] if context.get("ours") else "invalid"
        message = first["msg"]
    refusal = ModerationError(message, code=code, field=field_of(first["loc"]), limit=limit)
    refusal.status = 422
    return refusal


def _validation(error: ValidationError) -> ModerationError:
    return from_validation(error.errors(include_url=False, include_input=False))


def _ninja_validation(error: NinjaValidationError) -> ModerationError:
    return from_validation([{**detail, "loc": detail["loc"][1:]} for detail in error.errors])


def _no_database(error: Exception) -> ModerationError:
    logger.error("the database does not answer: %s", type(error).__name__)
    return Busy("The database does not answer. Send it again.", code="unavailable")


def _missing(error: Http404) -> ModerationError:
    refusal = ModerationError("This address does not exist.", code="not_found")
    refusal.status = 404
    return refusal


def _bug(error: Exception) -> ModerationError:
    # The frames show our code. The error's message can quote the request, so it is left out.
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("unexpected %s\n%s", type(error).__name__, frames)
    refusal = ModerationError("The server has failed; see its log.", code="internal")
    refusal.status = 500
    return refusal


REFUSALS: dict[type[Exception], Callable[[Any], ModerationError]] = {
    Exception: _bug,
    ModerationError: lambda error: error,
    ValidationError: _validation,
    NinjaValidationError: _ninja_validation,
    AuthenticationError: lambda _: Unauthorised(
        "Send a valid key: `Authorization: Bearer mk_live_…`."
    ),
    Http404: _missing,
    RequestDataTooBig: lambda _: TooLarge("The request is too large."),
    UnreadablePostError: lambda _: BadRequest("The request cannot be read."),
    SuspiciousOperation: lambda _: BadRequest("The request cannot be read."),
    OperationalError: _no_database,
    InterfaceError: _no_database,
    psycopg.OperationalError: _no_database,
    psycopg.InterfaceError: _no_database,
}


def refusal_of(error: Exception) -> ModerationError:
    """Return the refusal for an exception; the API and the integrations format it."""
    kind = next(kind for kind in type(error).__mro__ if kind in REFUSALS)
    return REFUSALS[kind](error)


def _on_exception(_: HttpRequest, error: Any) -> HttpResponse:
    return respond(refusal_of(error))


def install(api: NinjaAPI) -> None:
    """Make every exception of an API a problem document."""
    for kind in REFUSALS:
        api.add_exception_handler(kind, _on_exception)
