"""A reader without an account: a signed cookie, an address, and a rate limit on both."""

from __future__ import annotations

import ipaddress
import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from moderation.platform.http import rate_limit

COOKIE = "__Host-reader" if settings.HTTPS else "reader"
SALT = "moderation.reader"
YEAR = 365 * 24 * 3600
_ID = re.compile(r"reader-[0-9a-f]{32}", re.ASCII)
# A school or an office shares an address. A program without cookies meets this limit, too.
READERS_PER_ADDRESS = 5


def reader_id(request: HttpRequest) -> str:
    """Return the reader's id from the signed cookie; "" for a new reader."""
    cookie = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=YEAR)
    return cookie if cookie and _ID.fullmatch(cookie) else ""


def new_reader_id() -> str:
    """Return an id that nobody can guess: 128 random bits."""
    return f"reader-{secrets.token_hex(16)}"


def remember_reader(response: HttpResponse, reader: str) -> None:
    """Store the reader's id in the browser."""
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
    """Return the client's address; TRUSTED_PROXIES says how many proxies to believe.

    "" when there is no address, as behind a Unix socket: all such visitors share one limit.
    """
    address = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        # Each trusted proxy adds an address at the end; the client may invent those before.
        address = chain[-proxies] if len(chain) >= proxies else address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        # One household has a whole /64.
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def seconds_to_wait(request: HttpRequest, reader: str, act: str) -> int:
    """Count one act of a reader. Return 0 when it is allowed, else the seconds to wait.

    Each web process counts for its share, and never in Redis: a comment does not wait for Redis.
    """
    share = max(1, rate_limit.share(settings.READER_COMMENTS_PER_MINUTE))
    return rate_limit.visitors.use(
        {
            (act, "reader", reader): share,
            (act, "address", address_of(request)): share * READERS_PER_ADDRESS,
        }
    )
