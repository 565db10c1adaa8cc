"""Patterns that editors write. RE2 runs them, so no pattern can hang and none can look around."""

from __future__ import annotations

import re2

from moderation.policy.comment_text import CommentText
from moderation.policy.translation import gettext as _
from moderation.policy.translation import gettext_noop, ngettext
from moderation.policy.word_lists import MAX_SPANS, Matches

MAX_PATTERN = 1_000
# Bytes for one compiled pattern and its cache; RE2 refuses a pattern that needs more. With less,
# RE2 refuses ordinary patterns such as \p{L}{1,20}, and greedy patterns leave the cache: slow.
MAX_MEMORY = 1 << 21

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = MAX_MEMORY
_OPTIONS.case_sensitive = False
_OPTIONS.never_capture = True

_LOOK_AHEAD = gettext_noop("The pattern is refused: Look-ahead is not supported (%(detail)s).")
_LOOK_BEHIND = gettext_noop("The pattern is refused: Look-behind is not supported (%(detail)s).")
_HINTS = (("(?=", _LOOK_AHEAD), ("(?!", _LOOK_AHEAD), ("(?<", _LOOK_BEHIND))


class PatternError(ValueError):
    """RE2 refuses the pattern, or it would match everything; the message says why."""


class Pattern:
    """A compiled pattern. It ignores case unless it contains `(?-i)`."""

    def __init__(self, source: str) -> None:
        if not source.strip():
            raise PatternError(_("The pattern is empty; it would match every comment."))
        if len(source) > MAX_PATTERN:
            message = ngettext(
                "The pattern is longer than %(limit)s character.",
                "The pattern is longer than %(limit)s characters.",
                MAX_PATTERN,
            )
            raise PatternError(message % {"limit": f"{MAX_PATTERN:,}"})
        try:
            self._compiled = re2.compile(source, _OPTIONS)
        except re2.error as error:
            raise PatternError(_explain(error)) from None
        if self._compiled.search("") is not None:
            raise PatternError(
                _("The pattern matches even an empty text, so it would match every comment.")
            )

    def find(self, comment: CommentText) -> Matches | None:
        """Return the matches in the body; if it has none, those in its folded copy."""
        spans: list[tuple[int, int]] = []
        if self._compiled.search(comment.encoded) is not None:
            spans = self._spans(comment.body)
        elif comment.disguised and self._compiled.search(comment.text) is not None:
            spans = [comment.original_span(*span) for span in self._spans(comment.text)]
        return Matches(len(spans), tuple(spans)) if spans else None

    def _spans(self, text: str) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        for match in self._compiled.finditer(text):
            if match.end() > match.start():
                spans.append(match.span())
            if len(spans) == MAX_SPANS:
                break
        return spans or [(0, len(text))]


def _explain(error: Exception) -> str:
    detail = error.args[0] if error.args else "unknown error"
    if isinstance(detail, bytes):
        detail = detail.decode("utf-8", "replace")
    refused = gettext_noop("The pattern is refused: %(detail)s.")
    message = next((hint for sign, hint in _HINTS if sign in str(detail)), refused)
    return _(message) % {"detail": str(detail)[:200]}
