"""Appeals: opened once by the author, answered by somebody else, taken back in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now

from moderation.appeals import actions as appeal_actions
from moderation.appeals.queue import answerable, count_waiting, same_person
from moderation.decisions import payload
from moderation.intake import edit, erase
from moderation.learning.labels import Provenance, stream_labels
from moderation.models import (
    Appeal,
    Author,
    Comment,
    Decision,
    Delivery,
    Moderator,
    PolicyVersion,
    Site,
    Source,
    Status,
    WebhookEndpoint,
)
from moderation.platform.errors import Conflict, Invalid, ModerationError, NotFound, StaleDecision
from moderation.review import actions
from tests.cast import MakeComment
from tests.desk import rule

pytestmark = pytest.mark.django_db
WORDS = "I quoted the mayor, word for word."


@pytest.fixture
def rejected(
    make_comment: MakeComment, mona: User, ravi: Author, with_policy: PolicyVersion
) -> Comment:
    """A comment of Ravi's that Mona rejected."""
    comment = make_comment(author=ravi, status=Status.IN_REVIEW)
    rule(comment, Status.REJECTED, mona, clauses=["no-abuse"], policy=with_policy)
    comment.refresh_from_db()
    return comment


@pytest.fixture
def appeal(rejected: Comment) -> Appeal:
    """Ravi's appeal against it."""
    return appeal_actions.open_appeal(rejected, author_id="ravi", words=WORDS)[0]


def state_of(appeal: Appeal) -> str:
    """Where the appeal stands now."""
    return Appeal.objects.select_related("comment", "outcome").get(pk=appeal.pk).state.value


def end_hold() -> None:
    """Let every publishing hold be over."""
    past = Now() - timedelta(seconds=1)
    Comment.objects.exclude(held_until=None).update(held_until=past)


