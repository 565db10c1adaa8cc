"""`make run`: starts everything that Moderato needs on one machine, and ends it in order."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from moderation.standalone import (
    EmbeddedServerError,
    Lifeline,
    Watched,
    start_postgres,
    start_redis,
)
from moderation.standalone.local_env import write_local
from moderation.standalone.server import explain_os_errors
from moderation.standalone.startup import (
    CannotStart,
    answers,
    lock_folder,
    programs,
    require_free_port,
    seconds_since,
    secret_key,
    welcome,
)
from moderation.standalone.supervisor import Supervisor

FIRST_ANSWER_SECONDS = 90.0


class Command(BaseCommand):
    """Start PostgreSQL and Redis (unless the environment names real ones), web, worker and beat."""

    help = "Starts everything on this machine and runs until Ctrl-C."
    requires_system_checks = []  # the checks need the secret key that this command makes

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the address to listen on and the folder for the data."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
        parser.add_argument("--data", type=Path, default=settings.BASE_DIR / "var")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGINT, SIGTERM or SIGHUP; exit status 1 and one sentence when it cannot."""
        self._printing = threading.Lock()
        self._stopping = threading.Event()
        self._preparing: subprocess.Popen[str] | None = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self._run(options["data"].absolute(), options["host"], options["port"])
        except (CannotStart, EmbeddedServerError) as error:
            self.stderr.write(f"Moderato cannot start: {error}")
            sys.exit(1)

    def _on_signal(self, number: int, frame: object) -> None:
        self._stopping.set()
        if self._preparing:
            self._preparing.terminate()

    def _run(self, folder: Path, host: str, port: int) -> None:
        started_at = time.monotonic()
        with explain_os_errors("Moderato", folder):
            folder.mkdir(parents=True, exist_ok=True)
            # Root's servers run as another account, which must enter this folder.
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
            lock = lock_folder(folder)
        require_free_port(host, port)
        with lock, contextlib.ExitStack() as cleanup:
            lifeline = Lifeline()
            cleanup.callback(lifeline.close)
            environment = self._environment(folder, host, port)
            servers: list[Watched] = []
            for server in self._start_servers(folder, environment, lifeline):
                cleanup.callback(server.stop)
                servers.append(server)
            with explain_os_errors("Moderato", folder):
                write_local(
                    folder,
                    {
                        name: environment[name]
                        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL")
                    },
                )
            access = self._prepare(environment, lifeline)
            if self._stopping.is_set():
                return
            supervisor = Supervisor(
                programs(settings.BASE_DIR, host, port),
                environment=environment,
                report=self._print_line,
                lifeline=lifeline,
            )
            cleanup.callback(supervisor.stop)
            self._come_up(supervisor, host, port)
            if not self._stopping.is_set():
                passed = time.monotonic() - started_at
                self._write(welcome(environment["BASE_URL"], access, passed))
            while not self._stopping.wait(0.2):
                supervisor.tend()
                for server in servers:
                    server.tend()
            self._step_line("Stopping")
        self._step_line("Stopped")

    def _environment(self, folder: Path, host: str, port: int) -> dict[str, str]:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        environment.setdefault("DJANGO_SETTINGS_MODULE", "moderation.settings")
        environment.setdefault("BASE_URL", f"http://localhost:{port}")
        environment.setdefault("BEAT_SCHEDULE_FILE", str(folder / "beat-schedule"))
        environment["DATA_FOLDER"] = str(folder)
        if not environment.get("SECRET_KEY"):
            with explain_os_errors("Moderato", folder):
                environment["SECRET_KEY"] = secret_key(folder / "secret_key")
        return environment

    def _start_servers(
        self, folder: Path, environment: dict[str, str], lifeline: Lifeline
    ) -> Iterator[Watched]:
        """Start the servers that the environment does not name, and add their addresses to it."""
        for variable, name, start in (
            ("DATABASE_URL", "PostgreSQL", start_postgres),
            ("REDIS_URL", "Redis", start_redis),
        ):
            if environment.get(variable):
                self._step_line(f"{name}: the server that {variable} names")
                continue
            started_at = time.monotonic()
            watched = Watched(
                start, folder / name.lower(), lifeline=lifeline, report=self._print_line
            )
            server = watched.server
            environment[variable] = server.url
            self._step_line(f"{server.name} in {server.data_dir} … {seconds_since(started_at)}")
            yield watched

    def _prepare(self, environment: dict[str, str], lifeline: Lifeline) -> dict[str, Any]:
        """Migrate and make the demo data, in a process with the servers' addresses."""
        process = self._preparing = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "prepare"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
            text=True,
        )
        lifeline.add(process.pid)
        if self._stopping.is_set():
            process.terminate()
        access: dict[str, Any] = {}
        refusal = "the database could not be prepared; the lines above give the reason."
        for line in process.stdout or []:
            report = json.loads(line)
            access = report.get("access", access)
            refusal = report.get("refused", refusal)
            if "step" in report:
                self._step_line(f"{report['step']} … {report['seconds']:.1f} s")
        code = process.wait()
        self._preparing = None
        lifeline.remove(process.pid)
        if code != 0 and not self._stopping.is_set():
            raise CannotStart(refusal)
        return access

    def _come_up(self, supervisor: Supervisor, host: str, port: int) -> None:
        with self._step("Web, worker and beat"):
            supervisor.start()
            deadline = time.monotonic() + FIRST_ANSWER_SECONDS
            while not self._stopping.wait(0.05) and not answers(host, port):
                supervisor.tend()
                if time.monotonic() > deadline:
                    supervisor.stop()
                    raise CannotStart(
                        "the web process does not answer; the lines above give the reason."
                    )

    @contextlib.contextmanager
    def _step(self, text: str) -> Iterator[None]:
        started_at = time.monotonic()
        yield
        if not self._stopping.is_set():
            self._step_line(f"{text} … {seconds_since(started_at)}")

    def _step_line(self, text: str) -> None:
        self._write(f"· {text}")

    def _print_line(self, name: str, line: str) -> None:
        self._write(f"{name:<6} | {line}")

    def _write(self, text: str) -> None:
        # With a closed terminal, too, the servers must end in order.
        with self._printing, contextlib.suppress(OSError, ValueError):
            self.stdout.write(text)
            self.stdout.flush()
