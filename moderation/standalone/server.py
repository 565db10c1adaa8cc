"""Starting, stopping and error messages of both embedded servers."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from moderation.standalone.lifeline import Lifeline
from moderation.standalone.system_account import Account, EmbeddedServerError

# With less space PostgreSQL cannot make its files.
MINIMUM_FREE_BYTES = 150 * 1024 * 1024
MAXIMUM_LOG_BYTES = 10 * 1024 * 1024


@dataclass
class Server:
    """A running server: its address, its folder and its process."""

    name: str
    url: str
    data_dir: Path
    process: subprocess.Popen[bytes] = field(repr=False)
    stop_signal: signal.Signals = signal.SIGTERM
    lifeline: Lifeline | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        """The server's main process."""
        return self.process.pid

    def running(self) -> bool:
        """Tell whether the main process is alive."""
        return self.process.poll() is None

    def stop(self, timeout: float = 20.0) -> None:
        """End the server in an orderly way; kill it after `timeout` seconds."""
        if self.running():
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
                self.process.wait()
        if self.lifeline:
            self.lifeline.remove(self.pid)


def launch(
    command: list[str], *, account: Account, log: Path, stdin_data: bytes | None = None
) -> subprocess.Popen[bytes]:
    """Start a server in its own session, as `account`, with its output in `log`."""
    with log.open("ab") as output:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if stdin_data is not None else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=plain_environment(),
            start_new_session=True,
            **account.popen_arguments(),  # type: ignore[call-overload]
        )
    if process.stdin:
        with contextlib.suppress(BrokenPipeError), process.stdin as stream:
            stream.write(stdin_data or b"")
    return process


def plain_environment() -> dict[str, str]:
    """Return the servers' environment, without the caller's secrets and PG* settings."""
    kept = ("PATH", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


def trim_log(log: Path) -> None:
    """Remove a large log."""
    if log.exists() and log.stat().st_size > MAXIMUM_LOG_BYTES:
        log.unlink()


def log_since(log: Path, since: int = 0) -> str:
    """Return the server's log after byte `since`."""
    with contextlib.suppress(OSError), log.open("rb") as stream:
        stream.seek(since)
        return stream.read(20_000).decode(errors="replace")
    return ""


def end_leftover(pid: int, program: str, data_dir: Path) -> None:
    """End a server of `data_dir` that a former start did not end.

    Does nothing when `pid` is gone or belongs to another program.
    """
    try:
        process = psutil.Process(pid)
        # Both servers make their data folder their working folder.
        if program not in process.name() or Path(process.cwd()) != data_dir.resolve():
            return
        process.send_signal(signal.SIGINT if program == "postgres" else signal.SIGTERM)
        try:
            process.wait(20)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(5)
    except psutil.Error:
        return


@contextlib.contextmanager
def explain_os_errors(name: str, folder: Path) -> Iterator[None]:
    """Turn the system's errors (no right, full disk, read-only) into one sentence."""
    try:
        yield
    except OSError as error:
        reasons = {
            errno.EACCES: "the right to write there is missing",
            errno.EPERM: "the right to write there is missing",
            errno.ENOSPC: "the disk is full",
            errno.EDQUOT: "the disk quota is used up",
            errno.EROFS: "the file system is read-only",
            errno.ENOTDIR: "a file is in the way",
            errno.EEXIST: "a file is in the way",
        }
        reason = reasons.get(error.errno or 0, error.strerror or str(error))
        where = error.filename or folder
        raise EmbeddedServerError(f"{name} cannot use {where}: {reason}.") from error


def require_space(name: str, folder: Path) -> None:
    """Raise EmbeddedServerError for an almost full disk, before the server starts."""
    free = shutil.disk_usage(folder).free
    if free < MINIMUM_FREE_BYTES:
        raise EmbeddedServerError(
            f"{name} cannot use {folder}: the disk is full "
            f"({free // 2**20} MiB free, {MINIMUM_FREE_BYTES // 2**20} MiB are needed)."
        )
