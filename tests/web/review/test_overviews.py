"""What waits, for editors; one's own decisions, for oneself."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.test import Client

from moderation.decisions.decide import decide
from moderation.models import (
    ClassifierVersion,
    Comment,
    Decision,
    Escalation,
    Score,
    Site,
    Source,
    Status,
    Story,
)
from moderation.policy_versions.live import ensure_default, live_policy
from moderation.review import actions
from moderation.review.workload import workload
from tests.cast import MakeComment

WORKLOAD, OWN = "/review/daily/workload/", "/review/daily/own/"


@pytest.fixture
def waiting(daily: Site, mona: User, client: Client, make_comment: MakeComment) -> list[Comment]:
    """Six comments in review; Mona is signed in."""
    ensure_default(daily)
    client.force_login(mona)
    return [make_comment(f"Number {n}.", status=Status.IN_REVIEW) for n in range(6)]


def test_what_waits_is_counted(
    waiting: list[Comment], daily: Site, herald: Site, mona: User, make_comment: MakeComment
) -> None:
    elsewhere = Story.objects.create(site=herald, external_id="x")
    make_comment(story=elsewhere, status=Status.IN_REVIEW)
    sport = Story.objects.create(site=daily, external_id="match", section="Sport")
    held = make_comment("Held.", story=sport)
    decide(
        held.pk,
        status=Status.IN_REVIEW,
        source=Source.POLICY,
        expected_version=1,
        policy=live_policy(daily.pk)[0],
        clauses=["no-abuse", "on-topic"],
    )
    make_comment("Not scored yet.")
    Escalation.objects.create(comment=waiting[0], version=1, moderator=mona, kind="senior")
    Comment.objects.filter(pk=waiting[0].pk).update(received_at=Now() - timedelta(days=9))
    Comment.objects.filter(pk=waiting[1].pk).update(received_at=Now() - timedelta(hours=20))
    found = workload(daily)
    assert (found.waiting, found.escalated, found.unscored) == (7, 1, 1)
    assert found.oldest == Comment.objects.get(pk=waiting[0].pk).received_at
    assert [number for _, number in found.ages] == [5, 0, 1, 0, 1]
    assert found.sections == [("City", 6), ("Sport", 1)]
    assert sorted(found.clauses) == [("no-abuse", 1), ("on-topic", 1)]


def test_the_workload_is_for_editors(
    client: Client, waiting: list[Comment], owen: User, daily: Site
) -> None:
    assert client.get(WORKLOAD).status_code == 404
    client.force_login(owen)
    page = client.get(WORKLOAD).content.decode()
    assert "waiting for a review" in page and "City" in page
    Comment.objects.all().delete()
    assert client.get(WORKLOAD).status_code == 200


def test_ones_own_decisions_and_nobody_elses(
    client: Client, waiting: list[Comment], mona: User, owen: User
) -> None:
    version = ClassifierVersion.objects.create(name="tests-1")
    for comment, threat in ((waiting[0], 0.9), (waiting[1], 0.1)):
        Score.objects.create(
            comment=comment,
            revision=1,
            classifier_version=version,
            signals={"threat": threat},
            language="en",
        )
    actions.reject(mona, waiting[0].pk, clauses=["no-abuse"], expected_version=1)
    actions.approve(mona, waiting[1].pk, expected_version=1)
    actions.approve(owen, waiting[2].pk, expected_version=1)
    page = client.get(OWN).content.decode()
    assert "Number 0." in page and "2 No personal abuse" in page and "Number 2." not in page
    figures = re.findall(r'<dd class="number">\s*(\d+)\s*</dd>\s*<dt>([a-z ]+)</dt>', page)
    assert figures == [("2", "decisions"), ("1", "disturbing texts")]
    mine = Decision.objects.get(comment=waiting[0])
    client.post("/review/daily/undo/", {"decision": mine.pk})
    page = client.get(OWN).content.decode()
    assert "undone" in page and "undo of a decision" in page
    assert page.count('name="decision"') == 1 and f'value="{mine.pk}"' not in page


def test_the_pages_go_on(client: Client, waiting: list[Comment], mona: User, daily: Site) -> None:
    for number in range(30):
        comment = waiting[number % 6]
        comment.refresh_from_db()
        wanted = Status.REJECTED if comment.status == Status.APPROVED else Status.APPROVED
        decide(
            comment.pk,
            status=wanted,
            source=Source.MODERATOR,
            expected_version=comment.version,
            moderator=mona,
        )
    first = client.get(OWN)
    assert len(first.context["lines"]) == 25
    second = client.get(f"{OWN}?before={first.context['next']}")
    assert len(second.context["lines"]) == 5 and second.context["next"] is None
    for strange in ("x", "-1", "0", "9" * 30, "²"):
        assert client.get(f"{OWN}?before={strange}").status_code == 200
