"""A small HTTP/1.1 load generator: keep-alive connections on loopback, one thread, no parsing.

Closed loop: each connection sends its next request when the answer is in (capacity).
Open loop: requests leave at a fixed rate whatever comes back, and the time waited for a free
connection counts (latency without coordinated omission, see Gil Tene's wrk2).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Request = Callable[[int], bytes]
PATIENCE = 30.0  # seconds after which an unanswered request counts as refused


@dataclass
class Outcome:
    """What a run saw: seconds per answered request, and how many were not answered 2xx or 3xx."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        """Accepted requests per second."""
        return (len(self.seconds) - self.refused) / self.elapsed if self.elapsed else 0.0

    def percentile(self, share: float) -> float:
        """The latency in milliseconds below which `share` (0-1) of the requests stayed."""
        if not self.seconds:
            return float("nan")
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def line(self) -> str:
        """One line for a report."""
        return (
            f"{self.rate:8,.0f}/s   p50 {self.percentile(0.5):6.2f} ms"
            f"   p99 {self.percentile(0.99):7.2f} ms   refused {self.refused}"
        )


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> int:
    """Send one request and read its whole answer; returns the status code.

    Closes the connection where the server says that it will.
    """
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        length = int(lowered[at + 15 : lowered.index(b"\r\n", at)])
        if length:
            await reader.readexactly(length)
    elif b"transfer-encoding: chunked" in lowered:
        while True:
            size = int((await reader.readuntil(b"\r\n")).strip(), 16)
            await reader.readexactly(size + 2)
            if size == 0:
                break
    if b"connection: close" in lowered:
        writer.close()
    return status


async def _connection(port: int, work: Callable[[], tuple[bytes, float] | None], outcome: Outcome):
    reader = writer = None
    while (job := work()) is not None:
        request, due = job
        delay = due - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        started = due if due else time.perf_counter()
        try:
            if writer is None or writer.is_closing() or reader.at_eof():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            status = await asyncio.wait_for(_exchange(reader, writer, request), PATIENCE)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            status, writer = 0, None
        outcome.seconds.append(time.perf_counter() - started)
        outcome.refused += not 200 <= status < 400
    if writer is not None:
        writer.close()


async def _run(port: int, connections: int, work) -> Outcome:
    outcome = Outcome()
    started = time.perf_counter()
    await asyncio.gather(*(_connection(port, work, outcome) for _ in range(connections)))
    outcome.elapsed = time.perf_counter() - started
    return outcome


def closed_loop(port: int, request: Request, *, connections: int, seconds: float) -> Outcome:
    """Drive `connections` clients for `seconds`; `request(n)` is the n-th request in bytes."""
    end = time.perf_counter() + seconds
    count = iter(range(1 << 60))

    def work() -> tuple[bytes, float] | None:
        return (request(next(count)), 0.0) if time.perf_counter() < end else None

    return asyncio.run(_run(port, connections, work))


def open_loop(
    port: int, request: Request, *, rate: float, seconds: float, connections: int = 64
) -> Outcome:
    """Send `rate` requests a second for `seconds`, spread evenly."""
    first = time.perf_counter() + 0.1
    count = iter(range(int(rate * seconds)))

    def work() -> tuple[bytes, float] | None:
        number = next(count, None)
        return None if number is None else (request(number), first + number / rate)

    return asyncio.run(_run(port, connections, work))


def post(path: str, body: bytes, *headers: str, content_type: str = "application/json") -> bytes:
    """The bytes of a POST request on a kept-alive connection."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
