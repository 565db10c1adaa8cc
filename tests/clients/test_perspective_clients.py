"""Clients of the Perspective API, unmodified, with only the address changed."""

from __future__ import annotations

import urllib.error
from typing import Any

import pytest
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from perspective import PerspectiveAPI

from moderation.models import Suggestion
from tests.clients.node import run_script

pytestmark = pytest.mark.django_db(transaction=True)
INSULT = "You are a complete idiot."
QUESTION = "Who pays for the second bridge?"


def build(live_server: Any, key: str) -> Any:
    """As Google's documentation has it, with another host."""
    return discovery.build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=key,
        discoveryServiceUrl=f"{live_server.url}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
    )


def ask(client: Any, text: str, **more: Any) -> Any:
    body = {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}, **more}
    return client.comments().analyze(body=body).execute()


def test_google_api_python_client(live_server: Any, api_key: str) -> None:
    client = build(live_server, api_key)
    answer = ask(client, f"🌉 {QUESTION} {INSULT}", spanAnnotations=True)
    scores = answer["attributeScores"]["TOXICITY"]
    assert scores["summaryScore"]["value"] > 0.5
    first, second = scores["spanScores"]
    assert (first["begin"], second["end"]) == (0, len(QUESTION) + len(INSULT) + 4)
    suggestion = {
        "comment": {"text": INSULT},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
        "clientToken": "c-9",
    }
    said = client.comments().suggestscore(body=suggestion).execute()
    assert said["clientToken"] == "c-9"
    assert Suggestion.objects.get().reference == "c-9"


def test_google_api_python_client_reads_our_refusals(
    live_server: Any, api_key: str, settings: Any
) -> None:
    client = build(live_server, api_key)
    with pytest.raises(HttpError) as caught:
        ask(client, "")
    assert caught.value.reason == "Comment must be non-empty."
    assert caught.value.error_details[0]["errorType"] == "COMMENT_EMPTY"
    settings.RATE_LIMIT_PER_MINUTE = 1
    with pytest.raises(HttpError) as caught:
        ask(client, QUESTION)
    assert caught.value.status_code == 429
    with pytest.raises(HttpError, match="API key not valid"):
        build(live_server, "wrong")


def test_google_api_python_client_below_a_path(live_server: Any, api_key: str) -> None:
    client = discovery.build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=api_key,
        discoveryServiceUrl=f"{live_server.url}/perspective/$discovery/rest?version=v1alpha1",
        static_discovery=False,
    )
    assert ask(client, QUESTION)["languages"] == ["en"]


def test_pypi_perspective(live_server: Any, api_key: str) -> None:
    client = PerspectiveAPI(api_key)
    client.api_client.url = live_server.url + "/v1alpha1/{endpoint}"
    scores = client.score(INSULT, tests=["TOXICITY", "INSULT", "LIKELY_TO_REJECT"])
    assert set(scores) == {"TOXICITY", "INSULT", "LIKELY_TO_REJECT"}
    assert scores["TOXICITY"] > 0.5 > client.score(QUESTION)["TOXICITY"]
    client.suggest_score(INSULT, {"TOXICITY": {"summaryScore": {"value": 1.0}}})
    assert Suggestion.objects.get().rejected
    with pytest.raises(urllib.error.HTTPError, match="400"):
        client.score("", tests=["TOXICITY"])


def test_npm_googleapis(live_server: Any, api_key: str) -> None:
    said = run_script("googleapis.mjs", BASE=live_server.url, KEY=api_key)
    scores = said["data"]["attributeScores"]
    assert scores["TOXICITY"]["summaryScore"]["value"] > 0.5
    assert len(scores["INSULT"]["spanScores"]) == 2
    assert said["suggested"]["clientToken"] == "from-node"
    assert said["empty"]["message"] == "Comment must be non-empty."
    assert said["wrongKey"]["status"] == "INVALID_ARGUMENT"


def test_npm_perspectiveapi_js_client(live_server: Any, api_key: str) -> None:
    said = run_script("perspective.mjs", BASE=live_server.url, KEY=api_key)
    assert set(said["scores"]) == {"TOXICITY", "SPAM"}
    assert said["scores"]["TOXICITY"] > 0.5
    assert set(said["chosen"]) == {"LIKELY_TO_REJECT", "INSULT"}
    assert "400" in said["refused"]
