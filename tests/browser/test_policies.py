"""An editor in a real browser: changing the policy with scripts and without."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from moderation.models import PolicyVersion, Site
from moderation.policy_versions.live import ensure_default, live_policy
from tests.browser.conftest import OpenDesk

EDITOR = "/review/daily/policy/"


@pytest.fixture(autouse=True)
def live(daily: Site) -> PolicyVersion:
    return ensure_default(daily)


def open_row(page: Page, name: str) -> None:
    page.locator(f"#{name} summary").click()


def test_a_threshold_is_changed_and_published(open_desk: OpenDesk, owen: User, daily: Site) -> None:
    page = open_desk(owen, EDITOR)
    open_row(page, "rule-5")
    page.locator("[name='rule-5-when-0-value']").fill("0.65")
    page.get_by_role("button", name="Save the draft").last.click()
    expect(page.locator(".messages")).to_contain_text("The draft is saved")
    expect(page.locator("#rule-5 details")).to_have_attribute("open", "")  # it stays open
    expect(page.locator("#rule-5 summary")).to_contain_text("toxicity is at least 0.65")
    page.get_by_role("button", name="See the changes").click()
    expect(page.locator(".changes")).to_contain_text("toxicity is at least 0.70")
    expect(page.locator(".changes")).to_contain_text("toxicity is at least 0.65")
    page.get_by_label("Reason").fill("Too much slipped through")
    page.get_by_role("button", name="Publish as version 2").click()
    expect(page.locator(".messages")).to_contain_text("Version 2 is live")
    assert live_policy(daily)[0].number == 2


def test_all_of_it_works_without_scripts(open_desk: OpenDesk, owen: User, daily: Site) -> None:
    page = open_desk(owen, EDITOR, javascript=False)
    page.get_by_role("button", name="Add a clause").click()
    page.locator("[name='clause-10-title']").fill("Be brief")
    page.locator("[name='clause-10-text']").fill("Readers have little time.")
    page.get_by_role("button", name="Add a rule").click()
    page.locator("[name='rule-27-clause']").select_option("be-brief")
    page.locator("[name='rule-27-when-0-fact']").select_option("body_length")
    page.locator("[name='rule-27-when-0-value']").fill("4000")
    page.get_by_role("button", name="See the changes").click()
    expect(page.locator(".changes")).to_contain_text("Clause 11 “Be brief” added.")
    page.get_by_role("button", name="Publish as version 2").click()
    page.goto("/policy/daily/")
    expect(page.locator("#be-brief")).to_contain_text("Readers have little time.")
    page.goto(f"{EDITOR}versions/1/revert/")
    page.get_by_role("button", name="Publish version 1 again as version 3").click()
    program = live_policy(daily)[1]
    assert program.clause("be-brief") is None


def test_a_fact_offers_what_suits_it(open_desk: OpenDesk, owen: User) -> None:
    page = open_desk(owen, EDITOR)
    open_row(page, "rule-5")
    row = page.locator("#rule-5 .condition").first
    row.locator(".fact").select_option("story_open")
    assert row.locator(".comparison option:enabled").all_inner_texts() == ["is", "is not"]
    expect(row.locator(".comparison")).to_have_value("is")
    expect(row.locator(".value")).to_have_attribute("placeholder", "yes or no")


def test_enter_saves_and_does_nothing_else(open_desk: OpenDesk, owen: User) -> None:
    page = open_desk(owen, EDITOR)
    page.get_by_label("Title").first.fill("House rules")
    page.get_by_label("Title").first.press("Enter")
    expect(page.locator(".messages")).to_contain_text("The draft is saved")
    draft = PolicyVersion.objects.get(number=None)
    assert draft.document["title"] == "House rules"
    assert len(draft.document["clauses"]) == 10


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "publish/", "versions/", "json/", "versions/1/revert/"])
def test_pages_fit_a_small_telephone(
    open_desk: OpenDesk, owen: User, path: str, theme: str
) -> None:
    options = {"viewport": {"width": 320, "height": 640}, "color_scheme": theme}
    page = open_desk(owen, f"{EDITOR}{path}", **options)
    if not path:
        open_row(page, "rule-1")
        open_row(page, "clause-1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    expect(page.locator("h1")).to_have_count(1)
