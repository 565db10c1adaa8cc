"""Deciding at the same time: threads, locks and deadlocks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction

from moderation.appeals import actions as appeal_actions
from moderation.decisions.decide import decide
from moderation.models import (
    Appeal,
    Comment,
    Decision,
    Delivery,
    Site,
    Source,
    Status,
    WebhookEndpoint,
)
from moderation.platform import retry
from moderation.platform.errors import (
    Busy,
    StaleDecision,
)
from tests.cast import MakeComment
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(daily: Site) -> WebhookEndpoint:
    """The Daily's own system, which hears of every decision."""
    return WebhookEndpoint.objects.create(site=daily, url="https://daily.example/hook", secrets=[])


def by_mona(comment: Comment, status: Status, mona: User, **why: Any) -> Decision:
    """Decide as a moderator does."""
    comment.refresh_from_db()
    why.setdefault("expected_version", comment.version)
    return decide(comment.pk, status=status, source=Source.MODERATOR, moderator=mona, **why)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts in threads that start at once; each result is what it returned or raised."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(PATIENCE_SECONDS)
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_have_one_effect_200_times(
    make_comment: MakeComment, mona: User, owen: User, endpoint: WebhookEndpoint
) -> None:
    comments = [make_comment(status=Status.IN_REVIEW) for _ in range(200)]

    def press(user: User, status: Status) -> Callable[[], list[Any]]:
        def act() -> list[Any]:
            results: list[Any] = []
            for comment in comments:
                try:
                    results.append(by_mona(comment, status, user, expected_version=1))
                except StaleDecision as stale:
                    results.append(stale)
            return results

        return act

    approvals, rejections = together(press(mona, Status.APPROVED), press(owen, Status.REJECTED))
    for approval, rejection in zip(approvals, rejections, strict=True):
        winner, loser = sorted((approval, rejection), key=lambda r: isinstance(r, StaleDecision))
        assert isinstance(winner, Decision) and isinstance(loser, StaleDecision)
        assert loser.current == winner
        assert loser.current.moderator in (mona, owen)
        assert loser.message.startswith("Already ")
    assert Decision.objects.count() == Delivery.objects.count() == 200
    assert set(Comment.objects.values_list("version", flat=True)) == {2}


@pytest.mark.django_db(transaction=True)
def test_the_same_press_on_eight_connections_is_one_decision(
    make_comment: MakeComment, mona: User, endpoint: WebhookEndpoint
) -> None:
    for number in range(10):
        comment = make_comment(status=Status.IN_REVIEW)

        def press(comment: Comment = comment, number: int = number) -> Decision:
            return by_mona(
                comment, Status.APPROVED, mona, expected_version=1, key=f"press-{number}"
            )

        results = together(*[press] * 8)
        assert len({result.pk for result in results}) == 1
        assert Delivery.objects.count() == number + 1


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_for_long_is_busy(make_comment: MakeComment, mona: User) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Comment.objects.select_for_update().get(pk=comment.pk)
            held.set()
            done.wait(PATIENCE_SECONDS)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(PATIENCE_SECONDS)
    try:
        with pytest.raises(Busy):
            decide(
                comment.pk,
                status=Status.APPROVED,
                source=Source.MODERATOR,
                expected_version=1,
                moderator=mona,
            )
    finally:
        done.set()
        holder.join()
    assert by_mona(comment, Status.APPROVED, mona).version == 2


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again_and_given_up_after_three(make_comment: MakeComment) -> None:
    tries = []

    def deadlocked() -> None:
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$")

    with pytest.raises(OperationalError):
        retry.with_retries(deadlocked)
    assert len(tries) == retry.TRIES


@pytest.mark.django_db(transaction=True)
def test_appeals_and_answers_at_once_have_one_effect(
    make_comment: MakeComment, mona: User, owen: User
) -> None:
    for _ in range(20):
        comment = make_comment()
        decide(comment.pk, status=Status.REJECTED, source=Source.POLICY, expected_version=1)
        send = [
            lambda n=n, of=comment: appeal_actions.open_appeal(
                of, author_id=None, words=f"Words {n}."
            )
            for n in (1, 1, 2)
        ]
        results = together(*send)
        appeal = Appeal.objects.get(comment=comment)
        taken = [each[0] for each in results if isinstance(each, tuple)]
        assert taken and set(taken) == {appeal}
        answers = together(
            lambda pk=appeal.pk: appeal_actions.uphold(mona, pk, expected_version=2, key=f"m-{pk}"),
            lambda pk=appeal.pk: appeal_actions.uphold(mona, pk, expected_version=2, key=f"m-{pk}"),
            lambda pk=appeal.pk: appeal_actions.grant(owen, pk, expected_version=2, key=f"o-{pk}"),
        )
        appeal.refresh_from_db()
        made = {each.pk for each in answers if isinstance(each, Decision)}
        assert made == {appeal.outcome_id}
        refused = [each for each in answers if not isinstance(each, Decision)]
        assert all(isinstance(each, StaleDecision) for each in refused), refused
