"""The rate limit of a key: so many requests a minute, counted in each web process for its share.

Counted here and not with a library: a count on the way of every comment must cost next to nothing.
"""

from __future__ import annotations

import math
import threading
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from moderation.platform.http.problems import TooMany

WINDOW_SECONDS = 60


class Minute:
    """How much each key has used of the current minute."""

    def __init__(self) -> None:
        self._started = 0.0
        self._used: dict[int, int] = {}
        self._lock = threading.Lock()

    def use(self, key_id: int, cost: int, limit: int) -> tuple[bool, int, int]:
        """Use some of the minute; whether that was allowed, what is left of it, and its seconds.

        What is not allowed is not counted, so that a refused caller gets on in the next minute.
        """
        now = time.monotonic()
        with self._lock:
            if now - self._started >= WINDOW_SECONDS:
                self._started = now
                self._used.clear()
            used = self._used.get(key_id, 0)
            allowed = used + cost <= limit
            if allowed:
                self._used[key_id] = used = used + cost
        return allowed, limit - used, math.ceil(self._started + WINDOW_SECONDS - now)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._used.clear()


_minute = Minute()


def forget() -> None:
    """Begin to count anew (tests)."""
    _minute.forget()


def share() -> int:
    """Return how many requests a minute this process lets a key make."""
    limit, processes = settings.RATE_LIMIT_PER_MINUTE, settings.WEB_PROCESSES
    return int(max(1, limit // processes)) if processes > 1 else int(limit)


def count(request: HttpRequest, key_id: int, cost: int = 1) -> None:
    """Count a request (of a batch: each comment). Raises TooMany when the minute is used up."""
    limit = share()
    allowed, left, seconds = _minute.use(key_id, cost, limit)
    request.rate = (limit, left, seconds)  # type: ignore[attr-defined]
    if not allowed:
        raise TooMany(
            f"This key may make {limit:,} requests a minute here.", limit=limit, seconds=seconds
        )


def used(request: HttpRequest) -> tuple[int, int, int]:
    """Return the limit of a counted request's key, what is left of it, and the minute's seconds."""
    rate: tuple[int, int, int] = request.rate  # type: ignore[attr-defined]
    return rate


def add_headers(request: HttpRequest, response: HttpResponse) -> None:
    """Tell the caller its limit and what is left (draft-ietf-httpapi-ratelimit-headers)."""
    rate = getattr(request, "rate", None)
    if rate is not None:
        limit, left, seconds = rate
        response["RateLimit-Policy"] = f'"default";q={limit};w={WINDOW_SECONDS}'
        response["RateLimit"] = f'"default";r={left};t={seconds}'
