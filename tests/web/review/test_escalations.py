"""What a moderator may say without deciding, what is folded away, and the settings."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.intake.erase import erase_comment
from moderation.models import (
    ClassifierVersion,
    Comment,
    Decision,
    Escalation,
    Moderator,
    Role,
    Score,
    Site,
    Status,
    WrongScore,
)
from moderation.policy_versions.live import ensure_default
from moderation.review import actions, claims
from tests.cast import MakeComment, make_moderator
from tests.web.review.test_decide import SCRIPT, decide_at, pressed

SETTINGS = "/review/daily/settings/"


@pytest.fixture
def waiting(daily: Site, mona: User, client: Client, make_comment: MakeComment) -> list[Comment]:
    """Three comments in review, the first one the most urgent; Mona is at her desk."""
    ensure_default(daily)
    client.force_login(mona)
    return [
        make_comment(f"Comment number {number}.", status=Status.IN_REVIEW, priority=5 - number)
        for number in range(3)
    ]


def next_of(user: User, site: Site) -> Comment | None:
    return claims.claim_next(user, site)


def test_a_second_opinion_is_somebody_elses(
    client: Client, waiting: list[Comment], mona: User, daily: Site
) -> None:
    nils = make_moderator("nils", daily, Role.MODERATOR)
    press = pressed(waiting[0], action="second_opinion", note="Irony, or meant?")
    answer = client.post(decide_at(waiting[0]), press)
    assert answer["Location"] == f"/review/daily/comments/{waiting[1].pk}/"
    assert next_of(mona, daily) == waiting[1]
    assert next_of(nils, daily) == waiting[0]
    client.force_login(nils)
    page = client.get(f"/review/daily/comments/{waiting[0].pk}/").content.decode()
    assert "asks that somebody else decides" in page and "Irony, or meant?" in page
    assert not Decision.objects.exists()


def test_what_is_escalated_to_a_senior_waits_for_one(
    client: Client, waiting: list[Comment], daily: Site, owen: User
) -> None:
    nils = make_moderator("nils", daily, Role.MODERATOR)
    client.post(decide_at(waiting[0]), pressed(waiting[0], action="senior"))
    assert next_of(nils, daily) == waiting[2]  # Mona reads the second one
    assert next_of(owen, daily) == waiting[0]
    listed = client.get("/review/daily/?escalated=on").content.decode()
    assert "Comment number 0." in listed and "Comment number 1." not in listed
    assert "Escalated" in listed


def test_a_decision_closes_the_escalation(
    client: Client, waiting: list[Comment], owen: User, daily: Site
) -> None:
    client.post(decide_at(waiting[0]), pressed(waiting[0], action="senior"))
    decision = actions.approve(owen, waiting[0].pk, expected_version=1)
    actions.undo(owen, decision.pk)
    assert "Comment number 0." not in client.get("/review/daily/?escalated=on").content.decode()


def test_a_comment_that_changed_is_not_escalated(
    client: Client, waiting: list[Comment], owen: User
) -> None:
    actions.approve(owen, waiting[0].pk, expected_version=1)
    press = pressed(waiting[0], action="senior")
    answer = client.post(decide_at(waiting[0]), press, headers=SCRIPT)
    assert answer.status_code == 422 and "changed meanwhile" in answer.json()["message"]
    assert not Escalation.objects.exists()


def test_erasing_takes_the_note_along(client: Client, waiting: list[Comment]) -> None:
    client.post(decide_at(waiting[0]), pressed(waiting[0], action="senior", note="His name is …"))
    erase_comment(waiting[0])
    assert Escalation.objects.get().note == ""


def test_the_remark_that_the_classifier_was_wrong(
    client: Client, waiting: list[Comment], mona: User
) -> None:
    version = ClassifierVersion.objects.create(name="tests-1")
    score = Score.objects.create(
        comment=waiting[0], revision=1, classifier_version=version, signals={}, language="en"
    )
    here = f"/review/daily/comments/{waiting[0].pk}/"
    assert client.post(decide_at(waiting[0]), pressed(waiting[0], action="wrong"))["Location"] == (
        here
    )
    remark = WrongScore.objects.get()
    assert (remark.score, remark.moderator) == (score, mona)
    assert 'aria-pressed="true"' in client.get(here).content.decode()
    client.post(decide_at(waiting[0]), pressed(waiting[0], action="right"))
    assert not WrongScore.objects.exists()


def test_reasons_are_folded_away_until_decided_unless_the_site_shows_them(
    client: Client, waiting: list[Comment], daily: Site
) -> None:
    here = f"/review/daily/comments/{waiting[0].pk}/"
    assert '<details class="panel reasons">' in client.get(here).content.decode()
    Site.objects.update(show_reasons=True)
    assert '<details class="panel reasons" open>' in client.get(here).content.decode()
    Site.objects.update(show_reasons=False)
    client.post(decide_at(waiting[0]), pressed(waiting[0], action="approve"))
    assert '<details class="panel reasons" open>' in client.get(here).content.decode()


def keys(**changed: str) -> dict[str, str]:
    plain = "approve:a reject:r skip:s defer:d escalate:e undo:u note:n reasons:h cover:x wrong:w "
    plain += "overturn:o after:j before:k pause:p help:?"
    return dict(each.split(":") for each in plain.split()) | {"single_keys": "on"} | changed


def test_keys_are_ones_own(client: Client, waiting: list[Comment], mona: User) -> None:
    assert client.post(SETTINGS, keys(approve="f")).status_code == 302
    assert Moderator.objects.get(user=mona).shortcuts == {"approve": "f"}
    page = client.get(f"/review/daily/comments/{waiting[0].pk}/").content.decode()
    assert 'data-key="f"' in page and 'data-key="a"' not in page
    without = {name: key for name, key in keys().items() if name != "single_keys"}
    client.post(SETTINGS, without)
    page = client.get(f"/review/daily/comments/{waiting[0].pk}/").content.decode()
    assert "without-keys" in page and 'data-key="a"' not in page


@pytest.mark.parametrize("key", ["", "ab", "7", " ", "s", "Q", "<"])
def test_it_refuses_keys_that_cannot_work(client: Client, waiting: list[Comment], key: str) -> None:
    answer = client.post(SETTINGS, keys(approve=key))
    if key == "<":
        assert answer.status_code == 302
    else:
        assert answer.status_code == 422 and "Not saved" in answer.content.decode()


def test_only_an_editor_sets_what_the_site_shows(
    client: Client, waiting: list[Comment], owen: User, daily: Site
) -> None:
    client.post(SETTINGS, {"site": "1", "show_reasons": "on"})
    daily.refresh_from_db()
    assert not daily.show_reasons
    client.force_login(owen)
    client.post(SETTINGS, {"site": "1", "show_reasons": "on"})
    daily.refresh_from_db()
    assert daily.show_reasons
