"""Every page of the review room, in each of its states, as people with other eyes meet it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from moderation.appeals.actions import open_appeal
from moderation.community import standing
from moderation.community.story_state import change_state, watch
from moderation.decisions.author_link import decision_url
from moderation.models import (
    Appeal,
    Author,
    ClassifierVersion,
    Comment,
    GoldComment,
    Moderator,
    PolicyVersion,
    Score,
    Standing,
    Status,
)
from moderation.review import actions
from moderation.review.actions import SeenComment
from moderation.review.deferrals import bring_back, defer, until_in
from tests.browser.axe import violations
from tests.browser.conftest import OpenDesk, Secrets
from tests.browser.test_review import eventually, waiting
from tests.cast import MakeComment
from tests.desk import rule
from tests.web.review.test_quality import read
from tests.web.review.test_second_reviews import Settle, mix_in, settle

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
    "watched/",
    "?deferred=on",
    "quality/",
    "quality/disagreements/",
    "quality/gold/",
]
STATES = {"reasons": "h", "reject": "r", "escalate": "e", "note": "n", "keys": "?", "pause": "p"}


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_breaks_the_guidelines(
    open_desk: OpenDesk, owen: User, waiting: list[Comment], secrets: Secrets, look: str
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
    found |= people_and_stories(page, owen, waiting)
    page.goto("/review/daily/")
    page.locator("[name=chosen]").first.check()
    for sheet in page.locator("#selection summary").all():
        sheet.click()
        found[f"selection {sheet.inner_text()}"] = violations(page)
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
    secrets.expect(409, 401)


@pytest.fixture
def appealed(
    make_comment: MakeComment, ravi: Author, mona: User, with_policy: PolicyVersion
) -> list[Appeal]:
    """Appeals of Ravi's against two rejections of Mona's."""
    made = []
    for number in range(2):
        comment = make_comment(f"The mayor said so, number {number}.", author=ravi)
        rule(comment, Status.REJECTED, mona, clauses=["no-abuse"], policy=with_policy)
        words = "I quoted the mayor, word for word. Please look at the minutes of the council."
        made.append(open_appeal(comment, author_id="ravi", words=words)[0])
    return made


@pytest.mark.parametrize("look", LOOKS)
def test_appeals_and_the_page_of_a_decision_break_none(
    open_desk: OpenDesk, owen: User, appealed: list[Appeal], settings: Any, look: str
) -> None:
    settings.PUBLISHING_HOLD_SECONDS = 0
    page = open_desk(owen, "/review/daily/appeals/", **LOOKS[look])
    found = {"list": violations(page)}
    page.get_by_role("link", name="Read them one by one").click()
    found["appeal"] = violations(page)
    for key in "hn":
        page.keyboard.press(key)
    page.keyboard.type("We have read the minutes.")
    found["answer"] = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("r")
    expect(page.get_by_role("status")).to_contain_text("The decision stands.")
    assert Appeal.objects.get(pk=appealed[0].pk).answer == "We have read the minutes."
    for number, each in enumerate(appealed):
        page.goto(decision_url(each.comment_id).removeprefix("http://localhost:8000"))
        found[f"decision {number}"] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not {name: each for name, each in found.items() if each}


def people_and_stories(page: Page, user: User, comments: list[Comment]) -> dict[str, list[str]]:
    """Open the page of an author with a history and of a story with one, and a deferred comment."""
    moderator = Moderator.objects.get(user=user)
    author = Author.objects.get(comments=comments[1])
    standing.write_note(moderator, author, "Writes at night.")
    standing.change_standing(moderator, author, Standing.MUTED, seen=0, reason="Spiteful.")
    change_state(moderator, comments[1].story, "premoderated", seen="open", note="Heated.")
    watch(moderator, comments[1].story, watched=True)
    comment = Comment.objects.get(pk=comments[1].pk)
    defer(user, SeenComment(comment.pk, comment.version), until_in(4))
    found = {}
    for path in (
        f"authors/{author.pk}/",
        "authors/",
        f"stories/{comment.story_id}/",
        "watched/",
        f"comments/{comment.pk}/",
        "?deferred=on",
    ):
        page.goto(f"/review/daily/{path}")
        for summary in page.locator("main.narrow summary").all():
            summary.click()
        found[path] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    bring_back(user, comment.pk)
    return found


def conflict_and_sign_in(page: Page, user: User, comments: list[Comment]) -> dict[str, list[str]]:
    """Bring up the notice that somebody was faster, then the window that asks to sign in."""
    actions.reject(user, comments[0].pk, clauses=["no-abuse"], expected_version=1)
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
def test_nor_does_anything_about_second_reviews(
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
