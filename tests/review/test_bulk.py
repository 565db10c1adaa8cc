"""Deciding many at once: what a sample proves, who stays out, and taking it all back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from scipy import stats

from moderation.learning.labels import Provenance, stream_labels
from moderation.models import BulkDecision, Comment, Decision, Site, Status, Story
from moderation.platform.errors import Conflict, Invalid, NotFound
from moderation.policy_versions.live import ensure_default
from moderation.review import actions, bulk, claims
from moderation.review.actions import ModeratorDecision, SeenComment
from moderation.review.bulk import DEFERRED, Plan
from moderation.review.deferrals import bring_back
from moderation.review.queue_filters import QueueFilters, filter_comments
from tests.cast import MakeComment

APPROVE = Plan(ModeratorDecision(status=Status.APPROVED))
REJECT = Plan(ModeratorDecision(status=Status.REJECTED, clauses=["no-abuse"]))


@pytest.fixture
def waiting(daily: Site, make_comment: MakeComment) -> list[Comment]:
    """Thirty comments in review."""
    ensure_default(daily)
    return [make_comment(f"Number {n}.", status=Status.IN_REVIEW) for n in range(30)]


def choose(user: User, site: Site, plan: Plan = APPROVE, sample: int = 20) -> BulkDecision:
    return bulk.choose(user, site, QueueFilters(), plan, sample=sample)


def statuses() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize(("read", "wrong"), [(20, 0), (60, 0), (60, 3), (150, 20), (5, 4)])
def test_the_bound_is_that_of_clopper_and_pearson(read: int, wrong: int) -> None:
    # The other way to the same bound: at this share, so few wrong ones have a chance of 5 %.
    interval = stats.binomtest(wrong, read, alternative="less").proportion_ci(method="exact")
    assert bulk.most_wrong(read, wrong) == pytest.approx(interval.high, abs=1e-9)
    assert stats.binom.cdf(wrong, read, interval.high) == pytest.approx(0.05)
    assert bulk.most_wrong(read, read) == 1.0


def test_nothing_is_decided_before_the_sample_was_read(
    waiting: list[Comment], mona: User, daily: Site
) -> None:
    made = choose(mona, daily)
    assert len(made.comments) == 30 and len(set(made.sample)) == 20
    with pytest.raises(Conflict):
        bulk.decide_bulk(made)
    assert not Decision.objects.exists()


def test_all_but_those_read_otherwise_are_decided_and_taken_back_together(
    waiting: list[Comment], mona: User, daily: Site
) -> None:
    made = choose(mona, daily, REJECT)
    other = made.sample[0]
    bulk.note_sample(made, [])
    with pytest.raises(Conflict):
        bulk.note_sample(made, [other])  # a sample is drawn once
    outcome = bulk.decide_bulk(made)
    assert (outcome.changed, outcome.kept) == (30, [])
    assert statuses() == [Status.REJECTED] * 30
    assert Decision.objects.filter(clauses=["no-abuse"]).count() == 30
    with pytest.raises(Conflict):
        bulk.decide_bulk(made)
    assert bulk.undo_bulk(made).changed == 30
    assert statuses() == [Status.IN_REVIEW] * 30
    assert not Comment.objects.filter(claimed_until__gt=Now()).exists()
    with pytest.raises(Conflict):
        bulk.undo_bulk(made)


def test_one_that_breaks_off_is_finished_by_pressing_again(
    waiting: list[Comment], mona: User, daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = choose(mona, daily)
    bulk.note_sample(made, [])

    def break_off(moderator: User, presses: list[SeenComment], ruling: ModeratorDecision) -> None:
        actions.decide_several(moderator, presses[:11], ruling)
        raise OSError

    with monkeypatch.context() as patched, pytest.raises(OSError):
        patched.setattr(bulk, "decide_several", break_off)
        bulk.decide_bulk(made)
    assert statuses().count(Status.APPROVED) == 11
    assert bulk.decide_bulk(made).changed == 30
    assert statuses() == [Status.APPROVED] * 30 and Decision.objects.count() == 30


def test_a_sample_with_too_many_others_decides_nothing(
    waiting: list[Comment], mona: User, daily: Site
) -> None:
    made = choose(mona, daily)
    bulk.note_sample(made, [*made.sample[:2], 0])
    assert made.otherwise == sorted(made.sample[:2])
    assert bulk.bound_of(made) > bulk.LIMIT
    with pytest.raises(Conflict):
        bulk.decide_bulk(made)


def test_who_has_read_every_one_knows(waiting: list[Comment], mona: User, daily: Site) -> None:
    made = choose(mona, daily, sample=60)
    bulk.note_sample(made, made.sample[:10])
    assert bulk.bound_of(made) == 0.0
    assert bulk.decide_bulk(made).changed == 20
    assert statuses().count(Status.IN_REVIEW) == 10


def test_what_changed_or_is_read_meanwhile_stays_out_and_is_reported(
    waiting: list[Comment], mona: User, owen: User, daily: Site
) -> None:
    claims.claim(owen, waiting[0].pk)
    made = choose(mona, daily)
    assert waiting[0].pk not in made.comments
    bulk.note_sample(made, [])
    actions.reject(owen, waiting[1].pk, clauses=["no-abuse"], expected_version=1)
    Comment.objects.filter(pk=waiting[2].pk).update(version=2)  # edited
    claims.claim(owen, waiting[3].pk)
    outcome = bulk.decide_bulk(made)
    assert outcome.changed == 26
    kept = dict(outcome.kept)
    assert "rejected by Owen" in kept[waiting[1].pk]
    assert "edited meanwhile" in kept[waiting[2].pk]
    assert "reviewing it" in kept[waiting[3].pk]
    actions.undo(mona, bulk.decisions_of(made)[0].pk)
    assert len(bulk.undo_bulk(made).kept) == 0
    assert Comment.objects.get(pk=waiting[1].pk).status == Status.REJECTED


def test_it_is_capped_and_refuses_what_makes_no_sense(
    waiting: list[Comment], mona: User, daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CAP", 7)
    assert len(choose(mona, daily).comments) == 7
    for ruling in (
        ModeratorDecision(status=Status.REJECTED),
        ModeratorDecision(status=Status.REJECTED, clauses=["x"]),
    ):
        with pytest.raises(Invalid):
            choose(mona, daily, Plan(ruling))
    with pytest.raises(Invalid):
        choose(mona, daily, sample=1)
    with pytest.raises(Conflict):
        bulk.choose(mona, daily, QueueFilters(section="Nowhere"), APPROVE, sample=20)


def test_it_is_ones_own(waiting: list[Comment], mona: User, owen: User, daily: Site) -> None:
    made = choose(mona, daily)
    assert bulk.find_bulk(mona, daily, made.pk) == made
    with pytest.raises(NotFound):
        bulk.find_bulk(owen, daily, made.pk)


def test_training_knows_that_it_was_in_bulk(
    waiting: list[Comment], mona: User, daily: Site, settings: pytest.fixture
) -> None:
    settings.PUBLISHING_HOLD_SECONDS = 0
    made = choose(mona, daily)
    bulk.note_sample(made, [])
    bulk.decide_bulk(made)
    assert {label.provenance for label in stream_labels(daily)} == {Provenance.BULK}


def pressed(comments: list[Comment]) -> list[SeenComment]:
    return [SeenComment(comment.pk, comment.version) for comment in comments]


def test_a_few_chosen_by_hand_are_decided_at_once(
    waiting: list[Comment], mona: User, owen: User, daily: Site
) -> None:
    actions.reject(owen, waiting[1].pk, clauses=["no-abuse"], expected_version=1)
    made = bulk.select(mona, daily, pressed(waiting[:3]), APPROVE, key="k")
    assert made.read_at and bulk.bound_of(made) == 0.0
    outcome = bulk.decide_bulk(made)
    assert outcome.changed == 2 and "rejected by Owen" in dict(outcome.kept)[waiting[1].pk]
    assert statuses()[:4] == ["approved", "rejected", "approved", "in_review"]
    assert bulk.select(mona, daily, pressed(waiting[:3]), APPROVE, key="k") == made
    assert bulk.undo_bulk(made).changed == 2
    assert statuses()[0] == Status.IN_REVIEW


def test_what_was_not_seen_in_full_is_read_first(
    waiting: list[Comment], mona: User, daily: Site
) -> None:
    made = bulk.select(mona, daily, pressed(waiting[:3]), REJECT, unread=[waiting[1].pk, 0])
    assert made.sample == [waiting[1].pk]
    with pytest.raises(Conflict):
        bulk.decide_bulk(made)
    bulk.note_sample(made, [waiting[1].pk])
    assert bulk.decide_bulk(made).changed == 2
    assert statuses()[:3] == ["rejected", "in_review", "rejected"]


def test_many_are_put_off_and_brought_back(
    waiting: list[Comment], mona: User, owen: User, daily: Site
) -> None:
    claims.claim(owen, waiting[3].pk)
    made = choose(mona, daily, Plan(DEFERRED, hours=4), sample=0)
    assert made.sample == [] and len(made.comments) == 29
    actions.approve(owen, waiting[0].pk, expected_version=1)
    outcome = bulk.decide_bulk(made)
    assert outcome.changed == 28 and outcome.kept[0][0] == waiting[0].pk
    left = filter_comments(daily, QueueFilters())
    assert [comment.pk for comment in left] == [waiting[3].pk]
    made.refresh_from_db()
    bring_back(mona, waiting[5].pk)
    assert bulk.undo_bulk(made).changed == 27
    assert filter_comments(daily, QueueFilters()).count() == 29
    assert not Decision.objects.filter(moderator=mona).exists()


def test_a_selection_is_small_and_of_the_site(
    waiting: list[Comment], mona: User, daily: Site, herald: Site, make_comment: MakeComment
) -> None:
    story = Story.objects.create(site=herald, external_id="x")
    foreign = make_comment(story=story, status=Status.IN_REVIEW)
    with pytest.raises(NotFound):
        bulk.select(mona, daily, pressed([waiting[0], foreign]), APPROVE)
    with pytest.raises(NotFound):
        bulk.select(mona, daily, pressed([waiting[0], waiting[0]]), APPROVE)
    for chosen in ([], waiting[:21]):
        with pytest.raises(Invalid):
            bulk.select(mona, daily, pressed(chosen), APPROVE)
    with pytest.raises(Invalid):
        bulk.select(mona, daily, pressed(waiting[:2]), Plan(DEFERRED, hours=5))
