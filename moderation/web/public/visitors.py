"""Who a visitor is without signing in: a reader with a signed cookie, at an address."""

from __future__ import annotations

import ipaddress
import math
import re
import secrets
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

COOKIE = "__Host-reader" if settings.HTTPS else "reader"
SALT = "moderation.reader"
YEAR = 365 * 24 * 3600
_ID = re.compile(r"reader-[0-9a-f]{32}", re.ASCII)
# A school or an office shares an address; a program without cookies is stopped all the same.
READERS_PER_ADDRESS = 5

_storage = MemoryStorage()
_limiter = MovingWindowRateLimiter(_storage)


def forget() -> None:
    """Begin to count anew (tests)."""
    _storage.reset()


def reader_id(request: HttpRequest) -> str:
    """Return the reader's id, which only the signed cookie tells; "" for a newcomer."""
    found = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=YEAR)
    return found if found and _ID.fullmatch(found) else ""


def new_reader_id() -> str:
    """Return an id that nobody can guess: 128 random bits."""
    return f"reader-{secrets.token_hex(16)}"


def remember_reader(response: HttpResponse, reader: str) -> None:
    """Let the browser keep who the reader is."""
    response.set_signed_cookie(
        COOKIE,
        reader,
        salt=SALT,
        max_age=YEAR,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Lax",
    )


def address_of(request: HttpRequest) -> str:
    """Return the client's address, believing no more proxies than TRUSTED_PROXIES says.

    "" when there is none, as behind a Unix socket: all such visitors share one allowance.
    """
    address = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        # Each trusted proxy added one at the end; what stands before is the client's own story.
        address = told[-proxies] if len(told) >= proxies else address
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.version == 6 and found.ipv4_mapped is None:
        # One household has a whole /64 to choose from.
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def seconds_to_wait(request: HttpRequest, reader: str, act: str) -> int:
    """Count one act of a reader; 0 when it is allowed, else the seconds until the next one is.

    Counted in each web process for its share, and never in Redis: accepting does not wait for it.
    """
    share = max(1, settings.READER_COMMENTS_PER_MINUTE // max(1, settings.WEB_PROCESSES))
    counts = (
        (RateLimitItemPerMinute(share), reader),
        (RateLimitItemPerMinute(share * READERS_PER_ADDRESS), address_of(request)),
    )
    for limit, key in counts:
        if not _limiter.test(limit, act, key):
            reset = _limiter.get_window_stats(limit, act, key).reset_time
            return max(1, math.ceil(reset - time.time()))
    for limit, key in counts:
        _limiter.hit(limit, act, key)
    return 0
