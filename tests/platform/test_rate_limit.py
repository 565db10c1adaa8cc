"""Two counts: a fixed minute for keys, any 60 seconds for visitors."""

from __future__ import annotations

from typing import Any

import pytest

from moderation.platform.http import rate_limit
from moderation.platform.http.rate_limit import Minute, MovingWindow

READER, ADDRESS = ("comment", "reader", "ravi"), ("comment", "address", "10.0.0.1")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test sets: `clock[0] = 1005.0`."""
    now = [1000.0]
    monkeypatch.setattr(rate_limit, "monotonic", lambda: now[0])
    return now


def test_a_minute_counts_each_key_and_begins_again(clock: list[float]) -> None:
    minute = Minute()
    assert minute.use(1, 2, 3) == (True, 1, 60)
    clock[0] += 20.5
    assert minute.use(1, 2, 3) == (False, 1, 40), "a refused batch counts nothing"
    assert minute.use(1, 1, 3) == (True, 0, 40)
    assert minute.use(2, 3, 3) == (True, 0, 40)
    clock[0] += 39.5
    assert minute.use(1, 3, 3) == (True, 0, 60)


def test_a_window_moves_with_the_first_act(clock: list[float]) -> None:
    window = MovingWindow()
    waits = []
    for second in (0, 10, 20, 30, 59.5, 60, 61, 70):
        clock[0] = 1000 + second
        waits.append(window.use({READER: 3}))
    assert waits == [0, 0, 0, 30, 1, 0, 9, 0]


def test_what_one_limit_refuses_counts_for_no_other(clock: list[float]) -> None:
    window = MovingWindow()
    assert window.use({READER: 1, ADDRESS: 2}) == 0
    for _ in range(5):
        assert window.use({READER: 1, ADDRESS: 2}) == 60
    other = ("comment", "reader", "greta")
    assert window.use({other: 1, ADDRESS: 2}) == 0
    assert window.use({("report", "reader", "ravi"): 1}) == 0, "each kind of act has its count"
    third = ("comment", "reader", "ben")
    clock[0] += 15
    assert window.use({third: 1, ADDRESS: 2}) == 45
    clock[0] += 45
    assert window.use({third: 1, ADDRESS: 2}) == 0


@pytest.mark.parametrize(("processes", "share"), [(0, 6), (1, 6), (2, 3), (4, 1), (100, 1)])
def test_each_web_process_counts_its_share(processes: int, share: int, settings: Any) -> None:
    settings.WEB_PROCESSES = processes
    assert rate_limit.share(6) == share
