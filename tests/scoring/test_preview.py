"""Measuring without storing."""

from __future__ import annotations

import pytest

from moderation.intake.submit import Submission
from moderation.models import (
    Comment,
    Decision,
    PolicyVersion,
    Site,
    Story,
)
from moderation.policy_versions import live
from moderation.scoring import preview
from tests.cast import MakeComment

pytestmark = pytest.mark.django_db

ABUSE = "You are a disgusting idiot, shut your filthy mouth, you worthless piece of garbage."


@pytest.fixture(autouse=True)
def published(daily: Site) -> PolicyVersion:
    """The Daily has its first policy."""
    return live.ensure_default(daily)


def test_a_preview_says_what_would_be_and_stores_nothing(daily: Site, story: Story) -> None:
    submission = Submission(body=ABUSE, story_external_id=story.external_id)
    measured, verdict = preview.preview(daily, submission)
    assert measured and measured.signals["insult"] > 0.5
    assert verdict.outcome in ("review", "reject")
    assert "no-abuse" in verdict.clauses
    assert not Comment.objects.exists() and not Decision.objects.exists()


def test_a_preview_under_an_unknown_story_works(daily: Site) -> None:
    submission = Submission(
        body="A bridge that the town has needed for years.",
        story_external_id="unknown",
        story_title="The town gets a bridge",
    )
    measured, verdict = preview.preview(daily, submission)
    assert measured and "toxicity" in measured.signals
    assert verdict.outcome == "approve"


def test_an_explanation_points_at_words_of_the_body(make_comment: MakeComment) -> None:
    comment = make_comment(ABUSE)
    contributions = preview.explain(comment)
    strongest = next(each for each in contributions if each.signal == "insult")
    assert comment.body[strongest.start : strongest.end] == strongest.text
    assert "idiot" in {each.text.lower() for each in contributions}
