"""How a publisher's system calls the API."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

COMMENTS = "/api/v1/comments"


def call(
    method: str,
    path: str,
    key: str | None = None,
    body: Any = None,
    *,
    content_type: str = "application/json",
    **headers: str,
) -> Any:
    """Send a request as it is (bytes) or as JSON; headers as `Idempotency_Key="…"`."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        sent.setdefault("Authorization", f"Bearer {key}")
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
    # Django's client leaves the content type out when the body is empty.
    sent.setdefault("Content-Type", content_type)
    return Client(raise_request_exception=False).generic(
        method, path, body or b"", content_type=content_type, headers=sent
    )


def post(key: str | None, body: Any, path: str = COMMENTS, **options: Any) -> Any:
    """POST to the API."""
    return call("POST", path, key, body, **options)


def get(key: str | None, path: str, **options: Any) -> Any:
    """GET from the API."""
    return call("GET", path, key, **options)


def comment(body: str = "A bridge helps everybody.", **fields: Any) -> dict[str, Any]:
    """A comment as a publisher sends it."""
    return {"story": {"id": "s-1"}, "body": body, **fields}


def problem(answer: Any, status: int, code: str | None = None, field: str | None = None) -> dict:
    """Check that an answer is a proper refusal, and return it."""
    assert answer.status_code == status, (answer.status_code, answer.content[:300])
    assert answer["Content-Type"] == "application/problem+json"
    assert len(answer.content) <= 1024
    document = answer.json()
    assert document["status"] == status
    assert {"type", "title", "detail", "code"} <= set(document)
    if code is not None:
        assert document["code"] == code, document
    if field is not None:
        assert document.get("field") == field, document
    return document
