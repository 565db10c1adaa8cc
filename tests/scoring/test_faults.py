"""What goes wrong in a drain: nothing is lost, nothing approved, a person decides instead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Count
from django.db.models.functions import Now

from classifiers import BundleError, Classifier
from moderation.models import (
    ClassifierVersion,
    Comment,
    Decision,
    Delivery,
    PolicyVersion,
    Score,
    Site,
    Source,
    Status,
    Story,
    WebhookEndpoint,
)
from moderation.policy_versions import live
from moderation.scoring import drain
from tests.cast import MakeComment
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db

POISON = "This one is poison."


@pytest.fixture(autouse=True)
def published(daily: Site) -> PolicyVersion:
    """The Daily has its first policy."""
    return live.ensure_default(daily)


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Make the classifier raise what the list holds (its last) whenever a text is poison."""
    raised: list[BaseException] = [RuntimeError("poison")]
    score_batch = Classifier.score_batch

    def guarded(self: Classifier, items: Any) -> Any:
        if any(POISON in item.text for item in items):
            raise raised[-1]
        return score_batch(self, items)

    monkeypatch.setattr(Classifier, "score_batch", guarded)
    return raised


def make_due() -> None:
    """Let every lease be over."""
    Comment.objects.filter(status=Status.PENDING).update(due_at=Now() - timedelta(seconds=1))


def drain_with_time_passing(rounds: int = 10) -> None:
    """Drain again and again, each time with every lease over."""
    for _ in range(rounds):
        drain.drain()
        make_due()


def status_of(comment: Comment) -> str:
    """Return the comment's status now."""
    return Comment.objects.values_list("status", flat=True).get(pk=comment.pk)


@pytest.mark.parametrize("error", [RuntimeError("poison"), MemoryError("poison")])
def test_a_poison_comment_goes_to_a_person_and_harms_no_neighbour(
    make_comment: MakeComment, poison: list[BaseException], error: BaseException
) -> None:
    poison.append(error)
    good = [make_comment() for _ in range(19)]
    bad = make_comment(POISON)
    drain.drain()
    assert {status_of(each) for each in good} <= {Status.APPROVED, Status.IN_REVIEW}
    assert not Decision.objects.filter(source=Source.FALLBACK).exists()
    assert status_of(bad) == Status.PENDING

    drain_with_time_passing()
    decision = Decision.objects.get(comment=bad)
    assert (decision.status, decision.source) == (Status.IN_REVIEW, Source.FALLBACK)
    assert decision.note == drain.NOT_SCORED
    assert Comment.objects.get(pk=bad.pk).attempts == settings.SCORING_ATTEMPTS + 1
    assert not Score.objects.filter(comment=bad).exists()
    assert Decision.objects.count() == 20


def test_running_out_of_time_is_not_swallowed(
    make_comment: MakeComment, poison: list[BaseException]
) -> None:
    poison.append(SoftTimeLimitExceeded())
    bad = make_comment(POISON)
    with pytest.raises(SoftTimeLimitExceeded):
        drain.drain()
    assert status_of(bad) == Status.PENDING


def test_a_lost_database_is_not_blamed_on_the_comment(
    make_comment: MakeComment, poison: list[BaseException]
) -> None:
    poison.append(OperationalError("the connection is closed"))
    make_comment(POISON)
    with pytest.raises(OperationalError):
        drain.drain()


