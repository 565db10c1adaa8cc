"""Second reviews as a moderator meets them: among ordinary comments, blind, deciding nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.test import Client

from moderation.decisions.decide import decide
from moderation.intake.erase import erase_comment
from moderation.models import (
    ClassifierVersion,
    Comment,
    Decision,
    GoldComment,
    Moderator,
    ReviewAssignment,
    Score,
    SecondReview,
    Site,
    Source,
    Status,
)
from moderation.policy_versions.live import ensure_default, live_policy
from moderation.quality import second_reviews
from moderation.quality.disagreements import uphold
from moderation.review import actions
from moderation.review.queue_filters import QueueFilters
from tests.cast import MakeComment
from tests.web.review.test_decide import SCRIPT, decide_at

Settle = Callable[..., Comment]
NEXT, UNDO, OWN = "/review/daily/next/", "/review/daily/undo/", "/review/daily/own/"


@pytest.fixture
def settle(daily: Site, make_comment: MakeComment) -> Settle:
    """Make a comment that was decided: by the policy, or by the moderator named."""
    ensure_default(daily)

    def make(body: str, status: str = "approved", **why: Any) -> Comment:
        comment = make_comment(body)
        by = {"source": Source.MODERATOR} if "moderator" in why else {"source": Source.POLICY}
        policy, _ = live_policy(daily.pk)
        decide(comment.pk, status=status, expected_version=1, policy=policy, hold=0, **by, **why)
        comment.refresh_from_db()
        return comment

    return make


@pytest.fixture
def desk_of_mona(client: Client, mona: User, daily: Site, make_comment: MakeComment) -> Client:
    """Mona is at her actions, and ordinary comments wait."""
    ensure_default(daily)
    for number in range(3):
        make_comment(f"Ordinary {number}.", status=Status.IN_REVIEW, priority=5 - number)
    client.force_login(mona)
    return client


def mix_in(kind: str) -> None:
    """From now on every comment that is given brings one of the kind along."""
    shares = {"audit_share": 0.0, "double_share": 0.0, "gold_share": 0.0}
    Site.objects.update(**{**shares, f"{kind}_share": 1.0})


def given(client: Client) -> str:
    """Return the page of the next comment of the round."""
    return client.get(NEXT, follow=True).content.decode()


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def press(client: Client, comment: Comment, page: str, **fields: str) -> Any:
    sent = {"version": field(page, "version"), "key": field(page, "key"), **fields}
    return client.post(decide_at(comment), sent, headers=SCRIPT)


def shape(page: str) -> str:
    """Return a page without what differs from comment to comment in any case."""
    page = re.sub(r'(value|datetime|title|data-[a-z]+|id|action|href)="[^"]*"', "", page)
    page = re.sub(r"\d+ waiting|Ordinary \d\.|Settled\.", "", page)
    return re.sub(r"\s+", " ", page)


def test_nobody_can_tell_it_from_an_ordinary_comment(
    desk_of_mona: Client,
    settle: Settle,
    daily: Site,
    make_comment: MakeComment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settle("Settled.", "rejected", clauses=["no-abuse"])
    held = settle("Ordinary 9.", "in_review", clauses=["on-topic"])
    mix_in("audit")
    page = given(desk_of_mona)
    assert "Settled." in page and 'data-status="in_review"' in page
    assert "Kept back until you have decided" in page
    # So do ordinary ones come, now and then: here, those whose turn it is.
    monkeypatch.setattr("moderation.web.review.card.crc32", lambda _: 0)
    here = f"/review/daily/comments/{held.pk}/"
    assert shape(desk_of_mona.get(here).content.decode()) == shape(page)
    monkeypatch.setattr("moderation.web.review.card.crc32", lambda _: 2**32 - 1)
    assert "Kept back" not in desk_of_mona.get(here).content.decode()
    monkeypatch.setattr("moderation.web.review.card.crc32", lambda _: 0)
    Site.objects.update(audit_share=0)
    assert "Kept back" not in desk_of_mona.get(here).content.decode()


def test_an_answer_is_a_reading_and_changes_nothing(
    desk_of_mona: Client, settle: Settle, mona: User
) -> None:
    settled = settle("Settled.")
    mix_in("audit")
    page = given(desk_of_mona)
    for _ in range(2):
        answer = press(desk_of_mona, settled, page, clause="no-abuse", note="Sounds like a threat.")
        assert (answer.status_code, answer.json()) == (200, {"message": "Rejected."})
    reading = SecondReview.objects.get()
    assert (reading.kind, reading.status, reading.clause) == ("audit", "rejected", "no-abuse")
    assert (reading.comment, reading.moderator, reading.revision) == (settled, mona, 1)
    assert reading.decision == Decision.objects.get() and reading.note == "Sounds like a threat."
    before = (settled.status, settled.version)
    settled.refresh_from_db()
    assert (settled.status, settled.version) == before
    # Never the same twice: the round goes on with ordinary ones.
    assert "Ordinary 0." in given(desk_of_mona)
    erase_comment(settled)
    reading.refresh_from_db()
    assert reading.note == ""


def test_a_press_in_another_tab_never_becomes_a_decision(
    desk_of_mona: Client, settle: Settle
) -> None:
    settled = settle("Settled.")
    mix_in("audit")
    page = given(desk_of_mona)
    press(desk_of_mona, settled, page, action="approve")
    late = press(desk_of_mona, settled, page, clause="no-abuse", key=f"{field(page, 'key')}-2")
    assert late.status_code == 422 and "already" in late.json()["message"]
    assert Decision.objects.count() == SecondReview.objects.count() == 1


def test_undo_gives_it_back_to_be_read_again(desk_of_mona: Client, settle: Settle) -> None:
    settled = settle("Settled.")
    mix_in("audit")
    page = given(desk_of_mona)
    press(desk_of_mona, settled, page, clause="no-abuse")
    undone = {"key": field(page, "key"), "show": "1"}
    for _ in range(2):
        answer = desk_of_mona.post(UNDO, undone, headers=SCRIPT).json()
        assert answer["message"] == "Taken back. It is in review again."
        assert (answer["pk"], answer["version"]) == (settled.pk, settled.version)
    assert SecondReview.objects.get().taken_back_at
    # The script presses on the card that it kept, a browser without it on a new one.
    press(desk_of_mona, settled, page, action="approve", key=f"{field(page, 'key')}-2")
    assert SecondReview.objects.filter(taken_back_at=None).get().status == "approved"
    page = desk_of_mona.get(NEXT, follow=True).content.decode()
    handle = re.search(r'name="decision" value="([^"]+)"', page)
    assert handle
    desk_of_mona.post(UNDO, {"decision": handle[1]})
    assert not SecondReview.objects.filter(taken_back_at=None).exists()
    press(desk_of_mona, settled, given(desk_of_mona), action="approve")
    assert SecondReview.objects.filter(taken_back_at=None).count() == 1


def test_skipping_and_escalating_work_as_ever(desk_of_mona: Client, settle: Settle) -> None:
    first = settle("Settled.")
    mix_in("audit")
    answer = press(desk_of_mona, first, given(desk_of_mona), action="skip")
    assert answer.json()["message"] == "Skipped."
    assert not SecondReview.objects.exists() and "Ordinary 0." in given(desk_of_mona)
    second = settle("Settled.")
    answer = press(desk_of_mona, second, given(desk_of_mona), action="senior", note="Ask her.")
    assert answer.json()["message"] == "Escalated."
    reading = SecondReview.objects.get()
    assert (reading.status, reading.note) == (Status.IN_REVIEW, "Ask her.")


def test_putting_it_off_is_no_answer(desk_of_mona: Client, settle: Settle) -> None:
    drawn = settle("Settled.")
    mix_in("audit")
    answer = press(desk_of_mona, drawn, given(desk_of_mona), action="defer-4")
    assert answer.json()["message"] == "Deferred."
    drawn.refresh_from_db()
    assert drawn.status == Status.APPROVED and drawn.deferred_until is None
    assert not SecondReview.objects.exists() and "Ordinary 0." in given(desk_of_mona)


def test_a_comment_that_changed_meanwhile_is_not_read_again(
    desk_of_mona: Client, settle: Settle, owen: User
) -> None:
    settled = settle("Settled.")
    mix_in("audit")
    page = given(desk_of_mona)
    actions.reject(owen, settled.pk, clauses=["no-abuse"], expected_version=settled.version)
    answer = press(desk_of_mona, settled, page, action="approve")
    assert answer.status_code == 422 and "changed meanwhile" in answer.json()["message"]
    assert not SecondReview.objects.exists()
    assert "Settled." not in given(desk_of_mona)


def test_a_double_reading_is_of_a_colleagues_decision(
    desk_of_mona: Client, settle: Settle, mona: User, owen: User
) -> None:
    settle("Her own.", moderator=mona)
    settle("In bulk.", moderator=owen, key="bulk:1:2")
    settle("By the policy.")
    mix_in("double")
    assert "Ordinary 0." in given(desk_of_mona)
    settled = settle("Settled.", "rejected", moderator=owen, clauses=["no-abuse"])
    page = given(desk_of_mona)
    assert "Settled." in page and "Owen" not in page
    press(desk_of_mona, settled, page, clause="on-topic")
    assert SecondReview.objects.get().kind == "double"
    # One second review will do: nobody else is given it.
    nils = Moderator.objects.create(
        user=User.objects.create_user("nils"), site=settled.site, role="moderator"
    )
    desk_of_mona.force_login(nils.user)
    assert "Settled." not in given(desk_of_mona)


def test_a_gold_comment_is_for_everybody_but_who_added_it(
    desk_of_mona: Client, settle: Settle, owen: User, daily: Site
) -> None:
    settled = settle("Settled.", "rejected", clauses=["no-abuse"])
    gold = {"site": daily, "comment": settled, "revision": 1, "added_by": owen}
    GoldComment.objects.create(status="rejected", clause="no-abuse", **gold)
    mix_in("gold")
    press(desk_of_mona, settled, given(desk_of_mona), action="approve")
    reading = SecondReview.objects.get()
    assert (reading.kind, reading.decision) == ("gold", None)
    assert "Ordinary 0." in given(desk_of_mona)
    desk_of_mona.force_login(owen)
    assert "Settled." not in given(desk_of_mona)


def test_nothing_is_mixed_in_where_the_site_wants_none_or_the_round_is_filtered(
    desk_of_mona: Client, settle: Settle
) -> None:
    settle("Settled.")
    assert "Ordinary 0." in given(desk_of_mona)
    mix_in("audit")
    found = desk_of_mona.get(f"{NEXT}?search=ordinary", follow=True).content.decode()
    assert "Ordinary 0." in found and not ReviewAssignment.objects.exists()
    Comment.objects.filter(status=Status.IN_REVIEW).delete()
    assert "All read" in given(desk_of_mona)


def test_a_script_gets_them_among_the_others_and_keeps_them(
    desk_of_mona: Client, settle: Settle
) -> None:
    settled = settle("Settled.")
    mix_in("audit")
    ahead = desk_of_mona.get("/review/daily/ahead/?have=", headers=SCRIPT).json()
    assert sum("Settled." in card for card in ahead["cards"]) == 1 and len(ahead["cards"]) > 1
    have = ",".join(str(draw.comment_id) for draw in ReviewAssignment.objects.all())
    again = desk_of_mona.get(f"/review/daily/ahead/?have={have}", headers=SCRIPT).json()
    assert not any("Settled." in card for card in again["cards"])
    beat = desk_of_mona.post("/review/daily/here/", {"held": str(settled.pk)}, headers=SCRIPT)
    assert beat.json()["lapsed"] == []


def test_audits_are_drawn_from_approved_and_rejected_alike(
    desk_of_mona: Client, settle: Settle
) -> None:
    for number in range(8):
        settle(f"Approved {number}.")
    settle("Rejected.", "rejected")
    mix_in("audit")
    given(desk_of_mona)
    draw = ReviewAssignment.objects.get()
    assert draw.decision
    # Each of the eight stands for sixteen, since half of the audits are of the one rejected.
    assert draw.weight == (16 if draw.decision.status == "approved" else 2)


def test_who_draws_second_gets_none(
    desk_of_mona: Client, settle: Settle, mona: User, owen: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = settle("Settled.").decisions.get()
    for user in (owen, mona):
        moderator = Moderator.objects.get(user=user)
        moderator.site.audit_share = 1.0
        drawn = ReviewAssignment(
            kind="audit", comment=decision.comment, version=2, moderator=user, decision=decision
        )
        monkeypatch.setattr(second_reviews, "_pick", lambda *_, drawn=drawn: drawn)
        found = second_reviews.comments_for_second_review(moderator, QueueFilters(), count=1)
        assert len(found) == (1 if user == owen else 0)
    assert ReviewAssignment.objects.get().moderator == owen


def test_it_is_not_taken_back_once_it_is_settled(
    desk_of_mona: Client, settle: Settle, owen: User, daily: Site
) -> None:
    settled = settle("Settled.")
    mix_in("audit")
    page = given(desk_of_mona)
    press(desk_of_mona, settled, page, clause="no-abuse")
    uphold(owen, daily, SecondReview.objects.get().pk, key="k-1")
    answer = desk_of_mona.post(UNDO, {"key": field(page, "key")}, headers=SCRIPT)
    assert answer.status_code == 409 and "decided since" in answer.json()["message"]
    assert not SecondReview.objects.exclude(taken_back_at=None).exists()


def test_a_heavy_text_that_was_read_again_counts_for_the_day(
    desk_of_mona: Client, settle: Settle
) -> None:
    settled = settle("Settled.")
    version = ClassifierVersion.objects.create(name="tests-1")
    Score.objects.create(
        comment=settled, revision=1, classifier_version=version, signals={"threat": 0.9}
    )
    mix_in("audit")
    press(desk_of_mona, settled, given(desk_of_mona), action="approve")
    today = desk_of_mona.get(OWN).context["today"]
    assert (today.decided, today.disturbing) == (1, 1)


def test_what_is_erased_is_not_read_again(desk_of_mona: Client, settle: Settle) -> None:
    settled = settle("Settled.")
    mix_in("audit")
    page = given(desk_of_mona)
    erase_comment(settled)
    assert press(desk_of_mona, settled, page, action="approve").status_code == 422
    shown = desk_of_mona.get(f"/review/daily/comments/{settled.pk}/").content.decode()
    assert "Erased" in shown and not SecondReview.objects.exists()
    assert "Ordinary 0." in given(desk_of_mona)


def test_a_reading_cannot_be_rewritten(desk_of_mona: Client, settle: Settle) -> None:
    settled = settle("Settled.")
    mix_in("audit")
    press(desk_of_mona, settled, given(desk_of_mona), action="approve")
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        SecondReview.objects.update(status="rejected")


def test_an_editor_sets_the_shares(client: Client, daily: Site, mona: User, owen: User) -> None:
    shares = {"site": "1", "audit_share": "1.5", "double_share": "0", "gold_share": "2"}
    client.force_login(mona)
    assert client.post("/review/daily/settings/", shares).status_code == 404
    client.force_login(owen)
    assert client.post("/review/daily/settings/", shares).status_code == 302
    daily.refresh_from_db()
    assert (daily.audit_share, daily.double_share, daily.gold_share) == (0.015, 0, 0.02)
    page = client.get("/review/daily/settings/").content.decode()
    assert 'max="20" step="any" value="1.5"' in page
    for wrong in ("21", "-1", "x", "nan"):
        answer = client.post("/review/daily/settings/", shares | {"audit_share": wrong})
        assert answer.status_code == 422 and "from 0 to 20 %" in answer.content.decode()
