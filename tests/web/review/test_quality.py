"""What second reviews lead to: disagreements, agreement, gold comments."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.intake.erase import erase_comment
from moderation.models import (
    Comment,
    Decision,
    GoldComment,
    Role,
    SecondReview,
    Site,
    Source,
    Status,
)
from moderation.quality.disagreements import open_disagreements
from moderation.quality.report import quality
from moderation.review import actions
from tests.cast import make_moderator
from tests.web.review.test_second_reviews import SCRIPT, Settle, given, mix_in, press, settle

__all__ = ["settle"]

DISAGREEMENTS = "/review/daily/quality/disagreements/"
AGREEMENT, GOLD = "/review/daily/quality/", "/review/daily/quality/gold/"
keys = count()


def read(comment: Comment, status: str, **fields: Any) -> SecondReview:
    """Keep a second review of a comment's last decision."""
    decision = comment.decisions.latest("pk")
    audit = decision.source == Source.POLICY
    return SecondReview.objects.create(
        site=comment.site,
        kind="audit" if audit else "double",
        comment=comment,
        revision=1,
        decision=decision,
        status=status,
        key=f"reading-{next(keys)}",
        **fields,
    )


@pytest.fixture
def senior(client: Client, daily: Site) -> User:
    """Sofia, a senior moderator, is at her desk."""
    sofia = make_moderator("sofia", daily, Role.SENIOR)
    client.force_login(sofia)
    return sofia


def test_a_disagreement_waits_for_a_senior_moderator(
    client: Client, settle: Settle, mona: User, senior: User
) -> None:
    read(settle("Approved, rightly."), "approved")
    threat = settle("Approved, and a threat.")
    reading = read(threat, "rejected", clause="no-abuse", note="He means it.")
    page = client.get(DISAGREEMENTS).content.decode()
    assert "Approved, and a threat." in page and "Approved, rightly." not in page
    assert "He means it." in page and "2 No personal abuse" in page
    assert DISAGREEMENTS in client.get("/review/daily/").content.decode()
    pressed = {"turned": str(reading.pk), "key": "k-1"}
    for _ in range(2):
        assert client.post(DISAGREEMENTS, pressed).status_code == 302
    decision = Decision.objects.filter(comment=threat).latest("pk")
    assert (decision.status, decision.moderator) == ("rejected", senior)
    assert decision.source == Source.MODERATOR and decision.clauses == ["no-abuse"]
    assert Decision.objects.filter(comment=threat).count() == 2
    page = client.get(DISAGREEMENTS).content.decode()
    assert "No open disagreements" in page and "Nothing was changed" not in page
    client.force_login(mona)
    assert client.get(DISAGREEMENTS).status_code == 404


def test_the_first_decision_may_stand(client: Client, settle: Settle, senior: User) -> None:
    comment = settle("Approved.")
    reading = read(comment, "rejected", clause="no-abuse")
    for _ in range(2):
        client.post(DISAGREEMENTS, {"stands": str(reading.pk), "key": "k-1"})
    upheld = SecondReview.objects.get(kind="upheld")
    assert (upheld.status, upheld.moderator) == ("approved", senior)
    comment.refresh_from_db()
    assert comment.status == "approved" and Decision.objects.count() == 1
    for late in ({"turned": str(reading.pk)}, {"stands": str(reading.pk)}):
        answer = client.post(DISAGREEMENTS, {**late, "key": "k-2"}, follow=True)
        assert "It was settled meanwhile." in answer.content.decode()
    assert Decision.objects.count() == 1


def test_what_asks_for_somebody_else_goes_back_to_the_queue(
    client: Client, settle: Settle, senior: User
) -> None:
    comment = settle("Hard to say.")
    reading = read(comment, "in_review")
    assert "Unsure" in client.get(DISAGREEMENTS).content.decode()
    client.post(DISAGREEMENTS, {"turned": str(reading.pk), "key": "k-1"})
    comment.refresh_from_db()
    assert comment.status == Status.IN_REVIEW


@pytest.mark.parametrize("fields", [{}, {"turned": "x"}, {"stands": "9" * 30}, {"turned": "²"}])
def test_a_press_that_makes_no_sense_settles_nothing(
    client: Client, settle: Settle, senior: User, fields: dict[str, str]
) -> None:
    read(settle("Approved."), "rejected", clause="no-abuse")
    for key in ("", "k-1"):
        answer = client.post(DISAGREEMENTS, {**fields, "key": key}, follow=True)
        assert "Nothing was changed" in answer.content.decode()
    assert Decision.objects.count() == SecondReview.objects.count() == 1


def test_what_was_decided_edited_or_erased_since_is_no_disagreement(
    settle: Settle, owen: User, daily: Site
) -> None:
    decided, erased = settle("Decided since."), settle("Erased since.")
    for comment in (decided, erased):
        read(comment, "rejected", clause="no-abuse")
    assert open_disagreements(daily).count() == 2
    actions.reject(owen, decided.pk, clauses=["no-abuse"], expected_version=decided.version)
    erase_comment(erased)
    assert not open_disagreements(daily).exists()


