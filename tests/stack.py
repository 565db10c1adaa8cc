"""A whole Moderato of its own on this machine, for benchmarks and the chaos test.

PostgreSQL, Redis, web, worker and beat as separate processes under a scratch folder, each of
which can be killed, stopped and started again without touching anything else on the machine.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
from celery import Celery

from moderation.standalone import Server, start_postgres, start_redis

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """The processes of one scratch Moderato, its folder and its environment."""

    folder: Path
    durable: bool = True
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    postgres: Server | None = None
    redis: Server | None = None

    @classmethod
    def scratch(cls, *, durable: bool = True, **settings: str) -> Stack:
        """Make a stack in a new temporary folder; nothing is started yet."""
        folder = Path(tempfile.mkdtemp(prefix="moderato-stack-"))
        # PostgreSQL may run as another account, which must be able to walk there.
        folder.chmod(0o755)
        return cls(folder, durable=durable, settings=settings)

    def __enter__(self) -> Stack:
        self.start_servers()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start_servers(self) -> None:
        """Start PostgreSQL and Redis and make the tables."""
        self.postgres = start_postgres(self.folder / "postgres", durable=self.durable)
        self.redis = start_redis(self.folder / "redis", durable=self.durable)
        self.manage("migrate", "--verbosity", "0")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every process of this stack."""
        assert self.postgres and self.redis
        return {
            **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")},
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": self._secret_key,
            "BASE_URL": f"http://localhost:{self.port}",
            "BEAT_SCHEDULE_FILE": str(self.folder / "beat-schedule"),
            "DJANGO_SETTINGS_MODULE": "moderation.settings",
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
            "LOG_LEVEL": "WARNING",
            **self.settings,
        }

    @property
    def _secret_key(self) -> str:
        kept = self.folder / "secret-key"
        if not kept.exists():
            kept.write_text(secrets.token_urlsafe(50))
        return kept.read_text()

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def sql(self, statement: str, *values: object) -> list[tuple]:
        """Run one SQL statement on the stack's database and return its rows."""
        assert self.postgres
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def redis_client(self) -> redis.Redis:
        """Return a client of the stack's Redis."""
        assert self.redis
        return redis.Redis.from_url(self.redis.url, socket_timeout=5)

    def notify(self, times: int = 1) -> None:
        """Send the message that wakes a worker, as often as asked."""
        assert self.redis
        with Celery(broker=self.redis.url) as app:
            app.conf.broker_transport_options = {"global_keyprefix": "moderato:"}
            for _ in range(times):
                app.send_task("moderation.tasks.score_pending", queue="moderato")

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start `web`, `worker` or `beat` as a process group of its own."""
        commands = {
            "web": [
                *(str(Path(PYTHON).parent / "granian"), "--interface", "wsgi"),
                *("--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"),
                *("--blocking-threads", "8", "--backpressure", "256", "--no-ws"),
                *("--log-level", "warning", "moderation.wsgi:application"),
            ],
            "worker": [
                *(PYTHON, "-m", "celery", "-A", "moderation.celery", "worker"),
                *("--concurrency", "2", "--queues", "moderato", "--loglevel", "WARNING"),
                *("--without-gossip", "--without-mingle", "--hostname", f"stack@{self.port}"),
            ],
            "beat": [
                *(PYTHON, "-m", "celery", "-A", "moderation.celery", "beat"),
                *("--loglevel", "WARNING", "--pidfile="),
            ],
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                commands[name],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.processes[name]

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """Send `how` to a process and all its children, and wait for it to end."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def wait_for_web(self, seconds: float = 30) -> None:
        """Return once /livez answers; raise TimeoutError after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=2):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)
        raise TimeoutError(f"web did not answer; see {self.folder / 'web.log'}")

    def close(self) -> None:
        """End every process of this stack and remove its folder."""
        for name in list(self.processes):
            self.kill(name, signal.SIGTERM)
        for server in (self.redis, self.postgres):
            if server:
                server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
