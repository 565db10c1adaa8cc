"""Take the pictures of the documentation from a Moderato of its own with the demo data.

`python -m tests.browser.screenshot [--to docs/images]`: the review room, the queue, in both
themes and on a phone, as Chromium shows them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.stack import ROOT, Stack

DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 375, "height": 760}
PASSWORD = "only-for-the-pictures"
MODERATOR = "mona@daily.example"
SET_PASSWORD = (
    "from django.contrib.auth import get_user_model as users;"
    f"mona = users().objects.get(email={MODERATOR!r}); mona.set_password({PASSWORD!r}); mona.save()"
)


def main() -> None:
    """Start, fill, photograph, stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images", help="folder")
    folder = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    with Stack.scratch(durable=False) as stack, sync_playwright() as playwright:
        fill(stack)
        stack.start("web")
        stack.wait_for_web()
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            photograph(browser, f"http://localhost:{stack.port}", theme, folder)
        browser.close()
    for picture in sorted(folder.glob("*.png")):
        print(f"{picture} {picture.stat().st_size // 1024} kB")


def fill(stack: Stack) -> None:
    """Make the demo and wait until the worker has judged every comment."""
    # The demo's key is kept in the stack's own folder: a running Moderato keeps its own.
    stack.settings["DATA_FOLDER"] = str(stack.folder)
    stack.manage("demo")
    stack.manage("shell", "--command", SET_PASSWORD)
    stack.start("worker")
    stack.ring()
    deadline = time.monotonic() + 60
    pending = "SELECT count(*) FROM moderation_comment WHERE status = 'pending'"
    while stack.sql(pending)[0][0]:
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not judge the demo's comments within a minute")
        time.sleep(0.2)


def photograph(browser: Browser, home: str, theme: str, folder: Path) -> None:
    """Take every picture in one theme."""
    context = browser.new_context(base_url=home, color_scheme=theme, viewport=DESKTOP)
    page = context.new_page()
    sign_in(page)
    suffix = "" if theme == "light" else "-dark"
    take(page, folder / f"queue{suffix}.png")
    page.goto("/review/daily/next/")
    take(page, folder / f"review{suffix}.png")
    page.keyboard.press("r")
    take(page, folder / f"reject{suffix}.png")
    page.set_viewport_size(PHONE)
    page.goto("/review/daily/next/")
    take(page, folder / f"review-phone{suffix}.png")
    context.close()


def sign_in(page: Page) -> None:
    """Enter as the demo's moderator."""
    page.goto("/accounts/login/?next=/review/daily/")
    page.fill("[name=login]", MODERATOR)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".filters")


def take(page: Page, path: Path) -> None:
    """Write what is in the window to `path`, from the top of the page."""
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
