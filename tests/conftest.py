"""One PostgreSQL and one Redis for a test run; each worker has databases of its own there."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import django
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections
from threadpoolctl import threadpool_limits

from moderation.standalone import EmbeddedServerError, Lifeline, start_postgres, start_redis
from moderation.standalone.lifeline import alive

PREFIX = "moderato-tests-"
MAXIMUM_WORKERS = 8
PATIENT = " -c idle_in_transaction_session_timeout=0 -c statement_timeout=60s"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def remove_leftovers() -> None:
    """Remove the folders of test runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once per run; then Django may read its settings.

    With pytest-xdist the controller starts them and runs no test. Each worker inherits their
    addresses and takes a database of its own on both: pytest-django names the one on PostgreSQL.
    """
    if worker := getattr(config, "workerinput", None):
        os.environ["REDIS_URL"] = own_redis(os.environ["REDIS_URL"], worker["workerid"])
    else:
        start_servers(config)
    os.environ.setdefault("BASE_URL", "http://localhost:8000")  # whatever `make run` left in var/
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
    one_thread_each()
    if worker or config.getoption("dist", "no") == "no":
        set_up_django(config)


def one_thread_each() -> None:
    """Keep numerical libraries to one thread: on busy cores theirs wait for each other, spinning.

    Libraries that are loaded later, here and in other processes, read the environment.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"
    threadpool_limits(limits=1)


def start_servers(config: pytest.Config) -> None:
    """Start the servers that the environment does not name, and end them with the run."""
    lifeline = Lifeline()
    config.add_cleanup(lifeline.close)
    remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)  # when root runs the tests, the servers run as another account
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    for variable, start in (("DATABASE_URL", start_postgres), ("REDIS_URL", start_redis)):
        if variable not in os.environ:
            try:
                server = start(folder / variable, durable=False, lifeline=lifeline)
            except EmbeddedServerError as error:
                pytest.exit(str(error), returncode=4)
            config.add_cleanup(lambda home=server.data_dir: shutil.rmtree(home, True))
            config.add_cleanup(server.stop)
            os.environ[variable] = server.url


def own_redis(url: str, worker: str) -> str:
    """Return the address of the worker's own database on the Redis at `url` (gw0 takes the first).

    A Redis has 16 databases unless it is told otherwise.
    """
    parts = urlsplit(url)
    first = int(parts.path.strip("/") or 0)
    return parts._replace(path=f"/{first + int(worker.removeprefix('gw'))}").geturl()


def set_up_django(config: pytest.Config) -> None:
    """Load the settings, then the fixtures that import models."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moderation.settings")
    django.setup()
    # A test is one transaction, idle for as long as the test computes on a busy machine.
    connections["default"].settings_dict["OPTIONS"]["options"] += PATIENT
    if template := os.environ.get("TEST_DATABASE_TEMPLATE"):
        own_copy(template)
    # Passwords are hashed as in production, but cheaply: most tests make a user or two.
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 8
    Argon2PasswordHasher.parallelism = 1
    config.pluginmanager.import_plugin("tests.cast")
    config.pluginmanager.import_plugin("tests.desk")


def own_copy(template: str) -> None:
    """Give this process a copy of a migrated database: a mutant's process lives for a few tests."""
    name = f"test_{os.getpid()}"
    connections["default"].settings_dict["TEST"] |= {"NAME": name, "TEMPLATE": template}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: one worker for each core, but no more than one Redis has databases for."""
    return min(os.cpu_count() or 1, MAXIMUM_WORKERS)


def find_browser() -> str | None:
    """Return the path of this machine's Chromium, if it has one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without Chromium the browser tests are skipped, except in CI: there it must be present."""
    if item.get_closest_marker("browser") and not find_browser():
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("no Chromium on this machine: install the package 'chromium'")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser for playwright's `executable_path`."""
    return find_browser() or ""


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes and half characters in ASCII: `make mutants` asks pytest to escape no name."""
    if isinstance(val, bytes):
        return ascii(val)[2:-1]
    if isinstance(val, str) and any("\ud800" <= letter <= "\udfff" for letter in val):
        return ascii(val)[1:-1]
    return None
