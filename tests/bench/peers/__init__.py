"""Comment servers of others, started on this machine so that both sides are measured in one run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.bench.load import Request, post
from tests.stack import ROOT, Stack, free_port

HERE = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / "var" / "bench-peers"
ISSO_SETTINGS = """
[general]
dbpath = {folder}/isso.db
host = http://localhost/
[server]
listen = http://127.0.0.1:{port}
[guard]
enabled = false
[moderation]
enabled = true
"""


def install() -> Path:
    """Make the peers' virtual environment once; returns its bin folder."""
    programs = ENVIRONMENT / "bin"
    mark = ENVIRONMENT / "requirements.txt"
    wanted = (HERE / "requirements.txt").read_text()
    if not mark.exists() or mark.read_text() != wanted:
        print("installing the peers …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run(
            [str(programs / "pip"), "install", "-q", "-r", str(HERE / "requirements.txt")],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        mark.write_text(wanted)
    return programs


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int, log: Path) -> Iterator:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def isso(folder: Path) -> Iterator[tuple[int, Request]]:
    """Isso with its own server and its SQLite file; yields its port and its request."""
    programs, port = install(), free_port()
    settings = folder / "isso.cfg"
    settings.write_text(ISSO_SETTINGS.format(folder=folder, port=port))

    def request(number: int) -> bytes:
        # With a title, Isso does not fetch the page to find one.
        fields = {"text": COMMENT.format(number), "author": "Ravi", "title": "Story"}
        body = json.dumps(fields | {"parent": None}).encode()
        return post("/new?uri=%2Fstory-1%2F", body, "Origin: http://localhost")

    command = [str(programs / "isso"), "-c", str(settings), "run"]
    with _running(command, dict(os.environ), port, folder / "isso.log"):
        yield port, request


@contextmanager
def contrib_comments(stack: Stack) -> Iterator[tuple[int, Request]]:
    """django-contrib-comments on the stack's PostgreSQL, behind the same server as Moderato."""
    assert stack.postgres
    programs, port = install(), free_port()
    address = urlsplit(stack.postgres.url)
    stack.sql("CREATE DATABASE contrib_comments")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(HERE),
        "PEER_DATABASE_USER": address.username or "",
        "PEER_DATABASE_HOST": (address.hostname or "").replace("%2f", "/").replace("%2F", "/"),
        "PEER_DATABASE_PORT": str(address.port),
    }
    made = subprocess.run(
        [str(programs / "python"), str(HERE / "contrib_comments.py")],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    fields = json.loads(made.stdout.splitlines()[-1])
    token = "b" * 32

    def request(number: int) -> bytes:
        form = fields | {
            "name": "Ravi",
            "email": "ravi@example.org",
            "comment": COMMENT.format(number),
            "csrfmiddlewaretoken": token,
        }
        return post(
            "/comments/post/",
            urlencode(form).encode(),
            f"Cookie: csrftoken={token}",
            content_type="application/x-www-form-urlencoded",
        )

    command = [
        *(str(programs / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", "8", "--no-ws"),
        *("--log-level", "warning", "contrib_comments:application"),
    ]
    with _running(command, environment, port, stack.folder / "contrib.log"):
        yield port, request


# About 300 characters, as reader comments have; the number keeps every comment different.
COMMENT = (
    "Number {}: I read the council's plan twice and still cannot find who pays for the second "
    "bridge. The harbour needs it, nobody doubts that, but the figures on page nine do not add "
    "up with those of last spring, and the ferry company was never asked. Could the paper ask "
    "them and print the answer?"
)
