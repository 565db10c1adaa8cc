"""Nobody sees another site's desk: every address of the review room, for everybody."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from moderation.models import Comment, Decision, Site, Status
from moderation.policy_versions.live import ensure_default
from moderation.web.review import urls
from tests.cast import MakeComment


@pytest.fixture
def comment(daily: Site, make_comment: MakeComment) -> Comment:
    ensure_default(daily)
    return make_comment(status=Status.IN_REVIEW)


ADDRESSES = [pattern.name for pattern in urls.urlpatterns if pattern.name != "review"]

# Addresses of the site rather than of one comment.
OF_THE_SITE = [each.name for each in urls.urlpatterns if "pk" not in str(each.pattern)]

POSTED = ("review_decide", "review_undo", "review_appeal_answer", "review_appeal_undo")


def address(name: str, site: Site, comment: Comment) -> str:
    given: dict[str, str | int] = {"site": site.slug}
    if name == "review_bulk":
        given["number"] = 1
    elif name not in OF_THE_SITE:
        given["pk"] = comment.pk
    return reverse(name, kwargs=given)


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_eve_finds_nothing_of_the_daily(
    name: str, method: str, client: Client, daily: Site, eve: User, comment: Comment
) -> None:
    client.force_login(eve)
    answer = getattr(client, method)(address(name, daily, comment), {"action": "approve"})
    assert answer.status_code in (404, 405)
    assert comment.body not in answer.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize("name", [n for n in ADDRESSES if n not in OF_THE_SITE])
@pytest.mark.parametrize("method", ["get", "post"])
def test_eve_cannot_reach_a_comment_of_the_daily_through_her_own_site(
    name: str, method: str, client: Client, herald: Site, eve: User, comment: Comment
) -> None:
    ensure_default(herald)
    client.force_login(eve)
    pressed = {"action": "approve", "version": comment.version, "key": "k"}
    answer = getattr(client, method)(address(name, herald, comment), pressed)
    assert answer.status_code in (404, 405)
    assert comment.body not in answer.content.decode()
    comment.refresh_from_db()
    assert comment.status == Status.IN_REVIEW


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_visitor_is_asked_to_sign_in(
    name: str, client: Client, daily: Site, comment: Comment
) -> None:
    method = client.post if name in POSTED else client.get
    answer = method(address(name, daily, comment))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_script_is_told_that_the_session_ended(
    client: Client, daily: Site, comment: Comment
) -> None:
    answer = client.post(
        address("review_decide", daily, comment), headers={"X-Requested-With": "XMLHttpRequest"}
    )
    assert answer.status_code == 401
    # With the token the page can sign the person in where they are.
    assert answer.json()["token"] and answer.cookies["csrf"].value


def test_pages_are_never_stored(client: Client, mona: User, daily: Site, comment: Comment) -> None:
    client.force_login(mona)
    for name in ("review_queue", "review_comment"):
        answer = client.get(address(name, daily, comment))
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert "X-Requested-With" in answer["Vary"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_mona_goes_straight_to_her_only_site(client: Client, mona: User) -> None:
    client.force_login(mona)
    assert client.get("/review/")["Location"] == "/review/daily/"


def test_who_has_two_sites_chooses(client: Client, mona: User, herald: Site) -> None:
    mona.moderators.create(site=herald)
    client.force_login(mona)
    page = client.get("/review/").content.decode()
    assert "The Daily" in page and "The Herald" in page


def test_who_has_no_site_is_told_so(client: Client, mona: User) -> None:
    mona.moderators.all().delete()
    client.force_login(mona)
    assert "You do not moderate a site yet." in client.get("/review/").content.decode()
