"""The Perspective API says no in Google's words: keys, quotas, fields, hostile input."""

from __future__ import annotations

import json
from typing import Any

import pytest

from moderation.accounts.api_keys import create_key
from moderation.models import Scope, Site
from moderation.platform import memo
from moderation.scoring import on_demand
from tests.integrations.calls import ANALYZE, CALM, SUGGEST, analyze, google_error, send

pytestmark = pytest.mark.django_db
WANTED = {"requestedAttributes": {"TOXICITY": {}}}
COMMENT = {"comment": {"text": CALM}}


def test_no_key(api_key: str) -> None:
    error = google_error(send(ANALYZE, {**COMMENT, **WANTED}), 403, "PERMISSION_DENIED")
    assert error["message"].startswith("Method doesn't allow unregistered callers")


@pytest.mark.parametrize("key", ["AIzaSyNotAKeyOfOurs", "mk_live_" + "x" * 300, "ключ", "\x00"])
def test_a_key_that_does_not_work(api_key: str, key: str) -> None:
    error = google_error(analyze(key), 400, "INVALID_ARGUMENT")
    assert error["message"] == "API key not valid. Please pass a valid API key."
    assert error["details"][0]["reason"] == "API_KEY_INVALID"


def test_a_key_may_score_only(daily: Site) -> None:
    _, key = create_key(daily, name="browser", scopes=[Scope.SCORE])
    assert analyze(key).status_code == 200
    body = {**COMMENT, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}}
    google_error(send(f"{SUGGEST}?key={key}", body), 403, "PERMISSION_DENIED")
    _, decider = create_key(daily, name="decider", scopes=[Scope.DECIDE])
    google_error(analyze(decider), 403, "PERMISSION_DENIED")


def test_the_quota(api_key: str, settings: Any) -> None:
    settings.RATE_LIMIT_PER_MINUTE = 1
    assert analyze(api_key).status_code == 200
    answer = analyze(api_key)
    error = google_error(answer, 429, "RESOURCE_EXHAUSTED")
    assert "Quota exceeded for quota metric" in error["message"]
    assert error["details"][0]["reason"] == "RATE_LIMIT_EXCEEDED"
    assert error["details"][0]["metadata"]["quota_limit_value"] == "1"
    assert int(answer["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ({**WANTED}, "COMMENT_EMPTY", "Comment must be non-empty."),
        ({**WANTED, "comment": {"text": " \u200b\n"}}, "COMMENT_EMPTY", None),
        ({**WANTED, "comment": {}}, "COMMENT_EMPTY", None),
        (
            {**WANTED, "comment": {"text": "a" * 20_481}},
            "COMMENT_TOO_LONG",
            "Comment text too long.",
        ),
        ({**WANTED, "comment": {"text": "ä" * 10_241}}, "COMMENT_TOO_LONG", None),
        (COMMENT, "NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes"),
        ({**COMMENT, "requestedAttributes": {}}, "NO_REQUESTED_ATTRIBUTES", None),
        (
            {**WANTED, "comment": {"text": CALM, "type": "HTML"}},
            "INVALID_REQUEST",
            "Currently, only 'PLAIN_TEXT' comments are supported",
        ),
        (
            {**WANTED, "comment": {"text": CALM, "type": "RTF"}},
            "INVALID_REQUEST",
            "Unknown text type",
        ),
        (
            {**COMMENT, "requestedAttributes": {"TOXICITY": {"scoreType": "PERCENTILE"}}},
            "INVALID_REQUEST",
            "Requested score type PERCENTILE is not supported by attribute TOXICITY",
        ),
        (
            {
                **COMMENT,
                **WANTED,
                "context": {
                    "entries": [{"text": "one"}],
                    "articleAndParentComment": {"article": {"text": "two"}},
                },
            },
            "INVALID_REQUEST",
            "Context can have either entries or article_and_parent_comment, "
            "but both fields were populated.",
        ),
        ({**COMMENT, **WANTED, "languages": ["en", "<b>"]}, "INVALID_REQUEST", None),
        ({**COMMENT, **WANTED, "languages": {"en": True}}, "INVALID_REQUEST", None),
        ({**COMMENT, **WANTED, "spanAnnotations": "yes"}, "INVALID_REQUEST", None),
        ({**COMMENT, **WANTED, "clientToken": 7}, "INVALID_REQUEST", None),
        ({**COMMENT, **WANTED, "clientToken": "x" * 1001}, "INVALID_REQUEST", None),
        ({**COMMENT, **WANTED, "context": {"entries": "x"}}, "INVALID_REQUEST", None),
        ({**COMMENT, **WANTED, "context": []}, "INVALID_REQUEST", None),
        ({**WANTED, "comment": {"text": ["a"]}}, "INVALID_REQUEST", None),
        ({**WANTED, "comment": CALM}, "INVALID_REQUEST", None),
        ({**COMMENT, "requestedAttributes": ["TOXICITY"]}, "INVALID_REQUEST", None),
        ({**COMMENT, "requestedAttributes": {"<script>": {}}}, "INVALID_REQUEST", None),
        (
            {**COMMENT, "requestedAttributes": {"TOXICITY": {"scoreThreshold": "much"}}},
            "INVALID_REQUEST",
            None,
        ),
        (
            {**COMMENT, "requestedAttributes": {str(n): {} for n in range(101)}},
            "INVALID_REQUEST",
            None,
        ),
        (b"[]", "INVALID_REQUEST", None),
        ("text", "INVALID_REQUEST", None),
        (None, "INVALID_REQUEST", None),
    ],
)
def test_what_is_asked_wrongly(api_key: str, body: Any, kind: str, message: str | None) -> None:
    answer = send(f"{ANALYZE}?key={api_key}", body)
    error = google_error(answer, 400, "INVALID_ARGUMENT", kind)
    assert message is None or error["message"] == message
    assert "<" not in error["message"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b'{"comment": {"text": NaN}}',
        b'{"comment": {"text": "a"}, "comment": {"text": "b"}}',
        b'{"comment": {"text": "\\ud800"}, "requestedAttributes": {"TOXICITY": {}}}',
        b'{"comment": {"text": "a"}, "requestedAttributes": {"\\ud800": {}}}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        json.dumps({"comment": {"text": "a"}, "requestedAttributes": {"X": 10**60}}).encode(),
    ],
)
@pytest.mark.parametrize("path", [ANALYZE, SUGGEST])
def test_hostile_json_is_refused_in_the_envelope(api_key: str, path: str, raw: bytes) -> None:
    google_error(send(f"{path}?key={api_key}", raw), 400, "INVALID_ARGUMENT")


