"""One strict JSON decoder: it rejects what Python's own reader lets pass (RFC 8259)."""

from __future__ import annotations

import json
from enum import Enum, auto
from typing import Any


class JsonProblem(Enum):
    """What is wrong with a text that is JSON by its syntax."""

    DUPLICATE_KEY = auto()
    CONSTANT = auto()
    INFINITE_NUMBER = auto()
    LONG_NUMBER = auto()
    TOO_DEEP = auto()


class StrictJsonError(ValueError):
    """The text breaks a rule of the decoder; `detail` is the key or the constant in question."""

    def __init__(self, problem: JsonProblem, detail: str = "") -> None:
        super().__init__(problem.name, detail)
        self.problem = problem
        self.detail = detail


class StrictJson:
    """A decoder that accepts no duplicate key, NaN or Infinity.

    `digits` limits whole numbers and `depth` limits nesting, None for Python's own limits. With
    `finite`, it also rejects a number that no float holds.
    """

    def __init__(
        self, *, digits: int | None = None, depth: int | None = None, finite: bool = False
    ) -> None:
        self.digits = digits
        self.depth = depth
        self.decoder = json.JSONDecoder(
            object_pairs_hook=_object,
            parse_constant=_reject_constant,
            parse_float=_finite if finite else None,
            parse_int=self._integer if digits else None,
        )

    def decode(self, text: str) -> Any:
        """Return the value of a JSON text.

        Raises StrictJsonError, json.JSONDecodeError for wrong syntax, and Python's RecursionError
        and ValueError where the text passes Python's own limits.
        """
        if text.startswith("\ufeff"):
            raise json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)
        value = self.decoder.decode(text)
        # A text that nests deeply has as many brackets: most texts need no closer look.
        if (
            self.depth is not None
            and text.count("{") + text.count("[") > self.depth
            and _nests_deeper(value, self.depth)
        ):
            raise StrictJsonError(JsonProblem.TOO_DEEP)
        return value

    def _integer(self, digits: str) -> int:
        if self.digits is not None and len(digits) > self.digits:
            raise StrictJsonError(JsonProblem.LONG_NUMBER)
        return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        keys: set[str] = set()
        for key, _ in pairs:
            if key in keys:
                raise StrictJsonError(JsonProblem.DUPLICATE_KEY, key)
            keys.add(key)
    return members


def _reject_constant(name: str) -> Any:
    raise StrictJsonError(JsonProblem.CONSTANT, name)


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise StrictJsonError(JsonProblem.INFINITE_NUMBER)
    return value


def _nests_deeper(value: Any, depth: int) -> bool:
    """Tell whether arrays and objects nest deeper than `depth`; looks one level further at most."""
    containers = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        containers = [
            child
            for container in containers
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
    return bool(containers)
