"""A publisher's webhook receiver on loopback, well-behaved or not, that keeps what it got."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

# A held request that nobody releases is answered in the end: the test fails, and does not hang.
HOLD_SECONDS = 50


@dataclass
class Received:
    """One request as it came in."""

    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> dict[str, Any]:
        """Return the payload; raises where the library `standardwebhooks` finds it is not ours."""
        return Webhook(secret).verify(self.body, self.headers)


Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """Answers each request with `answer`; use as a context manager."""

    answer: Answer
    got: list[Received] = field(default_factory=list)
    finished: int = 0
    """How many answers it gave to the end, before the sender hung up."""

    def __enter__(self) -> Receiver:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append(Received(headers, self.rfile.read(size)))
                try:
                    receiver.answer(self)
                    receiver.finished += 1
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128  # the default of 5 drops connections under load

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"


def status(code: int, **headers: str) -> Answer:
    """Answer with a status, and headers such as `retry_after="120"`."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send one byte of the status line at a time, each well within any read timeout."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)


def hang(handler: BaseHTTPRequestHandler) -> None:
    """Never answer."""
    time.sleep(30)


@dataclass
class Holding:
    """Keep each request until `released` is set, then answer 503; `begun` once one is there."""

    begun: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    ended: bool = False

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.begun.set()
        self.released.wait(HOLD_SECONDS)
        self.ended = True
        status(503)(handler)


def flood(handler: BaseHTTPRequestHandler) -> None:
    """Answer 200 with a body of 10 GB."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(10 * 1024**3))
    handler.end_headers()
    block = b"x" * 65536
    while True:
        handler.wfile.write(block)
