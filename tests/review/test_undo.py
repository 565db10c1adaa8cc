"""Taking decisions back, in the hold and after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now

from moderation.models import (
    Comment,
    Decision,
    Delivery,
    Moderator,
    PolicyVersion,
    Role,
    Site,
    Source,
    Status,
    WebhookEndpoint,
)
from moderation.platform.errors import (
    IllegalTransition,
    Invalid,
    NotFound,
    StaleDecision,
)
from moderation.policy_versions import live
from moderation.review import actions, claims
from moderation.scoring import drain
from tests.cast import MakeComment

pytestmark = pytest.mark.django_db
EDGE_OF_HOLD = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def published(daily: Site) -> PolicyVersion:
    """The Daily has its first policy."""
    return live.ensure_default(daily)


@pytest.fixture
def endpoint(daily: Site) -> WebhookEndpoint:
    """The Daily's own system, which hears of every decision."""
    return WebhookEndpoint.objects.create(site=daily, url="https://daily.example/hook", secrets=[])


@pytest.fixture
def waiting(make_comment: MakeComment) -> Comment:
    """A comment in the review queue."""
    return make_comment(status=Status.IN_REVIEW)


def end_hold() -> None:
    """Let every publishing hold be over."""
    Comment.objects.exclude(held_until=None).update(held_until=Now() - EDGE_OF_HOLD)


def test_undo_within_the_hold_stays_in_the_house(
    waiting: Comment, mona: User, endpoint: WebhookEndpoint, daily: Site
) -> None:
    decision = actions.approve(mona, waiting.pk, expected_version=1)
    back = actions.undo(mona, decision.pk)
    waiting.refresh_from_db()
    decision.refresh_from_db()
    assert (waiting.status, waiting.held_until) == (Status.IN_REVIEW, None)
    assert back.reverses == decision and back.withheld and decision.withheld
    assert Delivery.objects.get().state == Delivery.State.WITHHELD
    assert claims.claim_next(mona, daily) == waiting


def test_undo_after_the_hold_is_told(
    waiting: Comment, mona: User, endpoint: WebhookEndpoint
) -> None:
    actions.approve(mona, waiting.pk, expected_version=1)
    end_hold()
    back = actions.undo(mona)
    assert not back.withheld
    assert back.effective_at - back.created_at < EDGE_OF_HOLD
    assert list(Delivery.objects.order_by("id").values_list("event", flat=True)) == [
        *("comment.approved", "decision.reversed")
    ]


def test_undo_twice_undoes_two_and_the_same_undo_twice_undoes_one(
    make_comment: MakeComment, mona: User
) -> None:
    first, second = (make_comment(status=Status.IN_REVIEW) for _ in range(2))
    actions.approve(mona, first.pk, expected_version=1)
    last = actions.reject(mona, second.pk, clauses=["no-spam"], expected_version=1)
    back = actions.undo(mona, last.pk)
    assert actions.undo(mona, last.pk) == back
    assert actions.undo(mona).comment == first
    with pytest.raises(NotFound):
        actions.undo(mona)
    assert Decision.objects.count() == 4


def test_undo_of_an_overturn_gives_the_first_decision_back(
    make_comment: MakeComment, mona: User, endpoint: WebhookEndpoint
) -> None:
    comment = make_comment()
    drain.drain()
    assert Comment.objects.get().status == Status.APPROVED
    decision = actions.reject(mona, comment.pk, clauses=["on-topic"], expected_version=2)
    end_hold()
    actions.undo(mona, decision.pk)
    assert Comment.objects.get().status == Status.APPROVED
    assert Delivery.objects.order_by("id").last().event == "decision.reversed"


def test_undo_does_not_reach_over_somebody_elses_decision(
    waiting: Comment, mona: User, owen: User
) -> None:
    mine = actions.approve(mona, waiting.pk, expected_version=1)
    actions.reject(owen, waiting.pk, clauses=["no-spam"], expected_version=2)
    with pytest.raises(StaleDecision, match="Already rejected by Owen"):
        actions.undo(mona, mine.pk)
    with pytest.raises(NotFound):
        actions.undo(mona, Decision.objects.latest("id").pk)


def test_a_former_moderator_undoes_nothing(waiting: Comment, mona: User, herald: Site) -> None:
    decision = actions.approve(mona, waiting.pk, expected_version=1)
    Moderator.objects.filter(user=mona).delete()
    Moderator.objects.create(user=mona, site=herald, role=Role.EDITOR)
    for named in (decision.pk, None):
        with pytest.raises(NotFound, match="You have no decision to undo"):
            actions.undo(mona, named)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.version) == (Status.APPROVED, 2)
    assert Decision.objects.get() == decision


def test_a_decided_comment_can_be_sent_back_to_review_once(
    make_comment: MakeComment, mona: User
) -> None:
    comment = make_comment(status=Status.APPROVED)
    actions.send_to_review(mona, comment.pk, expected_version=1)
    with pytest.raises(IllegalTransition):
        actions.send_to_review(mona, comment.pk, expected_version=2)


def test_without_a_policy_one_may_approve_but_not_reject(waiting: Comment, mona: User) -> None:
    PolicyVersion.objects.all().delete()
    with pytest.raises(Invalid, match="no policy"):
        actions.reject(mona, waiting.pk, clauses=["no-abuse"], expected_version=1)
    decision = actions.approve(mona, waiting.pk, expected_version=1)
    assert (decision.policy, decision.source) == (None, Source.MODERATOR)
