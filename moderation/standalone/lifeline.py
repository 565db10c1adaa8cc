"""A small process that ends its parent's processes if the parent dies without ending them.

It reads the other end of a pipe. When the pipe closes, even after a SIGKILL of the parent, it ends
every process on its list: first the application's, then the servers'. It runs only this file, so it
costs little and imports nothing of the project.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

GRACE_SECONDS = 10.0


class Lifeline:
    """The parent's end: a list of processes that must not outlive the parent."""

    def __init__(self) -> None:
        self._watcher = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def add(self, pid: int, *, how: signal.Signals = signal.SIGTERM, last: bool = False) -> None:
        """Watch process `pid`, the leader of its own group.

        `how` is the signal that ends it; `last` puts it after those that are not last (servers).
        """
        self._send(f"add {pid} {int(how)} {int(last)}")

    def remove(self, pid: int) -> None:
        """Remove process `pid` from the list: it has ended."""
        self._send(f"remove {pid}")

    def close(self) -> None:
        """End the watcher, which ends every process on its list."""
        if self._watcher.stdin:
            with contextlib.suppress(OSError):
                self._watcher.stdin.close()
        self._watcher.wait()

    def _send(self, line: str) -> None:
        if self._watcher.stdin:
            # A watcher that was killed leaves the parent without its safety net, not broken.
            with contextlib.suppress(OSError, ValueError):
                self._watcher.stdin.write(line.encode() + b"\n")
                self._watcher.stdin.flush()


def alive(pid: int) -> bool:
    """Tell whether process `pid` exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end_processes(processes: dict[int, int], grace: float = GRACE_SECONDS) -> None:
    """Send each pid its signal, wait up to `grace` seconds, then kill the remaining groups."""
    for pid, how in processes.items():
        with contextlib.suppress(OSError):
            os.kill(pid, how)
    deadline = time.monotonic() + grace
    while any(map(alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in processes:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def watch() -> None:
    """Keep the parent's list until the parent is gone; then end the processes on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for line in sys.stdin:
        action, pid, *rest = line.split()
        first.pop(int(pid), None)
        last.pop(int(pid), None)
        if action == "add":
            (last if int(rest[1]) else first)[int(pid)] = int(rest[0])
    end_processes(first)
    end_processes(last)


if __name__ == "__main__":
    watch()
