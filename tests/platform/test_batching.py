"""Group commit: every payload is handled once, and no caller waits for longer than it wants to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from moderation.platform.batching import Batcher
from tests.waiting import PATIENCE_SECONDS, eventually


class Recorder:
    """Notes its batches, and waits in each one that holds "slow" until it may go on."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def handle(self, batch: list[str]) -> None:
        """Handle one batch."""
        self.batches.append(batch)
        if "slow" in batch:
            self.begun.set()
            assert self.go_on.wait(PATIENCE_SECONDS)
        if "broken" in batch:
            raise ValueError("this batch breaks")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as running:
        yield running


def occupy(batcher: Batcher[str], recorder: Recorder, pool: ThreadPoolExecutor) -> Future[bool]:
    """Start a batch that goes on until `recorder.go_on` is set."""
    future = pool.submit(batcher.submit, "slow")
    assert recorder.begun.wait(PATIENCE_SECONDS)
    return future


def test_one_caller_waits_for_nobody(recorder: Recorder) -> None:
    batcher = Batcher(recorder.handle, patience=0.0, fill_seconds=PATIENCE_SECONDS)
    assert batcher.submit("first") and batcher.submit("second")
    assert recorder.batches == [["first"], ["second"]]


def test_all_who_wait_share_the_next_batch(recorder: Recorder, pool: ThreadPoolExecutor) -> None:
    batcher = Batcher(recorder.handle)
    first = occupy(batcher, recorder, pool)
    others = [pool.submit(batcher.submit, str(number)) for number in range(10)]
    assert eventually(lambda: len(batcher.waiting) == 10)
    recorder.go_on.set()
    assert all(future.result(PATIENCE_SECONDS) for future in [first, *others])
    assert recorder.batches[0] == ["slow"] and len(recorder.batches) == 2
    assert sorted(recorder.batches[1]) == sorted(map(str, range(10)))


def test_an_impatient_caller_leaves_and_is_not_handled(
    recorder: Recorder, pool: ThreadPoolExecutor
) -> None:
    batcher = Batcher(recorder.handle, patience=0.05)
    first = occupy(batcher, recorder, pool)
    assert batcher.submit("impatient") is False
    batcher.patience = PATIENCE_SECONDS
    patient = pool.submit(batcher.submit, "patient")
    assert eventually(lambda: len(batcher.waiting) == 1)
    recorder.go_on.set()
    assert first.result(PATIENCE_SECONDS) and patient.result(PATIENCE_SECONDS)
    assert recorder.batches == [["slow"], ["patient"]]


def test_a_handler_that_fails_passes_the_turn_on(
    recorder: Recorder, pool: ThreadPoolExecutor
) -> None:
    batcher = Batcher(recorder.handle)
    first = occupy(batcher, recorder, pool)
    broken = pool.submit(batcher.submit, "broken")
    assert eventually(lambda: len(batcher.waiting) == 1)
    recorder.go_on.set()
    assert first.result(PATIENCE_SECONDS)
    with pytest.raises(ValueError, match="breaks"):
        broken.result(PATIENCE_SECONDS)
    assert batcher.submit("after")
    assert recorder.batches == [["slow"], ["broken"], ["after"]]


@pytest.mark.parametrize("patience", [None, 0.002])
def test_every_payload_is_handled_exactly_once(
    recorder: Recorder, pool: ThreadPoolExecutor, patience: float | None
) -> None:
    batcher = Batcher(recorder.handle, patience=patience, fill_seconds=0.001)

    def submit(caller: int) -> list[str]:
        texts = [f"{caller}-{number}" for number in range(100)]
        return [text for text in texts if batcher.submit(text)]

    futures = [pool.submit(submit, caller) for caller in range(16)]
    accepted = [text for future in futures for text in future.result(PATIENCE_SECONDS)]
    handled = [text for batch in recorder.batches for text in batch]
    assert len(handled) == len(set(handled))
    # A caller that left can be handled all the same; a caller that stayed must be.
    assert set(accepted) <= set(handled)
    assert patience is not None or len(accepted) == 1600
    assert batcher.submit("last") and recorder.batches[-1] == ["last"]
