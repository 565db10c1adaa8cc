"""Being at the desk: who else is here, and keeping what lies ready."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.test import Client

from moderation.models import Comment, Moderator, Role, Site, Status
from moderation.policy_versions.live import ensure_default
from moderation.review import claims
from tests.cast import MakeComment, make_moderator
from tests.web.review.test_decide import SCRIPT

HERE = "/review/daily/here/"
A_WHILE = timedelta(minutes=30)


@pytest.fixture
def waiting(daily: Site, mona: User, client: Client, make_comment: MakeComment) -> list[Comment]:
    """Four comments in review; Mona is at her desk."""
    ensure_default(daily)
    client.force_login(mona)
    return [make_comment(status=Status.IN_REVIEW, priority=5 - number) for number in range(4)]


def beat(client: Client, *comments: Comment) -> dict:
    held = ",".join(str(comment.pk) for comment in comments)
    return client.post(HERE, {"held": held}, headers=SCRIPT).json()


def test_an_open_page_keeps_what_it_holds_and_hears_what_it_lost(
    client: Client, waiting: list[Comment], owen: User
) -> None:
    client.get(f"/review/daily/comments/{waiting[0].pk}/")
    client.get(f"/review/daily/ahead/?have={waiting[0].pk}", headers=SCRIPT)
    Comment.objects.filter(pk=waiting[1].pk).update(claimed_by=owen)
    soon = Now() + timedelta(seconds=20)
    Comment.objects.filter(pk=waiting[0].pk).update(claimed_until=soon)
    assert beat(client, waiting[0], waiting[1])["lapsed"] == [waiting[1].pk]
    kept = Comment.objects.filter(claimed_until__gt=Now() + claims.AHEAD - timedelta(seconds=20))
    assert waiting[0] in kept


def test_renewing_makes_no_claim_shorter(
    client: Client, waiting: list[Comment], daily: Site
) -> None:
    client.get(f"/review/daily/comments/{waiting[0].pk}/")
    before = Comment.objects.get(pk=waiting[0].pk).claimed_until
    beat(client, waiting[0])
    assert Comment.objects.get(pk=waiting[0].pk).claimed_until == before


def test_what_lies_ready_goes_back_soon_when_the_page_is_closed(
    client: Client, waiting: list[Comment], owen: User, daily: Site
) -> None:
    client.get(f"/review/daily/ahead/?have={waiting[0].pk}", headers=SCRIPT)
    assert claims.claim_next(owen, daily) == waiting[0]
    held = Comment.objects.filter(claimed_by__username="mona")
    assert held.count() == 2 and not held.filter(claimed_until__gt=Now() + claims.AHEAD).exists()


def test_who_else_is_here(client: Client, waiting: list[Comment], owen: User, daily: Site) -> None:
    page = f"/review/daily/comments/{waiting[0].pk}/"
    assert beat(client)["here"] == ""
    client.force_login(owen)
    beat(client)
    assert "Mona</bdi> is here too" in client.get(page).content.decode()
    nils = make_moderator("nils", daily, Role.MODERATOR)
    client.force_login(nils)
    assert "2 colleagues are here" in beat(client)["here"]
    Moderator.objects.update(seen_at=Now() - A_WHILE)
    assert beat(client)["here"] == ""


def test_looking_whether_one_is_signed_in_changes_nothing(
    client: Client, waiting: list[Comment], mona: User
) -> None:
    assert set(client.get(HERE, headers=SCRIPT).json()) == {"token"}
    assert Moderator.objects.get(user=mona).seen_at is None


def test_a_rest_is_suggested_once_and_a_pause_begins_again(
    client: Client, waiting: list[Comment], mona: User
) -> None:
    def sat(minutes: float, *, away: float = 1) -> bool:
        seen = Now() - timedelta(minutes=away)
        since = seen - timedelta(minutes=minutes)
        Moderator.objects.filter(user=mona).update(seen_at=seen, sitting_since=since)
        return "rest" in beat(client)

    assert set(beat(client)) == {"token", "lapsed", "here"}
    assert not sat(30)
    assert sat(49.5)
    assert set(beat(client)) == {"token", "lapsed", "here"}
    assert sat(119.5)
    assert not sat(45, away=15)
    fresh = Moderator.objects.get(user=mona)
    assert fresh.sitting_since == fresh.seen_at
