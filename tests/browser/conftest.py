"""A real browser for the tests of the pages; it fails on anything that a page does secretly."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import responses
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
OpenDesk = Callable[..., Page]
BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is a browser test."""
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium (set CHROMIUM)"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    # Playwright's event loop lives in this thread, where the tests also ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=30_000)  # a busy machine may need this long
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@dataclass
class Secrets:
    """What pages did that they must not: console errors, dialogs, refusals, foreign requests."""

    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, *failures: int | str) -> None:
        """Name what a test provokes: statuses, or network errors (`net::ERR_FAILED`).

        The browser itself reports a request that fails. Each must come, and nothing else may.
        """
        for failure in failures:
            if isinstance(failure, int):
                failure = f"the server responded with a status of {failure} ({responses[failure]})"
            self.expected.append(f"Failed to load resource: {failure}")

    def check(self) -> None:
        """Fail on what nobody expected, and on what was expected and did not happen."""
        assert set(self.found) == set(self.expected)


@pytest.fixture
def secrets() -> Secrets:
    """What the pages of a test do behind the reader's back."""
    return Secrets()


def watch(page: Page, home: str, found: list[str]) -> None:
    """Note everything about the page that a person would not see and should know."""
    page.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))

    def note_dialog(dialog: Dialog) -> None:
        found.append(f"dialog {dialog.type} {dialog.message}".strip())
        if dialog.type == "beforeunload":
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", note_dialog)

    def note_foreign(url: str) -> None:
        if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != home:
            found.append(f"foreign request {url}")

    page.on("request", lambda request: note_foreign(request.url))


@pytest.fixture
def open_desk(
    browser: Browser,
    live_server: pytest.fixture,
    secrets: Secrets,
) -> Iterator[OpenDesk]:
    """Open a page as somebody: `open_desk(mona, "/review/daily/", javascript=False)`."""
    # Django is set up only after this file is read.
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    contexts: list[BrowserContext] = []
    base = str(live_server.url)  # type: ignore[attr-defined]

    def open_as(
        user: User | None, path: str, *, javascript: bool = True, **options: object
    ) -> Page:
        context = browser.new_context(
            base_url=base,
            java_script_enabled=javascript,
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base}
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        watch(page, urlsplit(base).netloc, secrets.found)
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    wait_until_served()


def wait_until_served(seconds: float = 60) -> None:
    """Return when the server works on nothing more: the tables are emptied after a test."""
    from django.db import connection  # noqa: PLC0415

    deadline = time.monotonic() + seconds
    quiet = 0
    while quiet < 3 and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            quiet = 0 if cursor.fetchone()[0] else quiet + 1
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def time_to_undo(settings: object) -> None:
    """A busy machine may need longer than 8 seconds from a decision to its undo."""
    settings.PUBLISHING_HOLD_SECONDS = 120  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def nothing_in_secret(secrets: Secrets) -> Iterator[None]:
    """After each test: nothing happened behind the reader's back but what the test provoked."""
    yield
    secrets.check()
