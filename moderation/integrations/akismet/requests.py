"""Reading what Akismet's clients send: forms or JSON, and a key in one of three places."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import NamedTuple
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import validate_host

from moderation.integrations.akismet.check import CheckResult, CommentCheck
from moderation.integrations.html_text import text_of_html
from moderation.platform import validation
from moderation.platform.errors import Invalid
from moderation.platform.http import json_body
from moderation.platform.http.problems import BadRequest

# 32,000 characters of a comment (what Discourse sends), each of four bytes and percent-encoded.
REQUEST_BYTES = 1024 * 1024
MOST_FIELDS = 1_000
VALUE_POINTS = 255
# Fields that the WordPress plugin wants back in a callback.
ECHOED = ("comment_post_ID", "comment_parent", "comment_author_email")
ADMINISTRATOR = "administrator"
GUARANTEED_EMAIL = "akismet-guaranteed-spam@example.com"
SPAMMERS = frozenset({"akismet-guaranteed-spam", "viagra-test-123"})
_key_label = re.compile(r"mk[_-]live[_-][0-9A-Za-z]{8}[_-][0-9A-Za-z]{32}[_-][0-9A-Za-z]{6}")


class Host(NamedTuple):
    """The Host header: a key before the first dot, if there is one, and the host after it."""

    key: str
    host: str


def split_host(request: HttpRequest) -> Host:
    """Return the key in the host's first label and the host. Raises DisallowedHost.

    Host names ignore case and, strictly, have no underscore. `create_key --host-label` makes keys
    for them, and clients may write these keys with hyphens.
    """
    raw = request.META.get("HTTP_HOST", "")
    label, _, rest = raw.partition(".")
    if not _key_label.fullmatch(label):
        return Host("", request.get_host())
    name = rest.rpartition(":")[0] or rest
    if not validate_host(name.lower(), settings.ALLOWED_HOSTS):
        raise DisallowedHost("a key before a host that is not ours")
    return Host(label.replace("-", "_"), rest)


def read_fields(request: HttpRequest) -> dict[str, str]:
    """Return the fields of a form, or of a JSON object, in UTF-8. Raises as `json_body` does."""
    if request.META.get("CONTENT_TYPE", "").startswith("application/json"):
        value = json_body.read_json(request, limit=REQUEST_BYTES)
        if not isinstance(value, dict):
            raise BadRequest("The body is not an object.")
        return {name: _as_text(field) for name, field in value.items() if field is not None}
    json_body.check_length(request, REQUEST_BYTES)
    if request.content_type == "multipart/form-data":
        return _read_parts(request)
    try:
        form = request.body.decode("utf-8")
        pairs = parse_qsl(form, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except (UnicodeDecodeError, ValueError) as error:
        raise BadRequest("The body is not a form in UTF-8.") from error
    return dict(pairs)


def _read_parts(request: HttpRequest) -> dict[str, str]:
    # PHP's curl sends an array of fields as multipart.
    try:
        return {name: str(value) for name, value in request.POST.items()}
    except MultiPartParserError as error:
        raise BadRequest("The body is not a form.") from error


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def read_comment(fields: dict[str, str]) -> CommentCheck:
    """Return the comment that a client wants to have checked."""
    email = fields.get("comment_author_email", "")
    return CommentCheck(
        text=text_of_html(fields.get("comment_content", "")),
        story_url=_address(fields.get("permalink", "")),
        author_id=_author_id(email),
        author_name=_name(fields.get("comment_author", "")),
        callback=fields.get("callback", ""),
        is_test=_is_true(fields, "is_test"),
        fields={name: fields[name][:VALUE_POINTS] for name in ECHOED if _is_storable(fields, name)},
    )


def fixed_result(fields: dict[str, str]) -> CheckResult | None:
    """Return the answer for a client's test values and administrators; None for all others.

    A comment of the client's own administrator is never spam. The other values are those with
    which clients test what they do with spam.
    """
    if fields.get("user_role", "") == ADMINISTRATOR:
        return CheckResult(uuid.uuid4(), spam=False)
    discard = _is_true(fields, "test_discard") and _is_true(fields, "is_test")
    email = fields.get("comment_author_email", "")
    if discard or email == GUARANTEED_EMAIL or fields.get("comment_author", "") in SPAMMERS:
        return CheckResult(uuid.uuid4(), spam=True, discard=discard)
    return None


def _is_true(fields: dict[str, str], name: str) -> bool:
    return fields.get(name, "").lower() in ("1", "true")


def _author_id(email: str) -> str:
    """Return an author id that is the same for the same address and does not reveal it."""
    if not email:
        return ""
    folded = email.strip().lower().encode("utf-8", "surrogatepass")
    return "mail-" + hashlib.sha256(folded).hexdigest()[:40]


def _name(name: str) -> str:
    try:
        validation.check_text(name, "comment_author", points=validation.NAME_POINTS)
    except Invalid:
        return ""
    return name


def _address(url: str) -> str:
    """Return the story's address; "" where it could not be one."""
    try:
        if url:
            validation.check_url(url, "permalink")
    except Invalid:
        return ""
    return url


def _is_storable(fields: dict[str, str], name: str) -> bool:
    value = fields.get(name)
    if value is None or "\x00" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)
