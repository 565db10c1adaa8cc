"""A reader in a real browser: writing, being told, answering; with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from moderation.models import Comment, Site, Status, Story
from moderation.policy_versions.live import ensure_default
from moderation.scoring.drain import drain
from tests.browser.conftest import OpenDesk, Secrets
from tests.browser.test_review import HOSTILE
from tests.cast import MakeComment

PAGE = "/stories/daily/mill-street/"
TEXT = "I cross Mill Street at the market every morning, and the vans never stop for anybody."


@pytest.fixture(autouse=True)
def policy(daily: Site, story: Story) -> None:
    ensure_default(daily)


def write(page: Page, text: str = TEXT) -> None:
    page.get_by_role("textbox", name="Your comment").fill(text)
    page.get_by_label("Your name").fill("Ravi")
    page.get_by_role("button", name="Send", exact=True).click()


def test_the_status_of_a_comment_appears_by_itself(open_desk: OpenDesk) -> None:
    page = open_desk(None, PAGE)
    write(page)
    expect(page.locator("#yours")).to_contain_text("Being checked")
    assert drain() == 1
    expect(page.locator("#yours .badge")).not_to_have_text("Being checked")
    labels = {
        "approved": "Posted",
        "in_review": "Waiting for a moderator",
        "rejected": "Not posted",
    }
    comment = Comment.objects.get()
    expect(page.locator("#yours .badge")).to_have_text(labels[comment.status])


def test_an_approved_comment_joins_the_conversation_without_a_reload(open_desk: OpenDesk) -> None:
    page = open_desk(None, PAGE)
    write(page)
    expect(page.locator("#yours")).to_contain_text("Being checked")
    Comment.objects.update(status=Status.APPROVED)
    expect(page.locator("#thread")).to_contain_text(TEXT)
    expect(page.locator("#thread h3")).to_contain_text("Ravi")
    assert page.locator("#yours[data-pace]").count() == 0  # it asks no more


def test_all_of_it_works_without_scripts(open_desk: OpenDesk, make_comment: MakeComment) -> None:
    first = make_comment("The first word.", status=Status.APPROVED, author_name="Greta")
    page = open_desk(None, PAGE, javascript=False)
    page.get_by_role("link", name="Reply to Greta").click()
    expect(page.locator("#answering")).to_contain_text("Replying to Greta")
    write(page)
    expect(page.locator("#yours")).to_contain_text("Being checked")
    answer = Comment.objects.exclude(pk=first.pk).get()
    assert answer.parent_id == first.pk
    Comment.objects.filter(pk=answer.pk).update(status=Status.APPROVED)
    page.get_by_role("button", name="Check again").click()
    expect(page.locator("#yours .badge")).to_have_text("Posted")
    expect(page.locator("#thread li li")).to_contain_text(TEXT)
    # Replies fold without a script, too.
    page.locator("#thread summary").click()
    expect(page.locator("#thread li li")).to_be_hidden()


def test_answering_loses_no_word(open_desk: OpenDesk, make_comment: MakeComment) -> None:
    make_comment("The first word.", status=Status.APPROVED, author_name="Greta")
    page = open_desk(None, PAGE)
    page.get_by_role("textbox", name="Your comment").fill("Half a thou")
    page.get_by_role("link", name="Reply to Greta").click()
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value("Half a thou")
    expect(page.get_by_role("textbox", name="Your comment")).to_be_focused()
    expect(page.locator("#answering")).to_contain_text("Greta")
    page.get_by_role("link", name="Write a new comment instead").click()
    expect(page.locator("#answering")).to_be_hidden()
    assert page.locator("input[name=parent]").input_value() == ""


def test_a_mistake_is_told_at_its_field(open_desk: OpenDesk, secrets: Secrets) -> None:
    page = open_desk(None, PAGE)
    page.get_by_role("textbox", name="Your comment").fill(TEXT)
    page.get_by_role("button", name="Send", exact=True).click()
    name = page.get_by_label("Your name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_name_error")).to_contain_text("Please give a name")
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value(TEXT)
    secrets.expect(422)


def test_hostile_texts_stand_there_as_written(
    open_desk: OpenDesk, make_comment: MakeComment
) -> None:
    for text in HOSTILE:
        make_comment(text, status=Status.APPROVED, author_name=text[:90])
    page = open_desk(None, PAGE)
    assert page.locator("#thread .comment-body").all_text_contents() == HOSTILE
    assert page.locator("#thread .comment-body *").count() == 0


def test_a_pile_of_marks_and_an_endless_word_stay_inside(
    open_desk: OpenDesk, make_comment: MakeComment
) -> None:
    zalgo = "".join(letter + "\u0300\u0316" * 15 for letter in "calm")
    for text in (zalgo, "x" * 9_000, "\n".join(["line"] * 3_000)):
        make_comment(text, status=Status.APPROVED, author_name=text[:100])
    page = open_desk(None, PAGE, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    folded = page.locator("#thread .comment-body").nth(2)
    assert folded.bounding_box()["height"] < 400  # type: ignore[index]
    page.get_by_text("Show the whole comment").nth(1).click()
    assert folded.bounding_box()["height"] > 40_000  # type: ignore[index]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "address", ["/", "/stories/daily/", PAGE, f"{PAGE}comments/c-1/report/", "/policy/daily/"]
)
def test_pages_fit_a_small_telephone(
    open_desk: OpenDesk, make_comment: MakeComment, address: str, theme: str
) -> None:
    parent = make_comment("Level 1.", status=Status.APPROVED, author_name="Greta")
    for level in range(2, 16):
        parent = make_comment(
            f"Level {level}.", status=Status.APPROVED, author_name="Greta", parent=parent
        )
    page = open_desk(None, address, viewport={"width": 320, "height": 640}, color_scheme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if address == PAGE:
        narrow = page.locator("#thread .comment-body").last.bounding_box()
        assert narrow and narrow["width"] > 180
    expect(page.locator("h1")).to_have_count(1)
