"""Word lists: whole words, phrases and endings, found fast in a list of any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from moderation.policy.comment_text import CommentText, fold, words_of
from moderation.policy.translation import gettext as _
from moderation.policy.translation import ngettext

MAX_WORDS = 100_000
MAX_ENTRY = 100
MAX_PHRASE = 10
# A shorter stem would match half the dictionary.
MIN_STEM = 3
# Further matches are counted but not marked.
MAX_SPANS = 50


class Matches(NamedTuple):
    """The number of matches in a body, and the spans of the first MAX_SPANS."""

    number: int
    spans: tuple[tuple[int, int], ...]


class WordError(ValueError):
    """A word list cannot have this entry; the message says why."""


def read_entry(entry: str) -> tuple[tuple[str, ...], bool]:
    """Return the folded words of an entry, and whether its last word is open (a trailing `*`).

    Raises WordError for an entry that would match nothing, everything or something unexpected.
    """
    if not entry.strip():
        raise WordError(_("This is empty; an empty word would match every comment."))
    if len(entry) > MAX_ENTRY:
        message = ngettext(
            "This is longer than %(limit)s character.",
            "This is longer than %(limit)s characters.",
            MAX_ENTRY,
        )
        raise WordError(message % {"limit": MAX_ENTRY})
    folded = fold(entry).strip()
    open_ended = folded.endswith("*")
    folded = folded.removesuffix("*")
    if "*" in folded:
        raise WordError(_("This may have a * only at its end, for any ending."))
    words = tuple(words_of(folded))
    if not words:
        raise WordError(_("This has no letter and no digit; use a rule with a pattern for signs."))
    if len(words) > MAX_PHRASE:
        message = ngettext(
            "This has more than %(limit)s word.", "This has more than %(limit)s words.", MAX_PHRASE
        )
        raise WordError(message % {"limit": MAX_PHRASE})
    if open_ended and not folded.endswith(words[-1]):
        raise WordError(_("This needs a letter or digit right before its *."))
    if open_ended and len(words) == 1 and len(words[0]) < MIN_STEM:
        message = ngettext(
            "This needs at least %(least)s character before its *.",
            "This needs at least %(least)s characters before its *.",
            MIN_STEM,
        )
        raise WordError(message % {"least": MIN_STEM})
    return words, open_ended


class WordIndex:
    """Several word lists compiled for one pass over a comment.

    `lists` maps a list's name to its entries (valid ones: see `read_entry`). The cost of a
    search grows with the comment, not with the lists.
    """

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self.names = tuple(lists)
        # Folded words joined by one space -> the lists that contain them (a bit each).
        self._exact: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        # First word -> the lengths in words of the entries that start with it.
        self._lengths: dict[str, set[int]] = {}
        self._stem_lengths: dict[str, set[int]] = {}
        for position, entries in enumerate(lists.values()):
            for entry in entries:
                self._add(entry, 1 << position)
        # A comment without any of these first words contains no entry.
        self._firsts = frozenset(self._lengths) | frozenset(self._stem_lengths)
        # The first letters of single-word stems -> the lengths of these stems.
        heads: dict[str, set[int]] = {}
        for stem in self._stems:
            if " " not in stem:
                heads.setdefault(stem[:MIN_STEM], set()).add(len(stem))
        self._heads = {head: tuple(sorted(lengths)) for head, lengths in heads.items()}

    def _add(self, entry: str, bit: int) -> None:
        words, open_ended = read_entry(entry)
        key = " ".join(words)
        table = self._stems if open_ended else self._exact
        table[key] = table.get(key, 0) | bit
        if open_ended and len(words) > 1:
            self._stem_lengths.setdefault(words[0], set()).add(len(words))
        elif not open_ended:
            self._lengths.setdefault(words[0], set()).add(len(words))

    def maybe_in(self, comment: CommentText) -> bool:
        """Tell whether the comment may contain an entry; for most comments the search ends here."""
        if not self._firsts.isdisjoint(comment.words):
            return True
        heads = self._heads
        likely = [word for word in comment.words if word[:MIN_STEM] in heads] if heads else ()
        return any(self._stem_bits(word) for word in likely)

    def _stem_bits(self, word: str) -> int:
        """Return the lists that contain a stem of this word."""
        bits = 0
        for length in self._heads.get(word[:MIN_STEM], ()):
            bits |= self._stems.get(word[:length], 0)
        return bits

    def find(self, comment: CommentText) -> dict[str, Matches]:
        """Return the matches by name of the list, without the lists that have none."""
        if not self.maybe_in(comment):
            return {}
        words = comment.words
        spans: list[tuple[int, int]] = []
        places: dict[str, dict[tuple[int, int], None]] = {}
        for start, word in enumerate(words):
            if word not in self._firsts and word[:MIN_STEM] not in self._heads:
                continue
            for count, bits in self._entries_at(words, start):
                spans = spans or list(comment.spans_of_words())
                span = (spans[start][0], spans[start + count - 1][1])
                for position, name in enumerate(self.names):
                    if bits >> position & 1:
                        places.setdefault(name, {})[span] = None
        return {
            name: Matches(
                len(spans_in_text),
                tuple(comment.original_span(*span) for span in list(spans_in_text)[:MAX_SPANS]),
            )
            for name, spans_in_text in places.items()
        }

    def _entries_at(self, words: list[str], start: int) -> list[tuple[int, int]]:
        """Return (number of words, lists) of every entry that begins with the word at `start`."""
        word = words[start]
        hits: list[tuple[int, int]] = []
        for count in self._lengths.get(word, ()):
            bits = self._exact.get(" ".join(words[start : start + count]), 0)
            if bits and start + count <= len(words):
                hits.append((count, bits))
        if stem_bits := self._stem_bits(word):
            hits.append((1, stem_bits))
        for count in self._stem_lengths.get(word, ()):
            if start + count <= len(words):
                bits = self._phrase_stems(words[start : start + count])
                if bits:
                    hits.append((count, bits))
        return hits

    def _phrase_stems(self, words: list[str]) -> int:
        phrase = " ".join(words)
        shortest = len(phrase) - len(words[-1]) + 1
        longest = min(len(phrase), MAX_ENTRY * 4)
        bits = 0
        for length in range(shortest, longest + 1):
            bits |= self._stems.get(phrase[:length], 0)
        return bits
