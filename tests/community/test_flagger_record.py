"""Flags count by how often their senders were right: when a person later rejected the comment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client

from moderation.community.flagger_record import LEAST, MOST, FlaggerRecord, weighed_flags
from moderation.models import Comment, Decision, Flag, PolicyVersion, Site, Source, Status, Story
from moderation.review import actions
from moderation.scoring import flags
from tests.cast import MakeComment
from tests.desk import rule

pytestmark = pytest.mark.django_db


def flag(comment: Comment, *flaggers: str) -> None:
    """Have readers flag a comment, an hour ago: before whatever is decided now."""
    for flagger in flaggers:
        made = Flag.objects.create(comment=comment, flagger_id=flagger, reason=Flag.Reason.SPAM)
        Flag.objects.filter(pk=made.pk).update(created_at=F("created_at") - timedelta(hours=1))


def record_of(comment: Comment) -> FlaggerRecord:
    """The record of the only one who flagged a comment."""
    (found,) = weighed_flags([comment.pk])[comment.pk]
    return found.record


@pytest.fixture
def comment(make_comment: MakeComment) -> Comment:
    """A comment that greta has flagged."""
    made = make_comment("Now this one.", status=Status.APPROVED)
    flag(made, "greta")
    return made


def test_the_last_word_of_a_person_counts(
    comment: Comment, make_comment: MakeComment, mona: User, owen: User
) -> None:
    right, wrong, undecided, by_policy, undone, granted = (make_comment() for _ in range(6))
    for each in (right, wrong, undecided, by_policy, undone, granted):
        flag(each, "greta")
    rule(right, Status.APPROVED, mona)
    rule(right, Status.REJECTED, owen)
    rule(wrong, Status.APPROVED, mona)
    rule(by_policy, Status.REJECTED, None, source=Source.POLICY)
    rule(undone, Status.IN_REVIEW, None, source=Source.POLICY)
    undone.refresh_from_db()
    actions.undo(mona, rule(undone, Status.REJECTED, mona).pk)
    rejection = rule(granted, Status.REJECTED, mona)
    rule(granted, Status.APPROVED, owen, source=Source.APPEAL, reverses=rejection)
    assert record_of(comment) == FlaggerRecord(right=1, wrong=2)


def test_what_was_decided_before_the_flag_says_nothing(
    comment: Comment, make_comment: MakeComment, mona: User
) -> None:
    other = make_comment()
    rule(other, Status.APPROVED, mona)
    Flag.objects.create(comment=other, flagger_id="greta", reason=Flag.Reason.SPAM)
    assert record_of(comment) == FlaggerRecord()


def test_neither_this_comment_nor_another_site_counts(
    comment: Comment, make_comment: MakeComment, mona: User, eve: User, herald: Site
) -> None:
    rule(comment, Status.REJECTED, mona)
    elsewhere = make_comment(story=Story.objects.create(site=herald, external_id="s"))
    flag(elsewhere, "greta")
    rule(elsewhere, Status.REJECTED, eve)
    assert record_of(comment) == FlaggerRecord()


def test_weights_are_smoothed_and_bounded() -> None:
    assert FlaggerRecord().weight == 1
    assert FlaggerRecord(1, 0).weight == pytest.approx(1.2)
    assert FlaggerRecord(0, 1).weight == pytest.approx(0.8)
    assert FlaggerRecord(10, 0).weight == pytest.approx(12 / 7)
    assert FlaggerRecord(0, 10).weight == pytest.approx(2 / 7)
    for right, wrong in ((50, 0), (0, 50), (10**6, 0), (0, 10**6)):
        assert LEAST <= FlaggerRecord(right, wrong).weight < MOST


def test_known_flaggers_bring_a_comment_back_sooner_and_bad_ones_later(
    make_comment: MakeComment, mona: User, with_policy: PolicyVersion
) -> None:
    for number in range(8):
        good, bad = make_comment(f"Good {number}."), make_comment(f"Bad {number}.")
        flag(good, "g-1", "g-2")
        flag(bad, "b-1", "b-2", "b-3")
        rule(good, Status.REJECTED, mona)
        rule(bad, Status.APPROVED, mona)
    soon, late = (make_comment(f"Now {n}.", status=Status.APPROVED) for n in range(2))
    for flagger in ("g-1", "g-2"):
        flags.flag_comment(soon, flagger_id=flagger, reason="spam")
    for flagger in ("b-1", "b-2", "b-3"):
        flags.flag_comment(late, flagger_id=flagger, reason="spam")
    soon.refresh_from_db()
    late.refresh_from_db()
    assert (soon.status, late.status) == (Status.IN_REVIEW, Status.APPROVED)
    reason = Decision.objects.get(comment=soon).reasons[0]
    assert (reason["fact"], reason["value"]) == ("flags_weighed", pytest.approx(3.34, abs=0.01))


def test_a_rule_on_flags_still_counts_each_as_one(
    make_comment: MakeComment, with_policy: PolicyVersion, mona: User
) -> None:
    rules = with_policy.document["rules"]
    (flagged,) = (each for each in rules if each["id"] == "flagged")
    flagged["when"] = [{"fact": "flags", "is": "at_least", "value": 2}]
    PolicyVersion.objects.filter(pk=with_policy.pk).delete()
    PolicyVersion.objects.create(
        site=with_policy.site,
        number=1,
        document=with_policy.document,
        published_at=with_policy.published_at,
    )
    comment = make_comment(status=Status.APPROVED)
    for flagger in ("a", "b"):
        flags.flag_comment(comment, flagger_id=flagger, reason="spam")
    comment.refresh_from_db()
    assert comment.status == Status.IN_REVIEW


def test_a_moderator_reads_the_record_in_words(
    comment: Comment, make_comment: MakeComment, mona: User, client: Client
) -> None:
    client.force_login(mona)
    address = f"/review/daily/comments/{comment.pk}/"
    assert "no earlier flags of this reader were checked" in client.get(address).content.decode()
    for status in (Status.REJECTED, Status.APPROVED, Status.REJECTED, Status.REJECTED):
        other = make_comment()
        flag(other, "greta")
        rule(other, status, mona)
    assert "3 of 4 earlier flags were right" in client.get(address).content.decode()


def test_the_records_of_a_batch_are_one_query(
    make_comment: MakeComment, django_assert_num_queries: Any
) -> None:
    made = [make_comment() for _ in range(20)]
    for each in made:
        flag(each, "greta", "ben")
    with django_assert_num_queries(1):
        assert len(weighed_flags([each.pk for each in made])) == 20
