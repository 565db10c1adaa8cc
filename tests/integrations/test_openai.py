"""OpenAI's moderation endpoint: categories, inputs, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from moderation.accounts.api_keys import create_key
from moderation.integrations.openai.categories import MEASURED, UNMEASURED
from moderation.models import Comment, Scope, Site
from moderation.platform import memo
from tests.integrations.calls import CALM, INSULT, send

pytestmark = pytest.mark.django_db
PATH = "/v1/moderations"


def ask(key: str, given: Any, path: str = PATH, **more: Any) -> Any:
    return send(path, {"input": given, **more}, Authorization=f"Bearer {key}")


def refused(answer: Any, status: int, code: str | None, param: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param), error
    assert answer["X-Request-Id"]
    return error


@pytest.mark.parametrize("path", [PATH, "/moderations"])
def test_every_category_is_there(api_key: str, path: str) -> None:
    answer = ask(api_key, INSULT, path)
    document = answer.json()
    assert document["id"].startswith("modr-")
    assert document["model"] == "omni-moderation-latest"
    [result] = document["results"]
    thirteen = {*MEASURED, *UNMEASURED}
    assert len(thirteen) == 13
    for name in ("categories", "category_scores", "category_applied_input_types"):
        assert thirteen <= set(result[name])
        assert {"toxicity", "spam", "low_quality"} <= set(result[name])
    assert result["flagged"] is result["categories"]["harassment"] is True
    assert all(isinstance(value, float) for value in result["category_scores"].values())
    assert result["category_applied_input_types"]["self-harm"] == []
    assert result["category_applied_input_types"]["hate"] == ["text"]


def test_strings_and_parts(api_key: str) -> None:
    results = ask(api_key, [CALM, INSULT, CALM]).json()["results"]
    assert [result["flagged"] for result in results] == [False, True, False]
    parts = [{"type": "text", "text": CALM}, {"type": "text", "text": INSULT}]
    [result] = ask(api_key, parts, model="omni-moderation-2024-09-26").json()["results"]
    assert result["flagged"]


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        (None, "missing_required_parameter", "input"),
        (7, "invalid_type", "input"),
        ([], "invalid_type", "input"),
        ({}, "invalid_type", "input"),
        ([1], "invalid_type", "input[0]"),
        (["a", {"type": "text", "text": "b"}], "invalid_type", "input[1]"),
        ([{"type": "text"}], "invalid_type", "input[0].text"),
        (
            [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "x"}}],
            "invalid_value",
            "input[1].type",
        ),
        (["a"] * 257, "array_above_max_length", "input"),
        ("a" * 100_001, "string_above_max_length", "input"),
        ("Kaupunginvaltuusto päätti eilen sulkea kadun autoilta.", "unsupported_language", "input"),
    ],
)
def test_inputs_that_are_refused(api_key: str, given: Any, code: str, param: str) -> None:
    refused(ask(api_key, given), 400, code, param)


@pytest.mark.parametrize("model", ["gpt-5", "omni-moderation-" + "x" * 99, "omni-moderation-ж"])
def test_other_models_do_not_exist(api_key: str, model: str) -> None:
    refused(ask(api_key, CALM, model=model), 404, "model_not_found", "model")
    refused(ask(api_key, CALM, model=3), 400, "invalid_type", "model")


def test_keys_and_limits(api_key: str, daily: Site, settings: Any) -> None:
    for key in ("", "sk-proj-something"):
        error = refused(ask(key, CALM), 401, "invalid_api_key")
        assert error["type"] == "invalid_request_error"
        assert "something" not in error["message"]
    _, decider = create_key(daily, name="decider", scopes=[Scope.DECIDE])
    refused(ask(decider, CALM), 403, "forbidden")
    settings.RATE_LIMIT_PER_MINUTE = 1
    assert ask(api_key, CALM).status_code == 200
    answer = ask(api_key, CALM)
    assert refused(answer, 429, "rate_limit_exceeded")["type"] == "requests"
    assert answer["Retry-After"]


def test_browsers_may_ask_from_anywhere(api_key: str) -> None:
    asked = send("/v1/moderations", method="OPTIONS", Origin="https://paper.example")
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, "*")
    assert asked["Access-Control-Allow-Headers"] == "Authorization, *"
    for answer in (ask(api_key, CALM), ask("wrong", CALM)):
        assert answer["Access-Control-Allow-Origin"] == "*"


def test_each_input_counts_against_the_rate_limit(api_key: str, settings: Any) -> None:
    settings.RATE_LIMIT_PER_MINUTE = 4
    assert ask(api_key, [CALM, INSULT, CALM])["RateLimit"].startswith('"default";r=1;')
    refused(ask(api_key, [CALM, INSULT]), 429, "rate_limit_exceeded")


def test_hostile_requests(api_key: str) -> None:
    bearer = {"Authorization": f"Bearer {api_key}"}
    for raw in (b"{", b"[]", b'{"input": NaN}', b'{"input": "\xff"}', b"[" * 5000):
        answer = send(PATH, raw, **bearer)
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "invalid_request_error"
    refused(send(PATH, b'{"input": "\\ud800"}', **bearer), 400, "invalid_string", "input")
    assert send(PATH, b'{"input": "' + b"a" * 5_000_000 + b'"}', **bearer).status_code == 413
    assert send(PATH, method="GET", **bearer).status_code == 405
    assert send(PATH + "/", {}, **bearer).status_code == 404
    assert send(PATH, {"input": CALM}, host="evil.example", **bearer).status_code == 400
    assert ask(api_key, "\x00").status_code == 200


def test_it_is_queued_where_the_site_asks(api_key: str, daily: Site) -> None:
    ask(api_key, [CALM, INSULT])
    assert not Comment.objects.exists()
    Site.objects.update(queues_integrations=True)
    memo.forget_all()  # a process remembers a key and its site for some seconds
    ask(api_key, [CALM, INSULT, "\x00"])
    assert {queued.body for queued in Comment.objects.all()} == {CALM, INSULT}
