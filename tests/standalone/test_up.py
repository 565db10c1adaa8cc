"""`manage.py up`: everything comes up, says where it is, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.slow
NOT_INHERITED = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "PORT"}


class Up:
    """One `manage.py up`, and what it printed."""

    def __init__(self, folder: Path, port: int, **environment: str) -> None:
        kept = {name: os.environ[name] for name in os.environ.keys() - NOT_INHERITED}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port), "--data", str(folder)],
            cwd=settings.BASE_DIR,
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


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="moderato-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def start(folder, port):
    started: list[Up] = []

    def start_up(**environment: str) -> Up:
        started.append(Up(folder, port, **environment))
        return started[-1]

    yield start_up
    for up in started:
        up.end(signal.SIGTERM)


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


def test_it_works_and_ctrl_c_leaves_nothing(start, port):
    up = start()
    up.wait_for(r"Moderato is up")
    assert answers(port, "/livez") == 200
    up.wait_for(r"curl -X POST .*/api/v1/comments")
    up.wait_for(r"sign in with +\S+@\S+ +\S+")
    family = up.family()
    names = {name for process in family for name in ("postgres", "redis") if name in process.name()}
    assert names == {"postgres", "redis"}
    code, output = up.end(signal.SIGINT)
    assert code == 0, output
    assert "Traceback" not in output
    assert left_of(family, 10) == []

    again = start()
    again.wait_for(r"Database: up to date")
    again.wait_for(r"Moderato is up")
    assert again.end(signal.SIGTERM)[0] == 0


def test_a_crashed_program_comes_back(start, port):
    up = start()
    up.wait_for(r"Moderato is up")
    web = next(p for p in up.family() if "granian" in " ".join(p.cmdline()))
    web.kill()
    up.wait_for(r"web +\| ended \(SIGKILL\); starting again in 1 s")
    assert eventually(lambda: b"ok" in _ask(port, "/livez")), up.output


def test_a_killed_server_comes_back_with_its_data(start, port):
    up = start()
    up.wait_for("Moderato is up")
    for name in ("redis-server", "postgres"):
        server = next(p for p in up.family() if p.name().startswith(name))
        server.kill()
    up.wait_for("Redis .*died and was started again")
    up.wait_for("PostgreSQL .*died and was started again")
    assert eventually(lambda: b'"broker": "ok"' in _ask(port, "/readyz")), up.output
    assert b'"status": "ok"' in _ask(port, "/readyz")


def _ask(port: int, path: str) -> bytes:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.read()
    except OSError:
        return b""


def test_killing_the_supervisor_leaves_nothing_and_the_next_start_works(start, port):
    up = start()
    up.wait_for(r"Moderato is up")
    family = up.family()
    up.process.kill()
    assert left_of(family) == []
    start().wait_for(r"Moderato is up")


def test_a_busy_port_is_one_sentence_before_anything_starts(start, folder, port):
    with socket.create_server(("127.0.0.1", port)):
        code, output = start().end(signal.SIGCONT)
    assert code == 1
    assert output.count("\n") == 1
    assert f"port {port} on 127.0.0.1 is not free" in output
    assert "make run PORT=8001" in output
    assert not (folder / "postgresql").exists()


def test_a_second_one_on_the_same_data_is_refused(start):
    start().wait_for(r"· PostgreSQL")
    code, output = start().end(signal.SIGCONT)
    assert code == 1
    assert "it already runs on the data in" in output
    assert output.count("\n") == 1


def test_a_file_in_the_way_is_one_sentence(start, folder):
    (folder / "postgresql").write_text("")
    code, output = start().end(signal.SIGCONT)
    assert code == 1
    assert "a file is in the way" in output
    assert "Traceback" not in output


def test_a_given_database_that_is_away_is_named(start):
    code, output = start(DATABASE_URL="postgres://moderato@127.0.0.1:1/moderato").end(
        signal.SIGCONT
    )
    assert code == 1
    assert "DATABASE_URL" in output
    assert "Traceback" not in output


def test_the_keys_are_private_and_stay(start, folder):
    up = start()
    up.wait_for(r"· PostgreSQL")
    up.wait_for(r"· Redis")
    up.end(signal.SIGTERM)
    key = folder / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text().strip()) >= 50
