"""What a process remembers has a size and an end, and is forgotten all at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from moderation.platform.memo import Memo, forget_all
from tests.waiting import PATIENCE_SECONDS, eventually


def test_a_value_is_made_once_and_read_again() -> None:
    memory: Memo[str, int] = Memo(size=2)
    assert memory.get_or_make("four", len) == 4
    assert memory.get_or_make("four", lambda _: 5) == 4
    assert memory.get("four") == 4 and memory.get("five") is None
    memory.set("four", 6)
    assert memory.get_many(["four", "five"]) == {"four": 6}


def test_a_failure_is_not_remembered() -> None:
    memory: Memo[str, int] = Memo(size=2)
    with pytest.raises(ValueError):
        memory.get_or_make("x", int)
    assert memory.get_or_make("x", len) == 1


def test_it_holds_no_more_than_its_size() -> None:
    memory: Memo[int, int] = Memo(size=3)
    for number in range(10):
        memory.set(number, number)
        memory.get(0)  # the value in use stays
    assert memory.get_many(range(10)) == {0: 0, 8: 8, 9: 9}


def test_a_value_has_an_end_however_it_is_read() -> None:
    memory: Memo[str, int] = Memo(size=3, seconds=0.05)
    memory.set("a", 1)
    assert memory.get("a") == 1 and memory.get_many("a") == {"a": 1}
    assert eventually(lambda: memory.get_many("a") == {})
    memory.set("b", 1)
    assert eventually(lambda: memory.get("b") is None)


def test_one_of_many_adds() -> None:
    memory: Memo[str, bool] = Memo(size=3, seconds=PATIENCE_SECONDS)
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: memory.add("key", True), range(100)))
    assert added.count(True) == 1


def test_forgetting() -> None:
    first: Memo[str, int] = Memo(size=2)
    second: Memo[str, int] = Memo(size=2)
    for memory in (first, second):
        memory.set("a", 1)
        memory.set("b", 2)
    first.forget("a")
    first.forget("unknown")
    assert first.get_many("ab") == {"b": 2}
    second.clear()
    assert second.get_many("ab") == {} and first.get("b") == 2
    forget_all()
    assert first.get("b") is None


def test_a_forked_child_waits_for_no_lock_of_its_parent() -> None:
    memory: Memo[str, int] = Memo(size=2)
    memory.set("a", 1)
    with memory._guard:
        child = os.fork()
        if child == 0:
            os._exit(0 if memory.get("a") is None and memory.add("a", 2) else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
