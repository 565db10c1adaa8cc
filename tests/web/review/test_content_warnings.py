"""Care for moderators: covered texts, what is left to others, no long runs of the worst."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from moderation.decisions.decide import decide
from moderation.models import ClassifierVersion, Comment, Moderator, Score, Site, Source, Status
from moderation.policy_versions.live import ensure_default, live_policy
from moderation.review import actions, claims
from moderation.review.queue_filters import QueueFilters
from tests.cast import MakeComment

SETTINGS = "/review/daily/settings/"
COVERED = '<details class="cover" open>'
MakeHeld = Callable[..., Comment]


@pytest.fixture
def held(daily: Site, mona: User, client: Client, make_comment: MakeComment) -> MakeHeld:
    """Make a comment that the policy holds by a clause, with signals; Mona is at her desk."""
    ensure_default(daily)
    client.force_login(mona)
    version = ClassifierVersion.objects.create(name="tests-1")

    def make(body: str, clause: str = "no-abuse", priority: float = 0, **signals: Any) -> Comment:
        comment = make_comment(body)
        score = Score.objects.create(
            comment=comment,
            revision=1,
            classifier_version=version,
            signals={"severe_toxicity": None, **signals},
            language="en",
        )
        decide(
            comment.pk,
            status=Status.IN_REVIEW,
            source=Source.POLICY,
            expected_version=1,
            policy=live_policy(daily.pk)[0],
            score=score,
            clauses=[clause],
            priority=priority,
        )
        comment.refresh_from_db()
        return comment

    return make


def page_of(client: Client, comment: Comment) -> str:
    return client.get(f"/review/daily/comments/{comment.pk}/").content.decode()


def test_a_text_comes_covered_by_clause_or_by_signal(client: Client, held: MakeHeld) -> None:
    insult = held("A heavy insult.")
    threat = held("A heavy threat.", "on-topic", threat=0.93)
    plain = held("A plain text.", "on-topic", threat=0.2)
    assert COVERED not in page_of(client, insult) + page_of(client, threat)
    answer = client.post(SETTINGS, {"care": "1", "cover": "no-abuse", "signal": "threat"})
    assert answer.status_code == 302
    assert COVERED in page_of(client, insult) and COVERED in page_of(client, threat)
    assert COVERED not in page_of(client, plain)
    listed = client.get("/review/daily/").content.decode()
    assert "A heavy insult." not in listed and "A heavy threat." not in listed
    assert "A plain text." in listed and listed.count("Covered, as you chose") == 2


def test_what_is_left_to_others_is_not_given_but_listed(
    client: Client, held: MakeHeld, owen: User, daily: Site, mona: User
) -> None:
    insult, plain = held("An insult.", priority=2), held("Off topic.", "on-topic", priority=1)
    client.post(SETTINGS, {"care": "1", "leave": "no-abuse"})
    assert Moderator.objects.get(user=mona).left_clauses == ["no-abuse"]
    assert claims.claim_next(mona, daily) == plain
    assert claims.claim_next(owen, daily) == insult
    actions.approve(mona, plain.pk, expected_version=plain.version)
    claims.release(owen, insult.pk)
    assert "The rest is for others" in client.get("/review/daily/next/").content.decode()
    listed = client.get("/review/daily/").content.decode()
    assert "An insult." in listed and "You leave these to others" in listed
    # A colleague's undo does not bring it to her desk.
    decision = actions.approve(owen, insult.pk, expected_version=insult.version)
    actions.undo(owen, decision.pk, claimed=False)
    assert claims.claim_next(mona, daily) is None


def test_what_is_chosen_is_shown_and_can_be_taken_back(client: Client, held: MakeHeld) -> None:
    chosen = {"care": "1", "cover": ["no-abuse", "no-such-clause"], "signal": ["spam", "sexual"]}
    client.post(SETTINGS, chosen)
    moderator = Moderator.objects.get(user__username="mona")
    assert moderator.covered_clauses == ["no-abuse"] and moderator.covered_signals == ["sexual"]
    page = client.get(SETTINGS).content.decode()
    assert 'value="no-abuse" aria-label="Cover No personal abuse" checked' in page
    client.post(SETTINGS, {"care": "1"})
    moderator.refresh_from_db()
    assert (moderator.covered_clauses, moderator.covered_signals) == ([], [])


def test_no_more_than_three_heavy_texts_follow_each_other(
    held: MakeHeld, daily: Site, mona: User
) -> None:
    heavy = [held(f"Heavy {n}.", priority=9 - n / 10, threat=0.9) for n in range(8)]
    light = [held(f"Light {n}.", priority=1 - n / 10, threat=0.1) for n in range(2)]
    filters, line = QueueFilters(), list[int]()
    while more := claims.claim_ahead(mona, daily, filters, limit=4, on_desk=line):
        line += [comment.pk for comment in more]
        if len(line) >= 5:
            break
    assert line[:5] == [heavy[0].pk, heavy[1].pk, heavy[2].pk, light[0].pk, heavy[3].pk]


def test_the_next_one_after_three_heavy_ones_is_light(
    held: MakeHeld, daily: Site, mona: User
) -> None:
    heavy = [held(f"Heavy {n}.", priority=9 - n / 10, threat=0.9) for n in range(5)]
    light = held("Light.", priority=1)
    for expected in [*heavy[:3], light, heavy[3]]:
        found = claims.claim_next(mona, daily)
        assert found == expected
        actions.approve(mona, found.pk, expected_version=found.version)
    # None waits any more: the heavy ones go on.
    assert claims.claim_next(mona, daily) == heavy[4]
