"""Every test run has its own PostgreSQL and Redis, made for it and gone after it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest

from moderation.standalone import EmbeddedServerError, Lifeline, start_postgres, start_redis
from moderation.standalone.lifeline import alive

PREFIX = "moderato-tests-"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def remove_leftovers() -> None:
    """Remove the folders of test runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the servers that the environment does not name; then Django may read its settings."""
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
    os.environ.setdefault("BASE_URL", "http://localhost:8000")  # whatever `make run` left in var/
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moderation.settings")
    django.setup()
    config.pluginmanager.import_plugin("tests.cast")  # imports models: only now
    config.pluginmanager.import_plugin("tests.desk")


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
