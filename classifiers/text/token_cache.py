"""Caches what was worked out for recent chunks and words, so that each is read once.

Everything here follows from a chunk or word alone. It is kept in memory only, in a bounded table;
a full table is replaced by an empty one. No file holds readers' words.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from classifiers.text.appearance import appearance_of, quotation_marks
from classifiers.text.broken_words import part_kinds
from classifiers.text.chunks import Chunks
from classifiers.text.growing_arrays import Growing, Number, extend_together
from classifiers.text.hash_index import HashIndex
from classifiers.text.hashing import (
    Hashes,
    Numbers,
    distinct,
    edges_of,
    find_sorted,
    mix,
    ngram_rows,
    places_within,
)
from classifiers.text.known_words import known_words
from classifiers.text.masked_words import fill_sign_gaps
from classifiers.text.repair import repair
from classifiers.text.word_classes import GROUP, WORD_CLASSES
from classifiers.text.word_codes import WordCodes, read_word_codes, some_letters

CAPACITY = 1 << 17
"""Number of chunks, and of words, at which a cache is full."""

PLACEHOLDER = np.uint64(0x1DE7717)
"""The hash that replaces those of all words that name a group of people."""

_STOPS = frozenset(".!?\u2026\u3002\uff01\uff1f")
_CLOSING = "'\")]}*_\u00bb\u2019\u201d"
"""Characters that may follow the mark that ends a sentence."""


@functools.cache
def _known_classes() -> tuple[Hashes, NDArray[np.int8]]:
    """Return the sorted hashes of the words that have a class, and the class of each."""
    known: dict[int, int] = {}
    for number, listed in WORD_CLASSES.items():
        known |= dict.fromkeys(mix(read_word_codes(listed).hashes[0]).tolist(), number)
    hashes = np.array(sorted(known), dtype=np.uint64)
    return hashes, np.array([known[one] for one in hashes.tolist()], dtype=np.int8)


def _classes_of(hashes: Hashes) -> NDArray[np.int8]:
    """Return the class of each word, 0 for most."""
    known, classes = _known_classes()
    place = find_sorted(known, hashes)
    return np.where(place >= 0, classes[place], np.int8(0))


class TokenCache:
    """A table of chunks with their words, and of words with their features.

    Three tables of parallel columns; ``extend_together`` keeps each table's columns equally long.
    An entry is one word in one chunk.

    Attributes
    ----------
    firsts, counts : Growing of int64, per chunk
        First entry and number of entries.
    appearance : Growing of int64 (4), per chunk
        Letters, capitals, signs and characters.
    stops : Growing of bool, per chunk
        Whether a sentence ends with the chunk.
    marks : Growing of int64, per chunk
        Number of quotation marks.
    entry_words, entry_written : Growing of int64, per entry
        Number of the word as understood after repair, and as written.
    entry_places : Growing of int32 (2), per entry
        Start and end in the chunk, in characters.
    entry_marks : Growing of int64, per entry
        Number of quotation marks before the word in its chunk.
    hashes, linear, stems : Growing of uint64, per word
        Mixed hash, linear hash, mixed hash of the stem.
    parts : Growing of uint8, per word
        Whether the word may be part of another; see `broken_words.part_kinds`.
    lengths : Growing of int64, per word
        Number of letters.
    classes : Growing of int8, per word
        See `word_classes`; 0 for most.
    settled : Growing of bool, per word
        Whether the word is known to need no repair.
    ngram_firsts, ngram_counts : Growing of int64, per word
        The word's slice of ``ngrams``, the rows of its character n-grams.
    letter_firsts : Growing of int64, per word
        Start of the word's ``lengths`` letters in ``letters``.
    size : int
        Words with numbers below this are complete.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chunk_index = HashIndex(CAPACITY * 2)
        self._word_index = HashIndex(CAPACITY * 2)
        # per chunk
        self.firsts, self.counts = Growing(np.int64), Growing(np.int64)
        self.appearance = Growing(np.int64, 4)
        self.stops, self.marks = Growing(np.bool_), Growing(np.int64)
        # per entry
        self.entry_words, self.entry_written = Growing(np.int64), Growing(np.int64)
        self.entry_places, self.entry_marks = Growing(np.int32, 2), Growing(np.int64)
        # per word
        self.hashes, self.linear = Growing(np.uint64), Growing(np.uint64)
        self.stems, self.parts = Growing(np.uint64), Growing(np.uint8)
        self.lengths, self.classes = Growing(np.int64), Growing(np.int8)
        self.settled = Growing(np.bool_)
        self.ngram_firsts, self.ngram_counts = Growing(np.int64), Growing(np.int64)
        self.letter_firsts = Growing(np.int64)
        # per n-gram and per letter of all words
        self.ngrams, self.letters = Growing(np.int32), Growing(np.uint32)
        self.size = 0

    @property
    def is_full(self) -> bool:
        """Say whether a new cache should replace this one."""
        return max(self.firsts.size, self.size) >= CAPACITY

    def numbers_of(self, chunks: Chunks) -> Numbers:
        """Return the number of each chunk, int64 (chunks,), learning those that are new."""
        with self._lock:
            numbers = self._chunk_index.find(chunks.keys)
            missing = np.flatnonzero(numbers < 0)
            if len(missing):
                first, ranks = distinct(chunks.keys[missing])
                new = missing[first]
                begin = self.firsts.size
                self._learn_chunks([chunks.chunk(number) for number in new.tolist()])
                # After learning: a number in the index always has its rows.
                self._chunk_index.add(chunks.keys[new], begin + np.arange(len(new)))
                numbers[missing] = begin + ranks
            return numbers

    def _learn_chunks(self, chunks: Sequence[str]) -> None:
        """Read new chunks and add their rows to the columns per chunk and per entry."""
        # The words twice: as written (w,), and as understood after repair (entries,).
        # source[entry] is the written word that an entry was read from: (entries,).
        written_words = fill_sign_gaps(known_words(), read_word_codes(chunks))
        written = self._word_numbers(written_words)
        plain = ~some_letters(written_words, written_words.signs > 0)
        # A word that needed no repair once, and has no signs in it, needs none again.
        words, source = repair(written_words, ~(plain & self.settled.values.take(written)))
        read = self._word_numbers(words)

        # alone: the written word gave one entry; it may still be a piece of a broken word.
        # Several words run together gave several entries, which are no pieces any more.
        alone = np.bincount(source, minlength=len(written))[source] == 1
        unchanged = alone & (read == written[source]) & plain[source]
        self.settled.values[written[source[unchanged]]] = True

        in_chunk, before = quotation_marks(chunks, words.chunk_ids, words.starts)
        counts = np.bincount(words.chunk_ids, minlength=len(chunks))
        ends_sentence = [chunk.rstrip(_CLOSING)[-1:] in _STOPS for chunk in chunks]
        extend_together(
            (self.firsts, self.entry_words.size + edges_of(counts)),
            (self.counts, counts),
            (self.appearance, appearance_of(chunks)),
            (self.stops, np.array(ends_sentence)),
            (self.marks, in_chunk),
        )
        extend_together(
            (self.entry_words, read),
            (self.entry_written, np.where(alone, written[source], read)),
            (self.entry_places, np.stack([words.starts, words.ends], axis=1)),
            (self.entry_marks, before),
        )

    def _word_numbers(self, words: WordCodes) -> Numbers:
        """Return the number of each word, int64 (words,), learning those that are new."""
        linear, stems = words.hashes
        hashes = mix(linear)
        keys = hashes | np.uint64(1)  # 0 marks an empty slot of the index
        numbers = self._word_index.find(keys)
        missing = np.flatnonzero(numbers < 0)
        if len(missing):
            first, ranks = distinct(keys[missing])
            new = missing[first]  # where each new word is met first
            begin = self.size
            self._word_index.add(keys[new], begin + np.arange(len(new)))
            numbers[missing] = begin + ranks
            self._learn_words(words, new, linear[new], stems[new])
        return numbers

    def _learn_words(self, words: WordCodes, new: Numbers, linear: Hashes, stems: Hashes) -> None:
        """Add the rows of new words, given by their places, to the columns per word."""
        hashes, lengths = mix(linear), words.lengths[new]
        # The letters of the new words end to end: (letters,).
        letters = words.codes[np.repeat(words.begins[new], lengths) + places_within(lengths)]
        rows, counts = ngram_rows(letters, lengths)
        classes = _classes_of(hashes)
        extend_together(
            (self.hashes, hashes),
            (self.linear, linear),
            (self.stems, mix(stems)),
            (self.parts, part_kinds(known_words(), linear, letters, lengths)),
            (self.lengths, lengths),
            (self.classes, classes),
            (self.settled, np.zeros(len(new), dtype=bool)),
            (self.ngram_firsts, self.ngrams.size + edges_of(counts)),
            # Names of groups give no n-grams: naming a group costs a comment nothing.
            (self.ngram_counts, np.where(classes == GROUP, 0, counts)),
            (self.letter_firsts, self.letters.size + edges_of(lengths)),
        )
        self.ngrams.extend(rows)
        self.letters.extend(letters)
        # Last: other threads may ask about every word below this number from now on.
        self.size += len(new)

    def text_of(self, word: int) -> str:
        """Return a word after folding."""
        first = int(self.letter_firsts.values[word])
        letters = self.letters.values[first : first + int(self.lengths.values[word])]
        return "".join(map(chr, letters.tolist()))

    def feature_hashes(self, words: Numbers) -> Hashes:
        """Return the words' hashes for features, uint64; groups of people share one placeholder."""
        named = self.classes.values.take(words) == GROUP
        return np.where(named, PLACEHOLDER, self.hashes.values.take(words))


