"""The client for every call to a URL that a publisher or a client gave us.

Such a URL may point into our own network (server-side request forgery). The client resolves the
name once, checks every address, and connects to a checked address. TLS and the Host header keep
the name. The client follows no redirect and limits time and size.
"""

from __future__ import annotations

import queue
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

from moderation.webhooks.ssrf import (
    IPAddress,
    OutboundRefused,
    check_addresses,
    check_literal,
    resolve,
)

Resolver = Callable[[str, int], list[IPAddress]]

MAXIMUM_URL_LENGTH = 2048
MAXIMUM_ANSWER_BYTES = 64 * 1024
# Only the status counts. The client reads a short body so that the receiver can finish.
MAXIMUM_BODY_SECONDS = 1.0
CONNECT_SECONDS = 5.0
PUBLIC_PORTS = frozenset({80, 443})


class OutboundFailed(Exception):
    """The call got no answer: it could not connect, broke off, or took too long."""


@dataclass(frozen=True)
class Answer:
    """The receiver's answer: the HTTP status and the headers (names in lower case)."""

    status: int
    headers: Mapping[str, str]


def check_url(url: str, *, allow_private: bool | None = None) -> httpx.URL:
    """Return the parsed URL of a receiver; raises `OutboundRefused` with the reason.

    This resolves no name: each connection resolves and checks it. `allow_private` defaults to the
    setting WEBHOOK_ALLOW_PRIVATE.
    """
    private = settings.WEBHOOK_ALLOW_PRIVATE if allow_private is None else allow_private
    if len(url) > MAXIMUM_URL_LENGTH:
        raise OutboundRefused(f"The address is longer than {MAXIMUM_URL_LENGTH} characters.")
    if any(character.isspace() or ord(character) < 32 or character == "\\" for character in url):
        raise OutboundRefused("The address contains spaces, control characters or backslashes.")
    try:
        parsed = httpx.URL(url)
        port = parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)
    except (httpx.InvalidURL, ValueError):
        raise OutboundRefused("The address is not a valid URL.") from None
    if parsed.scheme != "https" and not (private and parsed.scheme == "http"):
        raise OutboundRefused("The address must start with https://.")
    if parsed.userinfo or "@" in urlsplit(url).netloc:
        raise OutboundRefused("The address must not contain a user name or password.")
    if not parsed.host:
        raise OutboundRefused("The address names no host.")
    if not private and port not in PUBLIC_PORTS:
        raise OutboundRefused("Only the ports 443 and 80 may be called.")
    if not private and parsed.host == urlsplit(settings.BASE_URL).hostname:
        raise OutboundRefused("The address is this service itself.")
    check_literal(parsed.host, allow_private=private)
    return parsed


