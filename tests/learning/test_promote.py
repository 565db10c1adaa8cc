"""Versions that are live, rolled back, damaged, or out of date; and the commands for them."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from moderation.learning import promote, train
from moderation.models import (
    ClassifierVersion,
    Decision,
    Score,
    Site,
    Source,
    Status,
)
from moderation.platform.errors import Conflict, NotFound
from moderation.scoring import drain, site_classifier
from tests.cast import MakeComment
from tests.desk import CONSPIRACY, GAME, Decide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_policy")]
State = ClassifierVersion.State


def test_roll_back_goes_back_step_by_step(
    trained: ClassifierVersion, daily: Site, make_comment: MakeComment
) -> None:
    second = train.retrain(daily).version
    assert second is not None
    promote.promote(second, force=True)
    trained.refresh_from_db()
    assert (trained.state, second.state) == (State.RETIRED, State.LIVE) and trained.retired_at
    assert site_classifier.classifier_for(daily.pk).name == "daily-2"

    assert promote.roll_back(daily) == trained
    assert site_classifier.classifier_for(daily.pk).name == "daily-1"
    second.refresh_from_db()
    assert second.state == State.RETIRED and "Rolled back" in second.verdict
    assert promote.roll_back(daily) is None
    with pytest.raises(NotFound, match="the bundled classifier serves alone"):
        promote.roll_back(daily)

    comment = make_comment(CONSPIRACY)
    drain.drain()
    score = Score.objects.get(comment=comment)
    assert "likely_to_reject" not in score.signals
    assert score.classifier_version.site is None
    promote.promote(trained)  # it passed the gate once: no force needed
    assert promote.live_version(daily) == trained


def test_damaged_weights_approve_nothing_and_the_bundled_classifier_serves(
    trained: ClassifierVersion,
    daily: Site,
    make_comment: MakeComment,
    caplog: pytest.LogCaptureFixture,
) -> None:
    weights = bytearray(bytes(trained.artefact))
    weights[len(weights) // 2] ^= 1
    ClassifierVersion.objects.filter(pk=trained.pk).update(artefact=bytes(weights))
    site_classifier.forget()
    harmless = make_comment(GAME)
    abusive = make_comment("You disgusting worthless idiot, I will kill you, you piece of garbage.")
    drain.drain()
    harmless.refresh_from_db()
    assert harmless.status == Status.IN_REVIEW
    # What the bundled signals say is judged as ever.
    assert Decision.objects.get(comment=abusive).source == Source.POLICY
    decision = Decision.objects.get(comment=harmless)
    assert decision.source == Source.FALLBACK
    assert decision.reasons[-1]["rule"] == "classifier-damaged"
    assert decision.score is not None and "toxicity" in decision.score.signals
    assert "daily-1 are damaged" in caplog.text and "serves alone" in caplog.text
    assert train.is_due(daily)
    assert promote.roll_back(daily) is None
    with pytest.raises(Conflict, match="damaged"):
        promote.promote(trained)
    later = make_comment(GAME)
    drain.drain()
    later.refresh_from_db()
    assert later.status == Status.APPROVED


def test_a_version_of_another_bundle_is_not_used_and_the_site_is_due(
    trained: ClassifierVersion,
    daily: Site,
    make_comment: MakeComment,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert not train.is_due(daily)
    former = ClassifierVersion.objects.create(name="bundled-0-old", state=State.LIVE)
    ClassifierVersion.objects.filter(pk=trained.pk).update(base=former)
    site_classifier.forget()
    comment = make_comment(GAME)
    drain.drain()
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED
    assert "was learned on bundled-0-old" in caplog.text and "Train the site again" in caplog.text
    assert train.is_due(daily)
    again = train.retrain(daily)
    assert again.state == "promoted" and again.report["current"]["name"].startswith("the bundled")
    assert site_classifier.classifier_for(daily.pk).name == "daily-2"


def said(*words: str, **options: Any) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_the_commands_train_list_and_roll_back(desk: Decide, daily: Site) -> None:
    with pytest.raises(SystemExit) as ended:
        said("train", "daily")
    assert ended.value.code == 1
    desk(300)
    dry = said("train", "daily", "--dry-run")
    assert "Labels: 300 (120 rejected); 300 moderator; 0 authors, 1 moderators" in dry
    assert "nothing was stored" in dry
    printed = said("train")
    assert "Promoted: it is better" in printed and "Stored as daily-1 (live)." in printed
    assert "at 0.6: precision" in printed

    listed = said("classifiers")
    assert "The Daily (daily): daily-1 is live" in listed
    assert "live" in listed and "AUC 1.000" in listed and "n=75" in listed
    with pytest.raises(CommandError, match="daily-1 is live already"):
        said("classifiers", "promote", "daily", "daily-1")
    assert "the bundled classifier alone serves" in said("classifiers", "rollback", "daily")
    assert "alone is live" in said("classifiers", "daily")
    with pytest.raises(CommandError, match="has no classifier version of its own"):
        said("classifiers", "rollback", "daily")
    assert "daily-1 is live" in said("classifiers", "promote", "daily", "daily-1")
    with pytest.raises(CommandError, match="There is no site “weekly”"):
        said("classifiers", "weekly")
    with pytest.raises(CommandError, match="There is no site “weekly”"):
        said("train", "weekly")
    with pytest.raises(CommandError, match="Give"):
        said("classifiers", "rollback")
