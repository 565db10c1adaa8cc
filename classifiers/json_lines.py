"""Reads JSON Lines for the command line: strict, line by line, in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NoReturn

from classifiers.types import Item

LONGEST_LINE = 8 * 2**20
"""Most bytes of a line; a longer line is rejected and skipped."""

LINES_AT_ONCE = 512
BYTES_AT_ONCE = 4 * 2**20
"""A block ends with the line that reaches one of these limits."""

_BOM = b"\xef\xbb\xbf"


class LineError(ValueError):
    """A line of the input cannot be read; the message says why."""


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a stream; of a line that is too long, only its beginning."""
    start = _BOM
    while line := stream.readline(LONGEST_LINE + 1):
        end = line
        while len(end) > LONGEST_LINE and not end.endswith(b"\n"):
            end = stream.readline(LONGEST_LINE + 1)
        yield line.removeprefix(start)
        start = b""


def blocks_of(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield lines in blocks of bounded size."""
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if len(block) >= LINES_AT_ONCE or size >= BYTES_AT_ONCE:
            yield block
            block, size = [], 0
    if block:
        yield block


def _refuse(constant: str) -> NoReturn:
    raise LineError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise LineError("a number is too large")
    return number


def _short(digits: str) -> int:
    if len(digits) > 300:
        raise LineError("a number is too large")
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise LineError("a key is repeated")
    return record


def record_of(line: bytes) -> Any:
    """Return the value of a line of JSON.

    Raises
    ------
    LineError
        When the line is too long, not UTF-8 or not strict JSON (RFC 8259). NaN, numbers too large
        for a float and repeated keys are errors too.
    """
    if len(line) > LONGEST_LINE:
        raise LineError(f"the line is longer than {LONGEST_LINE:,} bytes")
    try:
        return json.loads(
            line.decode("utf-8"),
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_short,
            object_pairs_hook=_once,
        )
    except UnicodeDecodeError as error:
        raise LineError(f"not UTF-8: byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise LineError(f"not JSON: {error.msg}, character {error.pos}") from error
    except RecursionError as error:
        raise LineError("not JSON: nested too deeply") from error


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str | None):
        raise LineError(f"{name} is not a string")
    return value or ""


def item_of(record: Any) -> Item:
    """Return the item of a line of input; null means absent.

    Raises
    ------
    LineError
        When a field is missing or of a wrong type.
    """
    if not isinstance(record, dict):
        raise LineError("the line is not a JSON object")
    if not isinstance(record.get("id"), str | int | float | None):
        raise LineError("id is not a string or a number")
    if not isinstance(record.get("text"), str):
        raise LineError("text is missing or not a string")
    story, thread = record.get("story"), record.get("thread")
    if not isinstance(story, dict | None):
        raise LineError("story is not an object")
    if not isinstance(thread, list | None) or not all(
        isinstance(text, str) for text in thread or ()
    ):
        raise LineError("thread is not a list of strings")
    story = story or {}
    return Item(
        record["text"],
        title=_text(story, "title"),
        story=_text(story, "body"),
        section=_text(story, "section"),
        parent=_text(record, "parent"),
        thread=tuple(thread or ()),
    )


def identity_of(record: Any) -> str | int | float | None:
    """Return the id for a line's answer; None if it is missing or unusable."""
    identity = record.get("id") if isinstance(record, dict) else None
    return identity if isinstance(identity, str | int | float) else None


def read_line(line: bytes) -> tuple[Any, Item | None, str]:
    """Return (record, item, error) of a line; on an error the item is None."""
    record: Any = None
    try:
        record = record_of(line)
        return record, item_of(record), ""
    except LineError as error:
        return record, None, str(error)
