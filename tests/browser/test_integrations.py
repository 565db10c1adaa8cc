"""Pages of other origins ask for scores, as publishers' scripts do."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.django_db(transaction=True)
ASK = """
async ([address, headers]) => {
  const body = JSON.stringify({
    comment: {text: "You are a complete idiot."},
    requestedAttributes: {TOXICITY: {}},
  });
  const answer = await fetch(address, {method: "POST", headers, body});
  const {attributeScores, error} = await answer.json();
  return attributeScores?.TOXICITY.summaryScore.value ?? error.message;
}
"""


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {
            "Content-Type": "application/json",
            "X-Goog-Api-Client": "gl-js/1",
            "X-ClientDetails": "x",
        },
        {"Authorization": "Bearer KEY"},
    ],
)
def test_a_script_of_another_origin(
    browser: Browser, live_server: Any, api_key: str, headers: dict[str, str]
) -> None:
    path = "/v1alpha1/comments:analyze"
    query = "" if "Authorization" in headers else f"?key={api_key}"
    sent = {name: value.replace("KEY", api_key) for name, value in headers.items()}
    page = browser.new_page()
    try:
        # Another origin, but on loopback, too: Chromium keeps the others away from it.
        page.goto(live_server.url.replace("localhost", "127.0.0.1") + "/v1alpha1/")
        assert page.evaluate(ASK, [live_server.url + path + query, sent]) > 0.5
        refused = page.evaluate(ASK, [f"{live_server.url}{path}?key=wrong", {}])
        assert "API key not valid" in refused, "the page may read why"
    finally:
        page.close()
