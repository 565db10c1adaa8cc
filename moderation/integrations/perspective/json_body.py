"""A request's JSON as Google accepts it, because its users' code relies on that.

With any content type: Python's `requests.post(url, data=json.dumps(…))` sends none, a browser's
`fetch` sends text/plain. In chunks and packed with gzip: Google's libraries for Java and .NET send
both. With unquoted names: the curl example in Google's documentation has them.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

from django.http import HttpRequest

from moderation.platform.errors import TooLarge
from moderation.platform.http import json_body
from moderation.platform.http.problems import BadRequest, NotJson

# A comment of 20 KB and several texts around it, every letter escaped.
REQUEST_BYTES = 8 * 1024 * 1024
_GZIP = zlib.MAX_WBITS | 16
# Possessive, and matching an unclosed string to its end: every body is read once.
_loose = re.compile(
    r"""(?P<strict>"(?:[^"\\]|\\.?)*+(?:"|\Z))
      | '(?P<single>(?:[^'\\]|\\.?)*+)(?:'|\Z)
      | (?<![\w$])(?P<name>[A-Za-z_$][\w$]*+)(?=\s*:)
      | (?P<trailing>,)(?=\s*[}\]])""",
    re.ASCII | re.DOTALL | re.VERBOSE,
)


def read_json(request: HttpRequest) -> Any:
    """Return the request's JSON value. Raises BadRequest, NotJson, TooLarge, LengthRequired."""
    text = json_body.decode(_unpacked(request, _body(request)))
    try:
        return json_body.parse(text)
    except BadRequest as error:
        if error.code != "not_json":
            raise
        return json_body.parse(_loose.sub(_strictly, text))


def _body(request: HttpRequest) -> bytes:
    headers = request.META
    if not headers.get("HTTP_TRANSFER_ENCODING") or not headers.get("wsgi.input_terminated"):
        json_body.check_length(request, REQUEST_BYTES)
        return request.body
    # Django reads as far as Content-Length says, and chunks come without one.
    try:
        raw: bytes = headers["wsgi.input"].read(REQUEST_BYTES + 1)
    except OSError as error:
        raise BadRequest("The request cannot be read.") from error
    return _bounded(raw)


def _unpacked(request: HttpRequest, raw: bytes) -> bytes:
    packing = request.META.get("HTTP_CONTENT_ENCODING", "").lower()
    if packing in ("", "identity"):
        return raw
    if packing != "gzip":
        raise NotJson("Content-Encoding is gzip or identity here.")
    gzip = zlib.decompressobj(_GZIP)
    try:
        text = _bounded(gzip.decompress(raw, REQUEST_BYTES + 1))
    except zlib.error as error:
        raise BadRequest("The body is not gzip.") from error
    if not gzip.eof:
        raise BadRequest("The body's gzip ends too early.")
    return text


def _bounded(raw: bytes) -> bytes:
    if len(raw) > REQUEST_BYTES:
        raise TooLarge(f"At most {REQUEST_BYTES:,} bytes are allowed here.", limit=REQUEST_BYTES)
    return raw


def _strictly(found: re.Match[str]) -> str:
    """Return a token of loose JSON as strict JSON."""
    if found["strict"] is not None:
        return found["strict"]
    if found["trailing"]:
        return ""
    if found["name"]:
        return json.dumps(found["name"])
    return '"' + found["single"].replace("\\'", "'").replace('"', '\\"') + '"'
