"""Take the pictures of the documentation from a Moderato of its own with the demo data.

`python -m tests.browser.screenshot [--to docs/images]`: the queue, the review room, also on a
phone, and the pages of an author, a story, an appeal and of agreement, in both themes.
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
MODERATOR, EDITOR = "mona@daily.example", "owen@daily.example"
SET_PASSWORD = (
    "from django.contrib.auth import get_user_model as users\n"
    f"for user in users().objects.all(): user.set_password({PASSWORD!r}); user.save()"
)
SCENES = "from tests.browser.scenes import prepare; prepare()"


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
        home = f"http://localhost:{stack.port}"
        for theme in ("light", "dark"):
            photograph_room(browser, home, theme, folder)
        stack.manage("shell", "--command", SCENES)
        pages = pages_of(stack)
        for theme in ("light", "dark"):
            photograph_pages(browser, home, theme, folder, pages)
        browser.close()
    for picture in sorted(folder.glob("*.png")):
        print(f"{picture} {picture.stat().st_size // 1024} kB")


def fill(stack: Stack) -> None:
    """Make the demo and wait until the worker has judged every comment."""
    # The demo's key is kept in the stack's own folder: a running Moderato keeps its own.
    stack.settings["DATA_FOLDER"] = str(stack.folder)
    stack.settings["PUBLISHING_HOLD_SECONDS"] = "0"  # one may appeal at once
    stack.manage("demo")
    stack.manage("shell", "--command", SET_PASSWORD)
    stack.start("worker")
    stack.notify()
    deadline = time.monotonic() + 60
    pending = "SELECT count(*) FROM moderation_comment WHERE status = 'pending'"
    while stack.sql(pending)[0][0]:
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not judge the demo's comments within a minute")
        time.sleep(0.2)


def pages_of(stack: Stack) -> dict[str, tuple[str, str]]:
    """Return who looks at which page, by the picture's name."""
    author = stack.sql("SELECT id FROM moderation_author WHERE external_id = 'r-hammer'")[0][0]
    story = stack.sql("SELECT id FROM moderation_story WHERE external_id = 'night-ferry'")[0][0]
    appeal = stack.sql("SELECT max(id) FROM moderation_appeal")[0][0]
    return {
        "author": (EDITOR, f"authors/{author}/"),
        "story": (MODERATOR, f"stories/{story}/"),
        "appeal": (MODERATOR, f"appeals/{appeal}/"),
        "agreement": (EDITOR, "quality/"),
    }


def photograph_pages(
    browser: Browser, home: str, theme: str, folder: Path, pages: dict[str, tuple[str, str]]
) -> None:
    """Take the pages around the room in one theme."""
    for person in (MODERATOR, EDITOR):
        context = browser.new_context(base_url=home, color_scheme=theme, viewport=DESKTOP)
        page = context.new_page()
        sign_in(page, person)
        for name, (reader, path) in pages.items():
            if reader == person:
                page.goto(f"/review/daily/{path}")
                take(page, folder / f"{name}{suffix_of(theme)}.png")
        context.close()


def suffix_of(theme: str) -> str:
    """Return what a picture's name ends with."""
    return "" if theme == "light" else "-dark"


def photograph_room(browser: Browser, home: str, theme: str, folder: Path) -> None:
    """Take the queue and the room in one theme."""
    context = browser.new_context(base_url=home, color_scheme=theme, viewport=DESKTOP)
    page = context.new_page()
    sign_in(page, MODERATOR)
    suffix = suffix_of(theme)
    take(page, folder / f"queue{suffix}.png")
    page.goto("/review/daily/next/")
    take(page, folder / f"review{suffix}.png")
    page.keyboard.press("r")
    take(page, folder / f"reject{suffix}.png")
    page.set_viewport_size(PHONE)
    page.goto("/review/daily/next/")
    take(page, folder / f"review-phone{suffix}.png")
    context.close()


def sign_in(page: Page, person: str) -> None:
    """Enter as one of the demo's people."""
    page.goto("/accounts/login/?next=/review/daily/")
    page.fill("[name=login]", person)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".filters")


def take(page: Page, path: Path) -> None:
    """Write what is in the window to `path`, from the top of the page."""
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
