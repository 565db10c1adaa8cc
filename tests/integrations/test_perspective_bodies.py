"""Requests as the Perspective API's users really write them, and as its users' libraries send."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from django.test import Client

from tests.integrations.calls import ANALYZE, CALM, INSULT, analyze, google_error, scores, send

pytestmark = pytest.mark.django_db
ASKED = json.dumps(
    {"comment": {"text": INSULT}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"]}
).encode()


def raw(key: str, body: bytes, **headers: str) -> Any:
    return send(f"{ANALYZE}?key={key}", body, **headers)


def chunked(key: str, body: bytes, **environ: Any) -> Any:
    """Send a body as a server hands it on that came in chunks: without its length."""
    told = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, **environ}
    client = Client(raise_request_exception=False)
    return client.generic(
        "POST",
        f"{ANALYZE}?key={key}",
        CONTENT_LENGTH="",
        **{"wsgi.input": io.BytesIO(body)},
        **told,
    )


def test_the_documented_line_for_curl(api_key: str) -> None:
    line = b"""{comment: {text: "what kind of idiot name is foo?"},
       languages: ["en"],
       requestedAttributes: {TOXICITY:{}} }"""
    assert scores(raw(api_key, line))["TOXICITY"] > 0.5
    single = b"{'comment': {'text': 'it\\'s \"not\": {a} story, is it?'}, requestedAttributes:"
    assert scores(raw(api_key, single + b" {TOXICITY: {},}, clientToken: 'c',}"))["TOXICITY"] < 0.5


@pytest.mark.parametrize(
    "kind", ["", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "text/json"]
)
def test_any_content_type(api_key: str, kind: str) -> None:
    assert scores(raw(api_key, ASKED, Content_Type=kind))["TOXICITY"] > 0.5


def test_booleans_as_words_and_a_list_of_one(api_key: str) -> None:
    answer = analyze(api_key, CALM, languages="en", doNotStore="true", spanAnnotations="false")
    assert answer.json()["languages"] == ["en"]


def test_packed(api_key: str) -> None:
    assert scores(raw(api_key, gzip.compress(ASKED), Content_Encoding="gzip"))["TOXICITY"] > 0.5


def test_in_chunks(api_key: str) -> None:
    assert scores(chunked(api_key, ASKED))["TOXICITY"] > 0.5
    packed = gzip.compress(ASKED)
    assert scores(chunked(api_key, packed, HTTP_CONTENT_ENCODING="gzip"))["TOXICITY"] > 0.5


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("gzip", ASKED),
        ("gzip", gzip.compress(ASKED, mtime=0)[:-9]),
        ("gzip", gzip.compress(b" " * (9 * 1024 * 1024), mtime=0)),
        ("gzip", gzip.compress(b"\xff", mtime=0)),
        ("gzip", b""),
        ("br", ASKED),
    ],
)
def test_what_is_packed_wrongly(api_key: str, packing: str, body: bytes) -> None:
    answer = raw(api_key, body, Content_Encoding=packing)
    google_error(answer, 400, "INVALID_ARGUMENT")


def test_chunks_have_the_same_limit(api_key: str) -> None:
    body = b'{"comment":{"text":"' + b"a" * (9 * 1024 * 1024) + b'"}}'
    google_error(chunked(api_key, body), 400, "INVALID_ARGUMENT")
    # Where the server does not mark the end of the chunks, waiting for it would never end.
    google_error(
        chunked(api_key, ASKED, **{"wsgi.input_terminated": False}), 400, "INVALID_ARGUMENT"
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{comment: {text: "a" "b"}}',
        b"{comment: {text: 'a}",
        b"{comment: text: 1}",
        b"{'a': NaN}",
        b'"\\"' * 100_000 + b"\\",
        b"{a:" * 5_000,
    ],
)
def test_loose_names_make_nothing_else_loose(api_key: str, body: bytes) -> None:
    google_error(raw(api_key, body), 400, "INVALID_ARGUMENT")
