"""The entries from which the overviews count: one for each comment in review, whoever writes."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from moderation.decisions.decide import decide
from moderation.decisions.decide_batch import BatchDecision, ScoreRow, decide_batch
from moderation.intake.edit import edit_comment
from moderation.intake.erase import erase_comment
from moderation.models import ClassifierVersion, Comment, QueueEntry, Score, Site, Source, Status
from moderation.policy import SIGNALS
from moderation.policy_versions.live import ensure_default
from moderation.review.actions import SeenComment
from moderation.review.deferrals import defer, until_in
from tests.cast import MakeComment

TRUTH = """
SELECT c.id, c.site_id, c.story_id, c.received_at, c.deferred_until,
    (SELECT moderation_signals(signals) FROM moderation_score
     WHERE comment_id = c.id AND revision = c.revision ORDER BY id DESC LIMIT 1),
    coalesce((SELECT clauses FROM moderation_decision
              WHERE comment_id = c.id AND version = c.version ORDER BY id DESC LIMIT 1), '{}')
FROM moderation_comment c WHERE status = 'in_review' AND erased_at IS NULL ORDER BY id
"""
ENTRIES = """
SELECT comment_id, site_id, story_id, received_at, deferred_until, signals, clauses
FROM moderation_queueentry ORDER BY 1
"""


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.fixture
def version(daily: Site) -> ClassifierVersion:
    ensure_default(daily)
    return ClassifierVersion.objects.create(name="tests-1")


def judged(comment: Comment, version: ClassifierVersion, status: Status) -> BatchDecision:
    score = ScoreRow(
        classifier_pk=version.pk, signals={"toxicity": 0.9}, language="en", trained=True
    )
    return BatchDecision(
        comment_pk=comment.pk,
        expected_version=comment.version,
        status=status,
        source=Source.POLICY,
        clauses=["no-abuse"],
        score=score,
    )


def test_the_worker_s_batch_leaves_an_entry_for_what_it_held(
    make_comment: MakeComment, version: ClassifierVersion
) -> None:
    held, passed = make_comment(), make_comment()
    decide_batch(
        [judged(held, version, Status.IN_REVIEW), judged(passed, version, Status.APPROVED)]
    )
    entry = QueueEntry.objects.get()
    assert (entry.comment, entry.signals, entry.clauses) == (
        held,
        [0.9 if name == "toxicity" else None for name in SIGNALS],
        ["no-abuse"],
    )


@pytest.mark.django_db
def test_the_database_knows_the_signals_in_their_order() -> None:
    measured = {name: place / 16 for place, name in enumerate(SIGNALS)}
    said = json.dumps({**measured, "spam": "much", "unheard": 0.5})
    wanted = [None if name == "spam" else value for name, value in measured.items()]
    assert rows(f"SELECT moderation_signals('{said}')") == [(wanted,)]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_entries_are_the_truth(
    make_comment: MakeComment, version: ClassifierVersion, mona: User, seed: int
) -> None:
    chance = random.Random(seed)
    made = [make_comment(f"Number {n}.", status=Status.IN_REVIEW) for n in range(6)]
    for step in range(60):
        comment = Comment.objects.get(pk=chance.choice(made).pk)
        happens = chance.randrange(7)
        if happens <= 2 and comment.status != Status.PENDING and not comment.erased_at:
            wanted = chance.choice([s for s in Status if s not in (Status.PENDING, comment.status)])
            decide(
                comment.pk,
                status=wanted,
                source=Source.MODERATOR,
                expected_version=comment.version,
                moderator=mona,
                clauses=[chance.choice(["no-abuse", "on-topic"])],
            )
        elif happens == 3 and not comment.erased_at:
            edit_comment(comment, body=f"Edited in step {step}.")
        elif happens == 4 and comment.status == Status.PENDING:
            decide_batch([judged(comment, version, Status.IN_REVIEW)])
        elif happens == 5 and comment.status == Status.IN_REVIEW and not comment.erased_at:
            defer(mona, SeenComment(comment.pk, comment.version), until_in(4))
        elif happens == 6:
            other = ClassifierVersion.objects.create(name=f"tests-{step + 2}")
            Score.objects.create(
                comment=comment,
                revision=chance.randint(1, comment.revision),
                classifier_version=other,
                signals={"toxicity": chance.random()},
            )
        assert rows(ENTRIES) == rows(TRUTH), (step, happens)
    erase_comment(made[0])
    made[1].delete()
    assert rows(ENTRIES) == rows(TRUTH)
