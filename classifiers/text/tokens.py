"""Reads a batch of texts into words, as numbers in the token cache, with offsets on demand."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.text.broken_words import LETTER, broken_words, letter_runs
from classifiers.text.chunks import chunk_places, cut
from classifiers.text.hashing import Hashes, Numbers, edges_of, places_within
from classifiers.text.known_words import known_words
from classifiers.text.token_cache import TokenCache, current_cache

_NEVER_JOINED = 1000
"""Length given to words that are joined already: longer than any broken word."""


@dataclass(frozen=True)
class Words:
    """The words of some texts in order.

    Attributes
    ----------
    cache : TokenCache
    ids : array of int64 (words,)
        Numbers of the words in the cache.
    text_ids : array of int32 (words,)
        Text of each word: ascending, below ``count``.
    texts : sequence of str
    chunks, chunk_text_ids, line_ends : arrays (chunks,)
        Numbers of the texts' chunks in the cache, text of each, and whether it ends a line.
    first, last : arrays of int64 (words,)
        First and last entry that each word was read from, counted over all chunks. They differ
        where several written words are one word ("i d i o t").
    count : int
        Number of texts.
    origins : array of int32 (characters + 1,), optional
        For a single text that was rewritten before reading: original offset of each character.
    """

    cache: TokenCache
    ids: Numbers
    text_ids: NDArray[np.int32]
    texts: Sequence[str]
    chunks: Numbers
    chunk_text_ids: NDArray[np.int32]
    line_ends: NDArray[np.bool_]
    first: Numbers
    last: Numbers
    count: int
    origins: NDArray[np.int32] | None = None

    @functools.cached_property
    def hashes(self) -> Hashes:
        """Return the hash of each word."""
        return self.cache.hashes.values.take(self.ids)

    @functools.cached_property
    def stems(self) -> Hashes:
        """Return the hash of each word's first six letters."""
        return self.cache.stems.values.take(self.ids)

    @functools.cached_property
    def lengths(self) -> Numbers:
        """Return the number of letters of each word."""
        return self.cache.lengths.values.take(self.ids)

    @functools.cached_property
    def classes(self) -> NDArray[np.int8]:
        """Return the class of each word (see `classifiers.text.word_classes`), 0 for most."""
        return self.cache.classes.values.take(self.ids)

    @functools.cached_property
    def sentences(self) -> Numbers:
        """Return the number of each word's sentence; numbers ascend over all texts, with gaps."""
        ends = self.cache.stops.values.take(self.chunks) | self.line_ends
        return (np.cumsum(ends) - ends)[self._chunk_of_word]

    @functools.cached_property
    def _chunk_of_word(self) -> Numbers:
        counts = self.cache.counts.values.take(self.chunks)
        return np.repeat(np.arange(len(counts)), counts)[self.first]

    def quotation_marks(self) -> tuple[Numbers, Numbers]:
        """Return per word the quotation marks before it in its text, and in the whole text."""
        marks = self.cache.marks.values.take(self.chunks)
        if not marks.any():
            return np.zeros(len(self.ids), np.int64), np.zeros(len(self.ids), np.int64)
        in_text = np.bincount(self.chunk_text_ids, weights=marks, minlength=self.count)
        in_text = in_text.astype(np.int64)
        # Marks in all earlier chunks of the batch, less those in earlier texts.
        before = (np.cumsum(marks) - marks)[self._chunk_of_word] - edges_of(in_text)[self.text_ids]
        entries = _entries(self.cache, self.chunks)[self.first]
        return before + self.cache.entry_marks.values.take(entries), in_text[self.text_ids]

    @functools.cached_property
    def _spans(self) -> tuple[Numbers, Numbers]:
        """Return start and end of each word in its text (slow: for explanations)."""
        entries = _entries(self.cache, self.chunks)
        counts = self.cache.counts.values.take(self.chunks)
        begins = np.concatenate([np.zeros(0, np.int64), *map(chunk_places, self.texts)])
        places = self.cache.entry_places.values.take(entries, axis=0)
        places = places + np.repeat(begins, counts)[:, None]
        return places[self.first, 0], places[self.last, 1]

    @property
    def starts(self) -> Numbers:
        """Return the offset of each word's first character in its text."""
        starts = self._spans[0]
        return starts if self.origins is None else self.origins[starts].astype(np.int64)

    @property
    def ends(self) -> Numbers:
        """Return the offset after each word's last character in its text."""
        ends = self._spans[1]
        return ends if self.origins is None else self.origins[ends - 1].astype(np.int64) + 1

    def read_as(self) -> list[str]:
        """Return the words as understood, without disguises."""
        return [self.cache.text_of(word) for word in self.ids.tolist()]


