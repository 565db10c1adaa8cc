"""What moderators do, and what happens when two of them do it at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now

from moderation.models import (
    Comment,
    Decision,
    PolicyVersion,
    Site,
    Status,
    WebhookEndpoint,
)
from moderation.platform.errors import (
    Invalid,
    NotFound,
    StaleDecision,
)
from moderation.policy_versions import live
from moderation.review import actions, claims
from moderation.review.actions import ModeratorDecision, SeenComment
from moderation.review.queue_filters import QueueFilters
from moderation.scoring import drain
from tests.cast import MakeComment
from tests.waiting import PATIENCE_SECONDS

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


# --- taking comments ---------------------------------------------------------------------------


def test_the_most_urgent_comment_comes_first(
    make_comment: MakeComment, mona: User, daily: Site
) -> None:
    make_comment(status=Status.IN_REVIEW, priority=0.2)
    urgent = make_comment(status=Status.IN_REVIEW, priority=0.9)
    make_comment(status=Status.APPROVED, priority=1)
    assert claims.claim_next(mona, daily) == urgent
    urgent.refresh_from_db()
    assert urgent.claimed_by == mona
    assert claims.claim_next(mona, daily) == urgent  # a reload shows the same one


def test_two_moderators_get_two_comments(
    make_comment: MakeComment, mona: User, owen: User, daily: Site
) -> None:
    first, second = (make_comment(status=Status.IN_REVIEW) for _ in range(2))
    assert claims.claim_next(mona, daily) == first
    assert claims.claim_next(owen, daily) == second
    assert claims.claim_next(owen, daily, after=second.pk) is None


def test_a_claim_ends_by_itself_or_is_given_back(
    waiting: Comment, mona: User, owen: User, daily: Site
) -> None:
    claims.claim_next(mona, daily)
    assert claims.claim_next(owen, daily) is None
    claims.release(owen, waiting.pk)  # not Owen's: nothing happens
    assert claims.claim_next(owen, daily) is None
    claims.release(mona, waiting.pk)
    assert claims.claim_next(owen, daily) == waiting

    Comment.objects.update(claimed_until=Now() - EDGE_OF_HOLD)
    assert not claims.renew(owen, [waiting.pk])
    assert claims.claim_next(mona, daily) == waiting
    assert claims.renew(mona, [waiting.pk]) == {waiting.pk}


def test_skipping_puts_a_comment_back_and_takes_the_next(
    make_comment: MakeComment, mona: User, owen: User, daily: Site
) -> None:
    first, second = (make_comment(status=Status.IN_REVIEW) for _ in range(2))
    assert claims.claim_next(mona, daily) == first
    assert claims.skip(mona, first.pk, daily) == second
    assert claims.skip(mona, second.pk, daily, skipped=[first.pk]) is None
    assert claims.claim_next(owen, daily) == first


def test_filters_and_orders_hold_for_claims(
    make_comment: MakeComment, mona: User, daily: Site
) -> None:
    first, last = (make_comment(status=Status.IN_REVIEW, priority=n) for n in (2, 1))
    assert claims.claim_next(mona, daily, QueueFilters(section="Sports")) is None
    assert claims.claim_next(mona, daily, QueueFilters(section="City", order="newest")) == last
    claims.release(mona, last.pk)
    assert claims.claim_next(mona, daily, QueueFilters(order="oldest")) == first


@pytest.mark.django_db(transaction=True)
def test_eight_moderators_at_once_never_share_a_comment(
    make_comment: MakeComment, mona: User, owen: User, daily: Site
) -> None:
    people = [mona, owen] + [User.objects.create_user(f"moderator-{number}") for number in range(6)]
    for _ in range(40):
        make_comment(status=Status.IN_REVIEW)
    got: dict[int, set[int]] = {user.pk: set() for user in people}

    def work(user: User) -> None:
        try:
            for _ in range(5):
                comment = claims.claim_next(user, daily, skipped=got[user.pk])
                if comment:
                    got[user.pk].add(comment.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[user]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    taken = [pk for pks in got.values() for pk in pks]
    assert len(taken) == len(set(taken)) == 40


# --- deciding ----------------------------------------------------------------------------------


def test_approving_records_who_by_which_policy_on_which_score(
    make_comment: MakeComment, mona: User, published: PolicyVersion
) -> None:
    comment = make_comment("You idiot, you worthless piece of garbage.")
    drain.drain()
    comment.refresh_from_db()
    assert comment.status == Status.IN_REVIEW
    decision = actions.approve(mona, comment.pk, expected_version=2, key="k1")
    comment.refresh_from_db()
    assert (comment.status, comment.claimed_by) == (Status.APPROVED, None)
    assert (decision.moderator, decision.policy, decision.source) == (mona, published, "moderator")
    assert decision.score == comment.scores.get()


def test_rejecting_names_a_clause(waiting: Comment, mona: User) -> None:
    decision = actions.reject(
        mona, waiting.pk, clauses=["no-abuse", "no-abuse"], expected_version=1, note="Insulting"
    )
    assert (decision.clauses, decision.note) == (["no-abuse"], "Insulting")


@pytest.mark.parametrize(
    ("clauses", "note", "code"),
    [
        ([], "", "clause_missing"),
        (["no-such-clause"], "", "clause_unknown"),
        (["no-abuse"], "x" * 1001, "too_long"),
        (["no-abuse"], "a\x00b", "nul_character"),
    ],
)
def test_it_refuses_a_rejection_that_cannot_be_recorded(
    waiting: Comment, mona: User, clauses: list[str], note: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.reject(mona, waiting.pk, clauses=clauses, expected_version=1, note=note)
    assert refused.value.code == code
    assert not Decision.objects.exists()


def test_eve_of_another_site_sees_and_changes_nothing(
    waiting: Comment, mona: User, eve: User, daily: Site
) -> None:
    for act in (
        lambda: actions.approve(eve, waiting.pk, expected_version=1),
        lambda: actions.reject(eve, waiting.pk, clauses=["no-abuse"], expected_version=1),
        lambda: actions.send_to_review(eve, waiting.pk, expected_version=1),
        lambda: actions.approve(eve, 10**9, expected_version=1),
    ):
        with pytest.raises(NotFound):
            act()
    decision = actions.approve(mona, waiting.pk, expected_version=1)
    with pytest.raises(NotFound):
        actions.undo(eve, decision.pk)


def test_the_second_moderator_is_told_who_was_first(
    waiting: Comment, mona: User, owen: User
) -> None:
    first = actions.approve(mona, waiting.pk, expected_version=1)
    with pytest.raises(StaleDecision, match="Already approved by Mona") as stale:
        actions.reject(owen, waiting.pk, clauses=["no-abuse"], expected_version=1)
    assert stale.value.current == first
    # Having seen that, Owen may overturn it.
    actions.reject(owen, waiting.pk, clauses=["no-abuse"], expected_version=2)
    waiting.refresh_from_db()
    assert waiting.status == Status.REJECTED


def test_several_at_once_fail_one_by_one(make_comment: MakeComment, mona: User, owen: User) -> None:
    comments = [make_comment(status=Status.IN_REVIEW) for _ in range(4)]
    actions.approve(owen, comments[1].pk, expected_version=1)
    presses = [SeenComment(comment.pk, 1, f"bulk-{comment.pk}") for comment in comments]
    ruling = ModeratorDecision(status=Status.REJECTED, clauses=["no-spam"])
    results = actions.decide_several(mona, [*presses, SeenComment(10**9, 1)], ruling)
    assert [type(result) for result in results] == [
        *(Decision, StaleDecision, Decision, Decision, NotFound)
    ]
    again = actions.decide_several(mona, presses, ruling)
    assert again[0] == results[0]
    assert Decision.objects.count() == 4
