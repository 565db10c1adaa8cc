"""A replay sends through the real API, and its report tells what is missing."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from sklearn.metrics import roc_auc_score

from moderation.accounts.api_keys import create_key
from moderation.importing.replay import Sent
from moderation.importing.replay_report import area_under_curve, build_report, format_report
from moderation.models import ApiKey, Comment, Scope, Site
from moderation.policy_versions.live import ensure_default
from moderation.scoring.drain import drain


def record(number: int, **more: Any) -> dict[str, Any]:
    """Return a line of a replay."""
    return {
        "id": f"r-{number}",
        "story": {"id": "bridge", "title": "The old bridge", "body": "The bridge is old."},
        "author": {"id": f"a-{number % 7}", "name": "Ada"},
        "body": f"I crossed the old bridge {number} times.",
        **more,
    }


@pytest.fixture
def worker() -> Iterator[None]:
    """Score what comes in, as the worker does."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.05):
            drain()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


def replay(path: Path, url: str, key: str, *options: str, code: int = 0) -> str:
    """Run the command and return its report."""
    output, errors = StringIO(), StringIO()
    found = 0
    try:
        call_command(
            "replay",
            *(str(path), "--url", url, "--key", key, "--wait", "60", *options),
            stdout=output,
            stderr=errors,
        )
    except SystemExit as end:
        found = int(end.code or 0)
    assert found == code, output.getvalue() + errors.getvalue()
    return output.getvalue() + errors.getvalue()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batch", ["1", "20"])
def test_it_works(
    live_server: Any, worker: None, daily: Site, api_key: str, tmp_path: Path, batch: str
) -> None:
    ensure_default(daily)
    lines = [record(number, labels={"abusive": 0}) for number in range(50)]
    lines.append(record(50, body="You stupid idiot, shut up.", labels={"abusive": 1}))
    lines.append(record(51, body="An answer.", parent_id="nobody"))
    lines.append(record(52, body="half a letter \ud800"))
    path = tmp_path / "replay.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "not json\n")
    report = json.loads(
        replay(path, live_server.url, api_key, "--batch", batch, "--json", "--concurrency", "2")
    )
    assert (report["sent"], report["accepted"], report["lost"], report["changed"]) == (53, 51, 0, 0)
    assert sum(report["refused"].values()) == 2
    assert sum(report["statuses"].values()) == 51 and "pending" not in report["statuses"]
    assert report["agreement"]["labelled"] == 51 and report["agreement"]["abusive"] == 1
    again = replay(path, live_server.url, api_key, "--batch", batch)
    assert "51 accepted" in again and "Lost       0" in again
    assert Comment.objects.count() == 51


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_it_says_why_it_cannot(live_server: Any, daily: Site, api_key: str, tmp_path: Path) -> None:
    path = tmp_path / "replay.jsonl"
    path.write_text(json.dumps(record(1)) + "\n")
    wrong = "mk_live_" + "0" * 8 + "_" + "0" * 32 + "_" + "0" * 6
    assert "rejects the key (401)" in replay(path, live_server.url, wrong, code=2)
    assert "No such file" in replay(tmp_path / "nowhere", live_server.url, api_key, code=2)
    ApiKey.objects.all().delete()
    _, only_read = create_key(daily, name="reader", scopes=[Scope.READ])
    assert "rejects the key (403)" in replay(path, live_server.url, only_read, code=2)


def comment(status: str, body: str = "text", toxicity: float = 0.1) -> dict[str, Any]:
    """Return a comment as the API shows it."""
    decision = {"source": "policy", "clauses": [], "decided_at": "2026-03-01T12:00:01Z"}
    return {
        "status": status,
        "body": body,
        "received_at": "2026-03-01T12:00:00Z",
        "decision": None if status == "pending" else decision,
        "score": {"signals": {"toxicity": toxicity}},
    }


def test_what_is_missing_changed_or_undecided_is_seen() -> None:
    ids = ["fine", "gone", "changed", "undecided"]
    sent = Sent(dict.fromkeys(ids), dict.fromkeys(ids, hash("text")), {}, 1.0)
    found = {
        "fine": comment("approved"),
        "gone": None,
        "changed": comment("approved", "other text"),
        "undecided": comment("pending"),
    }
    report = build_report(sent, found, 0.5)
    assert (report.lost, report.changed, report.statuses["pending"]) == (1, 1, 1)
    assert not report.complete
    assert "Lost       1; texts changed 1" in format_report(report)


def test_agreement_with_people() -> None:
    labels = {"a": True, "b": True, "c": False, "d": False, "e": None}
    sent = Sent(labels, dict.fromkeys(labels, hash("text")), {}, 1.0)
    found = {
        "a": comment("rejected", toxicity=0.9),
        "b": comment("approved", toxicity=0.2),
        "c": comment("in_review", toxicity=0.6),
        "d": comment("approved", toxicity=0.1),
        "e": comment("approved"),
    }
    agreement = build_report(sent, found, 0.5).agreement
    assert agreement
    assert (agreement.labelled, agreement.abusive) == (4, 2)
    assert (agreement.precision, agreement.recall, agreement.false_alarm) == (0.5, 0.5, 0.5)
    assert agreement.auc == 0.75


def test_the_area_under_the_curve_is_the_known_one() -> None:
    generator = random.Random(0)
    labels = [generator.random() < 0.3 for _ in range(500)]
    scores = [round(generator.random() + 0.3 * label, 1) for label in labels]
    assert area_under_curve(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    assert area_under_curve([True, True], [0.1, 0.2]) is None
