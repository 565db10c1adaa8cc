"""What load balancers and Prometheus are told."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from moderation.models import Status
from tests.api.calls import comment, post
from tests.cast import MakeComment

pytestmark = pytest.mark.django_db


def figures(**headers: str) -> dict[str, float]:
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        sample.name + "".join(f"{{{v}}}" for v in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_process_answers_without_anybody() -> None:
    assert Client().get("/livez").content == b"ok\n"


def test_ready_means_that_the_database_answers(make_comment: MakeComment) -> None:
    make_comment()
    report = Client().get("/readyz").json()
    assert (report["database"], report["pending"]) == ("ok", 1)
    assert report["oldest_pending_seconds"] >= 0


def test_redis_away_is_degraded_and_still_ready(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


@pytest.mark.django_db(transaction=True)
def test_database_away_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    assert Client().get("/readyz").status_code == 503
    assert figures()["moderato_database_up"] == 0
    refused = post("mk_live_" + "x" * 40, comment())
    assert refused.status_code == 401
    monkeypatch.undo()
    connection.close()


def test_figures_count_queues(make_comment: MakeComment) -> None:
    make_comment()
    make_comment(status=Status.IN_REVIEW)
    found = figures()
    assert found["moderato_pending_comments"] == 1
    assert found["moderato_in_review_comments"] == 1
    assert found["moderato_deliveries_dead"] == 0
    assert found["moderato_database_up"] == 1


def test_figures_count_requests(api_key: str) -> None:
    def accepted() -> float:
        return figures().get("moderato_api_requests_total{202}", 0)

    before = accepted()
    post(api_key, comment())
    assert accepted() == before + 1


def test_figures_are_not_for_everybody(settings) -> None:
    assert Client(REMOTE_ADDR="10.0.0.1").get("/metrics").status_code == 404
    settings.TRUSTED_PROXIES = 1
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "letmein"
    assert Client().get("/metrics").status_code == 404
    assert figures(Authorization="Bearer letmein")
