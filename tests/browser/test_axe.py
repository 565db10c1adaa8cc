"""Every page of the review room, in each of its states, as people with other eyes meet it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from moderation.models import ClassifierVersion, Comment, GoldComment, Moderator, Score
from moderation.services import review as desk
from tests.browser.axe import violations
from tests.browser.conftest import OpenDesk
from tests.browser.test_review import eventually, waiting
from tests.web.test_quality import read
from tests.web.test_second_readings import Settle, mix_in, settle

__all__ = ["settle", "waiting"]

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "zoomed": {"viewport": {"width": 640, "height": 430}, "device_scale_factor": 2},
}
PAGES = [
    "",
    "?signal=toxicity",
    "?search=nothing-like-it",
    "next/?author=nobody",
    "settings/",
    "together/",
    "workload/",
    "own/",
    "quality/",
    "quality/disagreements/",
    "quality/gold/",
]
STATES = {"reasons": "h", "reject": "r", "escalate": "e", "note": "n", "keys": "?", "pause": "p"}


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_breaks_the_guidelines(
    open_desk: OpenDesk, owen: User, waiting: list[Comment], secrets: list[str], look: str
) -> None:
    version = ClassifierVersion.objects.create(name="tests-1")
    for comment in waiting:
        Score.objects.create(
            comment=comment,
            revision=1,
            classifier_version=version,
            signals={"toxicity": 0.9, "off_topic": 0.3},
            language="en",
        )
    page = open_desk(owen, "/review/daily/next/", **LOOKS[look])
    found = {"focus": violations(page)}
    for name, key in STATES.items():
        page.keyboard.press(key)
        found[name] = violations(page)
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
    found |= conflict_and_sign_in(page, owen, waiting)
    for path in PAGES:
        page.goto(f"/review/daily/{path}")
        found[path] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto("/review/daily/together/?search=number")
    page.get_by_role("button", name="Draw the sample").click()
    found["sample"] = violations(page)
    for answer in page.get_by_label("Approve").all():
        answer.check()
    page.get_by_role("button", name="I have read them").click()
    found["read"] = violations(page)
    page.get_by_role("button", name="Approve").click()
    found["decided"] = violations(page)
    assert not {name: each for name, each in found.items() if each}
    secrets.clear()  # the browser itself reports the 409 and the 401


def conflict_and_sign_in(page: Page, user: User, comments: list[Comment]) -> dict[str, list[str]]:
    """Bring up the notice that somebody was faster, then the window that asks to sign in."""
    desk.reject(user, comments[0].pk, clauses=["no-abuse"], expected_version=1)
    page.keyboard.press("a")
    expect(page.locator(".notice")).to_be_visible()
    found = {"conflict": violations(page)}
    session = page.context.cookies()
    Session.objects.all().delete()
    page.keyboard.press("s")
    expect(page.locator("#sign-in")).to_be_visible()
    found["sign in"] = violations(page)
    page.get_by_label("Password of owen").fill("owen-password")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in")).to_be_hidden()
    assert page.context.cookies() != session
    eventually(lambda: page.evaluate("sessionStorage.presses") == "[]")
    return found


@pytest.mark.parametrize("look", LOOKS)
def test_nor_does_anything_about_second_readings(
    open_desk: OpenDesk, owen: User, mona: User, settle: Settle, look: str
) -> None:
    golden = settle("A golden one.", "rejected", clauses=["no-abuse"])
    fixed = {"site": golden.site, "revision": 1, "added_by": mona, "clause": "no-abuse"}
    GoldComment.objects.create(comment=golden, status="rejected", **fixed)
    for number in range(60):
        unsure = "in_review" if number == 1 else "rejected"
        status = unsure if number % 9 == 1 else "approved"
        read(settle(f"Audit {number}."), status, clause="" if number == 1 else "no-abuse")
    settle("Ordinary.", "in_review", clauses=["no-abuse"])
    mix_in("gold")
    page = open_desk(owen, "/review/daily/next/", **LOOKS[look])
    page.keyboard.press("h")
    found = {"kept back": violations(page)}
    page.keyboard.press("a")
    expect(page.locator("#focus")).not_to_contain_text("A golden one.")
    eventually(lambda: page.evaluate("sessionStorage.presses") == "[]")
    Moderator.objects.filter(user=owen).update(
        covered_clauses=["no-abuse"], left_clauses=["no-abuse"]
    )
    paths = ["", "own/", "next/", "settings/"]
    paths += ["quality/", "quality/disagreements/", "quality/gold/"]
    for path in [*paths, f"quality/gold/?comment={golden.pk}", f"comments/{golden.pk}/"]:
        page.goto(f"/review/daily/{path}")
        found[path] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert not {name: each for name, each in found.items() if each}