class PerWord(Generic[Number]):
    """Values that follow from a word alone, computed once for each word of a cache.

    Parameters
    ----------
    compute : callable
        ``compute(cache, begin, end)`` returns the values of the words ``begin`` to ``end``,
        shape (end - begin, *width).
    dtype : type
    *width : int
    """

    def __init__(
        self,
        compute: Callable[[TokenCache, int, int], NDArray[Number]],
        dtype: type[Number],
        *width: int,
    ) -> None:
        self._compute, self._dtype, self._width = compute, dtype, width
        self._lock = threading.Lock()
        self._made: Growing[Number] = Growing(dtype, *width)
        self._cache: weakref.ref[TokenCache] | None = None

    def of(self, cache: TokenCache) -> NDArray[Number]:
        """Return the values of all words of a cache, shape (words, *width)."""
        with self._lock:
            if self._cache is None or self._cache() is not cache:
                self._cache = weakref.ref(cache)
                self._made = Growing(self._dtype, *self._width)
            size = cache.size
            if self._made.size < size:
                self._made.extend(self._compute(cache, self._made.size, size))
            return self._made.values


class _Current:
    """Holds the cache that all classifiers of this process share."""

    def __init__(self) -> None:
        self._cache = TokenCache()

    def get(self) -> TokenCache:
        if self._cache.is_full:
            self._cache = TokenCache()
        return self._cache


_CURRENT = _Current()


def current_cache() -> TokenCache:
    """Return the cache in use; a full one is replaced first."""
    return _CURRENT.get()
