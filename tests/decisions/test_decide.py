"""Deciding: one effect, one row, one story for the outside, whatever happens at the same time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from moderation.decisions.decide import TRANSITIONS, decide, resubmit
from moderation.decisions.decide_batch import BatchDecision, decide_batch
from moderation.models import (
    Comment,
    Decision,
    Delivery,
    Site,
    Source,
    Status,
    WebhookEndpoint,
)
from moderation.platform.errors import (
    Conflict,
    IllegalTransition,
    NotFound,
    StaleDecision,
)
from tests.cast import MakeComment

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(daily: Site) -> WebhookEndpoint:
    """The Daily's own system, which hears of every decision."""
    return WebhookEndpoint.objects.create(site=daily, url="https://daily.example/hook", secrets=[])


def by_policy(comment: Comment, status: Status, **why: Any) -> Decision:
    """Decide as the worker does."""
    comment.refresh_from_db()
    why.setdefault("expected_version", comment.version)
    return decide(comment.pk, status=status, source=Source.POLICY, **why)


def by_mona(comment: Comment, status: Status, mona: User, **why: Any) -> Decision:
    """Decide as a moderator does."""
    comment.refresh_from_db()
    why.setdefault("expected_version", comment.version)
    return decide(comment.pk, status=status, source=Source.MODERATOR, moderator=mona, **why)


def end_hold(comment: Comment) -> None:
    """Let the publishing hold of a comment's last decision be over."""
    Comment.objects.filter(pk=comment.pk).update(held_until=Now() - timedelta(seconds=1))


def events() -> list[tuple[str, str]]:
    """What is, was or is not told, oldest first."""
    return list(Delivery.objects.order_by("id").values_list("event", "state"))


def test_a_decision_changes_the_comment_and_leaves_a_row(
    make_comment: MakeComment, endpoint: WebhookEndpoint
) -> None:
    comment = make_comment()
    decision = by_policy(
        comment, Status.REJECTED, clauses=["no-abuse"], reasons=[{"rule": "abuse"}], note="n"
    )
    comment.refresh_from_db()
    assert (comment.status, comment.version, comment.held_until) == (Status.REJECTED, 2, None)
    stored = Decision.objects.get(pk=decision.pk)
    assert (stored.status_before, stored.status, stored.version) == ("pending", "rejected", 2)
    assert (stored.clauses, stored.reasons, stored.note) == (["no-abuse"], [{"rule": "abuse"}], "n")
    assert (stored.site_id, stored.revision, stored.source) == (comment.site_id, 1, "policy")
    assert events() == [("comment.rejected", "due")]
    assert Delivery.objects.get().due_at == stored.effective_at


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_only_stated_transitions_are_possible(
    make_comment: MakeComment, before: Status, after: Status
) -> None:
    comment = make_comment(status=before)
    if after in TRANSITIONS[before]:
        by_policy(comment, after)
        assert Comment.objects.get(pk=comment.pk).status == after
    else:
        with pytest.raises(IllegalTransition):
            by_policy(comment, after)
        assert Comment.objects.get(pk=comment.pk).version == 1
        assert not Decision.objects.exists()


def test_a_stale_decision_changes_nothing_and_says_who_came_first(
    make_comment: MakeComment, mona: User, owen: User
) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    first = by_mona(comment, Status.APPROVED, mona)
    with pytest.raises(StaleDecision) as refused:
        by_mona(comment, Status.REJECTED, owen, expected_version=1)
    assert refused.value.current == first
    assert refused.value.message == "Already approved by Mona 0 s ago."
    assert Decision.objects.count() == 1


def test_a_decision_on_an_edited_comment_is_stale(make_comment: MakeComment, mona: User) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    resubmit(comment.pk)
    with pytest.raises(StaleDecision, match="edited"):
        by_mona(comment, Status.APPROVED, mona, expected_version=1)


def test_the_same_press_twice_is_one_decision(
    make_comment: MakeComment, mona: User, endpoint: WebhookEndpoint
) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    press = {"expected_version": 1, "key": "press-1"}
    first = by_mona(comment, Status.APPROVED, mona, **press)
    assert by_mona(comment, Status.APPROVED, mona, **press) == first
    assert Decision.objects.count() == Delivery.objects.count() == 1


def test_a_key_of_another_comment_is_refused(make_comment: MakeComment, mona: User) -> None:
    by_mona(make_comment(status=Status.IN_REVIEW), Status.APPROVED, mona, key="press-1")
    with pytest.raises(Conflict) as refused:
        by_mona(make_comment(status=Status.IN_REVIEW), Status.APPROVED, mona, key="press-1")
    assert refused.value.code == "decision_key_reused"


def test_an_erased_or_missing_comment_is_not_decided(make_comment: MakeComment) -> None:
    erased = make_comment(erased_at=timezone.now())
    with pytest.raises(Conflict, match="erased"):
        by_policy(erased, Status.APPROVED)
    with pytest.raises(NotFound):
        decide(10**9, status=Status.APPROVED, source=Source.POLICY, expected_version=1)


def test_a_moderators_decision_is_held_back_and_the_policys_is_not(
    make_comment: MakeComment, mona: User, endpoint: WebhookEndpoint, settings: Any
) -> None:
    settings.PUBLISHING_HOLD_SECONDS = 8
    at_once = by_policy(make_comment(), Status.APPROVED)
    assert at_once.effective_at - at_once.created_at < timedelta(seconds=1)

    comment = make_comment(status=Status.IN_REVIEW)
    held = by_mona(comment, Status.APPROVED, mona)
    comment.refresh_from_db()
    assert comment.status_before == Status.IN_REVIEW
    assert comment.held_until == held.effective_at
    # The comment changes first: its row came before that moment, the decision's after it.
    assert held.effective_at - comment.received_at > timedelta(seconds=7)
    assert held.effective_at - held.created_at < timedelta(seconds=9)
    assert Delivery.objects.get(decision=held).due_at == held.effective_at


