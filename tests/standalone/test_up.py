"""`manage.py up`: everything comes up, says where it is, and leaves nothing behind."""

from __future__ import annotations

import shutil
import signal
import socket
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests.standalone.up import Up, answers, left_of
from tests.waiting import eventually

pytestmark = pytest.mark.slow


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
        command = [sys.executable, "manage.py", "up", "--port", str(port), "--data", str(folder)]
        started.append(Up(command, settings.BASE_DIR, **environment))
        return started[-1]

    yield start_up
    for up in started:
        up.end(signal.SIGTERM)


def test_it_works_and_ctrl_c_leaves_nothing(start, port):
    up = start()
    up.wait_for(r"Moderato is up")
    assert answers(port, "/livez") == 200
    up.wait_for(r"curl -X POST .*/api/v1/comments")
    up.wait_for(r"sign in with +\S+@\S+ +\S+")
    family = up.family()
    names = {
        name for process in family for name in ("postgres", "valkey") if name in process.name()
    }
    assert names == {"postgres", "valkey"}
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
    for name in ("valkey-server", "postgres"):
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
