"""One strict JSON decoder: it rejects what Python's own reader lets pass (RFC 8259)."""

from __future__ import annotations

import json
from typing import Any

# What is wrong with a text that is JSON by its syntax.
DUPLICATE_KEY, CONSTANT, TOO_DEEP = "duplicate key", "constant", "too deep"
INFINITE_NUMBER, LONG_NUMBER = "infinite number", "long number"


class StrictJsonError(ValueError):
    """The text breaks a rule of the decoder; `detail` is the key or the constant in question."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem, detail)
        self.problem, self.detail = problem, detail


class StrictJson:
    """A decoder that accepts no duplicate key, NaN or Infinity.

    `digits` limits whole numbers and `depth` limits nesting, None for Python's own limits. With
    `finite`, it also rejects a number that no float holds.
    """

    def __init__(
        self, *, digits: int | None = None, depth: int | None = None, finite: bool = False
    ) -> None:
        self.digits, self.depth = digits, depth
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
        if self.depth is not None and text.count("{") + text.count("[") > self.depth:
            _check_depth(value, self.depth)
        return value

    def _integer(self, digits: str) -> int:
        if self.digits is not None and len(digits) > self.digits:
            raise StrictJsonError(LONG_NUMBER)
        return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        known: set[str] = set()
        for key, _ in pairs:
            if key in known:
                raise StrictJsonError(DUPLICATE_KEY, key)
            known.add(key)
    return members


def _reject_constant(name: str) -> Any:
    raise StrictJsonError(CONSTANT, name)


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise StrictJsonError(INFINITE_NUMBER)
    return value


def _check_depth(value: Any, depth: int) -> None:
    level = [value]
    for _ in range(depth + 1):
        level = [part for part in level if isinstance(part, dict | list)]
        if not level:
            return
        children = (part.values() if isinstance(part, dict) else part for part in level)
        level = [child for some in children for child in some]
    raise StrictJsonError(TOO_DEEP)
