"""The story's page: how its comments stand, its state with a history, and watching it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from moderation.intake.upserts import StoryFields, put_story
from moderation.models import Comment, Site, Status, Story, StoryChange, Watch
from moderation.policy_versions.live import ensure_default
from tests.cast import MakeComment


@pytest.fixture
def here(client: Client, daily: Site, mona: User, story: Story) -> str:
    """The page of the story, with Mona signed in."""
    ensure_default(daily)
    client.force_login(mona)
    return f"/review/daily/stories/{story.pk}/"


def test_comments_by_status_and_their_number(
    client: Client, here: str, make_comment: MakeComment, daily: Site
) -> None:
    for n in range(28):
        make_comment(f"Number {n}.", status=Status.APPROVED)
    make_comment("Rejected one.", status=Status.REJECTED)
    other = Story.objects.create(site=daily, external_id="other")
    make_comment("Elsewhere.", story=other)
    answer = client.get(here)
    page = answer.content.decode()
    assert "Rejected one." in page and "Number 27." in page and "Elsewhere." not in page
    assert dict(answer.context["counts"])["Approved"] == 28
    page = client.get(f"{here}?before={answer.context['next']}").content.decode()
    assert "Number 3." in page and "Number 27." not in page
    page = client.get(f"{here}?status=rejected").content.decode()
    assert "Rejected one." in page and "Number 27." not in page


def test_the_state_is_changed_with_a_history(
    client: Client, here: str, story: Story, daily: Site
) -> None:
    closing = {"seen": "open", "state": "closed", "note": "Heated <i>enough</i>."}
    assert client.post(here, closing).status_code == 302
    story.refresh_from_db()
    assert story.state == Story.State.CLOSED
    page = client.get(here).content.decode()
    assert "Heated &lt;i&gt;enough&lt;/i&gt;." in page and "Mona" in page
    assert client.post(here, closing).status_code == 422  # it is not open any more
    put_story(daily, StoryFields(story.external_id, state="premoderated"))
    put_story(daily, StoryFields(story.external_id, state="premoderated"))
    put_story(daily, StoryFields(story.external_id, title="Another title"))
    page = client.get(here).content.decode()
    assert "The publisher’s systems" in page
    assert StoryChange.objects.count() == 2
    with pytest.raises(Exception, match="final"), transaction.atomic():
        StoryChange.objects.update(note="Nothing.")


@pytest.mark.parametrize("wrong", [{}, {"state": "gone", "seen": "open"}, {"state": "closed"}])
def test_it_refuses_what_makes_no_sense(client: Client, here: str, wrong: dict[str, str]) -> None:
    assert client.post(here, wrong).status_code == 422
    assert not StoryChange.objects.exists()


def test_watched_stories_are_a_list_and_a_filter(
    client: Client, here: str, daily: Site, owen: User, make_comment: MakeComment
) -> None:
    other = Story.objects.create(site=daily, external_id="other", title="Another story")
    make_comment("Under the watched one.", status=Status.IN_REVIEW)
    elsewhere = make_comment("Elsewhere.", story=other, status=Status.IN_REVIEW, priority=9)
    for _ in range(2):
        client.post(here, {"watch": "on"})
    assert Watch.objects.count() == 1
    page = client.get("/review/daily/watched/").content.decode()
    assert "Mill Street" in page and "1 comment waiting" in page and "Another story" not in page
    page = client.get("/review/daily/?watched=on").content.decode()
    assert "Under the watched one." in page and "Elsewhere." not in page
    assert "watched=on" in page and "<span>Stories that you watch</span>" in page
    answer = client.get("/review/daily/next/?watched=on")
    assert "watched=on" in answer["Location"] and str(elsewhere.pk) not in answer["Location"]
    client.force_login(owen)
    page = client.get("/review/daily/?watched=on").content.decode()
    assert "No comment matches these filters." in page and "Under the watched" not in page
    assert "You watch no story yet." in client.get("/review/daily/watched/").content.decode()


def test_it_is_no_longer_watched(client: Client, here: str) -> None:
    client.post(here, {"watch": "on"})
    client.post(here, {"watch": "off"})
    assert not Watch.objects.exists()
    assert not Comment.objects.exists()