def test_a_row_that_cannot_be_written_goes_to_a_person(
    make_comment: MakeComment, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = make_comment(), make_comment(POISON)
    score_batch = Classifier.score_batch

    def spoiled(self: Classifier, items: Any) -> Any:
        measured = score_batch(self, items)
        for item, each in zip(items, measured, strict=True):
            if item.text == POISON:
                each.signals["toxicity"] = float("nan")
        return measured

    monkeypatch.setattr(Classifier, "score_batch", spoiled)
    drain_with_time_passing()
    assert status_of(good) == Status.APPROVED
    assert Decision.objects.get(comment=bad).source == Source.FALLBACK


@pytest.mark.parametrize("wrong", ["none", "damaged"])
def test_without_a_policy_that_can_judge_a_person_decides(
    make_comment: MakeComment, daily: Site, wrong: str
) -> None:
    if wrong == "none":
        PolicyVersion.objects.all().delete()
    else:
        PolicyVersion.objects.create(
            site=daily, number=2, document={"rules": 7}, published_at=Now()
        )
    comment = make_comment()
    drain.drain()
    assert status_of(comment) == Status.IN_REVIEW
    assert Decision.objects.get().source == Source.FALLBACK
    assert Decision.objects.get().note == drain.NO_POLICY


def test_without_a_sound_bundle_a_person_decides(
    make_comment: MakeComment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Classifier:
        raise BundleError("The checksum is wrong.")

    monkeypatch.setattr("classifiers.load", broken)
    comment = make_comment()
    drain.drain()
    decision = Decision.objects.get()
    assert (status_of(comment), decision.source) == (Status.IN_REVIEW, Source.FALLBACK)
    assert decision.score is None
    assert [reason["rule"] for reason in decision.reasons] == ["unscored"]


def test_a_damaged_adaptation_approves_nothing(make_comment: MakeComment, daily: Site) -> None:
    ClassifierVersion.objects.create(
        site=daily, name="daily-1", state=ClassifierVersion.State.LIVE, artefact=b"garbage"
    )
    comment = make_comment()
    drain.drain()
    assert status_of(comment) == Status.IN_REVIEW
    assert Decision.objects.get().source == Source.FALLBACK


def test_one_broken_site_does_not_stop_another(
    make_comment: MakeComment, herald: Site, daily: Site
) -> None:
    elsewhere = Story.objects.create(site=herald, external_id="h", title="Mill Street")
    unjudged = make_comment(story=elsewhere)
    judged = make_comment()
    drain.drain()
    assert (status_of(judged), status_of(unjudged)) == (Status.APPROVED, Status.IN_REVIEW)


@pytest.mark.django_db(transaction=True)
def test_drains_at_once_decide_everything_once(make_comment: MakeComment, daily: Site) -> None:
    WebhookEndpoint.objects.create(site=daily, url="https://daily.example/hook", secrets=[])
    for number in range(200):
        make_comment(f"Tram line {number} should stop at the market, as it did before.")
    taken: list[int] = []

    def work() -> None:
        try:
            while handled := drain.score_batch(limit=7):
                taken.append(handled)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE_SECONDS)
    assert sum(taken) == 200
    assert not Comment.objects.filter(status=Status.PENDING).exists()
    assert Decision.objects.values("comment").annotate(n=Count("pk")).filter(n=1).count() == 200
    assert Score.objects.count() == 200
    told = Decision.objects.filter(status__in=["approved", "rejected"]).count()
    assert Delivery.objects.count() == told


DYING_DRAIN = f"""
import os, signal
import django
django.setup()
from classifiers import Classifier
from moderation.scoring import drain

score_batch = Classifier.score_batch

def fatal(self, items):
    if any({POISON!r} in item.text for item in items):
        os.kill(os.getpid(), signal.SIGKILL)
    return score_batch(self, items)

Classifier.score_batch = fatal
drain.drain()
"""


def drain_in_a_process_that_may_die() -> int:
    """Drain in another process, which the poison kills; return its exit status."""
    root = Path(__file__).resolve().parents[2]
    database = connection.settings_dict
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + database["NAME"]
    done = subprocess.run(
        [sys.executable, "-c", DYING_DRAIN],
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(root)},
        cwd=root,
        stdin=subprocess.DEVNULL,
        timeout=2 * PATIENCE_SECONDS,
        check=False,
    )
    return done.returncode


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_comment_that_kills_its_worker_ends_with_a_person(make_comment: MakeComment) -> None:
    good = [make_comment() for _ in range(5)]
    bad = make_comment(POISON)
    deaths = 0
    for _ in range(settings.SCORING_ATTEMPTS + 3):
        deaths += drain_in_a_process_that_may_die() == -signal.SIGKILL
        make_due()
        if status_of(bad) != Status.PENDING:
            break
    assert deaths == settings.SCORING_ATTEMPTS
    assert {status_of(each) for each in good} == {Status.APPROVED}
    # The first death took the batch along; from then on each comes alone.
    assert set(Comment.objects.exclude(pk=bad.pk).values_list("attempts", flat=True)) == {2}
    assert Decision.objects.get(comment=bad).source == Source.FALLBACK
    assert Decision.objects.count() == 6
