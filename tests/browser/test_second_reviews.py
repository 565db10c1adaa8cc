"""Second reviews and covered texts in the room, by keyboard, as in any other round."""

from __future__ import annotations

from django.contrib.auth.models import User
from playwright.sync_api import expect

from moderation.models import Comment, Decision, Moderator, SecondReview
from tests.browser.conftest import OpenDesk
from tests.browser.test_review import eventually, waiting
from tests.web.review.test_second_reviews import Settle, mix_in, settle

__all__ = ["settle", "waiting"]


def test_it_is_rejected_taken_back_and_approved_with_keys(
    open_desk: OpenDesk, mona: User, waiting: list[Comment], settle: Settle
) -> None:
    settled = settle("Settled.")
    mix_in("audit")
    page = open_desk(mona, "/review/daily/next/")
    focus = page.locator("#focus")
    expect(focus).to_contain_text("Settled.")
    page.keyboard.press("r")
    page.keyboard.press("2")
    expect(page.locator("#status")).to_contain_text("Rejected. Next:")
    expect(focus).not_to_contain_text("Settled.")
    page.keyboard.press("u")
    expect(focus).to_contain_text("Settled.")
    page.keyboard.press("a")
    expect(page.locator("#status")).to_contain_text("Approved.")
    eventually(lambda: page.evaluate("sessionStorage.presses") == "[]")
    first, second = SecondReview.objects.order_by("pk")
    assert (first.status, second.status) == ("rejected", "approved")
    assert first.taken_back_at and not second.taken_back_at
    assert Decision.objects.get().comment == settled
    # What was pressed last is found again after a reload.
    page.reload()
    page.keyboard.press("u")
    expect(focus).to_contain_text("Settled.")
    assert not SecondReview.objects.filter(taken_back_at=None).exists()


def test_a_covered_text_is_shown_by_a_key(open_desk: OpenDesk, mona: User, settle: Settle) -> None:
    settle("Held by a clause.", "in_review", clauses=["no-abuse"])
    Moderator.objects.filter(user=mona).update(covered_clauses=["no-abuse"])
    page = open_desk(mona, "/review/daily/next/")
    text = page.locator("#focus .body > span")
    expect(text).to_be_hidden()
    page.keyboard.press("x")
    expect(text).to_be_visible()