def test_taking_a_held_decision_back_leaves_no_trace_outside(
    make_comment: MakeComment, mona: User, endpoint: WebhookEndpoint
) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    held = by_mona(comment, Status.APPROVED, mona)
    back = by_mona(comment, Status.IN_REVIEW, mona, reverses=held)
    held.refresh_from_db()
    comment.refresh_from_db()
    assert held.withheld and back.withheld
    assert events() == [("comment.approved", "withheld")]
    assert (comment.held_until, comment.status) == (None, Status.IN_REVIEW)


def test_another_mind_within_the_hold_is_all_that_the_outside_hears(
    make_comment: MakeComment, mona: User, owen: User, endpoint: WebhookEndpoint
) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    by_mona(comment, Status.APPROVED, mona)
    by_mona(comment, Status.REJECTED, owen)
    comment.refresh_from_db()
    assert comment.status_before == Status.IN_REVIEW
    assert events() == [("comment.approved", "withheld"), ("comment.rejected", "due")]


def test_a_reversal_after_the_hold_is_told(
    make_comment: MakeComment, mona: User, endpoint: WebhookEndpoint
) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    told = by_mona(comment, Status.APPROVED, mona)
    end_hold(comment)
    back = by_mona(comment, Status.IN_REVIEW, mona, reverses=told, hold=0)
    told.refresh_from_db()
    assert not told.withheld and not back.withheld
    assert events() == [("comment.approved", "due"), ("decision.reversed", "due")]


def test_a_held_decision_that_has_left_the_house_is_reversed_aloud(
    make_comment: MakeComment, mona: User, endpoint: WebhookEndpoint
) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    held = by_mona(comment, Status.APPROVED, mona)
    Delivery.objects.update(attempts=1)  # a clock ran ahead: a worker has just sent it
    by_mona(comment, Status.IN_REVIEW, mona, reverses=held, hold=0)
    held.refresh_from_db()
    assert not held.withheld
    assert events()[-1] == ("decision.reversed", "due")


def test_review_is_told_only_of_what_readers_could_see(
    make_comment: MakeComment, endpoint: WebhookEndpoint
) -> None:
    by_policy(make_comment(), Status.IN_REVIEW)
    by_policy(make_comment(status=Status.REJECTED), Status.IN_REVIEW)
    assert events() == []
    by_policy(make_comment(status=Status.APPROVED), Status.IN_REVIEW)
    assert events() == [("comment.in_review", "due")]


def test_review_is_told_of_an_edit_whose_first_words_were_public(
    make_comment: MakeComment, endpoint: WebhookEndpoint
) -> None:
    comment = make_comment(status=Status.APPROVED)
    Comment.objects.filter(pk=comment.pk).update(revision=2)
    resubmit(comment.pk)
    by_policy(comment, Status.IN_REVIEW)
    assert events() == [("comment.in_review", "due")]


def test_what_was_decided_elsewhere_long_ago_is_not_told(
    make_comment: MakeComment, endpoint: WebhookEndpoint
) -> None:
    single, batched = make_comment(), make_comment()
    decide(single.pk, status=Status.REJECTED, source=Source.IMPORT, expected_version=1)
    imported = BatchDecision(
        comment_pk=batched.pk, expected_version=1, status=Status.APPROVED, source=Source.IMPORT
    )
    assert decide_batch([imported]) == 1
    assert Decision.objects.count() == 2
    assert events() == []


def test_a_batch_refuses_what_the_state_machine_does_not_know(make_comment: MakeComment) -> None:
    wrong = BatchDecision(
        comment_pk=make_comment().pk,
        expected_version=1,
        status=Status.PENDING,
        source=Source.POLICY,
    )
    with pytest.raises(IllegalTransition):
        decide_batch([wrong])


def test_an_endpoint_hears_what_it_asked_for(
    make_comment: MakeComment, daily: Site, herald: Site
) -> None:
    url = "https://daily.example/hook"
    wants = WebhookEndpoint.objects.create(
        site=daily, url=url, secrets=[], events=["comment.rejected"]
    )
    WebhookEndpoint.objects.create(site=daily, url=url, secrets=[], disabled_at=timezone.now())
    WebhookEndpoint.objects.create(site=herald, url=url, secrets=[])
    by_policy(make_comment(), Status.APPROVED)
    by_policy(make_comment(), Status.REJECTED)
    assert Delivery.objects.get().endpoint == wants


def test_an_edit_starts_anew_and_silences_what_was_held(
    make_comment: MakeComment, mona: User, endpoint: WebhookEndpoint
) -> None:
    comment = make_comment(status=Status.IN_REVIEW, attempts=3)
    held = by_mona(comment, Status.APPROVED, mona)
    assert resubmit(comment.pk) == 3
    comment.refresh_from_db()
    held.refresh_from_db()
    assert (comment.status, comment.attempts, comment.held_until) == (Status.PENDING, 0, None)
    assert held.withheld
    assert events() == [("comment.approved", "withheld")]


def test_a_decision_cannot_be_rewritten(make_comment: MakeComment) -> None:
    decision = by_policy(make_comment(), Status.APPROVED)
    with pytest.raises(Exception, match="final"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(status=Status.REJECTED)
