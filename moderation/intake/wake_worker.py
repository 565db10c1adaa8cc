"""Wakes a worker when comments are waiting.

Only speed depends on it: the sweep finds every comment that no notification was sent for. So
notifying never waits for Redis and never fails. Until a worker acknowledges a notification,
further notifications add no message.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

import redis
from django.conf import settings
from django.db import transaction

from moderation.celery import app
from moderation.platform.memo import Memo

logger = logging.getLogger(__name__)

TASK = "moderation.tasks.score_pending"
KEY = "moderato:bell"
# A notification whose message was lost blocks the next ones for this time at most.
KEY_SECONDS = 5
TIMEOUT_SECONDS = 0.5
COMPLAINT_SECONDS = 60.0


class Notifier:
    """One background thread per process that sends notifications to Redis."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._redis: redis.Redis | None = None
        self._producer: Any = None

    def notify(self) -> None:
        """Ask for a notification and return at once."""
        self._wanted.set()
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def _start(self) -> None:
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
                self._thread.start()
        except RuntimeError:  # no more threads, or the interpreter is going down
            self._complain("the notifier's thread cannot start")
        finally:
            self._starting.release()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self.notify_now()
            except Exception as error:  # no fault of Redis ends the thread
                self._complain(f"workers cannot be notified: {type(error).__name__}")

    def notify_now(self) -> bool:
        """Notify in this thread; True for the first notification since the last acknowledgement."""
        if not self._connection().set(KEY, "1", nx=True, ex=KEY_SECONDS):
            return False
        try:
            self._publish()
        except Exception:
            # No message was sent: the next notification must send one.
            self.acknowledge()
            raise
        return True

    def _publish(self) -> None:
        try:
            if self._producer is None:
                self._producer = app.amqp.Producer(_broker_connection())
            app.send_task(TASK, producer=self._producer)
        except Exception:
            self._producer = None  # the next notification opens a new connection
            raise

    def acknowledge(self) -> None:
        """Let the next notification send a message.

        A drain calls it before it reads, so that it misses no comment.
        """
        try:
            self._connection().delete(KEY)
        except redis.RedisError as error:
            self._complain(f"a notification cannot be acknowledged: {type(error).__name__}")

    def _connection(self) -> redis.Redis:
        if self._redis is None:
            self._redis = redis.Redis.from_url(settings.REDIS_URL, **_redis_options())
        return self._redis

    def _complain(self, message: str) -> None:
        if _complaints.add(self, True):
            logger.warning("%s; the sweep will find the waiting comments", message)


# Each notifier complains once a minute.
_complaints: Memo[Notifier, bool] = Memo(size=8, seconds=COMPLAINT_SECONDS)


def _redis_options() -> dict[str, Any]:
    return {
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "health_check_interval": 10,
        # One immediate retry: a restart of Redis breaks the connection.
        "retry": redis.retry.Retry(redis.backoff.NoBackoff(), 1),
    }


def _broker_connection() -> Any:
    """Return a connection with short time-outs for one message.

    Workers wait for messages and need longer time-outs, so this does not share their pool.
    """
    options = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    return app.connection_for_write(transport_options=options)


_notifier = Notifier()


def notify() -> None:
    """Wake a worker soon. Never waits, never raises; many calls at once send one message."""
    _notifier.notify()


def notify_after_commit() -> None:
    """Notify once the current transaction has committed; at once when there is none."""
    transaction.on_commit(notify, robust=True)


def acknowledge() -> None:
    """Let the next notification send a message; a drain calls it before it looks for comments."""
    _notifier.acknowledge()


def _replace_parent() -> None:
    """Give a forked child its own notifier: it has no thread of its parent, and no socket."""
    global _notifier
    _notifier = Notifier()


os.register_at_fork(after_in_child=_replace_parent)
