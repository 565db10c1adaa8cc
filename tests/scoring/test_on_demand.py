"""Scoring while the client waits: callers share a batch, and nothing else."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from moderation.models import ClassifierVersion, Site
from moderation.platform import memo
from moderation.platform.batching import Batcher
from moderation.platform.errors import Unavailable
from moderation.scoring import on_demand, site_classifier
from moderation.scoring.on_demand import PendingScores, ScoreRequest, measure, score_group
from tests.desk import CONSPIRACY, GAME
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.django_db
INSULT = "You are a complete idiot."


class Slow:
    """A classifier that counts its batches and waits in the first until it may go on."""

    adaptation = None

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def score_batch(self, items: Any) -> list[str]:
        """Return the texts themselves."""
        self.batches.append(len(items))
        if any("poison" in item.text for item in items):
            raise ValueError("this text breaks it")
        if len(self.batches) == 1:
            self.begun.set()
            assert self.go_on.wait(PATIENCE_SECONDS)
        return [item.text for item in items]


class Queue:
    """A batcher of its own for one classifier, as `measure` uses the one of the process."""

    def __init__(self, classifier: Any) -> None:
        self.classifier = classifier
        self.batcher = Batcher(score_group, fill_seconds=on_demand.FILL_SECONDS)

    def score(self, *texts: str) -> Any:
        """Score texts with all others that wait."""
        pending = PendingScores(self.classifier, [ScoreRequest(text) for text in texts])
        assert self.batcher.submit(pending)
        return pending.result()

    def wait_for(self, callers: int) -> None:
        """Return once this many callers wait."""
        assert eventually(lambda: len(self.batcher.waiting) == callers)


def test_it_measures_in_order(daily: Site) -> None:
    measured = measure(daily, [ScoreRequest(GAME), ScoreRequest(INSULT)])
    game, insult = (one.signals["toxicity"] for one in measured.measurements)
    assert game < 0.5 < insult
    assert measured.classifier == site_classifier.bundled().version
    assert "en" in measured.languages and not measured.learned
    assert not measure(daily, []).measurements


def test_many_texts_are_measured_in_portions_and_in_order(
    daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [ScoreRequest(text) for text in (GAME, INSULT, "", CONSPIRACY, GAME)]
    at_once = measure(daily, asked)
    turns: list[int] = []
    monkeypatch.setattr(on_demand, "PORTION_POINTS", len(GAME) + len(INSULT))
    monkeypatch.setattr(
        on_demand,
        "PendingScores",
        lambda *fields: turns.append(len(fields[1])) or PendingScores(*fields),
    )
    in_turns = measure(daily, asked)
    assert len(turns) > 1 and sum(turns) == len(asked)
    assert [one.signals for one in in_turns.measurements] == [
        one.signals for one in at_once.measurements
    ]


def test_those_who_wait_are_measured_together_and_get_their_own() -> None:
    slow = Slow()
    queue = Queue(slow)

    def ask(number: int) -> Any:
        return queue.score(*(f"{number}-{part}" for part in range(number % 3 + 1)))

    with ThreadPoolExecutor(16) as pool:
        first = pool.submit(ask, 0)
        assert slow.begun.wait(PATIENCE_SECONDS)
        others = [pool.submit(ask, number) for number in range(1, 16)]
        queue.wait_for(15)
        slow.go_on.set()
        assert first.result(PATIENCE_SECONDS) == ["0-0"]
        for number, other in enumerate(others, start=1):
            assert other.result(PATIENCE_SECONDS) == [
                f"{number}-{part}" for part in range(number % 3 + 1)
            ]
    assert slow.batches == [1, sum(number % 3 + 1 for number in range(1, 16))]


def test_the_turn_goes_on_for_as_long_as_anybody_waits() -> None:
    done = Slow()
    done.go_on.set()
    queue = Queue(done)

    def ask(caller: int) -> None:
        for number in range(50):
            text = "poison" if caller == 0 else f"{caller}-{number}"
            try:
                assert queue.score(text) == [text]
            except ValueError:
                assert caller == 0

    with ThreadPoolExecutor(8) as pool:
        callers = [pool.submit(ask, caller) for caller in range(8)]
        for caller in callers:
            caller.result(PATIENCE_SECONDS)
    assert queue.score("alone") == ["alone"], "it waits for nobody"


def test_one_that_breaks_its_batch_harms_no_neighbour() -> None:
    slow = Slow()
    queue = Queue(slow)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(queue.score, "first")
        assert slow.begun.wait(PATIENCE_SECONDS)
        bad = pool.submit(queue.score, "poison")
        good = pool.submit(queue.score, "good")
        queue.wait_for(2)
        slow.go_on.set()
        assert first.result(PATIENCE_SECONDS) == ["first"]
        assert good.result(PATIENCE_SECONDS) == ["good"]
        with pytest.raises(ValueError, match="breaks"):
            bad.result(PATIENCE_SECONDS)


@pytest.mark.usefixtures("with_policy")
def test_a_site_that_has_learned_is_measured_by_its_own_version(
    daily: Site, herald: Site, trained: ClassifierVersion
) -> None:
    memo.forget_all()
    asked = [ScoreRequest(CONSPIRACY), ScoreRequest(GAME)]
    own = measure(daily, asked)
    assert own.learned and own.classifier == trained.name
    conspiracy, game = (one.signals["likely_to_reject"] for one in own.measurements)
    assert conspiracy > game
    assert not measure(herald, asked).learned


def test_a_classifier_that_cannot_be_used_is_said(
    daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_demand, "usable_classifier", lambda _: None)
    with pytest.raises(Unavailable):
        measure(daily, [ScoreRequest(GAME)])


def test_warming_up_survives_a_broken_bundle(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise OSError("no bundle")

    on_demand.warm()
    monkeypatch.setattr("classifiers.load", broken)
    on_demand.warm()
    assert "cannot be used" in caplog.text
