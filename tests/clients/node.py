"""Clients from npm, as they come: installed once by their lock file, run by this machine's Node."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
# npm leaves a copy of the lock file where it has installed everything that the lock names.
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"
LOCK = FOLDER / "package-lock.json"
INSTALL_SECONDS, RUN_SECONDS = 300, 60
# Node 20 is the oldest that all of the clients run on.
OLDEST_NODE = 20


def require_clients() -> str:
    """Return the path of Node with the clients installed; skip the test where there is no Node.

    In CI a machine that has Node must be able to install them.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("no Node.js with npm on this machine: clients from npm are not run")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.lstrip("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"Node.js {version.stdout.strip()} is older than {OLDEST_NODE}")
    with LOCK.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # one worker installs, the others wait for it
        if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
            _install(npm)
    return node


def _install(npm: str) -> None:
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(
        command,
        cwd=FOLDER,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse(f"npm cannot install the clients: {done.stderr[-500:]}")
    INSTALLED.touch()


def run_script(name: str, **environment: str) -> Any:
    """Run tests/clients/js/NAME and return the JSON that it printed."""
    done = subprocess.run(
        [require_clients(), str(FOLDER / "js" / name)],
        env={"PATH": os.environ["PATH"], **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
