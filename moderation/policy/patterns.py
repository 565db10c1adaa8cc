"""Patterns of editors: RE2 only, so that no pattern can hang and none can look around."""

from __future__ import annotations

import re2

from moderation.policy.comment_text import CommentText
from moderation.policy.word_lists import MAX_SPANS, Found

MAX_PATTERN = 1_000
# Bytes for one pattern's program and its cache; RE2 refuses what needs more. With less, ordinary
# patterns such as \p{L}{1,20} are refused, and greedy ones leave the cache and get slow.
MAX_MEMORY = 1 << 21

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = MAX_MEMORY
_OPTIONS.case_sensitive = False
_OPTIONS.never_capture = True

_HINTS = (
    ("(?=", "Look-ahead is not supported"),
    ("(?!", "Look-ahead is not supported"),
    ("(?<", "Look-behind is not supported"),
)


class PatternError(ValueError):
    """A pattern that RE2 refuses, or that would match everything; the message says why."""


class Pattern:
    """A compiled pattern; upper and lower case are the same unless it says `(?-i)`."""

    def __init__(self, source: str) -> None:
        if not source.strip():
            raise PatternError("is empty; it would match every comment")
        if len(source) > MAX_PATTERN:
            raise PatternError(f"is longer than {MAX_PATTERN:,} characters")
        try:
            self._compiled = re2.compile(source, _OPTIONS)
        except re2.error as error:
            raise PatternError(f"is refused: {_explain(source, error)}") from None
        if self._compiled.search("") is not None:
            raise PatternError("matches even an empty text, so it would match every comment")

    def find(self, reading: CommentText) -> Found | None:
        """Matches in the body as sent; where there are none, in its folded copy."""
        spans: list[tuple[int, int]] = []
        if self._compiled.search(reading.encoded) is not None:
            spans = self._spans(reading.body)
        elif reading.disguised and self._compiled.search(reading.text) is not None:
            spans = [reading.original_span(*span) for span in self._spans(reading.text)]
        return Found(len(spans), tuple(spans)) if spans else None

    def _spans(self, text: str) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        for match in self._compiled.finditer(text):
            if match.end() > match.start():
                spans.append(match.span())
            if len(spans) == MAX_SPANS:
                break
        return spans or [(0, len(text))]


def _explain(source: str, error: Exception) -> str:
    detail = error.args[0] if error.args else "unknown error"
    if isinstance(detail, bytes):
        detail = detail.decode("utf-8", "replace")
    hint = next((words for sign, words in _HINTS if sign in str(detail)), "")
    return f"{hint} ({str(detail)[:200]})" if hint else str(detail)[:200]
