"""What the policy is told of a comment: its author, its story, its copies and flags."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from moderation.models import (
    Author,
    Comment,
    Decision,
    Flag,
    PolicyVersion,
    Site,
    Status,
    Story,
)
from moderation.policy.document import PREMODERATED
from moderation.policy_versions import live
from moderation.scoring import context, drain
from tests.cast import MakeComment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(daily: Site) -> PolicyVersion:
    """The Daily has its first policy."""
    return live.ensure_default(daily)


def status_of(comment: Comment) -> str:
    """Return the comment's status now."""
    return Comment.objects.values_list("status", flat=True).get(pk=comment.pk)


def facts_of(comment: Comment) -> context.Facts:
    """Return the facts that the policy would be given."""
    comment.refresh_from_db()
    return context.gather([context.Subject.of(comment)])[0].facts


def test_the_author_is_known_by_a_capped_record(make_comment: MakeComment, ravi: Author) -> None:
    for status, count in ((Status.APPROVED, 60), (Status.REJECTED, 3), (Status.IN_REVIEW, 1)):
        for number in range(count):
            make_comment(f"{status} {number}", author=ravi, status=status)
    found = facts_of(make_comment(author=ravi))
    assert (found.author_known, found.author_approved, found.author_rejected) == (True, 50, 3)
    assert found.submissions_last_hour == 54
    anonymous = facts_of(make_comment())
    assert (anonymous.author_known, anonymous.author_approved) == (False, 0)


def test_a_backlog_of_another_day_is_no_flood(make_comment: MakeComment, ravi: Author) -> None:
    last = datetime.now(UTC) - timedelta(days=9)
    for hours in range(30):
        make_comment(f"Hour {hours}", author=ravi, submitted_at=last - timedelta(hours=hours))
    assert facts_of(make_comment(author=ravi, submitted_at=last)).submissions_last_hour == 1


def test_copies_flags_and_the_parent_are_seen(make_comment: MakeComment, ravi: Author) -> None:
    parent = make_comment("Away with it.", status=Status.REJECTED)
    for _ in range(2):
        make_comment("Buy my boots.", author=ravi, status=Status.APPROVED)
    comment = make_comment("Buy my boots.", author=ravi, parent=parent)
    Flag.objects.create(comment=comment, flagger_id="r1", reason=Flag.Reason.SPAM)
    found = facts_of(comment)
    assert (found.duplicates, found.flags, found.parent_status) == (2, 1, "rejected")


def test_copies_by_many_authors_in_one_batch_are_seen(
    make_comment: MakeComment, daily: Site
) -> None:
    for number in range(3):
        author = Author.objects.create(site=daily, external_id=f"bot-{number}")
        make_comment("Good. I walk down Mill Street every day of the week.", author=author)
    drain.drain()
    assert set(Comment.objects.values_list("status", flat=True)) == {Status.IN_REVIEW}
    assert Decision.objects.filter(reasons__contains=[{"rule": "copies"}]).count() == 3


def test_a_closed_story_and_a_premoderated_one(make_comment: MakeComment, story: Story) -> None:
    story.state = Story.State.CLOSED
    story.save()
    closed = make_comment()
    drain.drain()
    assert status_of(closed) == Status.REJECTED
    story.state = Story.State.PREMODERATED
    story.save()
    held = make_comment()
    drain.drain()
    assert status_of(held) == Status.IN_REVIEW
    reasons = Decision.objects.get(comment=held).reasons
    assert [reason["rule"] for reason in reasons] == [PREMODERATED]


def test_a_batch_costs_a_few_queries_however_large(
    make_comment: MakeComment, ravi: Author, django_assert_max_num_queries: Any
) -> None:
    parent = make_comment(status=Status.APPROVED)
    for number in range(40):
        make_comment(f"Number {number} is my favourite tram line.", author=ravi, parent=parent)
    drain.score_batch(limit=1)
    with django_assert_max_num_queries(12):
        assert drain.score_batch() == 39
