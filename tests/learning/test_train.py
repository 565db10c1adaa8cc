"""Retraining: what a site learns, what the gate lets through, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from moderation.learning import label_sets, promote, train
from moderation.models import (
    ClassifierVersion,
    Decision,
    Score,
    Site,
    Status,
)
from moderation.platform.errors import Conflict
from moderation.scoring import drain, preview, site_classifier
from tests.cast import MakeComment
from tests.desk import CONSPIRACY, GAME, Decide, comments, is_training, rule
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_policy")]
State = ClassifierVersion.State


def test_a_site_learns_what_its_moderators_reject(
    desk: Decide, make_comment: MakeComment, daily: Site
) -> None:
    desk(300)
    made = train.retrain(daily)
    assert made.state == "promoted"
    version = ClassifierVersion.objects.get(site=daily)
    assert (version.name, version.state) == ("daily-1", State.LIVE)
    assert version.base is not None and version.base.name == site_classifier.bundled().version
    assert version.promoted_at and "Promoted" in version.verdict
    report = version.report
    assert report["labels"]["labels"] == 300 and report["labels"]["provenance"] == {
        "moderator": 300
    }
    assert report["candidate"]["n"] == 75 and report["candidate"]["auc"] > 0.9
    assert report["candidate"]["auc"] > report["current"]["auc"]
    assert report["gain"]["auc"]["interval"][0] > 0
    in_policy = [at for at in report["candidate"]["at"] if at["in_policy"]]
    assert [at["threshold"] for at in in_policy] == [0.6]  # the default policy's rule
    assert in_policy[0]["precision"] > 0.9 and in_policy[0]["recall"] > 0.5
    assert report["languages"]["en"]["n"] > 50

    bought, played = make_comment(CONSPIRACY), make_comment(GAME)
    drain.drain()
    scores = {score.comment_id: score for score in Score.objects.all()}
    assert {score.classifier_version_id for score in scores.values()} == {version.pk}
    assert scores[bought.pk].signals["likely_to_reject"] > 0.6
    assert scores[played.pk].signals["likely_to_reject"] < 0.6
    bought.refresh_from_db()
    played.refresh_from_db()
    assert (bought.status, played.status) == (Status.IN_REVIEW, Status.APPROVED)
    reasons = Decision.objects.get(comment=bought).reasons
    assert [reason["rule"] for reason in reasons] == ["as-rejected"]
    own = [each for each in preview.explain(bought) if each.signal == "likely_to_reject"]
    assert own[0].weight > 0 and own[0].text in CONSPIRACY


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_a_candidate_of_flipped_labels_is_refused_and_the_old_one_stays(
    desk: Decide, daily: Site, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    desk(300)
    assert train.retrain(daily).state == "promoted"
    honest = label_sets.collect(daily)
    every = round(1 / share)
    flipped = [
        one._replace(rejected=1 - one.rejected) if place < 225 and place % every == 0 else one
        for place, one in enumerate(honest.labels)
    ]
    monkeypatch.setattr(train, "collect", lambda site: replace(honest, labels=flipped))
    refused = train.retrain(daily)
    assert refused.state == "refused"
    candidate = ClassifierVersion.objects.get(name="daily-2")
    assert candidate.state == State.CANDIDATE and candidate.promoted_at is None
    assert candidate.verdict.startswith("Not promoted: it does not separate better")
    assert candidate.report["current"]["name"] == "daily-1"
    assert ClassifierVersion.objects.get(site=daily, state=State.LIVE).name == "daily-1"
    with pytest.raises(Conflict, match="The gate refused daily-2"):
        promote.promote(candidate)


def test_decisions_without_a_pattern_teach_nothing(
    make_comment: MakeComment, daily: Site, mona: User
) -> None:
    for number, (text, _) in enumerate(comments(160)):
        rule(make_comment(text), (Status.APPROVED, Status.REJECTED)[number * 7 % 3 == 0], mona)
    assert train.retrain(daily).state == "refused"
    assert site_classifier.classifier_for(daily.pk).adaptation is None


def test_too_few_labels_are_said_in_words(desk: Decide, daily: Site, mona: User) -> None:
    assert "100 more decided comments" in train.retrain(daily).words
    desk(30)
    made = train.retrain(daily)
    assert made.state == "too_few"
    assert made.words.startswith(
        "Too few labels to learn from: 8 more rejected comments, 2 more approved comments, 70 more "
        "decided comments of any kind are needed."
    )
    assert not ClassifierVersion.objects.filter(site=daily).exists()


def test_the_same_labels_give_the_same_bytes_and_a_dry_run_keeps_none(
    desk: Decide, daily: Site
) -> None:
    desk(120)
    assert train.retrain(daily, dry_run=True).report["candidate"]["n"] == 30
    assert not ClassifierVersion.objects.filter(site=daily).exists()
    for _ in range(2):
        train.retrain(daily)
    first, second = ClassifierVersion.objects.filter(site=daily)
    assert first.digest == second.digest and first.name != second.name


def test_a_run_that_dies_leaves_nothing(
    desk: Decide, daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(300)

    def dies(version: ClassifierVersion) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(train, "promote", dies)
        with pytest.raises(SystemExit):
            train.retrain(daily)
    assert not ClassifierVersion.objects.filter(site=daily).exists()
    assert train.retrain(daily).state == "promoted"  # and the lock is free


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_killed_leaves_nothing_and_frees_its_lock(desk: Decide, daily: Site) -> None:
    desk(450)
    url = f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}"
    run = subprocess.Popen(
        [sys.executable, "manage.py", "train", "daily"],
        env={**os.environ, "DATABASE_URL": url},
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
    )
    try:
        assert eventually(lambda: is_training() or run.poll() is not None)
        assert run.poll() is None
        assert "being trained already" in train.retrain(daily).words
    finally:
        run.kill()
        run.wait()
    assert not ClassifierVersion.objects.filter(site=daily).exists()
    assert eventually(lambda: not is_training())
    assert train.retrain(daily).state == "promoted"


@pytest.mark.django_db(transaction=True)
def test_a_second_run_at_once_says_that_one_is_running(daily: Site) -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with train._alone(daily.pk) as alone:
                assert alone
                inside.set()
                leave.wait(PATIENCE_SECONDS)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert inside.wait(PATIENCE_SECONDS)
        second = train.retrain(daily)
    finally:
        leave.set()
        other.join()
    assert (second.state, second.words) == ("running", "The Daily is being trained already.")
    assert train.retrain(daily).state == "too_few"


def test_a_site_that_cannot_be_trained_keeps_no_other_from_it(
    daily: Site, herald: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = []

    def retrain(site: Site) -> train.Training:
        asked.append(site)
        if site == daily:
            raise ValueError("words of a comment")
        return train.Training(site, "too_few", "")

    monkeypatch.setattr(train, "is_due", lambda site: True)
    monkeypatch.setattr(train, "retrain", retrain)
    train.retrain_due()
    assert asked == [daily, herald]
    assert "could not be trained: ValueError" in caplog.text
    assert "words of a comment" not in caplog.text


def test_a_site_is_due_once_enough_was_decided(
    desk: Decide, daily: Site, herald: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(label_sets.FEWEST_LABELS - 1)
    assert not train.is_due(daily)
    desk(1, seed=2)
    assert train.is_due(daily) and not train.is_due(herald)
    assert train.retrain_due(seconds=0) is True  # no time left: it says that a site is left over
    assert not ClassifierVersion.objects.filter(site=daily).exists()
    assert train.retrain_due() is False
    assert ClassifierVersion.objects.get(site__isnull=False).site == daily
    assert not train.is_due(daily)
    desk(train.NEW_DECISIONS, seed=3)
    assert train.is_due(daily)
