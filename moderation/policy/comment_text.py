"""A comment's normalised text, words and links, each traceable to the original."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterator

import re2

# The rest of a longer text is ignored, and `evaluate` sends the comment to a person.
MAX_BODY = 40_000
# Normalising sorts runs of combining marks in quadratic time: the copy cuts longer runs.
MAX_MARKS = 30

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_LONG_MARKS = re2.compile(rf"\p{{M}}{{{MAX_MARKS + 1}}}", _OPTIONS)
# Characters that are invisible on screen: format characters, fillers, variation selectors.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_MAYBE_LINK = re.compile(r"://|\.[^\W\d_]")
# Bare addresses need a well-known ending or a path: "stop.It is" forgot a space, no more.
_LINK = re2.compile(
    r"(?:[a-z][a-z0-9+]+://|\bwww\.)[^\s<>]+"
    r"|[\p{L}\p{N}-]\.(?:com|net|org|info|biz|xyz|ru|io|gov|edu|uk|eu)\b(?:/[^\s<>]*)?"
    r"|[\p{L}\p{N}-]\.\p{L}\p{L}+/[^\s<>]+",
    _OPTIONS,
)


class _WordTable(dict[int, str | int]):
    """For `str.translate`: all but letters, marks and digits become spaces. Fills lazily."""

    def __missing__(self, code: int) -> str | int:
        value: str | int = code if unicodedata.category(chr(code))[0] in "LMN" else " "
        if code < 0x10000:  # bounded: the rest of Unicode is rare and not worth the memory
            self[code] = value
        return value


_WORDS_ONLY = _WordTable()


def fold(text: str) -> str:
    """Return `text` for comparison: NFKC, case folded, without invisible or endless marks."""
    if text.isascii():
        return text.lower()
    return CommentText(text).text


def words_of(text: str) -> list[str]:
    """Return the words of a folded text: runs of letters, marks and digits of any script."""
    return text.translate(_WORDS_ONLY).split()


class CommentText:
    """A body, normalised once for all word lists, patterns and counts of a policy.

    `text` is the folded copy, `words` its words. `original_span` leads from the copy back to the
    body, so that a moderator sees the match in the text that the author sent.
    """

    __slots__ = ("_encoded", "_links", "_offsets", "body", "disguised", "text", "words")

    def __init__(self, body: str) -> None:
        self.body = body = body[:MAX_BODY]
        self._offsets: list[int] | None = None
        self._links = -1
        self._encoded = b""
        # True when folding changed more than the case: patterns are matched with the copy too.
        self.disguised = False
        if body.isascii():
            self.text = body.lower()
        else:
            self.text = self._fold()
        self.words: list[str] = self.text.translate(_WORDS_ONLY).split()

    def _fold(self) -> str:
        # A lone surrogate cannot be encoded; one "?" for each keeps the offsets.
        self._encoded = self.body.encode("utf-8", "replace")
        self.body = body = self._encoded.decode()
        if _LONG_MARKS.search(self._encoded) is not None:
            self.disguised = True
            return self._fold_in_steps()
        plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", body))
        self.disguised = plain != body
        return unicodedata.normalize("NFKC", plain.casefold())

    def _fold_in_steps(self) -> str:
        """Fold cluster by cluster and remember the origin of each piece of the copy."""
        pieces: list[str] = []
        offsets: list[int] = []
        for start, cluster in _clusters(self.body):
            piece = unicodedata.normalize("NFKC", cluster)
            piece = unicodedata.normalize("NFKC", piece.casefold())
            pieces.append(piece)
            offsets.extend([start] * len(piece))
        self._offsets = offsets
        return "".join(pieces)

    @property
    def encoded(self) -> bytes:
        """The body in UTF-8, encoded once for all patterns."""
        if not self._encoded:
            self._encoded = self.body.encode()
        return self._encoded

    def spans_of_words(self) -> Iterator[tuple[int, int]]:
        """Yield the span of each of `words` in `text`, in order."""
        position = 0
        spaced = self.text.translate(_WORDS_ONLY)
        for word in self.words:
            position = spaced.index(word, position)
            yield position, position + len(word)
            position += len(word)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the body that became `text[start:end]`."""
        if self.body.isascii():
            return start, end
        if self._offsets is None and self._fold_in_steps() != self.text:
            self._offsets = []  # a rare composition across clusters: the whole body is marked
        offsets = self._offsets
        if not offsets or end > len(offsets) or start >= end:
            return 0, len(self.body)
        first, last = offsets[start], offsets[end - 1]
        after = bisect.bisect_right(offsets, last)
        stop = offsets[after] if after < len(offsets) else len(self.body)
        while stop > last + 1 and unicodedata.category(self.body[stop - 1])[0] not in "LMN":
            stop -= 1
        return first, stop

    @property
    def links(self) -> int:
        """The number of web addresses in the text, with or without `https://`, in any script."""
        if self._links < 0:
            text = self.text
            maybe = _MAYBE_LINK.search(text) is not None
            self._links = _count(_LINK.finditer(text.encode())) if maybe else 0
        return self._links


def _count(matches: Iterator[object]) -> int:
    return sum(1 for _ in matches)


def _clusters(body: str) -> Iterator[tuple[int, str]]:
    """Yield pieces that normalise on their own: a character with its marks, nothing invisible."""
    start, cluster, marks = 0, "", 0
    for index, char in enumerate(body):
        if _INVISIBLE.match(char):
            continue
        if cluster and _extends(char):
            marks += 1
            if marks <= MAX_MARKS:
                cluster += char
            continue
        if cluster:
            yield start, cluster
        start, cluster, marks = index, char, 0
    if cluster:
        yield start, cluster


def _extends(char: str) -> bool:
    """Tell whether `char` may combine with the one before it: marks, Hangul vowels, kana marks."""
    return (
        "\u1160" <= char <= "\u11ff"
        or char in "\uff9e\uff9f"
        or unicodedata.category(char)[0] == "M"
    )