def _entries(cache: TokenCache, chunks: Numbers) -> Numbers:
    """Return the entries of chunks, end to end, int64 (entries,)."""
    firsts, counts = cache.firsts.values.take(chunks), cache.counts.values.take(chunks)
    return np.repeat(firsts, counts) + places_within(counts)


def read_words(texts: Sequence[str]) -> Words:
    """Read texts into words: folded and repaired, each text up to `MAX_CHARS` characters.

    Parameters
    ----------
    texts : sequence of str
        Any strings, lone surrogates and empty ones included.
    """
    cache = current_cache()
    chunks = cut(texts)
    numbers = cache.numbers_of(chunks)
    counts = cache.counts.values.take(numbers)
    entries = _entries(cache, numbers)
    ids = cache.entry_words.values.take(entries)
    text_ids = np.repeat(chunks.text_ids, counts)
    places = np.arange(len(ids))
    words = Words(
        cache, ids, text_ids, texts, numbers, chunks.text_ids, chunks.line_ends,
        places, places, len(texts),
    )  # fmt: skip
    return _with_parts_joined(words, cache.entry_written.values.take(entries))


def _with_parts_joined(words: Words, written: Numbers) -> Words:
    """Join single letters in a row ("i d i o t") and broken words ("id iot").

    ``written`` (entries,) are the words before repair: repair may have changed a piece.
    """
    cache = words.cache
    parts = cache.parts.values.take(written)
    places = np.flatnonzero(parts)
    letters = places[parts[places] == LETTER]
    runs = letter_runs(letters, words.text_ids)
    taken = np.zeros(len(written), dtype=bool)
    for begin, size in runs:
        taken[begin : begin + size] = True
    strange = places[~taken[places]]
    if len(strange):
        linear = cache.linear.values.take(written)
        # Letters in a row are joined first; a broken word must not take one of them away.
        lengths = np.where(taken, _NEVER_JOINED, cache.lengths.values.take(written))
        runs += broken_words(known_words(), linear, lengths, words.text_ids, strange)
    if not runs:
        return words
    begins, sizes = np.array(sorted(runs), dtype=np.int64).T
    return _replaced(words, written, begins, sizes)


def _replaced(words: Words, written: Numbers, begins: Numbers, sizes: Numbers) -> Words:
    """Return the words with each run of them read as one.

    Parameters
    ----------
    words : Words
    written : array of int64 (entries,)
        The words before repair.
    begins, sizes : arrays of int64 (runs,)
        First word and number of words of each run.
    """
    # A run goes through the whole path again, so it is repaired and cached like any other chunk.
    cache = words.cache
    runs = [written[begin : begin + size] for begin, size in zip(begins, sizes, strict=True)]
    joined = cut(["".join(map(cache.text_of, run.tolist())) for run in runs])
    numbers = cache.numbers_of(joined)
    counts = cache.counts.values.take(numbers)
    # A run may give several words (or none): counts (runs,), made (words of all runs,).
    made = cache.entry_words.values.take(_entries(cache, numbers))
    kept = np.ones(len(words.ids), dtype=bool)
    kept[np.repeat(begins, sizes) + places_within(sizes)] = False
    ends = begins + sizes - 1
    # Kept words first, then those of the runs; a stable sort by place restores the order.
    first = np.concatenate([words.first[kept], np.repeat(words.first[begins], counts)])
    last = np.concatenate([words.last[kept], np.repeat(words.last[ends], counts)])
    owners = np.concatenate([words.text_ids[kept], np.repeat(words.text_ids[begins], counts)])
    order = np.argsort(first, kind="stable")
    return dataclasses.replace(
        words,
        ids=np.concatenate([words.ids[kept], made])[order],
        text_ids=owners[order],
        first=first[order],
        last=last[order],
    )
