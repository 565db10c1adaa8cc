"""The server that `up` starts, called as curl and Google's libraries for Java and .NET call it."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.stack import ROOT, free_port

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/v1alpha1/comments:analyze?key="
DOCUMENTED = """{comment: {text: "what kind of idiot name is foo?"},
       languages: ["en"],
       requestedAttributes: {TOXICITY:{}} }"""
START_SECONDS = 60
CHUNK_BYTES = 40


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a granian that serves the tests' database."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=connection.settings_dict["NAME"])
    port = free_port()
    granian = str(Path(sys.executable).parent / "granian")
    process = subprocess.Popen(
        [granian, "--interface", "wsgi", "--port", str(port), "moderation.wsgi:application"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database.geturl(), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _wait_for(port: int) -> None:
    ends_at = time.monotonic() + START_SECONDS
    while True:
        try:
            client = http.client.HTTPConnection("localhost", port, timeout=5)
            client.request("GET", "/livez")
            assert client.getresponse().status == 200
            return
        except OSError:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.1)


def toxicity(answer: bytes) -> float:
    value: float = json.loads(answer)["attributeScores"]["TOXICITY"]["summaryScore"]["value"]
    return value


def in_chunks(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), CHUNK_BYTES):
        yield body[at : at + CHUNK_BYTES]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl_as_documented(port: int, api_key: str) -> None:
    url = f"http://localhost:{port}{PATH}{api_key}"
    command = ["curl", "-sH", "Content-Type: application/json", "--data", DOCUMENTED, url]
    assert toxicity(subprocess.run(command, capture_output=True, check=True).stdout) > 0.5


def test_packed_and_in_chunks(port: int, api_key: str) -> None:
    asked = {"comment": {"text": "You idiot. " * 50}, "requestedAttributes": {"TOXICITY": {}}}
    plain = json.dumps(asked).encode()
    client = http.client.HTTPConnection("localhost", port, timeout=30)
    for body, packing in ((gzip.compress(plain), "gzip"), (plain, "identity")):
        headers = {"Content-Type": "application/json; charset=utf-8", "Content-Encoding": packing}
        client.request("POST", PATH + api_key, in_chunks(body), headers, encode_chunked=True)
        assert toxicity(client.getresponse().read()) > 0.5
