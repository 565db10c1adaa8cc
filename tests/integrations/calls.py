"""How clients of other systems call."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.test import Client

ANALYZE = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"
INSULT = "You are a complete idiot and everybody here knows it."
CALM = "The council should publish the traffic counts before it decides about the bridge."


def send(
    path: str, body: Any = b"", *, method: str = "POST", host: str = "localhost", **headers: str
) -> Any:
    """Send a request as it is (bytes), as a form (a list of pairs) or as JSON (anything else)."""
    content_type = headers.pop("Content_Type", "application/json")
    if isinstance(body, list):
        body, content_type = urlencode(body).encode(), "application/x-www-form-urlencoded"
    elif not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(raise_request_exception=False).generic(
        method, path, body, content_type=content_type, headers={**sent, "Host": host}
    )


def analyze(key: str, text: Any = INSULT, *attributes: str, **more: Any) -> Any:
    """Ask for the scores of a text as clients of the Perspective API do."""
    wanted = {name: {} for name in attributes or ("TOXICITY",)}
    body = {"comment": {"text": text}, "requestedAttributes": wanted, **more}
    return send(f"{ANALYZE}?key={key}", body)


def scores(answer: Any) -> dict[str, float]:
    """Return the summary scores of an answer by attribute."""
    assert answer.status_code == 200, answer.content
    found = answer.json()["attributeScores"]
    return {name: score["summaryScore"]["value"] for name, score in found.items()}


def google_error(answer: Any, status: int, name: str, kind: str | None = None) -> dict[str, Any]:
    """Check that an answer is Google's error envelope, and return the error."""
    assert answer.status_code == status, (answer.status_code, answer.content[:300])
    assert answer["Content-Type"] == "application/json; charset=UTF-8"
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == (status, name), error
    if kind is not None:
        assert error["details"][0]["errorType"] == kind, error
    return error
