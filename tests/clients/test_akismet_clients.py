"""Akismet's clients, unmodified, with only the address changed."""

from __future__ import annotations

from typing import Any

import akismet
import httpx
import pytest

from moderation.models import Suggestion
from tests.clients.node import run_script

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("with_policy"),
]
INSULT = "You are a complete idiot."
QUESTION = "Who pays for the second bridge?"


class Elsewhere(httpx.HTTPTransport):
    """Sends what is meant for Akismet to another address: the client knows no such setting."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = httpx.URL(base)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request there."""
        request.url = request.url.copy_with(
            scheme=self.base.scheme, host=self.base.host, port=self.base.port
        )
        request.headers["Host"] = request.url.netloc.decode()
        return super().handle_request(request)


def client_of(live_server: Any, key: str) -> akismet.SyncClient:
    config = akismet.Config(key=key, url="https://blog.example/")
    http_client = httpx.Client(transport=Elsewhere(live_server.url), timeout=10)
    return akismet.SyncClient(config=config, http_client=http_client)


def check(client: akismet.SyncClient, content: str) -> akismet.CheckResponse:
    return client.comment_check(
        user_ip="192.0.2.7", comment_type="comment", comment_content=content
    )


def test_pypi_akismet(live_server: Any, api_key: str, settings: Any) -> None:
    with client_of(live_server, api_key) as client:
        assert check(client, QUESTION) == akismet.CheckResponse.HAM
        assert check(client, INSULT) == akismet.CheckResponse.SPAM
        settings.AKISMET_DISCARD = True
        assert check(client, "What a faggot you are.") == akismet.CheckResponse.DISCARD
        for submit in (client.submit_spam, client.submit_ham):
            assert submit(user_ip="192.0.2.7", comment_content=INSULT)
        assert Suggestion.objects.get().rejected is False, "the last word counts"
        assert client.usage_limit()["throttled"] is False


def test_pypi_akismet_reads_our_refusals(live_server: Any, api_key: str) -> None:
    client = client_of(live_server, "0123456789ab")
    assert client.verify_key() is False
    with pytest.raises(akismet.APIKeyError):
        check(client, QUESTION)


def test_npm_akismet(live_server: Any, api_key: str) -> None:
    said = run_script("akismet.mjs", BASE=live_server.url, KEY=api_key)
    assert said["valid"] is True and said["invalid"] is False
    assert said["ham"] != said["spam"]
    assert {kept.rejected for kept in Suggestion.objects.all()} == {True, False}
