"""Rate limits, counted in each web process for its share.

A key of the API has a fixed minute, a visitor of the pages any 60 seconds. No library counts here:
the `limits` package takes four times as long, and every comment passes a limit.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Mapping
from time import monotonic

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from moderation.platform import memo
from moderation.platform.http.problems import TooMany

WINDOW_SECONDS = 60
# Visitors whose acts are remembered at the same time.
VISITORS = 100_000


class Minute:
    """The requests of each key in the current minute."""

    def __init__(self) -> None:
        self._started = 0.0
        self._used: dict[int, int] = {}
        self._guard = threading.Lock()

    def use(self, key_id: int, cost: int, limit: int) -> tuple[bool, int, int]:
        """Count requests; whether the limit allows them, how many remain, and for which seconds.

        Refused requests do not count, so a refused caller can continue in the next minute.
        """
        now = monotonic()
        with self._guard:
            if now - self._started >= WINDOW_SECONDS:
                self._started = now
                self._used.clear()
            used = self._used.get(key_id, 0)
            allowed = used + cost <= limit
            if allowed:
                self._used[key_id] = used = used + cost
        return allowed, limit - used, math.ceil(self._started + WINDOW_SECONDS - now)

    def forget(self) -> None:
        """Start to count again."""
        with self._guard:
            self._used.clear()


class MovingWindow:
    """The times at which each visitor acted in the last 60 seconds."""

    def __init__(self) -> None:
        self._acts: memo.Memo[tuple[str, ...], deque[float]] = memo.Memo(
            size=VISITORS, seconds=WINDOW_SECONDS
        )
        self._guard = threading.Lock()

    def use(self, limits: Mapping[tuple[str, ...], int]) -> int:
        """Count one act for several keys, each with its limit; 0 when every limit allows it.

        Otherwise nothing is counted, and the result is the seconds until the next act is allowed.
        """
        now = monotonic()
        known = {}
        with self._guard:
            for key, limit in limits.items():
                known[key] = acts = self._acts.get(key) or deque()
                while acts and now - acts[0] >= WINDOW_SECONDS:
                    acts.popleft()
                if len(acts) >= limit:
                    return max(1, math.ceil(acts[-limit] + WINDOW_SECONDS - now))
            for key, acts in known.items():
                acts.append(now)
                self._acts.set(key, acts)
        return 0


_minute = Minute()
memo.register(_minute.forget)
visitors = MovingWindow()


def share(per_minute: int) -> int:
    """Return this process's share of a limit for all web processes."""
    processes: int = settings.WEB_PROCESSES
    return max(1, per_minute // processes) if processes > 1 else per_minute


def count(request: HttpRequest, key_id: int, cost: int = 1) -> None:
    """Count a request, or each comment of a batch. Raises TooMany above the limit."""
    limit = share(settings.RATE_LIMIT_PER_MINUTE)
    allowed, remaining, seconds = _minute.use(key_id, cost, limit)
    request.rate = (limit, remaining, seconds)  # type: ignore[attr-defined]
    if not allowed:
        raise TooMany(
            f"This key may make {limit:,} requests a minute here.", limit=limit, seconds=seconds
        )


def used(request: HttpRequest) -> tuple[int, int, int]:
    """Return the limit of a counted request, the remaining requests and the minute's seconds."""
    rate: tuple[int, int, int] = request.rate  # type: ignore[attr-defined]
    return rate


def add_headers(request: HttpRequest, response: HttpResponse) -> None:
    """Add the limit and the remaining requests (draft-ietf-httpapi-ratelimit-headers)."""
    rate = getattr(request, "rate", None)
    if rate is not None:
        limit, remaining, seconds = rate
        response["RateLimit-Policy"] = f'"default";q={limit};w={WINDOW_SECONDS}'
        response["RateLimit"] = f'"default";r={remaining};t={seconds}'
