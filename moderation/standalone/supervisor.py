"""Runs the web process, the worker and beat, and restarts a process that dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from moderation.standalone import Lifeline

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# A program that ran this long was healthy: its next restart is quick again.
HEALTHY_SECONDS = 60.0
STOP_SECONDS = 12.0


@dataclass
class ManagedProcess:
    """One supervised program; `started`, `due` are seconds on the monotonic clock."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    restarts: int = 0


class Supervisor:
    """Keeps programs running until `stop`, which ends them and all their children.

    `report(name, line)` receives the lines of the programs and of the supervisor, from several
    threads. `lifeline` ends the programs if the supervisor itself is killed.
    """

    def __init__(
        self,
        programs: list[ManagedProcess],
        *,
        environment: Mapping[str, str],
        report: Callable[[str, str], None],
        lifeline: Lifeline | None = None,
    ) -> None:
        self.programs = programs
        self._environment = dict(environment)
        self._report = report
        self._lifeline = lifeline

    def start(self) -> None:
        """Start every program."""
        for program in self.programs:
            self._start(program)

    def tend(self) -> None:
        """Check every program once: note its end, start it again when its pause is over."""
        now = time.monotonic()
        for program in self.programs:
            if program.process and program.process.poll() is not None:
                self._note_exit(program, now)
            elif program.process is None and now >= program.due:
                program.restarts += 1
                self._start(program)

    def stop(self) -> None:
        """End every program: ask, wait up to STOP_SECONDS, then kill with all children."""
        running = [program.process for program in self.programs if program.process]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            self._end_group(process)

    def _start(self, program: ManagedProcess) -> None:
        program.process = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends them in order
        )
        program.started = time.monotonic()
        if self._lifeline:
            self._lifeline.add(program.process.pid)
        threading.Thread(
            target=self._relay, args=(program.name, program.process), daemon=True
        ).start()

    def _relay(self, name: str, process: subprocess.Popen[bytes]) -> None:
        if process.stdout:
            for line in process.stdout:
                self._report(name, line.decode(errors="replace").rstrip())

    def _note_exit(self, program: ManagedProcess, now: float) -> None:
        process = program.process
        assert process is not None
        self._end_group(process)
        program.process = None
        if now - program.started >= HEALTHY_SECONDS:
            program.pause = FIRST_PAUSE_SECONDS
        program.due = now + program.pause
        self._report(
            program.name,
            f"ended ({describe_exit(process.returncode)}); starting again in {program.pause:.0f} s",
        )
        program.pause = min(program.pause * 2, LONGEST_PAUSE_SECONDS)

    def _end_group(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the rest of the program's group: the program itself, and its children."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if self._lifeline:
            self._lifeline.remove(process.pid)


def describe_exit(code: int) -> str:
    """Return how a process ended: `exit 1`, `SIGKILL`."""
    if code >= 0:
        return f"exit {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
