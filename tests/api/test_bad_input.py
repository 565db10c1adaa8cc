"""Hostile and broken requests: each is refused in words, or stored unchanged; never a 500."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from moderation.accounts.api_keys import LETTERS, create_key
from moderation.models import Comment, Site
from tests.api.calls import COMMENTS, call, comment, get, post, problem

pytestmark = pytest.mark.django_db

PLAIN = json.dumps(comment()).encode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "empty_body"),
        (b"  \n", 400, "empty_body"),
        (b"[]", 422, "wrong_type"),
        (b"5", 422, "wrong_type"),
        (b"null", 422, "wrong_type"),
        (b"{", 400, "not_json"),
        (b'{"story":{"id":"s"},"body":"a","body":"b"}', 400, "duplicate_field"),
        (b'{"story":{"id":"s","id":"t"},"body":"a"}', 400, "duplicate_field"),
        (b'{"story":{"id":"s"},"body":NaN}', 400, "not_json"),
        (b'{"story":{"id":"s"},"body":Infinity}', 400, "not_json"),
        (b'{"story":{"id":"s"},"body":-Infinity}', 400, "not_json"),
        (b'{"story":{"id":"s"},"body":1e999}', 400, "number_too_large"),
        (b'{"story":{"id":"s"},"body":' + b"9" * 5000 + b"}", 400, "number_too_large"),
        (b"[" * 60_000, 400, "not_json"),
        (b"[" * 9 + b"]" * 9, 400, "too_deep"),
        (b"[" * 500 + b"]" * 500, 400, "too_deep"),
        (b'{"a":' * 9 + b"1" + b"}" * 9, 400, "too_deep"),
        (b'{"story":{"id":"s"},"body":"\xff"}', 400, "not_utf8"),
        (b'{"story":{"id":"s"},"body":"\xed\xa0\x80"}', 400, "not_utf8"),
        (b"\xef\xbb\xbf" + PLAIN, 400, "byte_order_mark"),
        (PLAIN.decode().encode("utf-16"), 400, "not_utf8"),
        (b'{"story":{"id":"s"},"body":"\\ud800"}', 422, "lone_surrogate"),
        (b'{"story":{"id":"s"},"body":"a","\\ud800":1}', 422, "lone_surrogate"),
        (b'{"story":{"id":"s"},"body":"a\\u0000b"}', 422, "nul_character"),
        (b'{"story":{"id":"s","title":"\\u0000"},"body":"a"}', 422, "nul_character"),
        (b'{"story":{"id":"s\\u0000"},"body":"a"}', 422, "invalid_id"),
        (b'{"story":{"id":"s"},"body":"line\nbreak"}', 400, "not_json"),
        (b'{"story":{"id":"s"},"body":"a"} x', 400, "not_json"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_broken_json_is_refused(api_key: str, body: bytes, status: int, code: str) -> None:
    problem(post(api_key, body), status, code)
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({"story": {"id": "s"}}, "body", "missing"),
        ({"body": "a"}, "story", "missing"),
        ({"story": {}, "body": "a"}, "story.id", "missing"),
        (comment(body=5), "body", "wrong_type"),
        (comment(body=None), "body", "wrong_type"),
        (comment(body=["a"]), "body", "wrong_type"),
        ({"story": "s", "body": "a"}, "story", "wrong_type"),
        (comment(id=7), "id", "wrong_type"),
        (comment(status="approved"), "status", "unknown_field"),
        (comment(site_id=2), "site_id", "unknown_field"),
        (comment(author={"id": "a", "admin": True}), "author.admin", "unknown_field"),
        (comment(**{"<script>": 1}), None, "unknown_field"),
        (comment(id=""), None, None),
        (comment(id="a" * 256), "id", "invalid_id"),
        (comment(id="a b"), "id", "invalid_id"),
        (comment(id="a/b"), "id", "invalid_id"),
        (comment(id=".."), "id", "invalid_id"),
        (comment(id="a\n"), "id", "invalid_id"),
        (comment(id="é"), "id", "invalid_id"),
        (comment(id="batch"), "id", "invalid_id"),
        (comment(parent_id='"><svg/onload=1>'), "parent_id", "invalid_id"),
        (comment(author={"name": "x" * 101}), "author.name", "too_long"),
        (comment(author={"id": "\u202e"}), "author.id", "invalid_id"),
        (comment(story={"id": "s", "title": "x" * 501}), "story.title", "too_long"),
        (comment(story={"id": "s", "url": "javascript:alert(1)"}), "story.url", "invalid_url"),
        (comment(story={"id": "s", "url": "data:text/html,x"}), "story.url", "invalid_url"),
        (comment(story={"id": "s", "url": "java\nscript:x"}), "story.url", "invalid_url"),
        (comment(story={"id": "s", "url": "\x01javascript:x"}), "story.url", "invalid_url"),
        (comment(story={"id": "s", "url": "//host/path"}), "story.url", "invalid_url"),
        (comment(story={"id": "s", "url": "https://u:p@host/"}), "story.url", "invalid_url"),
        (comment(story={"id": "s", "url": "https:///x"}), "story.url", "invalid_url"),
        (comment(story={"id": "s", "url": "http://[::1/"}), "story.url", "invalid_url"),
        (comment(story={"id": "s", "url": "http://x/?'\"<>"}), "story.url", "invalid_url"),
        (comment(story={"id": "s", "url": "https://a/" + "x" * 2048}), "story.url", "too_long"),
    ],
    ids=lambda value: repr(value)[-40:],
)
def test_wrong_values_are_named(
    api_key: str, sent: dict[str, Any], field: str | None, code: str | None
) -> None:
    if sent.get("id") == "":
        assert post(api_key, sent).status_code == 202  # the same as not sent
        return
    refusal = problem(post(api_key, sent), 422, code)
    assert refusal.get("field") == field
    assert "<" not in json.dumps(refusal)


@pytest.mark.parametrize(
    "blank",
    ["", " ", "\t\r\n", "\u200b", "\u3164", "\u2800\u200d", "\u115f\u1160", "\ufeff \u00ad",
     "\u2060\u180e", "\u034f", "\ufe0f", "\u00a0\u3000", "\x1b\x07"],
)  # fmt: skip
def test_comment_that_shows_nothing_is_empty(api_key: str, blank: str) -> None:
    problem(post(api_key, comment(blank)), 422, "empty", "body")


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "?",
        "👍",
        "\u0301",
        "a" * 10_000,
        "👍" * 9_999,
        "\n" * 9_999 + "x",
        "\ufdfa" * 9_999,
        "e" + "\u0301" * 30,
        "\ufffe\uffff\U0010ffff\ue000 x",
        "\x1b[2J\x07 \r \u2028 \u2029 \x85 x",
        "\u202e\u2066 reversed",
        "<script>alert(1)</script> {{7*7}} %s {0.__class__} ]]> --> </textarea>",
        "'; DROP TABLE moderation_comment; --",
        "i\u200bd\u200ci\u2060ot",
        "مرحبا بالعالم नमस्ते สวัสดี",
        " leading and trailing \n\n",
        "e\u0301 and é are both kept",
    ],
    ids=lambda value: repr(value)[:30],
)
def test_odd_texts_are_stored_unchanged(api_key: str, text: str) -> None:
    assert post(api_key, comment(text, id="c-1")).status_code == 202
    assert Comment.objects.get().body == text
    assert get(api_key, f"{COMMENTS}/c-1").json()["body"] == text


def test_long_texts_are_refused_not_cut(api_key: str) -> None:
    refusal = problem(post(api_key, comment("a" * 10_001)), 422, "too_long", "body")
    assert refusal["limit"] == 10_000
    problem(post(api_key, comment("a" * 1_000_000)), 413, "too_large")
    problem(post(api_key, comment("e" + "\u0301" * 9_000)), 422, "too_many_marks", "body")
    name = {"name": "Z" + "\u0301" * 90}
    problem(post(api_key, comment(author=name)), 422, "too_many_marks", "author.name")


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ("0000-01-01T00:00:00Z", "invalid_time"),
        ("9999-12-31T23:59:59Z", "out_of_range"),
        ("9999-12-31T23:59:59-23:00", "out_of_range"),
        ("0001-01-01T00:00:00+23:00", "out_of_range"),
        ("-001-01-01T00:00:00Z", "invalid_time"),
        ("2038-01-19T03:14:08Z", "out_of_range"),
        ("2026-02-30T00:00:00Z", "invalid_time"),
        ("2026-02-03T00:00:00", "no_zone"),
        ("2026-02-03T00:00:00+25:00", "invalid_time"),
        ("2026-02-03", "invalid_time"),
        ("yesterday", "invalid_time"),
        ("２０２６-02-03T00:00:00Z", "invalid_time"),
        (1_700_000_000, "wrong_type"),
        (True, "wrong_type"),
    ],
)
def test_impossible_times_are_refused(api_key: str, moment: Any, code: str) -> None:
    problem(post(api_key, comment(submitted_at=moment)), 422, code, "submitted_at")


def test_an_offset_that_postgresql_does_not_know_is_taken(api_key: str) -> None:
    moment = "2026-03-01T10:30:00-17:46"
    sent = comment(submitted_at=moment, story={"id": "s-1", "title": "T", "published_at": moment})
    assert post(api_key, sent).status_code == 202
    assert Comment.objects.get().submitted_at == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 202),
        ("application/json; charset=UTF-8", 202),
        ('Application/JSON;charset="utf-8"', 202),
        ("application/json; charset=utf-7", 415),
        ("application/json; charset=utf-16", 415),
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_only_json_in_utf8_is_read(api_key: str, content_type: str, status: int) -> None:
    assert post(api_key, PLAIN, content_type=content_type).status_code == status


def test_packed_and_oversized_bodies_are_refused_unread(api_key: str) -> None:
    problem(post(api_key, PLAIN, Content_Encoding="gzip"), 415)
    refusal = problem(post(api_key, b" " * 262_145), 413, "too_large")
    assert refusal["limit"] == 262_144
    problem(post(api_key, b" " * (16 * 1024 * 1024 + 1), COMMENTS + "/batch"), 413, "too_large")


def test_body_without_length_is_refused(api_key: str) -> None:
    answer = post(api_key, b"", Content_Length="", Transfer_Encoding="chunked")
    problem(answer, 411, "length_required")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        (method, path, allow)
        for path, allow in (
            (COMMENTS, {"POST"}),
            (COMMENTS + "/batch", {"POST"}),
            (COMMENTS + "/c-1", {"GET", "PATCH", "DELETE"}),
            ("/api/v1/decisions", {"GET"}),
        )
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "QUERY", "OPTIONS", "HEAD")
        if method not in allow
    ],
)
def test_other_methods_are_refused(api_key: str, method: str, path: str, allow: set[str]) -> None:
    answer = call(method, path, api_key, b"{}")
    assert answer.status_code == 405
    assert set(answer["Allow"].split(", ")) == allow


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/nothing", "/api/v1/comments/", "/api/v1//"])
def test_unknown_addresses_are_problems_too(api_key: str, path: str) -> None:
    problem(get(api_key, path), 404, "not_found")


@pytest.mark.parametrize(
    "external_id", ["1", "../c-1", "%2e%2e", "a%00b", "a%2Fb", "x" * 3000, "%ff", "'--", "é"]
)
def test_guessed_ids_are_not_found(api_key: str, external_id: str) -> None:
    assert get(api_key, f"{COMMENTS}/{external_id}").status_code in (404, 400)


def test_forwarded_address_and_foreign_host(api_key: str) -> None:
    assert post(api_key, comment(), X_Forwarded_For="1.2.3.4").status_code == 202
    assert post(api_key, comment(), Host="evil.example").status_code == 400
    assert post(api_key, comment(), X_Forwarded_Host="evil.example").status_code == 202


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "whatever"])
def test_key_in_the_address_is_refused(api_key: str, name: str) -> None:
    problem(get(None, f"/api/v1/decisions?{name}={api_key}"), 400, "key_in_query")


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=1000000000", "limit=9e9",
                                   "limit=x", "after=-1", "after=9e9", "after=%00",
                                   "after=" + "9" * 60 + ".1"])  # fmt: skip
def test_impossible_pages_are_refused(api_key: str, query: str) -> None:
    problem(get(api_key, f"/api/v1/decisions?{query}"), 422)


def test_keys_that_do_not_work_look_alike(daily: Site, api_key: str) -> None:
    from moderation.accounts.api_keys import revoke_key  # noqa: PLC0415

    row, revoked = create_key(daily, "revoked", ["submit"])
    revoke_key(row)
    other_end = LETTERS[(LETTERS.index(api_key[-1]) + 1) % 62]
    headers = [
        f"Bearer {revoked}",
        f"Bearer {api_key[:-1]}",
        f"Bearer {api_key[:-1]}{other_end}",
        f"Bearer Bearer {api_key}",
        f"Bearer {api_key}, Bearer {api_key}",
        f"Basic {api_key}",
        "Bearer",
        "Bearer " + "x" * 10_000,
        "Bearer mk_live_é",
        api_key,
    ]
    answers = [post(None, comment(), Authorization=header) for header in headers]
    answers.append(post(None, comment()))
    for answer in answers:
        problem(answer, 401, "unauthorised")
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert len({answer.content for answer in answers}) == 1


def test_scope_is_needed(daily: Site) -> None:
    _, reader = create_key(daily, "reader", ["read"])
    _, sender = create_key(daily, "sender", ["submit"])
    problem(post(reader, comment()), 403, "forbidden")
    problem(get(sender, "/api/v1/decisions"), 403, "forbidden")
    post(sender, comment(id="c-1"))
    assert get(sender, f"{COMMENTS}/c-1").json()["score"] is None
