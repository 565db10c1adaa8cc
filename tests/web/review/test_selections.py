"""Ticking comments in the list, and putting comments off."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.test import Client

from moderation.models import BulkDecision, Comment, Decision, Site, Status
from moderation.policy_versions.live import ensure_default
from moderation.review import actions
from moderation.review.workload import workload
from tests.cast import MakeComment

SELECTED = "/review/daily/selected/"
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def waiting(daily: Site, mona: User, client: Client, make_comment: MakeComment) -> list[Comment]:
    """Four comments in review, the last one longer than the list shows; Mona is signed in."""
    ensure_default(daily)
    client.force_login(mona)
    bodies = [*(f"Number {n}." for n in range(3)), "Long. " * 80]
    return [make_comment(body, status=Status.IN_REVIEW) for body in bodies]


def ticked(*comments: Comment, clause: str = "", key: str = "k") -> dict[str, object]:
    chosen = [f"{comment.pk}:{comment.version}" for comment in comments]
    return {"chosen": chosen, "clause": clause, "key": key}


def status_of(comment: Comment) -> str:
    return Comment.objects.get(pk=comment.pk).status


def test_the_list_offers_it_for_what_waits(client: Client, waiting: list[Comment]) -> None:
    page = client.get("/review/daily/").content.decode()
    assert re.search(rf'name="chosen"\s+value="{waiting[0].pk}:1"', page)
    assert 'id="selection"' in page
    actions.approve(User.objects.get(username="mona"), waiting[0].pk, expected_version=1)
    approved = client.get("/review/daily/?status=approved").content.decode()
    assert "Number 0." in approved and 'name="chosen"' not in approved


def test_what_is_ticked_is_rejected_and_taken_back(
    client: Client, waiting: list[Comment], owen: User
) -> None:
    actions.approve(owen, waiting[2].pk, expected_version=1)
    press = ticked(*waiting[:3], clause="no-abuse")
    page = client.post(f"{SELECTED}?order=oldest", press).content.decode()
    assert "2 comments rejected." in page and "1 comment stays as it is:" in page
    assert "approved by Owen" in page
    assert Decision.objects.filter(clauses=["no-abuse"]).count() == 2
    again = client.post(f"{SELECTED}?order=oldest", press)
    made = BulkDecision.objects.get()
    assert again["Location"] == f"/review/daily/together/{made.pk}/"
    page = client.post(again["Location"], {"undo": ""}).content.decode()
    assert "2 comments undone." in page and status_of(waiting[0]) == Status.IN_REVIEW


def test_what_the_list_cut_off_is_read_first(client: Client, waiting: list[Comment]) -> None:
    answer = client.post(SELECTED, ticked(waiting[0], waiting[3]))
    made = BulkDecision.objects.get()
    assert made.sample == [waiting[3].pk] and not Decision.objects.exists()
    page = client.get(answer["Location"]).content.decode()
    assert "Full texts" in page and "Long. Long." in page and "Number 0." not in page
    client.post(answer["Location"], {f"answer-{waiting[3].pk}": "so"})
    assert (
        "2 comments approved." in client.post(answer["Location"], {"decide": ""}).content.decode()
    )


@pytest.mark.parametrize(
    "press",
    [
        {},
        {"chosen": ["x"]},
        {"chosen": ["1:²"]},
        {"chosen": [f"{9**40}:{9**40}"]},
        {"chosen": [str(n) for n in range(40)]},
        {"chosen": ["0:0"], "clause": ":9"},
        {"chosen": ["0:0"], "clause": "no-such-clause"},
    ],
)
def test_it_refuses_what_makes_no_sense(
    client: Client, waiting: list[Comment], press: dict[str, object]
) -> None:
    assert client.post(SELECTED, press).status_code in (302, 404)
    assert client.get(SELECTED)["Location"] == "/review/daily/"
    assert not BulkDecision.objects.exists() and not Decision.objects.exists()


def test_deferring_a_selection_and_bringing_it_back(
    client: Client, waiting: list[Comment], daily: Site
) -> None:
    page = client.post(SELECTED, ticked(*waiting, clause=":4")).content.decode()
    assert "4 comments deferred." in page and "The comments return to the queue on" in page
    listed = client.get("/review/daily/").content.decode()
    assert "4 deferred" in listed and "Number 0." not in listed
    page = client.get("/review/daily/?deferred=on").content.decode()
    assert "Number 0." in page and "by <bdi>Mona" in page
    assert (workload(daily).waiting, workload(daily).deferred) == (4, 4)
    assert "Only deferred comments left" in client.get("/review/daily/next/").content.decode()
    made = BulkDecision.objects.get()
    page = client.post(f"/review/daily/together/{made.pk}/", {"undo": ""}).content.decode()
    assert "4 comments undone." in page
    assert "Number 0." in client.get("/review/daily/").content.decode()


def test_a_filtered_list_is_deferred_without_a_sample(
    client: Client, waiting: list[Comment]
) -> None:
    answer = client.post("/review/daily/together/?search=number", {"clause": ":1"})
    page = client.get(answer["Location"]).content.decode()
    assert "Defer 3" in page
    assert (
        "3 comments deferred." in client.post(answer["Location"], {"decide": ""}).content.decode()
    )


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_one_comment_is_put_off_and_comes_back(
    client: Client, waiting: list[Comment], headers: dict[str, str]
) -> None:
    here = f"/review/daily/comments/{waiting[0].pk}/"
    press = {"version": "1", "key": "k", "action": "defer-24"}
    answer = client.post(f"{here}decide/", press, headers=headers)
    assert answer.status_code == (200 if headers else 302)
    waiting[0].refresh_from_db()
    assert waiting[0].status == Status.IN_REVIEW and waiting[0].claimed_by is None
    assert client.get("/review/daily/next/")["Location"] == (
        f"/review/daily/comments/{waiting[1].pk}/"
    )
    page = client.get(here).content.decode()
    assert "Deferred until" in page and "Return it to the queue now" in page
    Comment.objects.update(deferred_until=Now() - timedelta(seconds=1))
    page = client.get(here).content.decode()
    assert "Number 0." in page and "Deferred until" not in page
    assert "Number 0." in client.get("/review/daily/").content.decode()


def test_it_is_brought_back_by_hand_or_ended_by_a_decision(
    client: Client, waiting: list[Comment], mona: User
) -> None:
    here = f"/review/daily/comments/{waiting[0].pk}/"
    press = {"version": "1", "key": "k", "action": "defer-1"}
    client.post(f"{here}decide/", press)
    back = client.post(f"{here}decide/", {**press, "action": "bring-back"})
    assert back["Location"] == here
    assert Comment.objects.get(pk=waiting[0].pk).deferred_until is None
    client.post(f"{here}decide/", press)
    decision = actions.approve(mona, waiting[0].pk, expected_version=1)
    actions.undo(mona, decision.pk)
    found = Comment.objects.get(pk=waiting[0].pk)
    assert (found.status, found.deferred_until) == (Status.IN_REVIEW, None)


def test_a_comment_that_changed_meanwhile_is_not_put_off(
    client: Client, waiting: list[Comment]
) -> None:
    Comment.objects.filter(pk=waiting[0].pk).update(version=2)
    press = {"version": "1", "key": "k", "action": "defer-1"}
    answer = client.post(f"/review/daily/comments/{waiting[0].pk}/decide/", press)
    assert answer.status_code == 422 and "changed meanwhile" in answer.content.decode()
