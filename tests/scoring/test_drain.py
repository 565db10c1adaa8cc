"""Draining the queue: everything that is due is decided once, by what it says now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Now

from moderation.decisions.decide import decide, resubmit
from moderation.models import (
    ClassifierVersion,
    Comment,
    Decision,
    Delivery,
    PolicyVersion,
    Score,
    Site,
    Source,
    Status,
    WebhookEndpoint,
)
from moderation.policy_versions import live
from moderation.scoring import drain
from tests.cast import MakeComment

pytestmark = pytest.mark.django_db

ABUSE = "You are a disgusting idiot, shut your filthy mouth, you worthless piece of garbage."


@pytest.fixture(autouse=True)
def published(daily: Site) -> PolicyVersion:
    """The Daily has its first policy."""
    return live.ensure_default(daily)


def make_due() -> None:
    """Let every lease be over."""
    Comment.objects.filter(status=Status.PENDING).update(due_at=Now() - timedelta(seconds=1))


def status_of(comment: Comment) -> str:
    """Return the comment's status now."""
    return Comment.objects.values_list("status", flat=True).get(pk=comment.pk)


def test_it_approves_a_comment_that_breaks_no_clause(
    make_comment: MakeComment, daily: Site, published: PolicyVersion
) -> None:
    WebhookEndpoint.objects.create(site=daily, url="https://daily.example/hook", secrets=[])
    comment = make_comment()
    assert drain.drain() == 1
    decision = Decision.objects.get()
    assert status_of(comment) == Status.APPROVED
    assert (decision.status, decision.source, decision.policy) == ("approved", "policy", published)
    assert (decision.version, decision.effective_at) == (2, decision.created_at)
    score = Score.objects.get()
    assert decision.score == score
    assert 0 <= score.signals["toxicity"] < 0.5
    assert (score.language, score.trained) == ("en", True)
    assert score.classifier_version.name.startswith("bundled-")
    assert score.classifier_version.state == ClassifierVersion.State.LIVE
    assert Delivery.objects.get().event == "comment.approved"


def test_it_sends_abuse_to_a_person_with_its_reasons(make_comment: MakeComment) -> None:
    comment = make_comment(ABUSE)
    drain.drain()
    decision = Decision.objects.get()
    assert status_of(comment) in (Status.IN_REVIEW, Status.REJECTED)
    assert "no-abuse" in decision.clauses
    reason = next(each for each in decision.reasons if each["clause"] == "no-abuse")
    assert reason["value"] >= reason["threshold"]
    assert Comment.objects.get().priority > 0.5


def test_an_empty_queue_is_no_work(make_comment: MakeComment) -> None:
    make_comment(status=Status.APPROVED)
    assert drain.drain() == 0


def test_a_second_drain_changes_nothing(make_comment: MakeComment) -> None:
    make_comment()
    drain.drain()
    assert drain.drain() == 0
    assert Decision.objects.count() == Score.objects.count() == 1


def test_what_is_leased_is_left_alone(make_comment: MakeComment) -> None:
    make_comment()
    assert len(drain.claim_due(10)) == 1
    assert drain.claim_due(10) == drain.claim_retry() == []
    lease = Comment.objects.get().due_at - Comment.objects.get().received_at
    assert lease > timedelta(seconds=settings.SCORING_LEASE_SECONDS - 1)


def test_the_oldest_come_first(make_comment: MakeComment) -> None:
    late = make_comment()
    early = make_comment(due_at=late.due_at - timedelta(hours=1))
    assert [row.pk for row in drain.claim_due(1)] == [early.pk]


def test_a_comment_edited_meanwhile_is_judged_by_its_new_words(make_comment: MakeComment) -> None:
    comment = make_comment()
    rows = drain.claim_due(10)
    Comment.objects.filter(pk=comment.pk).update(body=ABUSE, revision=2)
    resubmit(comment.pk)
    drain._attempt(rows, back_off=0)
    assert status_of(comment) == Status.PENDING
    assert not Decision.objects.exists() and not Score.objects.exists()
    drain.drain()
    assert Decision.objects.get().revision == Score.objects.get().revision == 2
    assert "no-abuse" in Decision.objects.get().clauses


def test_a_comment_decided_or_erased_meanwhile_is_left_alone(
    make_comment: MakeComment, mona: User
) -> None:
    decided, erased = make_comment(), make_comment()
    rows = drain.claim_due(10)
    decide(
        decided.pk,
        status=Status.REJECTED,
        source=Source.MODERATOR,
        moderator=mona,
        expected_version=1,
    )
    Comment.objects.filter(pk=erased.pk).update(erased_at=Now(), body="")
    drain._attempt(rows, back_off=0)
    assert status_of(decided) == Status.REJECTED
    assert Decision.objects.count() == 1
    make_due()
    assert drain.drain() == 0