def test_an_author_appeals_once(rejected: Comment, appeal: Appeal) -> None:
    assert (appeal.decision, appeal.body) == (Decision.objects.get(), rejected.body)
    again, new = appeal_actions.open_appeal(rejected, author_id="ravi", words=WORDS)
    assert (again, new) == (appeal, False)
    with pytest.raises(Conflict) as refused:
        appeal_actions.open_appeal(rejected, author_id="ravi", words="And another thing.")
    assert refused.value.code == "already_appealed"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"words": " \u200b"}, "empty"),
        ({"words": "x" * 2001}, "too_long"),
        ({"words": "\x00"}, "nul_character"),
        ({"author_id": "greta"}, "not_the_author"),
        ({"author_id": None}, "not_the_author"),
    ],
)
def test_it_refuses_what_is_no_appeal(rejected: Comment, sent: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        appeal_actions.open_appeal(rejected, **{"author_id": "ravi", "words": WORDS, **sent})
    assert refused.value.code == code
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("status", [Status.PENDING, Status.IN_REVIEW, Status.APPROVED])
def test_only_a_rejection_can_be_appealed_against(
    make_comment: MakeComment, status: Status
) -> None:
    with pytest.raises(Conflict) as refused:
        appeal_actions.open_appeal(make_comment(status=status), author_id=None, words=WORDS)
    assert refused.value.code == "not_rejected"


def test_a_rejection_that_the_outside_does_not_know_yet_cannot(
    make_comment: MakeComment, mona: User, with_policy: PolicyVersion
) -> None:
    comment = make_comment(status=Status.IN_REVIEW)
    actions.reject(mona, comment.pk, clauses=["no-abuse"], expected_version=1)
    assert not appeal_actions.may_appeal(Comment.objects.get())


def test_granting_approves_and_reverses(
    rejected: Comment, appeal: Appeal, owen: User, daily: Site
) -> None:
    WebhookEndpoint.objects.create(site=daily, url="https://daily.example/hook", secrets=[])
    decision = appeal_actions.grant(owen, appeal.pk, expected_version=2, answer="You are right.")
    assert (decision.status, decision.source) == (Status.APPROVED, Source.APPEAL)
    assert decision.reverses == appeal.decision
    assert decision.effective_at > decision.created_at  # held, like every person's decision
    assert state_of(appeal) == "granted"
    assert Delivery.objects.get().event == "decision.reversed"
    told = payload.describe(Decision.objects.get(pk=decision.pk))
    assert told["appeal"] == {"state": "granted", "answer": "You are right."}
    end_hold()
    assert not count_waiting(daily).number


def test_upholding_confirms_the_rejection_and_is_final(
    rejected: Comment, appeal: Appeal, owen: User, daily: Site
) -> None:
    WebhookEndpoint.objects.create(site=daily, url="https://daily.example/hook", secrets=[])
    decision = appeal_actions.uphold(
        owen, appeal.pk, expected_version=2, answer="He did not say that."
    )
    rejected.refresh_from_db()
    assert (rejected.status, rejected.version) == (Status.REJECTED, 3)
    assert (decision.clauses, decision.reverses) == (["no-abuse"], None)
    assert state_of(appeal) == "upheld"
    assert Delivery.objects.get().event == "comment.rejected"
    Decision.objects.filter(pk=decision.pk).update(withheld=False)
    end_hold()
    with pytest.raises(Conflict):
        appeal_actions.open_appeal(rejected, author_id="ravi", words="Once more, please.")


def test_the_answer_is_a_label_that_weighs_more(
    rejected: Comment, appeal: Appeal, owen: User, daily: Site, settings: pytest.fixture
) -> None:
    settings.PUBLISHING_HOLD_SECONDS = 0
    appeal_actions.uphold(owen, appeal.pk, expected_version=2)
    label = next(stream_labels(daily))
    assert (label.rejected, label.provenance) == (1, Provenance.APPEAL)


@pytest.mark.parametrize("verb", [appeal_actions.uphold, appeal_actions.grant])
def test_somebody_else_has_to_answer(
    appeal: Appeal, mona: User, owen: User, eve: User, daily: Site, verb: type
) -> None:
    assert list(answerable(mona, daily)) == []
    assert list(answerable(owen, daily)) == [appeal]
    with pytest.raises(Conflict, match="somebody else answers"):
        verb(mona, appeal.pk, expected_version=2)
    with pytest.raises(NotFound):
        verb(eve, appeal.pk, expected_version=2)
    assert state_of(appeal) == "open"


def test_what_the_policy_rejected_anybody_may_look_at(
    make_comment: MakeComment, mona: User, owen: User
) -> None:
    comment = make_comment()
    rule(comment, Status.REJECTED, None, source=Source.POLICY)
    made, _ = appeal_actions.open_appeal(comment, author_id=None, words=WORDS)
    appeal_actions.grant(mona, made.pk, expected_version=2)
    assert state_of(made) == "granted"


def test_who_is_alone_looks_again_and_that_is_known(
    appeal: Appeal, mona: User, owen: User, daily: Site
) -> None:
    Moderator.objects.filter(user=owen).delete()
    assert list(answerable(mona, daily)) == [appeal]
    appeal_actions.uphold(mona, appeal.pk, expected_version=2)
    assert same_person(Appeal.objects.get())


@pytest.mark.parametrize("verb", [appeal_actions.uphold, appeal_actions.grant])
def test_an_answer_taken_back_in_time_leaves_no_trace_outside(
    rejected: Comment, appeal: Appeal, owen: User, daily: Site, verb: type
) -> None:
    WebhookEndpoint.objects.create(site=daily, url="https://daily.example/hook", secrets=[])
    decision = verb(owen, appeal.pk, expected_version=2, answer="Half a thought")
    back = actions.undo(owen, decision.pk)
    assert (back.status, back.withheld) == (Status.REJECTED, True)
    assert Delivery.objects.get().state == Delivery.State.WITHHELD
    assert state_of(appeal) == "open"
    appeal.refresh_from_db()
    assert appeal.answer == "Half a thought"  # nothing typed is lost
    appeal_actions.uphold(owen, appeal.pk, expected_version=back.version)
    assert state_of(appeal) == "upheld"


@pytest.mark.parametrize("verb", [appeal_actions.uphold, appeal_actions.grant])
def test_an_answer_taken_back_later_opens_the_appeal_again(
    rejected: Comment, appeal: Appeal, owen: User, verb: type
) -> None:
    decision = verb(owen, appeal.pk, expected_version=2)
    end_hold()
    back = actions.undo(owen)
    assert (back.reverses, back.clauses, back.withheld) == (decision, ["no-abuse"], False)
    assert state_of(appeal) == "open"
    assert not appeal_actions.may_appeal(Comment.objects.get())


def test_the_second_of_two_answers_changes_nothing(
    appeal: Appeal, owen: User, daily: Site, make_comment: MakeComment
) -> None:
    first = appeal_actions.uphold(owen, appeal.pk, expected_version=2, key="k-1", answer="No.")
    assert (
        appeal_actions.uphold(owen, appeal.pk, expected_version=2, key="k-1", answer="Yes.")
        == first
    )
    with pytest.raises(StaleDecision):
        appeal_actions.grant(owen, appeal.pk, expected_version=2, key="k-2", answer="Yes.")
    with pytest.raises(Conflict) as refused:
        appeal_actions.uphold(owen, appeal.pk, expected_version=3, key="k-3")
    assert refused.value.code == "appeal_answered"
    appeal.refresh_from_db()
    assert (appeal.answer, appeal.outcome) == ("No.", first)
    assert Decision.objects.count() == 2


def test_an_edit_closes_it_and_another_rejection_can_be_appealed_against(
    rejected: Comment, appeal: Appeal, mona: User, daily: Site
) -> None:
    edit.edit_comment(rejected, body="The mayor said it, not I.")
    assert state_of(appeal) == "closed"
    with pytest.raises(ModerationError):
        appeal_actions.grant(mona, appeal.pk, expected_version=2)
    rule(rejected, Status.REJECTED, mona)
    rejected.refresh_from_db()
    second, new = appeal_actions.open_appeal(rejected, author_id="ravi", words=WORDS)
    assert new and second.body == "The mayor said it, not I."
    assert count_waiting(daily).number == 1


def test_any_other_decision_closes_it_and_its_undo_opens_it(
    rejected: Comment, appeal: Appeal, mona: User
) -> None:
    decision = actions.approve(mona, rejected.pk, expected_version=2)
    assert state_of(appeal) == "closed"
    actions.undo(mona, decision.pk)
    assert state_of(appeal) == "open"


def test_a_held_answer_that_is_overtaken_counts_no_more(
    rejected: Comment, appeal: Appeal, mona: User, owen: User
) -> None:
    appeal_actions.uphold(owen, appeal.pk, expected_version=2)
    actions.approve(mona, rejected.pk, expected_version=3)
    assert state_of(appeal) == "closed"


def test_an_appeal_whose_answer_is_overtaken_in_silence_waits_again(
    rejected: Comment, appeal: Appeal, mona: User, owen: User
) -> None:
    appeal_actions.grant(owen, appeal.pk, expected_version=2)
    back = actions.reject(mona, rejected.pk, clauses=["no-abuse"], expected_version=3)
    assert back.withheld and state_of(appeal) == "open"


def test_an_edit_within_the_hold_withdraws_the_answer(
    rejected: Comment, appeal: Appeal, owen: User
) -> None:
    appeal_actions.uphold(owen, appeal.pk, expected_version=2)
    edit.edit_comment(rejected, body="The mayor said it, not I.")
    assert state_of(appeal) == "closed"


def test_erasing_reaches_appeals(rejected: Comment, appeal: Appeal, owen: User) -> None:
    appeal_actions.uphold(owen, appeal.pk, expected_version=2, answer="Ravi, no.")
    erase.erase_comment(rejected)
    appeal.refresh_from_db()
    assert (appeal.body, appeal.words, appeal.answer) == ("", "", "")
