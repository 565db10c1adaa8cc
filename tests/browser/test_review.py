"""A moderator at work, in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from moderation.models import Author, Comment, Decision, Site, Status, Story
from moderation.policy_versions.live import ensure_default
from tests.browser.conftest import OpenDesk, Secrets
from tests.cast import MakeComment
from tests.waiting import PATIENCE_SECONDS

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "http://x.example/?'onmouseover='alert(1)",
    "javascript:alert(1) data:text/html,<b> java\nscript:alert(1)",
    "</textarea></title></script>-->]]>",
    "{{7*7}} {% load comment_text %} ${7*7} %s {0.__class__}",
    "<xmp><noscript><math><mtext><img src=y>",
    "<form id=decide><input name=version value=9><button name=action value=approve>",
    "<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>"
    "<link rel=prefetch href=//evil.example/x><style>@import url(//evil.example/y)</style>",
    "![](http://tracker.example/x.png) <svg><image href=http://tracker.example/z>",
]


@pytest.fixture
def waiting(daily: Site, story: Story, ravi: Author, make_comment: MakeComment) -> list[Comment]:
    """Five comments in review, in the order in which they come."""
    ensure_default(daily)
    return [
        make_comment(
            f"Comment number {number}.",
            status=Status.IN_REVIEW,
            priority=9 - number,
            author=ravi,
            author_name="Ravi",
        )
        for number in range(5)
    ]


def expect_comment(page: Page, number: int) -> None:
    expect(page.locator(".body")).to_have_text(f"Comment number {number}.")


def statuses(comments: list[Comment]) -> list[str]:
    return [Comment.objects.get(pk=comment.pk).status for comment in comments]


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the server has what was pressed; the page went on long before."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_round_by_keyboard(open_desk: OpenDesk, mona: User, waiting: list[Comment]) -> None:
    page = open_desk(mona, "/review/daily/next/")
    expect_comment(page, 0)
    page.keyboard.press("a")
    expect_comment(page, 1)
    expect(page.locator("#status")).to_have_text("Approved. Next: Ravi")
    expect(page.locator("#who")).to_be_focused()
    page.keyboard.press("r")
    expect(page.locator(".sheet").first).to_be_visible()
    page.keyboard.press("2")
    expect_comment(page, 2)
    expect(page.locator("#status")).to_contain_text("Rejected.")
    page.keyboard.press("s")
    expect_comment(page, 3)
    expected = [Status.APPROVED, Status.REJECTED, Status.IN_REVIEW]
    eventually(lambda: statuses(waiting)[:3] == expected)
    assert Decision.objects.get(comment=waiting[1]).clauses == ["no-abuse"]
    page.keyboard.press("u")
    expect_comment(page, 1)
    expect(page.locator("#status")).to_contain_text("Taken back")
    eventually(lambda: statuses(waiting)[1] == Status.IN_REVIEW)
    expect(page).to_have_url(re.compile(f"/comments/{waiting[1].pk}/$"))
    stored = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert "Comment number" not in stored


# Presses a key in the very moment in which the next comment is on the page.
AT_ONCE = """key => new MutationObserver((_, seen) => {
  seen.disconnect();
  document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}).observe(document.querySelector("#focus").parentNode, { childList: true })"""


def test_a_key_pressed_as_the_next_comment_appears(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    page = open_desk(mona, "/review/daily/next/")
    expect_comment(page, 0)
    page.evaluate("document.body.dataset.loaded = 'once'")
    page.evaluate(AT_ONCE, "u")
    page.keyboard.press("a")
    expect(page.locator("#status")).to_contain_text("Taken back")
    page.evaluate(AT_ONCE, "a")
    page.keyboard.press("j")
    expect(page.locator("#status")).to_contain_text("Approved.")
    eventually(lambda: statuses(waiting)[:2] == [Status.IN_REVIEW, Status.APPROVED])
    expect(page.locator("body[data-loaded=once]")).to_be_attached()


def test_looking_around_and_the_help(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    page = open_desk(mona, f"/review/daily/comments/{waiting[1].pk}/")
    page.keyboard.press("j")
    expect_comment(page, 2)
    page.keyboard.press("k")
    expect_comment(page, 1)
    page.keyboard.press("k")
    expect_comment(page, 0)
    page.keyboard.press("k")
    expect(page.locator("#status")).to_have_text("This is the first one of the queue.")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("a")
    expect_comment(page, 0)
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    assert not Decision.objects.exists()


def test_keys_do_nothing_while_writing_or_held_or_with_others(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    page = open_desk(mona, "/review/daily/next/")
    expect_comment(page, 0)
    page.keyboard.press("n")
    page.keyboard.type("a nasty remark, sure")
    expect(page.locator("#note")).to_have_value("a nasty remark, sure")
    page.keyboard.press("Escape")
    for chord in ("Control+a", "Alt+a", "Meta+s"):
        page.keyboard.press(chord)
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown',"
        "{key: 'a', bubbles: true, isComposing: true}))"
    )
    expect_comment(page, 0)
    assert not Decision.objects.exists()
    page.keyboard.down("a")
    for _ in range(29):
        page.keyboard.down("a")
    page.keyboard.up("a")
    expect_comment(page, 1)
    eventually(lambda: Decision.objects.count() == 1)
    page.wait_for_load_state("networkidle")
    assert Decision.objects.count() == 1
    assert Decision.objects.get().note == "a nasty remark, sure"


def test_a_double_click_is_one_decision(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    page = open_desk(mona, "/review/daily/next/")
    page.get_by_role("button", name="Approve").dblclick()
    expect_comment(page, 1)
    eventually(lambda: Decision.objects.count() == 1)
    page.wait_for_load_state("networkidle")
    assert Decision.objects.count() == 1


def test_two_moderators_press_at_once(
    open_desk: OpenDesk, mona: User, owen: User, waiting: list[Comment], secrets: Secrets
) -> None:
    here = f"/review/daily/comments/{waiting[0].pk}/"
    first, second = open_desk(mona, here), open_desk(owen, here)
    expect(second.get_by_text("is reading this comment at the moment")).to_be_visible()
    first.keyboard.press("a")
    expect_comment(first, 1)
    second.keyboard.press("r")
    second.keyboard.press("1")
    body = second.locator(".body")
    expect(body).not_to_have_text("Comment number 0.")
    read_meanwhile = body.inner_text()  # which one depends on how far ahead Mona's page looks
    expect(second.locator(".notice")).to_contain_text("Already approved by Mona")
    expect(body).to_have_text(read_meanwhile)
    expect(second.locator("#who")).to_be_focused()
    assert Decision.objects.count() == 1
    second.keyboard.press("o")
    expect(second.locator(".notice")).to_have_count(0)
    expect(second.locator("#status")).to_contain_text("Decided otherwise.")
    eventually(lambda: statuses(waiting)[0] == Status.REJECTED)
    assert Decision.objects.count() == 2
    secrets.expect(409)


def test_everything_works_without_javascript(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    page = open_desk(mona, "/review/", javascript=False)
    page.get_by_role("link", name="Start reviewing").click()
    expect_comment(page, 0)
    page.get_by_role("button", name="Approve").click()
    expect_comment(page, 1)
    expect(page.locator("#status")).to_contain_text("Approved.")
    page.locator(".reject > summary").click()
    page.get_by_role("button", name="No personal abuse").click()
    expect_comment(page, 2)
    page.get_by_role("button", name="Skip").click()
    expect_comment(page, 3)
    page.get_by_role("button", name="Undo").click()
    expect_comment(page, 1)
    assert statuses(waiting)[:2] == [Status.APPROVED, Status.IN_REVIEW]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_literally(
    open_desk: OpenDesk, mona: User, daily: Site, make_comment: MakeComment, hostile: str
) -> None:
    ensure_default(daily)
    story = Story.objects.create(
        site=daily, external_id=hostile[:200], title=hostile, body=hostile, section=hostile[:100]
    )
    parent = make_comment(hostile, status=Status.APPROVED, author_name=hostile[:100], story=story)
    comment = make_comment(
        hostile,
        status=Status.IN_REVIEW,
        author_name=hostile[:100],
        parent=parent,
        story=story,
        external_id=hostile[:100],
    )
    page = open_desk(mona, f"/review/daily/comments/{comment.pk}/")
    assert page.locator(".body").evaluate("node => node.textContent") == hostile
    assert page.locator("#who bdi").evaluate("node => node.textContent") == hostile[:100]
    page.goto("/review/daily/")
    assert " ".join(hostile.split()) in page.locator(".excerpt").inner_text()
    page.goto(f"/review/daily/?search={'%22%3E%3Cimg src=x%3E'}&author={'%22%3E%3Cb%3E'}")
    expect(page.get_by_role("heading", level=1)).to_have_text("The Daily")


def test_turned_letters_do_not_turn_their_neighbours(
    open_desk: OpenDesk, mona: User, daily: Site, make_comment: MakeComment
) -> None:
    ensure_default(daily)
    body = "one \u202eowt\u202c three \u200b" + "z" + "\u0301" * 30
    comment = make_comment(body, status=Status.IN_REVIEW, author_name="\u202eevE")
    page = open_desk(mona, f"/review/daily/comments/{comment.pk}/")
    badges = page.locator(".body .hidden-character").all_text_contents()
    assert badges == ["U+202E", "U+202C", "U+200B"]
    assert "\u202e" not in page.content()


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_nothing_runs_over_the_edge(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], make_comment: MakeComment, width: int
) -> None:
    make_comment("x" * 10_000, status=Status.IN_REVIEW, priority=99, author_name="y" * 100)
    page = open_desk(mona, "/review/daily/", viewport={"width": width, "height": 700})
    for path in ("/review/daily/", "/review/daily/next/", "/review/daily/?flagged=on"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_every_target_is_large_enough_and_named(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    page = open_desk(mona, "/review/daily/next/")
    for control in page.locator("button:visible, .button:visible").all():
        box = control.bounding_box()
        assert box and box["height"] >= 44 and box["width"] >= 24
        assert control.inner_text().strip()


def test_defer_is_two_keys(open_desk: OpenDesk, mona: User, waiting: list[Comment]) -> None:
    page = open_desk(mona, "/review/daily/next/")
    expect_comment(page, 0)
    page.keyboard.press("d")
    page.keyboard.press("1")
    expect_comment(page, 1)
    eventually(lambda: Comment.objects.get(pk=waiting[0].pk).deferred_until is not None)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("javascript", [True, False])
def test_what_is_ticked_in_the_list_is_decided(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], javascript: bool
) -> None:
    page = open_desk(mona, "/review/daily/", javascript=javascript)
    expect(page.locator("#selection")).to_be_hidden()
    if javascript:
        for key in "jxjx":
            page.keyboard.press(key)
    else:
        for box in page.locator("[name=chosen]").all()[:2]:
            box.check()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("2 approved.")).to_be_visible()
    assert statuses(waiting)[:3] == [Status.APPROVED, Status.APPROVED, Status.IN_REVIEW]
