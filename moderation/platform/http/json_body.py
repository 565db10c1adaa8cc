"""Reading a request's JSON strictly: what is doubtful is refused, nothing is guessed."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel

from moderation.platform.errors import TooLarge
from moderation.platform.http.problems import BadRequest, LengthRequired, NotJson
from moderation.platform.strict_json import JsonProblem, StrictJson, StrictJsonError

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
    taken: Model = model.__pydantic_validator__.validate_python(read_json(request, limit=limit))
    return taken


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


_strict = StrictJson(digits=DIGITS, depth=DEPTH, finite=True)
# By problem: message, code, limit.
_PROBLEMS: dict[JsonProblem, tuple[str, str, int | None]] = {
    JsonProblem.DUPLICATE_KEY: ("A field is named twice in one object.", "duplicate_field", None),
    JsonProblem.CONSTANT: ("JSON has no NaN or Infinity.", "not_json", None),
    JsonProblem.INFINITE_NUMBER: ("A number is too large.", "number_too_large", None),
    JsonProblem.LONG_NUMBER: (
        f"A number has at most {DIGITS} digits.",
        "number_too_large",
        DIGITS,
    ),
    JsonProblem.TOO_DEEP: (f"JSON nests at most {DEPTH} levels here.", "too_deep", DEPTH),
}


def parse(text: str) -> Any:
    """Return the JSON value of a text. Raises BadRequest."""
    try:
        return _strict.decode(text)
    except StrictJsonError as error:
        message, code, limit = _PROBLEMS[error.problem]
        raise BadRequest(message, code=code, limit=limit) from error
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not JSON.", code="not_json") from error


_PLAIN = frozenset(
    {
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=utf-8",
    }
)


def check_headers(request: HttpRequest, limit: int) -> None:
    """Refuse what is no JSON in UTF-8, packed, or longer than `limit` bytes, before it is read."""
    content_type = request.META.get("CONTENT_TYPE", "")
    if content_type not in _PLAIN and not _is_json(content_type):
        raise NotJson("Send `Content-Type: application/json`, in UTF-8.")
    if request.META.get("HTTP_CONTENT_ENCODING", "identity") not in ("identity", ""):
        raise NotJson("Send the body unpacked, without Content-Encoding.")
    check_length(request, limit)


def check_length(request: HttpRequest, limit: int) -> None:
    """Refuse a body longer than `limit` bytes, or of a length nobody tells, before it is read."""
    length = request.META.get("CONTENT_LENGTH")
    if not length:
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            raise LengthRequired("Send Content-Length instead of a chunked body.")
        return
    if not length.isascii() or not length.isdigit():
        raise BadRequest("Content-Length is not a number.")
    if int(length) > limit:
        raise TooLarge(f"At most {limit:,} bytes are taken here.", limit=limit)


def _is_json(content_type: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if kind != "application/json":
        return False
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            return False
    return True
