"""Nothing that was pressed is lost or counted twice, whatever happens on its way to the server."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Now
from playwright.sync_api import Page, Route, expect

from moderation.decisions.decide import resubmit
from moderation.models import Author, Comment, Decision, Moderator, Site, Status, Story
from moderation.policy_versions.live import ensure_default
from moderation.review import actions
from tests.browser.conftest import OpenDesk, Secrets
from tests.browser.test_review import eventually, expect_comment, statuses
from tests.cast import MakeComment

LONG = 24


@pytest.fixture
def waiting(daily: Site, story: Story, ravi: Author, make_comment: MakeComment) -> list[Comment]:
    """Two dozen comments in review, in the order in which they come."""
    ensure_default(daily)
    return [
        make_comment(
            f"Comment number {number}.",
            status=Status.IN_REVIEW,
            priority=99 - number,
            author=ravi,
            author_name="Ravi",
        )
        for number in range(LONG)
    ]


def open_room(open_desk: OpenDesk, user: User) -> Page:
    """Open the room and wait until the next comments are on the page."""
    page = open_desk(user, "/review/daily/next/")
    expect_comment(page, 0)
    expect(page.locator("#waiting")).to_contain_text("waiting")
    page.wait_for_load_state("networkidle")
    return page


def press(page: Page, *keys: str) -> None:
    """Press one key after the other, no faster than a hand can."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(260)


def test_decisions_made_offline_are_applied_in_order_and_once(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], secrets: Secrets
) -> None:
    page = open_room(open_desk, mona)
    page.context.set_offline(True)
    for number in range(8):
        press(page, "a")
        expect_comment(page, number + 1)
    expect(page.locator("#status")).to_contain_text("Not saved yet")
    expect(page.locator("#saving")).to_have_text("Saving 8…")
    assert not Decision.objects.exists()
    page.context.set_offline(False)
    expect(page.locator("#saving")).to_be_hidden(timeout=10_000)
    expect(page.locator("#status")).to_have_text("All saved.")
    decided = list(Decision.objects.order_by("pk").values_list("comment_id", flat=True))
    assert decided == [comment.pk for comment in waiting[:8]]
    secrets.expect("net::ERR_INTERNET_DISCONNECTED")


def test_undo_before_it_was_sent_sends_nothing(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], secrets: Secrets
) -> None:
    page = open_room(open_desk, mona)
    page.context.set_offline(True)
    press(page, "a", "a", "u")
    expect_comment(page, 1)
    press(page, "r", "2")
    page.context.set_offline(False)
    eventually(lambda: statuses(waiting)[1] == Status.REJECTED)
    assert statuses(waiting)[0] == Status.APPROVED
    assert Decision.objects.count() == 2
    secrets.expect("net::ERR_INTERNET_DISCONNECTED")


def test_undo_and_another_decision_at_once(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    page = open_room(open_desk, mona)
    press(page, "a")
    eventually(lambda: statuses(waiting)[0] == Status.APPROVED)
    page.keyboard.press("u")
    page.keyboard.press("r")
    page.keyboard.press("2")
    expect_comment(page, 1)
    eventually(lambda: statuses(waiting)[0] == Status.REJECTED)
    assert Decision.objects.count() == 3


def test_an_answer_that_got_lost_is_one_decision(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], secrets: Secrets
) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page = open_room(open_desk, mona)
    page.route("**/decide/", lose, times=1)
    press(page, "a")
    expect(page.locator("#status")).to_contain_text("All saved.")
    assert Decision.objects.count() == 1
    secrets.expect("net::ERR_FAILED")


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_that_fails_for_a_moment_is_asked_again(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], secrets: Secrets, status: int
) -> None:
    page = open_room(open_desk, mona)
    page.route("**/decide/", lambda route: route.fulfill(status=status, body="no"), times=2)
    press(page, "a", "a")
    expect_comment(page, 2)
    expect(page.locator("#status")).to_contain_text("Not saved yet")
    eventually(lambda: Decision.objects.count() == 2)
    secrets.expect(status)


def test_a_decision_that_the_server_cannot_save_comes_back(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], secrets: Secrets
) -> None:
    page = open_room(open_desk, mona)
    broken = f"**/{waiting[0].pk}/decide/"
    page.route(broken, lambda route: route.fulfill(status=500, body="no"))
    press(page, "a", "a")
    expect(page.locator(".notice")).to_contain_text("The server could not save a decision.")
    expect_comment(page, 2)
    eventually(lambda: statuses(waiting)[1] == Status.APPROVED)  # the others go on
    page.unroute(broken)
    press(page, "s")
    expect_comment(page, 0)
    expect(page.locator("#who")).to_be_focused()
    press(page, "a")
    eventually(lambda: statuses(waiting)[0] == Status.APPROVED)
    assert Decision.objects.count() == 2
    secrets.expect(500)


