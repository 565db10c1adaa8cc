"""The author's page: history, standing with reasons, notes; and what follows at every door."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.community import standing
from moderation.models import (
    Author,
    AuthorNote,
    Comment,
    Moderator,
    Role,
    Site,
    StandingChange,
    Status,
    Story,
)
from moderation.policy_versions.live import ensure_default
from moderation.review import actions
from tests.api.calls import comment as as_sent
from tests.api.calls import get, post, problem
from tests.cast import MakeComment, make_moderator


@pytest.fixture
def sven(daily: Site) -> Moderator:
    """Sven, a senior moderator of The Daily."""
    ensure_default(daily)
    return Moderator.objects.get(user=make_moderator("sven", daily, Role.SENIOR))


@pytest.fixture
def here(client: Client, sven: Moderator, ravi: Author) -> str:
    """The page of Ravi, with Sven signed in."""
    client.force_login(sven.user)
    return f"/review/daily/authors/{ravi.pk}/"


SUSPEND = {"standing": "suspended", "days": "7", "clause": "no-abuse", "reason": "Third insult."}


def suspend(sven: Moderator, ravi: Author) -> None:
    standing.change_standing(
        sven, ravi, standing.Standing.SUSPENDED, seen=0, days=7, reason="Third insult."
    )


def test_the_page_shows_every_comment_by_status(
    client: Client, here: str, sven: Moderator, ravi: Author, make_comment: MakeComment
) -> None:
    made = [
        make_comment(f"Number {n}.", author=ravi, author_name="Ravi", status=Status.IN_REVIEW)
        for n in range(30)
    ]
    make_comment("Somebody else’s.", status=Status.IN_REVIEW)
    actions.reject(sven.user, made[29].pk, clauses=["no-abuse"], expected_version=1)
    page = client.get(here).content.decode()
    assert "Number 29." in page and "2 No personal abuse" in page and "Number 4." not in page
    assert "Somebody else" not in page
    first = client.get(here)
    page = client.get(f"{here}?before={first.context['next']}").content.decode()
    assert "Number 4." in page and "Number 29." not in page
    page = client.get(f"{here}?status=rejected").content.decode()
    assert "Number 29." in page and "Number 28." not in page
    for strange in ("status=nonsense", "before=x", f"before={9**30}", "status=%00"):
        assert client.get(f"{here}?{strange}").status_code == 200


def test_the_card_leads_to_the_author(
    client: Client, here: str, sven: Moderator, ravi: Author, make_comment: MakeComment
) -> None:
    comment = make_comment(author=ravi, status=Status.IN_REVIEW)
    suspend(sven, ravi)
    standing.write_note(sven, ravi, "Writes at night.")
    page = client.get(f"/review/daily/comments/{comment.pk}/").content.decode()
    assert here in page and "Suspended" in page and "(1 note)" in page
    assert here in client.get("/review/daily/").content.decode()


def test_suspending_and_taking_it_back(client: Client, here: str, ravi: Author) -> None:
    assert client.post(here, {"seen": "0", **SUSPEND}).status_code == 302
    page = client.get(here).content.decode()
    assert "Standing: Suspended" in page and "Third insult." in page
    assert "2 No personal abuse" in page and "Sven" in page
    change = StandingChange.objects.get()
    assert client.post(here, {"seen": str(change.pk), "undo": ""}).status_code == 302
    page = client.get(here).content.decode()
    assert "Standing: Normal" in page and "undo of a change" in page
    assert StandingChange.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"standing": "banned"},
        {"standing": "normal"},
        {"days": "0"},
        {"days": "x"},
        {"clause": "", "reason": ""},
        {"clause": "x" * 90},
    ],
)
def test_what_makes_no_sense_keeps_what_was_written(
    client: Client, here: str, wrong: dict[str, str]
) -> None:
    answer = client.post(here, {"seen": "0", **SUSPEND, **wrong})
    assert answer.status_code == 422
    assert wrong.get("reason", "Third insult.") in answer.content.decode()
    assert not StandingChange.objects.exists()


def test_a_stale_screen_changes_nothing(
    client: Client, here: str, sven: Moderator, ravi: Author
) -> None:
    suspend(sven, ravi)
    answer = client.post(here, {"seen": "0", "standing": "normal"})
    assert answer.status_code == 422 and "changed this meanwhile" in answer.content.decode()


def test_a_moderator_notes_and_does_not_suspend(
    client: Client, here: str, mona: User, ravi: Author
) -> None:
    client.force_login(mona)
    page = client.get(here).content.decode()
    assert 'value="premoderated"' in page and 'value="suspended"' not in page
    answer = client.post(here, {"seen": "0", **SUSPEND})
    assert answer.status_code == 422 and "senior moderator" in answer.content.decode()
    client.post(here, {"text": "Please <b>suspend</b>."})
    page = client.get(here).content.decode()
    assert "Please &lt;b&gt;suspend&lt;/b&gt;." in page
    assert client.post(here, {"text": " \u200b"}).status_code == 422
    assert AuthorNote.objects.get().moderator == mona


def test_the_api_refuses_and_says_until_when(sven: Moderator, ravi: Author, api_key: str) -> None:
    suspend(sven, ravi)
    body = as_sent(author={"id": "ravi"})
    refusal = problem(post(api_key, body), 403, "author_suspended", "author.id")
    assert "Third insult." in refusal["detail"] and refusal["until"]
    batch = post(api_key, {"comments": [body, as_sent()]}, "/api/v1/comments/batch").json()
    assert [line["status_code"] for line in batch["results"]] == [403, 202]
    told = get(api_key, "/api/v1/authors/ravi").json()
    assert (told["standing"], told["reason"]) == ("suspended", "Third insult.")
    assert told["until"][:19] == refusal["until"][:19]
    for missing in ("nobody", "%00"):
        assert get(api_key, f"/api/v1/authors/{missing}").status_code in (404, 422)


def test_a_refusal_is_short_in_every_script(sven: Moderator, ravi: Author, api_key: str) -> None:
    standing.change_standing(
        sven, ravi, standing.Standing.SUSPENDED, seen=0, days=365, reason="🦊" * 160
    )
    problem(post(api_key, as_sent(author={"id": "ravi"})), 403, "author_suspended")


def test_a_reader_is_told_and_keeps_the_text(
    client: Client, sven: Moderator, daily: Site, story: Story
) -> None:
    address = f"/stories/daily/{story.external_id}/"
    form = {"name": "Ravi", "body": "My second comment.", "key": "k" * 20}
    client.post(address, {**form, "body": "My first comment."})
    reader = Author.objects.get(site=daily)
    suspend(sven, reader)
    answer = client.post(address, form)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Suspended until" in page and "Third insult." in page and "My second comment." in page
    assert Comment.objects.count() == 1


def test_who_is_not_at_the_normal_standing_is_listed(
    client: Client, here: str, sven: Moderator, ravi: Author, daily: Site, herald: Site
) -> None:
    page = "/review/daily/authors/"
    assert "No authors." in client.get(page).content.decode()
    nina = Author.objects.create(site=daily, external_id="nina", name="<b>Nina")
    over = Author.objects.create(site=daily, external_id="over", name="Olga")
    far = Author.objects.create(site=herald, external_id="far", name="Frida")
    suspend(sven, ravi)
    standing.change_standing(sven, nina, standing.Standing.TRUSTED, seen=0, clause="no-abuse")
    ended = {"standing": "suspended", "until": "2026-01-01T00:00Z", "reason": "Long ago."}
    StandingChange.objects.create(author=over, **ended)
    StandingChange.objects.create(author=far, standing="muted", reason="Elsewhere.")
    shown = client.get(page).content.decode()
    assert "Third insult." in shown and "until <time" in shown and here in shown
    assert "&lt;b&gt;Nina" in shown and "2 No personal abuse" in shown
    assert "Olga" not in shown and "Frida" not in shown
    assert page in client.get("/review/daily/").content.decode()
    trusted = client.get(f"{page}?standing=trusted").content.decode()
    assert "Nina" in trusted and "Ravi" not in trusted
    standing.undo_standing(sven, ravi, seen=StandingChange.objects.get(author=ravi).pk)
    shown = client.get(page).content.decode()
    assert "Nina" in shown and "Ravi" not in shown
    for strange in ("standing=%00", "standing=normal", "before=x", f"before={9**30}"):
        assert client.get(f"{page}?{strange}").status_code == 200


def test_the_list_of_standings_has_pages(
    client: Client, here: str, sven: Moderator, daily: Site
) -> None:
    for number in range(30):
        author = Author.objects.create(site=daily, external_id=f"a{number}", name=f"Name {number}.")
        suspend(sven, author)
    first = client.get("/review/daily/authors/")
    page = first.content.decode()
    assert "Name 29." in page and "Name 4." not in page
    page = client.get(f"/review/daily/authors/?before={first.context['next']}").content.decode()
    assert "Name 4." in page and "Name 0." in page and "Name 5." not in page


def test_the_list_of_standings_is_for_the_sites_own_moderators(
    client: Client, here: str, eve: User
) -> None:
    client.force_login(eve)
    assert client.get("/review/daily/authors/").status_code == 404
    client.logout()
    assert client.get("/review/daily/authors/").status_code == 302
