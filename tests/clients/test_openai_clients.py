"""OpenAI's own clients, unmodified, with only the base URL changed."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from tests.clients.node import run_script

pytestmark = pytest.mark.django_db(transaction=True)
INSULT = "You are a complete idiot."
QUESTION = "Who pays for the second bridge?"


def client_of(live_server: Any, key: str) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=f"{live_server.url}/v1", max_retries=0)


def test_pypi_openai(live_server: Any, api_key: str) -> None:
    client = client_of(live_server, api_key)
    answer = client.moderations.create(input=INSULT)
    [result] = answer.results
    assert result.flagged and result.categories.harassment
    assert result.category_scores.harassment > 0.5 > result.category_scores.self_harm_intent
    assert None not in result.category_scores.model_dump().values()
    assert result.category_scores.model_extra["toxicity"] > 0.5, "our signals stand beside theirs"
    assert answer._request_id
    both = client.moderations.create(input=[QUESTION, INSULT], model="omni-moderation-latest")
    assert [one.flagged for one in both.results] == [False, True]
    parts = [{"type": "text", "text": QUESTION}, {"type": "text", "text": INSULT}]
    assert len(client.moderations.create(input=parts).results) == 1


def test_pypi_openai_reads_our_refusals(live_server: Any, api_key: str, settings: Any) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        client_of(live_server, "sk-wrong").moderations.create(input=QUESTION)
    assert caught.value.code == "invalid_api_key"
    client = client_of(live_server, api_key)
    image = {"type": "image_url", "image_url": {"url": "https://paper.example/a.png"}}
    with pytest.raises(openai.BadRequestError) as refused:
        client.moderations.create(input=[image])
    assert refused.value.param == "input[0].type"
    with pytest.raises(openai.NotFoundError):
        client.moderations.create(input=QUESTION, model="gpt-5")
    settings.RATE_LIMIT_PER_MINUTE = 1
    with pytest.raises(openai.RateLimitError):
        client.moderations.create(input=QUESTION)


def test_npm_openai(live_server: Any, api_key: str) -> None:
    said = run_script("openai.mjs", BASE=live_server.url, KEY=api_key)
    assert said["one"]["results"][0]["categories"]["harassment"]
    assert said["flagged"] == [False, True]
    assert said["wrongKey"]["name"] == "AuthenticationError"
    assert said["image"] == {
        "name": "BadRequestError",
        "code": "invalid_value",
        "param": "input[0].type",
    }
