"""The bell: tells the workers, soon and once, that comments are waiting.

Nothing depends on it but speed: the sweep finds what no bell rang for. So ringing never waits for
Redis, never fails, and many rings while nobody has answered yet are one ring.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any

import redis
from django.conf import settings
from django.db import transaction

from moderation.celery import app

logger = logging.getLogger(__name__)

TASK = "moderation.tasks.score_pending"
KEY = "moderato:bell"
# A ring that nobody answered (its message was lost) stands in the way this long at most.
KEY_SECONDS = 5
TIMEOUT_SECONDS = 0.5
COMPLAINT_SECONDS = 60.0


class Ringer:
    """One background thread per process that carries rings to Redis."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._redis: redis.Redis | None = None
        self._producer: Any = None
        self._complained_at = -COMPLAINT_SECONDS

    def ring(self) -> None:
        """Ask for a ring and return at once."""
        self._wanted.set()
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def _start(self) -> None:
        if not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                self._thread.start()
        except RuntimeError:  # no more threads, or the interpreter is going down
            self._complain("the bell's thread cannot start")
        finally:
            self._starting.release()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self.ring_now()
            except Exception as error:  # whatever Redis does, the thread lives on
                self._complain(f"the bell cannot be rung: {type(error).__name__}")

    def ring_now(self) -> bool:
        """Ring in this thread: True when this ring was the first one since the last answer."""
        if not self._connection().set(KEY, "1", nx=True, ex=KEY_SECONDS):
            return False
        try:
            self._publish()
        except Exception:
            # The ring did not go out: it must not silence the next one.
            self.answer()
            raise
        return True

    def _publish(self) -> None:
        try:
            if self._producer is None:
                self._producer = app.amqp.Producer(_broker_connection())
            app.send_task(TASK, producer=self._producer)
        except Exception:
            self._producer = None  # the next ring starts with a fresh connection
            raise

    def answer(self) -> None:
        """Let the next ring through. Called before a drain reads, so that no comment is missed."""
        try:
            self._connection().delete(KEY)
        except redis.RedisError as error:
            self._complain(f"the bell cannot be answered: {type(error).__name__}")

    def _connection(self) -> redis.Redis:
        if self._redis is None:
            self._redis = redis.Redis.from_url(settings.REDIS_URL, **_redis_options())
        return self._redis

    def _complain(self, message: str) -> None:
        now = time.monotonic()
        if now - self._complained_at >= COMPLAINT_SECONDS:
            self._complained_at = now
            logger.warning("%s; the sweep will find what is waiting", message)


def _redis_options() -> dict[str, Any]:
    return {
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "health_check_interval": 10,
        # One quick second attempt, for a connection that a restart of Redis has broken.
        "retry": redis.retry.Retry(redis.backoff.NoBackoff(), 1),
    }


def _broker_connection() -> Any:
    """Return a connection for the one message, with short time-outs.

    Workers need longer ones on theirs (they wait for messages), so their pool is not shared.
    """
    options = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    return app.connection_for_write(transport_options=options)


_ringer = Ringer()


def ring() -> None:
    """Wake a worker soon. Never waits, never raises; many rings at once are one."""
    _ringer.ring()


def ring_after_commit() -> None:
    """Ring once the current transaction has committed (at once when there is none)."""
    transaction.on_commit(ring, robust=True)


def answer() -> None:
    """Let the next ring through; a drain calls it before it looks for work."""
    _ringer.answer()


def _forget_parent() -> None:
    """A forked child has none of its parent's threads, and must not share its sockets."""
    global _ringer
    _ringer = Ringer()


os.register_at_fork(after_in_child=_forget_parent)