def test_the_end_of_the_session_is_mended_in_place(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], secrets: Secrets
) -> None:
    page = open_room(open_desk, mona)
    Session.objects.all().delete()
    press(page, "a")
    expect(page.locator("#sign-in")).to_be_visible()
    assert not Decision.objects.exists()
    page.get_by_label("Password of mona").fill("not it")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in [role=alert]")).to_contain_text("is not right")
    page.get_by_label("Password of mona").fill("mona-password")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in")).to_be_hidden()
    eventually(lambda: statuses(waiting)[0] == Status.APPROVED)
    expect_comment(page, 1)
    press(page, "a")
    eventually(lambda: statuses(waiting)[1] == Status.APPROVED)
    secrets.expect(401, 400)


def test_leaving_with_unsaved_decisions_is_warned_of_and_a_reload_keeps_them(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], secrets: Secrets
) -> None:
    page = open_room(open_desk, mona)
    page.route("**/decide/", lambda route: route.abort())
    press(page, "a")
    expect(page.locator("#saving")).to_have_text("Saving 1…")
    warned = page.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    assert warned
    page.unroute("**/decide/")
    page.evaluate("location.reload()")
    eventually(lambda: statuses(waiting)[0] == Status.APPROVED)
    assert Decision.objects.count() == 1
    secrets.expect("net::ERR_FAILED")
    secrets.expected.append("dialog beforeunload")


def test_a_double_press_is_one_decision(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    page = open_room(open_desk, mona)
    page.keyboard.press("a")
    page.keyboard.press("a")
    expect_comment(page, 1)
    eventually(lambda: statuses(waiting)[0] == Status.APPROVED)
    assert Decision.objects.count() == 1


def test_a_double_press_is_one_where_the_machine_is_busy_in_between(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    page = open_room(open_desk, mona)
    page.evaluate(
        """async () => {
            const press = () => new KeyboardEvent("keydown", { key: "a", bubbles: true });
            const pressed = [press(), press()];
            document.body.dispatchEvent(pressed[0]);
            await new Promise((resolve) => setTimeout(resolve, 400));
            document.body.dispatchEvent(pressed[1]);
        }"""
    )
    expect_comment(page, 1)
    eventually(lambda: statuses(waiting)[0] == Status.APPROVED)
    page.wait_for_load_state("networkidle")
    assert Decision.objects.count() == 1


def test_an_edited_comment_is_read_again(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], secrets: Secrets
) -> None:
    page = open_room(open_desk, mona)
    with transaction.atomic():
        resubmit(waiting[0].pk)
    Comment.objects.filter(pk=waiting[0].pk).update(body="Something else.", status="in_review")
    press(page, "a")
    expect(page.locator(".notice")).to_contain_text("edited meanwhile")
    press(page, "s")
    expect(page.locator(".body")).to_have_text("Something else.")
    assert not Decision.objects.exists()
    secrets.expect(409)


def test_a_lapsed_claim_overwrites_nothing(
    open_desk: OpenDesk, mona: User, owen: User, waiting: list[Comment], secrets: Secrets
) -> None:
    page = open_room(open_desk, mona)
    Comment.objects.update(claimed_by=None, claimed_until=None)
    actions.reject(owen, waiting[0].pk, clauses=["no-abuse"], expected_version=waiting[0].version)
    press(page, "a")
    expect(page.locator(".notice")).to_contain_text("Already rejected by Owen")
    assert Decision.objects.count() == 1
    secrets.expect(409)


def test_an_open_page_renews_its_claims(
    open_desk: OpenDesk, mona: User, owen: User, waiting: list[Comment]
) -> None:
    page = open_desk(mona, "/review/daily/settings/")
    page.clock.install()
    page.goto("/review/daily/next/")
    expect_comment(page, 0)
    page.wait_for_load_state("networkidle")
    taken = Comment.objects.filter(pk=waiting[1].pk)
    taken.update(claimed_by=owen)
    Moderator.objects.filter(user=owen).update(seen_at=Now())
    page.clock.run_for(61_000)
    expect(page.locator("#here")).to_have_text("Owen is here too")
    page.keyboard.press("a")
    expect_comment(page, 2)  # the one that Owen has is not shown


def test_at_the_end_of_the_queue_everything_is_saved_first(
    open_desk: OpenDesk, mona: User, waiting: list[Comment]
) -> None:
    Comment.objects.filter(pk__in=[comment.pk for comment in waiting[4:]]).delete()
    page = open_room(open_desk, mona)
    for number in range(4):
        expect_comment(page, number)
        press(page, "a" if number % 2 else "s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Only skipped comments left")
    assert Decision.objects.count() == 2
    press(page, "u")
    expect_comment(page, 3)
    eventually(lambda: Decision.objects.count() == 3)
