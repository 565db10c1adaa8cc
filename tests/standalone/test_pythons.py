"""The README's first command works on each Python that is at hand, with nothing else installed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings

from moderation.standalone.redis import SYSTEM_PROGRAMS
from tests.stack import free_port
from tests.standalone.up import Up, answers, left_of

pytestmark = pytest.mark.slow
MINORS = (11, 12, 13, 14)
INSTALL_SECONDS, START_SECONDS, SCORE_SECONDS = 400, 120, 30
# How this machine reaches the package index. Other settings of pip could hide a missing wheel.
PIP_SETTINGS_KEPT = {"PIP_CERT", "PIP_INDEX_URL", "PIP_PROXY"}


def find_python(minor: int) -> str:
    """Return a Python 3.`minor` of this machine; skip the test where there is none."""
    if sys.version_info[:2] == (3, minor):
        pytest.skip(f"Python 3.{minor} runs these tests")
    name = f"python3.{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for path in (shutil.which(name), *sorted(pyenv.glob(f"versions/3.{minor}.*/bin/{name}"))):
        # A shim on the PATH need not lead to a Python.
        if path and not subprocess.call(
            [path, "-c", "import ensurepip"], stderr=subprocess.DEVNULL
        ):
            return str(path)
    pytest.skip(f"no Python 3.{minor} on this machine")


def copy_tracked_files(target: Path) -> None:
    """Copy what git tracks, as it is in the working tree."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    if listing.returncode:
        pytest.skip("not a git checkout: nothing tells which files belong to the project")
    for name in filter(None, listing.stdout.split("\0")):
        if (source := settings.BASE_DIR / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


def path_without_redis(folder: Path) -> str:
    """Return the PATH, where links replace each folder that holds a Redis server."""
    folders = []
    for number, path in enumerate(map(Path, os.environ["PATH"].split(os.pathsep))):
        if any((path / name).exists() for name in SYSTEM_PROGRAMS):
            links = folder / f"bin{number}"
            links.mkdir()
            for program in path.iterdir():
                if program.name not in SYSTEM_PROGRAMS:
                    (links / program.name).symlink_to(program)
            path = links
        folders.append(str(path))
    return os.pathsep.join(folders)


@pytest.fixture
def folder():
    # When root runs the tests, the servers run as another account, which must pass through here.
    path = Path(tempfile.mkdtemp(prefix="moderato-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def make_run(folder, monkeypatch):
    """Run the README's command on a fresh copy with this Python; end it after the test."""
    if not shutil.which("make"):
        pytest.skip("no make on this machine")
    for name in [name for name in os.environ if name.startswith(("PIP_", "MAKE"))]:
        if name not in PIP_SETTINGS_KEPT:
            monkeypatch.delenv(name)
    started: list[Up] = []

    def start(python: str, port: int) -> Up:
        project = folder / "project"
        project.mkdir()
        copy_tracked_files(project)
        options = [f"PYTHON={python}", f"PORT={port}", f"DATA={folder / 'data'}"]
        started.append(
            Up(
                ["make", "run", *options],
                project,
                PATH=path_without_redis(folder),
                PIP_CONFIG_FILE=os.devnull,
            )
        )
        return started[-1]

    yield start
    for up in started:
        up.end(signal.SIGTERM)


def submit_as_printed(output: str) -> dict[str, Any]:
    """Send the comment of the `curl` lines and return it once it has been scored."""
    printed = re.search(r"curl -X POST (\S+) .*?Bearer (\S+?)'.*? -d '(.*?)'\n", output, re.DOTALL)
    assert printed, output
    address, key, body = printed.groups()
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, trust_env=False) as client:
        sent = client.post(
            address, content=body, headers={"Content-Type": "application/json"}, timeout=10
        )
        assert sent.status_code == 202, sent.text
        deadline = time.monotonic() + SCORE_SECONDS
        comment = sent.json()
        while comment["status"] == "pending" and time.monotonic() < deadline:
            time.sleep(0.2)
            comment = client.get(f"{address}/{comment['id']}").json()
    return comment


@pytest.mark.parametrize("minor", MINORS)
def test_make_run_works_on(minor, make_run):
    python, port = find_python(minor), free_port()
    up = make_run(python, port)
    up.wait_for(rf"· Virtual environment in \.venv \(Python 3\.{minor}\.", 60)
    up.wait_for(r"· PostgreSQL", INSTALL_SECONDS)
    up.wait_for(r"Submit a comment:\n(.+\n){3}", START_SECONDS)
    assert answers(port, "/livez") == 200
    assert answers(port, "/") == 200
    comment = submit_as_printed(up.output)
    assert comment["status"] == "approved", comment
    assert comment["score"]["signals"]["toxicity"] < 0.5, comment
    family = up.family()
    os.killpg(up.process.pid, signal.SIGINT)  # what a terminal does at Ctrl-C
    code, output = up.end(signal.SIGCONT)
    assert code in {0, -signal.SIGINT}, output  # make itself may end by the signal
    assert output.endswith("· Stopped\n"), output
    assert "Traceback" not in output
    assert left_of(family) == []
