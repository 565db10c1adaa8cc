"""Who a visitor is without signing in: a reader with a signed cookie, at an address."""

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
# A school or an office shares an address; a program without cookies is stopped all the same.
READERS_PER_ADDRESS = 5


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
        addresses = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        # Each trusted proxy adds one address at the end. The client can invent the ones before.
        address = addresses[-proxies] if len(addresses) >= proxies else address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        # One household has a whole /64.
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def seconds_to_wait(request: HttpRequest, reader: str, act: str) -> int:
    """Count one act of a reader; 0 when it is allowed, else the seconds until the next one is.

    Each web process counts for its share, and never in Redis: a comment does not wait for Redis.
    """
    share = rate_limit.share(settings.READER_COMMENTS_PER_MINUTE)
    return rate_limit.visitors.use(
        {
            (act, "reader", reader): share,
            (act, "address", address_of(request)): share * READERS_PER_ADDRESS,
        }
    )
