"""Starts the whole product as a user does, reads what it prints, and ends it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.waiting import PATIENCE_SECONDS

NOT_INHERITED = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "PORT"}


class Up:
    """A command that starts everything (`manage.py up`, `make run`), and what it printed."""

    def __init__(self, command: list[str], cwd: Path, **environment: str) -> None:
        kept = {name: os.environ[name] for name in os.environ.keys() - NOT_INHERITED}
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**kept, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.output += line

    def wait_for(self, pattern: str, seconds: float = 3 * PATIENCE_SECONDS) -> re.Match[str]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.output):
                return found
            assert self.process.poll() is None or self._reader.is_alive(), self.output
            time.sleep(0.05)
        pytest.fail(f"{pattern!r} did not come:\n{self.output}")

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals) -> tuple[int, str]:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(2 * PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code, self.output


def left_of(
    family: list[psutil.Process], seconds: float = PATIENCE_SECONDS
) -> list[psutil.Process]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        left = [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        if not left:
            return []
        time.sleep(0.1)
    return left


def answers(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return answer.status
