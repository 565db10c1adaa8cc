"""Reads a request's JSON strictly: it refuses everything ambiguous and guesses nothing."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel

from moderation.platform.errors import TooLarge
from moderation.platform.http.problems import BadRequest, LengthRequired, NotJson

Model = TypeVar("Model", bound=BaseModel)

# A comment with its story's text, every letter escaped as \uXXXX, as many clients do.
SINGLE_BYTES = 256 * 1024
STORY_BYTES = 1024 * 1024
BATCH_BYTES = 16 * 1024 * 1024
DEPTH = 8
DIGITS = 40


def read(request: HttpRequest, model: type[Model], *, limit: int = SINGLE_BYTES) -> Model:
    """Return the request's body as `model`, of at most `limit` bytes.

    Raises BadRequest, NotJson, LengthRequired, TooLarge, and pydantic's ValidationError.
    """
    body: Model = model.__pydantic_validator__.validate_python(read_json(request, limit=limit))
    return body


def read_json(request: HttpRequest, *, limit: int) -> Any:
    """Return the request's JSON value; see `read`."""
    check_headers(request, limit)
    return parse(decode(request.body))


def decode(raw: bytes) -> str:
    """Return the text of a body in UTF-8. Raises BadRequest."""
    if not raw or raw.isspace():
        raise BadRequest("The request has no body.", code="empty_body")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("The body is not UTF-8.", code="not_utf8") from error
    if text[0] == "\ufeff":
        raise BadRequest("The body starts with a byte order mark.", code="byte_order_mark")
    return text


def parse(text: str) -> Any:
    """Return the JSON value of a text. Raises BadRequest."""
    try:
        value = _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not JSON.", code="not_json") from error
    # A depth needs as many opening brackets: for most requests this count is enough.
    if text.count("{") + text.count("[") > DEPTH and _depth(value) > DEPTH:
        raise BadRequest(
            f"At most {DEPTH} levels of nesting are allowed here.", code="too_deep", limit=DEPTH
        )
    return value


_PLAIN = frozenset(
    {
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=utf-8",
    }
)


def check_headers(request: HttpRequest, limit: int) -> None:
    """Refuse other types than JSON in UTF-8, compressed and too long bodies, before the read."""
    content_type = request.META.get("CONTENT_TYPE", "")
    if content_type not in _PLAIN and not _is_json(content_type):
        raise NotJson("Send `Content-Type: application/json`, in UTF-8.")
    if request.META.get("HTTP_CONTENT_ENCODING", "identity") not in ("identity", ""):
        raise NotJson("Send the body uncompressed, without Content-Encoding.")
    check_length(request, limit)


def check_length(request: HttpRequest, limit: int) -> None:
    """Refuse a body longer than `limit` bytes, or without its length, before the read."""
    length = request.META.get("CONTENT_LENGTH")
    if not length:
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            raise LengthRequired("Send Content-Length instead of a chunked body.")
        return
    if not length.isascii() or not length.isdigit():
        raise BadRequest("Content-Length is not a number.")
    if int(length) > limit:
        raise TooLarge(f"At most {limit:,} bytes are allowed here.", limit=limit)


def _is_json(content_type: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if kind != "application/json":
        return False
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadRequest("An object has the same field twice.", code="duplicate_field")
    return fields


def _number_word(word: str) -> Any:
    raise BadRequest("JSON has no NaN or Infinity.", code="not_json")


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise BadRequest("A number is too large.", code="number_too_large")
    return value


def _integer(digits: str) -> int:
    if len(digits) > DIGITS:
        raise BadRequest(
            f"A number has at most {DIGITS} digits.", code="number_too_large", limit=DIGITS
        )
    return int(digits)


_decoder = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_number_word,
    parse_float=_float,
    parse_int=_integer,
)


def _depth(value: Any) -> int:
    """Return how deep arrays and objects nest; stops just past DEPTH."""
    depth, level = 0, [value]
    while depth <= DEPTH:
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in ([*parent.values(), None] if isinstance(parent, dict) else [*parent, None])
        ]
        if not level:
            break
        depth += 1
    return depth
