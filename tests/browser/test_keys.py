"""The keys of the review room: what each does, choosing others, and none at all."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from moderation.models import (
    ClassifierVersion,
    Comment,
    Decision,
    Escalation,
    Moderator,
    Score,
    Status,
    WrongScore,
)
from tests.browser.conftest import OpenDesk
from tests.browser.test_presses import press
from tests.browser.test_review import eventually, expect_comment, statuses, waiting

__all__ = ["waiting"]


@pytest.fixture
def scored(waiting: list[Comment]) -> list[Comment]:
    """The same comments, with a score each."""
    version = ClassifierVersion.objects.create(name="tests-1")
    for comment in waiting:
        Score.objects.create(
            comment=comment, revision=1, classifier_version=version, signals={}, language="en"
        )
    return waiting


def test_escalating_remarking_covering_and_pausing(
    open_desk: OpenDesk, mona: User, scored: list[Comment]
) -> None:
    page = open_desk(mona, "/review/daily/next/")
    expect_comment(page, 0)
    why = page.locator(".reasons")
    expect(why).not_to_have_attribute("open", "")
    press(page, "h", "w")
    expect(why).to_have_attribute("open", "")
    expect(page.locator(".score-feedback")).to_have_attribute("aria-pressed", "true")
    expect_comment(page, 0)
    eventually(WrongScore.objects.exists)
    press(page, "x")
    expect(page.locator(".body > span")).to_be_hidden()
    press(page, "x")
    expect(page.locator(".body > span")).to_be_visible()
    press(page, "p")
    expect(page.locator("#pause")).to_be_visible()
    press(page, "a")
    press(page, "p")
    expect(page.locator("#pause")).to_be_hidden()
    press(page, "e", "2")
    expect_comment(page, 1)
    eventually(Escalation.objects.exists)
    assert not Decision.objects.exists()


def test_other_keys_and_none(open_desk: OpenDesk, mona: User, scored: list[Comment]) -> None:
    page = open_desk(mona, "/review/daily/settings/")
    page.get_by_label("Approve", exact=True).fill("f")
    page.get_by_role("button", name="Save your keys").click()
    page.goto("/review/daily/next/")
    expect_comment(page, 0)
    press(page, "a")
    expect_comment(page, 0)
    press(page, "f")
    expect_comment(page, 1)
    eventually(lambda: statuses(scored)[0] == Status.APPROVED)
    Moderator.objects.update(single_keys=False)
    page.goto("/review/daily/next/")
    expect_comment(page, 1)
    press(page, "f", "r", "1", "?")
    expect_comment(page, 1)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("kbd:visible")).to_have_count(0)
    page.get_by_role("button", name="Approve").click()
    expect_comment(page, 2)
