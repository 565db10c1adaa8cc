"""One comment under random acts of everybody, checked after each against the rules of the house."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from moderation.appeals import actions as appeal_actions
from moderation.decisions.decide import TRANSITIONS, decide, resubmit
from moderation.models import (
    Appeal,
    Comment,
    Decision,
    Delivery,
    Moderator,
    Site,
    Source,
    Status,
    Story,
    WebhookEndpoint,
)
from moderation.platform import memo
from moderation.platform.errors import (
    Conflict,
    IllegalTransition,
    NotFound,
    StaleDecision,
)
from moderation.policy_versions import live
from moderation.review import actions

OUTSIDE_OF = {
    "comment.approved": Status.APPROVED,
    "comment.rejected": Status.REJECTED,
    "comment.in_review": Status.IN_REVIEW,
}


class OneComment(RuleBasedStateMachine):
    """What may happen to a comment, in any order, by two moderators, the policy and its author."""

    def __init__(self) -> None:
        super().__init__()
        # Each run is one transaction that is rolled back.
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.site = Site.objects.create(slug="machine", name="The Machine")
        live.ensure_default(self.site)
        WebhookEndpoint.objects.create(site=self.site, url="https://m.example", secrets=[])
        self.people = []
        for name in ("first", "second"):
            user = User.objects.create(username=f"machine-{name}")
            Moderator.objects.create(user=user, site=self.site)
            self.people.append(user)

    @initialize()
    def submit(self) -> None:
        """A comment arrives."""
        story = Story.objects.create(site=self.site, external_id="s")
        self.comment = Comment.objects.create(
            site=self.site,
            story=story,
            external_id="c",
            fingerprint=bytes(32),
            body="A comment.",
            submitted_at=Now(),
        )
        self.version, self.status = 1, Status.PENDING
        self.edits = 0

    def teardown(self) -> None:
        """Leave nothing behind."""
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        memo.forget_all()

    def now(self) -> Comment:
        """The comment as it stands."""
        return Comment.objects.get(pk=self.comment.pk)

    def expect(self, wanted: Status, act: Any) -> None:
        """Run an act; it must do exactly what the table says."""
        legal = wanted in TRANSITIONS[self.status]
        try:
            with transaction.atomic():
                act()
        except IllegalTransition:
            assert not legal
        else:
            assert legal
            self.version, self.status = self.version + 1, wanted

    @rule(status=st.sampled_from(Status))
    def policy_decides(self, status: Status) -> None:
        """The worker, a flag, anything that is not a person."""
        self.expect(
            status,
            lambda: decide(
                self.comment.pk,
                status=status,
                source=Source.POLICY,
                expected_version=self.version,
            ),
        )

    @rule(who=st.sampled_from([0, 1]), status=st.sampled_from(list(Status)[1:]))
    def moderator_decides(self, who: int, status: Status) -> None:
        """A person, by the verbs that people have."""
        user, pk, version = self.people[who], self.comment.pk, self.version
        verbs = {
            Status.APPROVED: lambda: actions.approve(user, pk, expected_version=version),
            Status.REJECTED: lambda: actions.reject(
                user, pk, clauses=["no-abuse"], expected_version=version
            ),
            Status.IN_REVIEW: lambda: actions.send_to_review(user, pk, expected_version=version),
        }
        self.expect(status, verbs[status])

    @rule(who=st.sampled_from([0, 1]), status=st.sampled_from(Status), behind=st.integers(1, 3))
    def somebody_decides_on_what_was(self, who: int, status: Status, behind: int) -> None:
        """A stale screen changes nothing."""
        with pytest.raises(StaleDecision), transaction.atomic():
            decide(
                self.comment.pk,
                status=status,
                source=Source.MODERATOR,
                moderator=self.people[who],
                expected_version=self.version - behind,
            )

    @rule(who=st.sampled_from([0, 1]))
    def moderator_undoes(self, who: int) -> None:
        """Undo works exactly while nobody came after."""
        try:
            with transaction.atomic():
                decision = actions.undo(self.people[who])
        except (NotFound, StaleDecision, IllegalTransition):
            return
        if decision.version == self.version + 1:
            assert decision.reverses and decision.reverses.version == self.version
            self.version, self.status = decision.version, Status(decision.status)

    @rule()
    def author_edits(self) -> None:
        """An edit starts anew."""
        Comment.objects.filter(pk=self.comment.pk).update(revision=F("revision") + 1)
        resubmit(self.comment.pk)
        self.version, self.status, self.edits = self.version + 1, Status.PENDING, self.edits + 1

    @rule(words=st.sampled_from(["No.", "Look again."]))
    def author_appeals(self, words: str) -> None:
        """An appeal changes no status, and only what stands rejected can be appealed against."""
        try:
            _, new = appeal_actions.open_appeal(self.comment, author_id=None, words=words)
        except Conflict:
            return
        assert self.status == Status.REJECTED or not new

    @precondition(lambda self: self.now().appeals.exists())
    @rule(
        who=st.sampled_from([0, 1]),
        verb=st.sampled_from([appeal_actions.grant, appeal_actions.uphold]),
    )
    def moderator_answers(self, who: int, verb: Any) -> None:
        """A person answers the last appeal; only where it is open, and not against oneself."""
        user = self.people[who]
        appeal = self.now().appeals.select_related("comment", "outcome", "decision").latest("pk")
        try:
            with transaction.atomic():
                decision = verb(user, appeal.pk, expected_version=self.version)
        except Conflict:
            own = appeal.decision.moderator_id == user.pk
            assert own or appeal.state != Appeal.State.OPEN
            return
        assert appeal.state == Appeal.State.OPEN and appeal.decision.moderator_id != user.pk
        self.version, self.status = decision.version, Status(decision.status)

    @precondition(lambda self: self.now().held_until is not None)
    @rule()
    def the_hold_ends(self) -> None:
        """The outside hears of it."""
        past = Now() - timedelta(seconds=1)
        Comment.objects.filter(pk=self.comment.pk).update(held_until=past)
        with connection.cursor() as cursor:
            # The decision takes effect with it; decisions being final, the clock is set by force.
            cursor.execute("SET LOCAL session_replication_role = replica")
            held = Decision.objects.filter(comment=self.comment, effective_at__gt=past)
            held.update(effective_at=past)
            cursor.execute("SET LOCAL session_replication_role = origin")
        Delivery.objects.filter(state="due").update(state="sent", attempts=1)

    @invariant()
    def the_comment_is_what_its_history_says(self) -> None:
        """One version per act, one row per decision, no gap, no doubt."""
        if not hasattr(self, "version"):
            return
        comment = self.now()
        decisions = list(Decision.objects.filter(comment=comment).order_by("id"))
        assert (comment.version, comment.status) == (self.version, self.status)
        assert len(decisions) + self.edits == comment.version - 1
        versions = [decision.version for decision in decisions]
        assert versions == sorted(set(versions))
        for decision in decisions:
            upheld = decision.status == decision.status_before == Status.REJECTED
            by_appeal = Source.APPEAL in (
                decision.source,
                decision.reverses and decision.reverses.source,
            )
            legal = decision.status in TRANSITIONS[Status(decision.status_before)]
            assert legal or (upheld and by_appeal)

    @invariant()
    def no_appeal_is_dropped(self) -> None:
        """What stands rejected to the outside waits for an answer, has one, or can be appealed."""
        if not hasattr(self, "version"):
            return
        comment = self.now()
        found = list(comment.appeals.select_related("comment", "outcome"))
        states = [each.state for each in found]
        assert states.count(Appeal.State.OPEN) <= 1
        if Appeal.State.OPEN in states:
            assert comment.status == Status.REJECTED
        elif comment.status == Status.REJECTED and comment.held_until is None:
            answered = {Appeal.State.GRANTED, Appeal.State.UPHELD} & set(states)
            assert answered or appeal_actions.may_appeal(comment)

    @invariant()
    def the_outside_ends_up_knowing_the_truth(self) -> None:
        """Whoever follows the events knows what readers may see, once the hold is over."""
        if not hasattr(self, "version"):
            return
        known = Status.PENDING
        told = Delivery.objects.exclude(state="withheld").order_by("decision_id")
        for delivery in told.select_related("decision"):
            known = OUTSIDE_OF.get(delivery.event, Status(delivery.decision.status))
        visible = known == Status.APPROVED
        comment = self.now()
        if comment.status != Status.PENDING:  # its author, not an event, knows of an edit
            assert visible == (comment.status == Status.APPROVED)

    @invariant()
    def what_is_withheld_is_never_told(self) -> None:
        """A decision that was taken back in time has no delivery that leaves."""
        withheld = Delivery.objects.filter(decision__withheld=True)
        assert set(withheld.values_list("state", flat=True)) <= {"withheld"}


@pytest.mark.slow
@pytest.mark.django_db
def test_one_comment_under_random_acts() -> None:
    run_state_machine_as_test(
        OneComment,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
