"""Celery's tasks: each can run again at any time, and a real worker wakes for a comment."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.models import Max

from moderation import tasks
from moderation.celery import app
from moderation.decisions.decide import decide
from moderation.intake import wake_worker
from moderation.integrations.akismet.callbacks import CALLBACKS
from moderation.learning import train
from moderation.models import (
    Callback,
    ClassifierVersion,
    Comment,
    Decision,
    Delivery,
    PolicyVersion,
    Score,
    Site,
    Status,
)
from moderation.policy_versions import live
from moderation.scoring import drain
from moderation.standalone.startup import programs
from moderation.webhooks import endpoints, sender
from moderation.webhooks.deliveries import WEBHOOKS
from tests.cast import MakeComment
from tests.desk import comments, is_training
from tests.receiver import Receiver, status
from tests.waiting import PATIENCE_SECONDS, eventually

ROOT = Path(__file__).resolve().parents[1]
END_CONNECTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
Snapshot = list[tuple[Any, ...]]


def snapshot() -> Snapshot:
    """Everything that a task may change, as plain rows."""
    return [
        row
        for model in (Comment, Decision, Score, Delivery, ClassifierVersion)
        for row in model.objects.order_by("pk").values_list()
    ]


def assert_idempotent(task: Any, crash: Callable[[], Any]) -> Snapshot:
    """Run a task three times, once cut off in the middle; after the first run nothing changes."""
    task.run()
    after_first = snapshot()
    crash()
    task.run()
    task.run()
    assert snapshot() == after_first
    return after_first


@pytest.mark.django_db
def test_score_pending_is_idempotent(
    make_comment: MakeComment, daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.ensure_default(daily)
    make_comment()

    def crash() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(drain, "drain", lambda: (_ for _ in ()).throw(OSError))
            with pytest.raises(OSError):
                tasks.score_pending.run()

    rows = assert_idempotent(tasks.score_pending, crash)
    assert Decision.objects.count() == 1 and rows


@pytest.mark.django_db(transaction=True)
def test_deliver_due_is_idempotent(
    make_comment: MakeComment, daily: Site, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True

    def run() -> None:
        """Run the task and wait for the thread that it starts."""
        app.tasks["moderation.tasks.deliver_due"].run()
        for thread in threading.enumerate():
            if thread.name == "webhooks":
                thread.join(PATIENCE_SECONDS)

    def crash() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(WEBHOOKS, "claim", lambda **_: (_ for _ in ()).throw(OSError))
            run()

    with Receiver(status(200)) as receiver:
        endpoints.add_endpoint(daily, url=receiver.url)
        decide(make_comment().pk, status="approved", source="policy", expected_version=1)
        rows = assert_idempotent(SimpleNamespace(run=run), crash)
        assert len(receiver.got) == 1 and rows
    assert Delivery.objects.get().state == Delivery.State.SENT


@pytest.mark.django_db(transaction=True)
def test_tell_callbacks_is_idempotent(
    make_comment: MakeComment, daily: Site, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True

    def run() -> None:
        """Run the task and wait for the thread that it starts."""
        tasks.tell_callbacks.run()
        for thread in threading.enumerate():
            if thread.name == "callbacks":
                thread.join(PATIENCE_SECONDS)

    def crash() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(CALLBACKS, "claim", lambda **_: (_ for _ in ()).throw(OSError))
            run()

    with Receiver(status(200)) as receiver:
        comment = make_comment()
        Callback.objects.create(
            comment=comment, url=receiver.url, guid=uuid.uuid4(), key=endpoints.encrypt("k")
        )
        decide(comment.pk, status="approved", source="policy", expected_version=1)
        assert_idempotent(SimpleNamespace(run=run), crash)
        assert len(receiver.got) == 1
    assert Callback.objects.get().state == Callback.State.SENT


@pytest.mark.django_db
def test_retrain_is_idempotent(
    make_comment: MakeComment, daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, rejected in comments(120):
        wanted = Status.REJECTED if rejected else Status.APPROVED
        decide(make_comment(text).pk, status=wanted, source="moderator", expected_version=1, hold=0)

    def crash() -> None:
        with monkeypatch.context() as patched:
            patched.setattr(train, "is_due", lambda site: True)
            patched.setattr(train, "examine", lambda *_: (_ for _ in ()).throw(OSError))
            tasks.retrain.run()

    rows = assert_idempotent(tasks.retrain, crash)
    assert ClassifierVersion.objects.filter(site=daily).count() == 1 and rows


def test_training_keeps_no_comment_waiting() -> None:
    assert settings.CELERY_TASK_ROUTES[tasks.retrain.name] == {"queue": "training"}
    worker = next(each for each in programs(ROOT, "127.0.0.1", 8000) if each.name == "worker")
    options = dict(zip(worker.command, worker.command[1:], strict=False))
    # One of them trains at most; the others go on scoring.
    assert options["--queues"] == "moderato,training" and int(options["--concurrency"]) >= 2


def own_tasks() -> dict[str, Any]:
    """The registered tasks that are ours, by their last name."""
    app.loader.import_default_modules()
    return {
        name.rsplit(".", 1)[-1]: task
        for name, task in app.tasks.items()
        if name.startswith("moderation.")
    }


def test_every_task_has_its_idempotency_test() -> None:
    here = dict(inspect.getmembers(sys.modules[__name__], inspect.isfunction))
    assert own_tasks()
    for name in own_tasks():
        assert f"test_{name}_is_idempotent" in here


def test_every_task_survives_the_death_of_its_worker_and_has_an_end() -> None:
    for task in own_tasks().values():
        assert task.acks_late and task.retry_on_worker_lost
        assert task.max_retries == 3
        assert task.soft_time_limit < task.time_limit
        assert task.time_limit < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
        assert task.ignore_result


def test_a_lease_outlives_any_batch_that_still_runs() -> None:
    assert 2 * tasks.score_pending.time_limit <= settings.SCORING_LEASE_SECONDS
    assert tasks.score_pending.soft_time_limit > drain.DRAIN_SECONDS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("task", "service", "verb"),
    [
        (tasks.score_pending, drain, "drain"),
        (tasks.deliver_due, sender, "deliver_in_background"),
        (tasks.tell_callbacks, sender, "deliver_in_background"),
        (tasks.retrain, train, "retrain_due"),
    ],
)
def test_running_out_of_memory_does_not_end_the_worker(
    task: Any, service: Any, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(service, verb, exhausted)
    with pytest.raises(tasks.OutOfMemoryError):
        task.run()


# --- a real worker -----------------------------------------------------------------------------


class Worker:
    """A real Celery worker with two children, on the test's database and Redis."""

    def __init__(self, log: Path) -> None:
        name = connection.settings_dict["NAME"]
        url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + name
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", "moderation.celery", "worker"),
                    *("--concurrency", "2", "--queues", "moderato,training"),
                    *("--loglevel", "INFO"),
                    *("--without-gossip", "--without-mingle", "--hostname", "tests@localhost"),
                ],
                env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return once the worker takes messages."""
        assert eventually(lambda: "ready." in self.log.read_text()), self.log.read_text()

    def wait_until_idle(self) -> None:
        """Return once every task that the worker took has ended."""

        def idle() -> bool:
            log = self.log.read_text()
            return log.count("] received") == log.count("] succeeded in")

        assert eventually(idle), self.log.read_text()

    def children(self) -> list[int]:
        """The pids of the pool."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def stop(self) -> None:
        """End the worker and its children."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path, daily: Site) -> Iterator[Worker]:
    """A worker that is ready; The Daily has its policy."""
    live.ensure_default(daily)
    forget_messages()
    started = Worker(tmp_path / "worker.log")
    try:
        started.wait_until_ready()
        yield started
    finally:
        started.stop()


def forget_messages() -> None:
    """Empty the queues: other tests rang for comments that are gone."""
    broker = redis.Redis.from_url(settings.REDIS_URL)
    for key in broker.scan_iter("moderato:*"):
        broker.delete(key)


def all_decided() -> bool:
    """Tell whether nothing is pending."""
    return not Comment.objects.filter(status=Status.PENDING).exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_real_worker_wakes_and_outlives_its_children(
    worker: Worker, make_comment: MakeComment
) -> None:
    comment = make_comment()
    wake_worker.notify()
    assert eventually(all_decided), worker.log.read_text()
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED

    worker.wait_until_idle()
    for pid in worker.children():
        os.kill(pid, signal.SIGKILL)
    make_comment()
    wake_worker.notify()
    assert eventually(all_decided), worker.log.read_text()

    # PostgreSQL ended every connection, as a restart does: the next task opens a new one.
    worker.wait_until_idle()
    with connection.cursor() as cursor:
        cursor.execute(END_CONNECTIONS)
    make_comment()
    wake_worker.notify()
    assert eventually(all_decided), worker.log.read_text()

    # The sweep finds a comment that woke no worker.
    make_comment()
    app.send_task("moderation.tasks.score_pending")
    assert eventually(all_decided), worker.log.read_text()
    # A message of a later release, and one with arguments that this one does not know.
    app.send_task("moderation.tasks.not_yet_known", queue="moderato")
    app.send_task("moderation.tasks.score_pending", kwargs={"unknown": 1})
    make_comment()
    wake_worker.notify()
    assert eventually(all_decided), worker.log.read_text()
    assert Decision.objects.count() == 5
    assert Comment.objects.aggregate(most=Max("version"))["most"] == 2
    assert worker.process.poll() is None
    assert PolicyVersion.objects.count() == 1
    assert comment.body not in worker.log.read_text()


@pytest.mark.slow
def test_comments_are_scored_while_a_site_is_trained(
    worker: Worker, make_comment: MakeComment, daily: Site
) -> None:
    for text, rejected in comments(450):
        wanted = Status.REJECTED if rejected else Status.APPROVED
        reviewed = make_comment(text, status=Status.IN_REVIEW)
        decide(reviewed.pk, status=wanted, source="moderator", expected_version=1, hold=0)
    app.send_task("moderation.tasks.retrain", queue="training")
    assert eventually(is_training), worker.log.read_text()
    make_comment()
    wake_worker.notify()
    assert eventually(all_decided), worker.log.read_text()
    assert is_training()
    assert eventually(lambda: not is_training(), 300)
    version = ClassifierVersion.objects.get(site=daily)
    assert version.state == ClassifierVersion.State.LIVE

    # The worker has measured without it before; it needs no restart to measure with it.
    comment = make_comment("Once again the referee was paid by the league.")
    wake_worker.notify()
    assert eventually(all_decided), worker.log.read_text()
    score = Score.objects.get(comment=comment)
    assert score.classifier_version == version and "likely_to_reject" in score.signals
