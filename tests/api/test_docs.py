"""docs/api.md says what is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from moderation.models import Scope
from moderation.platform.http import json_body
from tests.api.calls import COMMENTS, get, post

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "api.md").read_text()


def test_every_operation_and_scope_is_described() -> None:
    paths = get(None, "/api/v1/openapi.json").json()["paths"]
    for path, operations in paths.items():
        for method in operations:
            assert f"### `{method.upper()} {path}`" in GUIDE
    for scope in Scope.values:
        assert f"| `{scope}` |" in GUIDE


def test_every_code_is_listed() -> None:
    sources = [
        *(ROOT / "moderation" / "api").glob("*.py"),
        *(ROOT / "moderation" / "platform" / "http").glob("*.py"),
        *(ROOT / "moderation" / "intake").glob("*.py"),
        ROOT / "moderation" / "platform" / "validation.py",
        ROOT / "moderation" / "scoring" / "flags.py",
        ROOT / "moderation" / "appeals" / "actions.py",
    ]
    assert all(source.exists() for source in sources)
    for source in sources:
        for code in re.findall(r'\bcode ?= ?"([a-z0-9_]+)"', source.read_text()):
            assert f"`{code}`" in GUIDE, (source.name, code)
    for _, code, _ in json_body._PROBLEMS.values():
        assert f"`{code}`" in GUIDE, code


def test_first_example_works_as_written(api_key: str) -> None:
    sent = re.search(r"POST /api/v1/comments\n.*?\n\n(\{.*?\n\})", GUIDE, re.DOTALL)
    said = re.search(r"```json\n(\{\"id\": \"comment-1\".*?\})\n```", GUIDE)
    assert sent and said
    answer = post(api_key, json.loads(sent[1]))
    assert answer.status_code == 202
    assert answer.json() == json.loads(said[1])


def test_batch_example_works_as_written(api_key: str) -> None:
    sent = re.search(r"```json\n(\{\"comments\".*?\]\})\n```", GUIDE, re.DOTALL)
    assert sent
    answer = post(api_key, json.loads(sent[1]), COMMENTS + "/batch").json()
    assert (answer["accepted"], answer["refused"]) == (1, 1)


def test_docs_page_loads_nothing_from_elsewhere() -> None:
    answer = Client().get("/api/docs")
    assert answer.status_code == 200
    page = answer.content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        assert address.startswith("/static/"), address
        assert Client().get(address).status_code == 200
    assert "default-src 'none'" in answer["Content-Security-Policy"]