def test_huge_requests_are_refused_before_they_are_read(api_key: str) -> None:
    body = b'{"comment":{"text":"' + b"a" * (9 * 1024 * 1024) + b'"}}'
    google_error(send(f"{ANALYZE}?key={api_key}", body), 400, "INVALID_ARGUMENT")


def test_unknown_addresses_methods_and_hosts_keep_the_envelope(api_key: str) -> None:
    google_error(send("/v1alpha1/comments:analyze/", {}), 404, "NOT_FOUND")
    google_error(send("/v1alpha1/comments", {}), 404, "NOT_FOUND")
    answer = send(ANALYZE, method="GET")
    google_error(answer, 405, "UNIMPLEMENTED")
    assert answer["Allow"] == "POST"
    google_error(send(ANALYZE, {}, host="evil.example"), 400, "INVALID_ARGUMENT")


def test_it_says_so_when_the_classifier_cannot_be_used(
    api_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_demand, "usable_classifier", lambda _: None)
    memo.forget_all()
    answer = analyze(api_key)
    google_error(answer, 503, "UNAVAILABLE")
    assert answer["Retry-After"]


def test_a_mistake_of_ours_shows_nothing_of_the_comment(
    api_key: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(CALM)

    monkeypatch.setattr("moderation.integrations.perspective.views.measure", fail)
    answer = analyze(api_key, CALM)
    google_error(answer, 500, "INTERNAL")
    assert CALM not in answer.content.decode() + caplog.text
    assert api_key not in caplog.text


def test_discovery_names_our_own_address(api_key: str) -> None:
    answer = send("/$discovery/rest?version=v1alpha1", method="GET")
    document = answer.json()
    assert document["rootUrl"] == "http://localhost/"
    assert document["servicePath"] == ""
    prefixed = send("/perspective/%24discovery/rest", method="GET").json()
    assert prefixed["servicePath"] == "perspective/"
    error = google_error(send("/$discovery/rest?key=wrong", method="GET"), 400, "INVALID_ARGUMENT")
    assert "API key not valid" in error["message"]
    google_error(send("/$discovery/rest?version=v2", method="GET"), 404, "NOT_FOUND")
    google_error(send("/$discovery/rest", {}), 405, "UNIMPLEMENTED")