def check_destination(url: str, *, resolver: Resolver | None = None) -> httpx.URL:
    """Check a URL as `check_url` does and, if its name resolves now, the name's addresses.

    This finds odd spellings of private addresses (`0x7f.1`, `2130706433`). A name that does not
    resolve passes: each connection resolves and checks it again.
    """
    parsed = check_url(url)
    try:
        addresses = resolve_in_time(resolver or resolve, parsed.host, parsed.port or 443, 3.0)
    except (httpcore.ConnectError, httpcore.ConnectTimeout):
        return parsed
    check_addresses(addresses, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    return parsed


def resolve_in_time(resolver: Resolver, host: str, port: int, seconds: float) -> list[IPAddress]:
    """Resolve a name in a thread, because the system's resolver has no timeout."""
    results: queue.SimpleQueue[list[IPAddress] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            results.put(resolver(host, port))
        except Exception as error:
            results.put(error)

    threading.Thread(target=work, daemon=True, name="resolve").start()
    try:
        result = results.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise httpcore.ConnectTimeout("the name was not resolved in time") from None
    if isinstance(result, Exception):
        raise httpcore.ConnectError("the name could not be resolved") from result
    return result


class Deadline:
    """The latest end of a call, independent of the receiver."""

    def __init__(self) -> None:
        self.at = 0.0

    def start(self, seconds: float) -> None:
        """Set the deadline `seconds` from now."""
        self.at = time.monotonic() + seconds

    def remaining(self, wanted: float | None = None) -> float:
        """Return the remaining seconds, at most `wanted`; raise the timeout at 0."""
        remaining = self.at - time.monotonic()
        if remaining <= 0:
            raise httpcore.ReadTimeout("the call took too long in all")
        return remaining if wanted is None else min(remaining, wanted)


class TimedStream(httpcore.NetworkStream):
    """A connection whose every read and write ends by the call's deadline.

    With only a read timeout, a receiver could hold a call for hours with a byte a second.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read within the deadline."""
        return self.stream.read(max_bytes, self.deadline.remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write within the deadline, in pieces with a timeout each."""
        for start in range(0, len(buffer), 16_384):
            self.stream.write(buffer[start : start + 16_384], self.deadline.remaining(timeout))

    def close(self) -> None:
        """Close the connection."""
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Begin TLS within the deadline."""
        seconds = self.deadline.remaining(timeout)
        stream = self.stream.start_tls(ssl_context, server_hostname, seconds)
        return TimedStream(stream, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return a property of the connection."""
        return self.stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, *, allow_private: bool, resolver: Resolver, deadline: Deadline) -> None:
        self.allow_private = allow_private
        self.resolver = resolver
        self.deadline = deadline
        self.plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Check all addresses, then connect to the first that answers."""
        addresses = resolve_in_time(self.resolver, host, port, self.deadline.remaining(timeout))
        if not addresses:
            raise httpcore.ConnectError("the name has no address")
        check_addresses(addresses, allow_private=self.allow_private)
        for position, address in enumerate(addresses):
            wait = self.deadline.remaining(timeout)
            try:
                stream = self.plain.connect_tcp(
                    str(address), port, wait, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == len(addresses) - 1:
                    raise
            else:
                return TimedStream(stream, self.deadline)
        raise AssertionError("the loop returns or raises")


@cache
def default_tls() -> ssl.SSLContext:
    """Return the TLS settings of all calls; reading the certificates is slow."""
    return httpx.create_ssl_context(trust_env=False)


class OutboundClient:
    """Posts to receivers, one call at a time, over kept connections. Close it."""

    def __init__(
        self,
        *,
        allow_private: bool | None = None,
        total_seconds: float | None = None,
        resolver: Resolver = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if allow_private is None:
            allow_private = settings.WEBHOOK_ALLOW_PRIVATE
        self.allow_private: bool = allow_private
        self.total_seconds: float = total_seconds or settings.WEBHOOK_TIMEOUT_SECONDS
        self.deadline = Deadline()
        backend = GuardedBackend(
            allow_private=self.allow_private, resolver=resolver, deadline=self.deadline
        )
        self.pool = httpcore.ConnectionPool(
            ssl_context=tls or default_tls(), network_backend=backend, keepalive_expiry=5.0
        )

    def __enter__(self) -> OutboundClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.close()

    def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `content` and return the answer's status and headers, without its body.

        Raises `OutboundRefused` before anything is sent, `OutboundFailed` when no status came
        within `total_seconds` seconds. A redirect is an answer, too.
        """
        target = check_url(url, allow_private=self.allow_private)
        self.deadline.start(self.total_seconds)
        timeouts = {"connect": CONNECT_SECONDS, "read": None, "write": None, "pool": 1.0}
        try:
            with self.pool.stream(
                "POST",
                httpcore.URL(
                    scheme=target.raw_scheme,
                    host=target.raw_host,
                    port=target.port,
                    target=target.raw_path,
                ),
                headers=[("Host", target.netloc.decode("ascii")), *headers.items()],
                content=content,
                extensions={"timeout": timeouts},
            ) as response:
                names = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                self._drop_body(response)
                return Answer(status=response.status, headers=names)
        except httpcore.TimeoutException:
            raise OutboundFailed(f"no answer within {self.total_seconds:g} seconds") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise OutboundFailed(str(error) or type(error).__name__) from None

    def _drop_body(self, response: httpcore.Response) -> None:
        """Read and drop a short body; leave the rest of a long or slow body."""
        self.deadline.start(
            min(MAXIMUM_BODY_SECONDS, max(0.0, self.deadline.at - time.monotonic()))
        )
        size = 0
        try:
            for chunk in response.iter_stream():
                size += len(chunk)
                if size > MAXIMUM_ANSWER_BYTES:
                    break
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
            return
