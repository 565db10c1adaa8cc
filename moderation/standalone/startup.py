"""The checks, programs and messages of `up`."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import secrets
import socket
import sys
import time
from pathlib import Path
from typing import IO, Any

from moderation.standalone.local_env import write_private
from moderation.standalone.supervisor import ManagedProcess

# Threads wait for PostgreSQL or for a score. Eight requests at once are scored in one batch.
WEB_THREADS = "8"


class CannotStart(Exception):
    """The reason why `up` cannot start: one sentence for the operator."""


def seconds_since(begun: float) -> str:
    """Return the time since `begun` (monotonic clock) for people."""
    return f"{time.monotonic() - begun:.1f} s"


def programs(folder: Path, host: str, port: int) -> list[ManagedProcess]:
    """Return the programs that make up the service on one machine; `folder` is the project's."""
    # Root on a new machine is expected here; whitenoise serves without collected files.
    python = [
        sys.executable,
        *("-W", "ignore:You're running the worker with superuser"),
        *("-W", "ignore:No directory at"),
    ]
    celery = [*python, "-m", "celery", "--quiet", "-A", "moderation.celery:app"]
    quiet = ["--loglevel", "WARNING"]
    return [
        ManagedProcess(
            "web",
            [
                *(*python, "-m", "granian", "--interface", "wsgi"),
                *("--host", host, "--port", str(port)),
                *("--workers", "1", "--blocking-threads", WEB_THREADS),
                *(
                    "--log-level",
                    "error",
                ),  # it warns of more threads than cores, but they mostly wait
                *("--working-dir", str(folder), "moderation.wsgi:application"),
            ],
        ),
        ManagedProcess(
            "worker",
            [
                *(*celery, "worker", *quiet, "--pool", "prefork", "--concurrency", "2"),
                *("--queues", "moderato,training", "--hostname", "worker@%h"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
        ),
        ManagedProcess("beat", [*celery, "beat", *quiet, "--pidfile="]),
    ]


def require_free_port(host: str, port: int) -> None:
    """Raise CannotStart for a port in use, before anything is started."""
    advice = "choose another one with `make run PORT=8001`"
    if not 0 < port < 65536:
        raise CannotStart(f"{port} is not a port; {advice}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise CannotStart(f"only root may use port {port}; {advice}.") from None
        except OSError as error:
            raise CannotStart(
                f"port {port} on {host} is not free ({error.strerror}); {advice}."
            ) from None


def lock_folder(folder: Path) -> IO[str]:
    """Return the lock of this folder, which ends with the process in every case."""
    stream = (folder / "up.lock").open("a")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(
            f"it already runs on the data in {folder}; end that one with Ctrl-C first, or give "
            "this one its own folder with `make run DATA=/another/folder PORT=8001`."
        ) from None
    return stream


def secret_key(path: Path) -> str:
    """Return the key at `path` (mode 0600); the first start makes it."""
    if path.exists() and (key := path.read_text().strip()):
        return key
    key = secrets.token_urlsafe(48)
    write_private(path, key + "\n")
    return key


def answers(host: str, port: int) -> bool:
    """Tell whether the web process answers its health check."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(here, port, timeout=2)
        connection.request("GET", "/livez", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    return False


def welcome(base_url: str, access: dict[str, Any], seconds: float) -> str:
    """Return the lines that list all URLs and show how to try them.

    `access` comes from `demo_access()`; it is empty for a database without the demo.
    """
    rows = [("Review comments", f"{base_url}/review/"), ("Read and comment", f"{base_url}/")]
    if access:
        rows.insert(1, ("  sign in with", f"{access['login']}   {access['password']}"))
        rows.insert(2, ("  as an editor", f"{access['editor']}   (the same password)"))
        rows.append(("The policy", f"{base_url}/policy/{access['site']}/"))
    rows.append(("API and its docs", f"{base_url}/api/docs"))
    width = max(len(title) for title, _ in rows)
    return "\n".join(
        [
            "",
            f"Moderato is up ({seconds:.1f} s). Ctrl-C stops everything. Your data is kept.",
            "",
            *(f"  {title:<{width}}  {value}" for title, value in rows),
            "",
            *(submission_example(base_url, access) if access else []),
        ]
    )


def submission_example(base_url: str, access: dict[str, Any]) -> list[str]:
    """Return the lines of a `curl` command that submits a comment to a demo story."""
    comment = json.dumps(
        {"story": {"id": access["story_id"]}, "body": "A comment from the command line."}
    )
    return [
        "  Submit a comment:",
        f"  curl -X POST {base_url}/api/v1/comments \\",
        f"    -H 'Authorization: Bearer {access['api_key']}' \\",
        f"    -H 'Content-Type: application/json' -d '{comment}'",
        "",
    ]