def test_an_editor_fixes_answers_and_retires_them(
    client: Client, settle: Settle, owen: User, mona: User
) -> None:
    comment = settle("A golden insult.", "rejected", clauses=["no-abuse"])
    client.force_login(owen)
    shown = client.get(f"/review/daily/comments/{comment.pk}/").content.decode()
    assert f"{GOLD}?comment={comment.pk}" in shown
    adding = f"{GOLD}?comment={comment.pk}"
    assert "A golden insult." in client.get(adding).content.decode()
    assert client.post(adding, {"clause": "no-such-clause"}).status_code == 422
    assert client.post(adding, {"clause": "no-abuse"}).status_code == 302
    gold = GoldComment.objects.get()
    assert (gold.status, gold.clause, gold.added_by) == ("rejected", "no-abuse", owen)
    assert "gold comment already" in client.post(adding, {"clause": ""}).content.decode()
    assert "no reviews yet" in client.get(GOLD).content.decode()
    client.post(GOLD, {"retire": str(gold.pk)})
    gold.refresh_from_db()
    assert gold.retired_at and "No gold comments yet" in client.get(GOLD).content.decode()
    assert client.get(f"{GOLD}?comment=999999").status_code == 404
    client.force_login(mona)
    assert client.get(GOLD).status_code == 404
    shown = client.get(f"/review/daily/comments/{comment.pk}/").content.decode()
    assert "A golden insult." in shown and "gold comment" not in shown


def test_what_waits_cannot_be_gold(client: Client, settle: Settle, owen: User) -> None:
    comment = settle("Waiting.", "in_review")
    client.force_login(owen)
    answer = client.post(f"{GOLD}?comment={comment.pk}", {"clause": ""})
    assert answer.status_code == 422 and not GoldComment.objects.exists()


def test_gold_alone_is_told_afterwards_and_kindly(
    client: Client, settle: Settle, daily: Site, mona: User, owen: User
) -> None:
    client.force_login(mona)
    settle("Ordinary 0.", "in_review")
    read(settle("An audit."), "rejected", clause="no-abuse", moderator=mona)
    comment = settle("A golden insult.", "rejected", clauses=["no-abuse"])
    fixed = {"status": "rejected", "clause": "no-abuse", "added_by": owen, "revision": 1}
    GoldComment.objects.create(site=daily, comment=comment, **fixed)
    mix_in("gold")
    press(client, comment, given(client), action="approve")
    page = client.get("/review/daily/own/").content.decode()
    assert "A golden insult." in page and "2 No personal abuse" in page
    assert "Nobody counts your answers." in page and "An audit." not in page
    key = SecondReview.objects.get(kind="gold").key
    client.post("/review/daily/undo/", {"key": key}, headers=SCRIPT)
    page = client.get("/review/daily/own/").content.decode()
    assert "You have not decided anything yet." in page and "golden" not in page


def test_the_figures_are_weighted_by_what_was_drawn(settle: Settle, daily: Site) -> None:
    for number in range(10):
        read(settle(f"A {number}."), "rejected" if number < 1 else "approved", weight=90)
    for number in range(10):
        rejected = settle(f"R {number}.", "rejected", clauses=["no-abuse"])
        read(rejected, "approved" if number < 4 else "rejected", clause="no-abuse", weight=10)
    read(settle("Unsure."), "in_review", weight=90)
    taken_back = read(settle("Taken back."), "rejected", weight=90)
    SecondReview.objects.filter(pk=taken_back.pk).update(taken_back_at=taken_back.created_at)
    found = quality(daily, 30)
    assert (found.false_approvals.n, found.false_rejections.n, found.unsure) == (10, 10, 1)
    assert found.false_approvals.share and found.false_rejections.share and found.mistakes.share
    assert found.false_approvals.share.value == pytest.approx(0.1)
    assert found.false_rejections.share.value == pytest.approx(0.4)
    # Nine in ten decisions are approvals: 0.9 × 0.1 + 0.1 × 0.4.
    assert found.mistakes.share.value == pytest.approx(0.13)
    assert found.policy.overall.raw and found.policy.overall.raw.value == pytest.approx(0.87)
    assert found.people.overall.n == 0


def test_agreement_is_told_by_clause(
    client: Client, settle: Settle, owen: User, mona: User, daily: Site
) -> None:
    clauses = [("no-abuse", "no-abuse"), ("no-abuse", "on-topic"), ("on-topic", "on-topic")]
    for first, second in clauses:
        read(settle("R.", "rejected", moderator=mona, clauses=[first]), "rejected", clause=second)
    read(settle("A.", moderator=mona), "approved")
    people = quality(daily, 30).people
    assert people.overall.n == 4 and people.overall.raw and people.overall.raw.value == 1
    by_clause = {row.clause: row for row in people.clauses}
    assert by_clause["no-abuse"].named == by_clause["on-topic"].named == 2
    raw = by_clause["no-abuse"].agreement.raw
    assert raw and raw.value == 0.75
    client.force_login(owen)
    page = client.get(AGREEMENT).content.decode()
    assert "Too few: 50 are needed" in page and "2 No personal abuse" in page
    for strange in ("x", "-1", "9" * 30):
        assert client.get(f"{AGREEMENT}?days={strange}").status_code == 200
    client.force_login(mona)
    assert client.get(AGREEMENT).status_code == 404
