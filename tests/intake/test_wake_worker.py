"""A notification wakes a worker once, and never delays its caller."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from moderation.celery import app
from moderation.intake import wake_worker
from tests.waiting import eventually

QUEUE = "moderato:moderato"


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """The real Redis, with no message of an earlier test in it."""
    connection = redis.Redis.from_url(settings.REDIS_URL)
    connection.delete(QUEUE, wake_worker.KEY)
    yield connection
    connection.delete(QUEUE, wake_worker.KEY)


@pytest.fixture
def dead_address() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}/0"


@pytest.fixture
def hung_address() -> Iterator[str]:
    """An address that takes a connection and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def broken_notifier(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> wake_worker.Notifier:
    """A notifier whose Redis is dead or hung (the parameter says which)."""
    address = request.getfixturevalue(request.param)
    monkeypatch.setattr(settings, "REDIS_URL", address)
    notifier = wake_worker.Notifier()
    monkeypatch.setattr(wake_worker, "_notifier", notifier)
    return notifier


def test_it_sends_one_message_that_names_the_drain(broker: redis.Redis) -> None:
    wake_worker.notify()
    assert eventually(lambda: broker.llen(QUEUE) == 1)
    assert b"moderation.tasks.score_pending" in broker.lindex(QUEUE, 0)


def test_many_notifications_are_one_until_it_is_acknowledged(
    broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake_worker, "KEY_SECONDS", 600)
    for _ in range(200):
        wake_worker.notify()
    assert eventually(lambda: broker.llen(QUEUE) == 1)
    assert wake_worker.Notifier().notify_now() is False
    assert broker.llen(QUEUE) == 1

    wake_worker.acknowledge()
    wake_worker.notify()
    assert eventually(lambda: broker.llen(QUEUE) == 2)


def test_a_lost_message_blocks_the_next_one_for_seconds_only(broker: redis.Redis) -> None:
    wake_worker.Notifier().notify_now()
    assert 0 < broker.ttl(wake_worker.KEY) <= wake_worker.KEY_SECONDS


@pytest.mark.parametrize("broken_notifier", ["dead_address", "hung_address"], indirect=True)
def test_notifying_never_waits_for_redis(
    broken_notifier: wake_worker.Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_by: set[str] = set()
    connect = broken_notifier._connection

    def noting() -> redis.Redis:
        asked_by.add(threading.current_thread().name)
        return connect()

    monkeypatch.setattr(broken_notifier, "_connection", noting)
    for _ in range(1000):
        wake_worker.notify()
    assert eventually(lambda: bool(asked_by))
    assert asked_by == {"notifier"}, "only the notifier's own thread waits for Redis"


@pytest.mark.parametrize("broken_notifier", ["dead_address", "hung_address"], indirect=True)
def test_it_gives_up_on_redis_within_seconds_and_says_so_once(
    broken_notifier: wake_worker.Notifier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="moderation.intake.wake_worker")
    with pytest.raises(redis.RedisError):
        broken_notifier.notify_now()
    for _ in range(2):
        broken_notifier.acknowledge()
    options = broken_notifier._connection().connection_pool.connection_kwargs
    assert options["socket_timeout"] <= 1 and options["socket_connect_timeout"] <= 1
    assert options["retry"].get_retries() <= 1
    assert caplog.text.count("acknowledged") == 1
    assert "the sweep will find" in caplog.text


def test_a_message_that_does_not_go_out_blocks_no_other(
    broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    notifier = wake_worker.Notifier()
    with monkeypatch.context() as patched:
        patched.setattr(app, "send_task", lambda *_, **__: (_ for _ in ()).throw(OSError("gone")))
        with pytest.raises(OSError, match="gone"):
            notifier.notify_now()
    assert notifier.notify_now() is True
    assert broker.llen(QUEUE) == 1


def test_a_forked_child_notifies_by_itself(broker: redis.Redis) -> None:
    wake_worker.notify()
    assert eventually(lambda: broker.llen(QUEUE) == 1)
    wake_worker.acknowledge()
    child = os.fork()
    if child == 0:
        wake_worker.notify()
        mine = redis.Redis.from_url(settings.REDIS_URL)
        os._exit(0 if eventually(lambda: mine.llen(QUEUE) == 2) else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert broker.llen(QUEUE) == 2
