"""What is known of the chunks and words that were read lately, so that each is read once.

Everything here follows from a chunk or word alone. It is held in memory only, in a bounded table
that is begun anew when it is full; no file holds readers' words.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from classifiers.text.broken_words import kinds_of_part
from classifiers.text.chunks import Chunks
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
from classifiers.text.known_words import spelling
from classifiers.text.repair import mend
from classifiers.text.sign_gaps import close_gaps
from classifiers.text.word_classes import GROUP, QUOTATION_MARKS, WORD_CLASSES
from classifiers.text.word_codes import Spellings, some_letters, spell

CAPACITY = 1 << 17
"""Chunks, and words, after which a vocabulary counts as full."""

PLACEHOLDER = np.uint64(0x1DE7717)
"""Stands for the hash of every word that names a group of people."""

_STOPS = frozenset(".!?\u2026\u3002\uff01\uff1f")
_CLOSING = "'\")]}*_\u00bb\u2019\u201d"
"""What may stand behind the mark that ends a sentence."""

_KINDS_KNOWN = 0x3400

Number = TypeVar("Number", bound=np.generic)


class Growing(Generic[Number]):
    """An array that grows at its end; what was handed out stays as it was."""

    def __init__(self, dtype: type[Number], *width: int) -> None:
        self._kept: NDArray[Number] = np.zeros((64, *width), dtype=dtype)
        self.size = 0

    @property
    def values(self) -> NDArray[Number]:
        """Return what is there so far."""
        return self._kept[: self.size]

    def extend(self, more: NDArray[Any]) -> None:
        """Add values at the end."""
        needed = self.size + len(more)
        if needed > len(self._kept):
            larger = np.zeros((2 * needed, *self._kept.shape[1:]), dtype=self._kept.dtype)
            larger[: self.size] = self.values
            self._kept = larger
        self._kept[self.size : needed] = more
        self.size = needed


@functools.cache
def _known_classes() -> tuple[Hashes, NDArray[np.int8]]:
    """Return the sorted hashes of the words that have a class, and the class of each."""
    known: dict[int, int] = {}
    for number, listed in WORD_CLASSES.items():
        known |= dict.fromkeys(mix(spell(listed).hashes[0]).tolist(), number)
    hashes = np.array(sorted(known), dtype=np.uint64)
    return hashes, np.array([known[one] for one in hashes.tolist()], dtype=np.int8)


def _classes_of(hashes: Hashes) -> NDArray[np.int8]:
    """Return the class of each word, 0 for most."""
    known, classes = _known_classes()
    place = find_sorted(known, hashes)
    return np.where(place >= 0, classes[place], np.int8(0))


def quotation_marks(
    chunks: Sequence[str], chunk_ids: Numbers, starts: Numbers
) -> tuple[Numbers, Numbers]:
    """Return how many quotation marks each chunk has, and how many stand before each word of it.

    Marks side by side count once. Words are given by their chunk and their place in it.
    """
    edges = edges_of(np.fromiter((len(chunk) + 1 for chunk in chunks), np.int64, len(chunks)))
    codes = np.frombuffer("\n".join([*chunks, ""]).encode("utf-32-le", "surrogatepass"), "<u4")
    mark = (_kinds()[np.minimum(codes, 0xFFFF)] & 8) > 0
    mark[1:] &= ~mark[:-1]
    passed = np.concatenate(([0], np.cumsum(mark)))
    behind = np.append(edges, len(codes))
    in_chunk = passed[behind[1:]] - passed[edges]
    return in_chunk, passed[edges[chunk_ids] + starts] - passed[edges[chunk_ids]]


@functools.cache
def _kinds() -> NDArray[np.uint8]:
    """Return per code point the sum of: 1 letter, 2 capital letter, 8 quotation mark, 4 a sign.

    A sign is neither letter, digit nor space.
    """
    made = np.zeros(0x10000, dtype=np.uint8)
    for code in range(_KINDS_KNOWN):
        character = chr(code)
        made[code] = character.isalpha() + 2 * character.isupper()
        made[code] += 4 * (not character.isalnum() and not character.isspace())
    made[_KINDS_KNOWN:0xD800] = 1
    made[0xD800:] = 4
    made[[ord(sign) for sign in QUOTATION_MARKS]] |= 8
    return made


def appearance_of(chunks: Sequence[str]) -> NDArray[np.int64]:
    """Return per chunk how many letters, capitals, signs and characters it has."""
    lengths = np.fromiter((len(chunk) for chunk in chunks), dtype=np.int64, count=len(chunks))
    raw = np.frombuffer("".join(chunks).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = _kinds()[np.minimum(raw, 0xFFFF)]
    edges = edges_of(lengths)
    counts = [np.add.reduceat((kinds & bit) > 0, edges, dtype=np.int64) for bit in (1, 2, 4)]
    return np.stack([*counts, lengths], axis=1)


class Vocabulary:
    """Chunks with their words, words with their features; see the attributes.

    Per chunk: ``firsts`` and ``counts`` of its entries, ``appearance``, ``marks`` (quotation
    marks), ``stops`` (does a sentence end with it?).
    Per entry (a word in a chunk): ``entry_words`` after mending, ``entry_written`` before,
    ``entry_places`` (start, end), ``entry_marks`` (quotation marks before it).
    Per word: ``hashes``, ``linear`` hashes, ``stems``, ``lengths``, ``parts`` (may it be part of
    another?), ``classes`` (see `word_classes`), ``settled`` (nothing to mend), ``ngram_firsts`` and
    ``ngram_counts`` into ``ngrams``, ``letter_firsts`` into ``letters``. Words with numbers below
    ``size`` are complete.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chunk_index = HashIndex(CAPACITY * 2)
        self._word_index = HashIndex(CAPACITY * 2)
        self.firsts, self.counts = Growing(np.int64), Growing(np.int64)
        self.appearance = Growing(np.int64, 4)
        self.entry_words, self.entry_written = Growing(np.int64), Growing(np.int64)
        self.entry_places = Growing(np.int32, 2)
        self.stops = Growing(np.bool_)
        self.marks, self.entry_marks = Growing(np.int64), Growing(np.int64)
        self.hashes, self.stems = Growing(np.uint64), Growing(np.uint64)
        self.linear, self.parts = Growing(np.uint64), Growing(np.uint8)
        self.lengths, self.classes = Growing(np.int64), Growing(np.int8)
        self.settled = Growing(np.bool_)
        self.letters, self.letter_firsts = Growing(np.uint32), Growing(np.int64)
        self.ngrams = Growing(np.int32)
        self.ngram_firsts, self.ngram_counts = Growing(np.int64), Growing(np.int64)
        self.size = 0

    @property
    def is_full(self) -> bool:
        """Say whether it is time to begin a new one."""
        return max(self.firsts.size, self.size) >= CAPACITY

    def numbers_of(self, chunks: Chunks) -> Numbers:
        """Return the number of each chunk, learning those that are new."""
        with self._lock:
            numbers = self._chunk_index.find(chunks.keys)
            missing = np.flatnonzero(numbers < 0)
            if len(missing):
                first, ranks = distinct(chunks.keys[missing])
                new = missing[first]
                begun = self.firsts.size
                self._learn_chunks([chunks.chunk(number) for number in new.tolist()])
                self._chunk_index.add(chunks.keys[new], begun + np.arange(len(new)))
                numbers[missing] = begun + ranks
            return numbers

    def _learn_chunks(self, chunks: Sequence[str]) -> None:
        raw = close_gaps(spelling(), spell(chunks))
        written = self._word_numbers(raw)
        plain = ~some_letters(raw, raw.signs > 0)
        spellings, source = mend(raw, ~(plain & self.settled.values.take(written)))
        read = self._word_numbers(spellings)
        counts = np.bincount(spellings.chunk_ids, minlength=len(chunks))
        self.firsts.extend(self.entry_words.size + edges_of(counts))
        self.counts.extend(counts)
        self.appearance.extend(appearance_of(chunks))
        self.stops.extend(np.array([chunk.rstrip(_CLOSING)[-1:] in _STOPS for chunk in chunks]))
        alone = np.bincount(source, minlength=len(written))[source] == 1
        same = alone & (read == written[source]) & plain[source]
        self.settled.values[written[source[same]]] = True
        self.entry_written.extend(np.where(alone, written[source], read))
        self.entry_words.extend(read)
        self.entry_places.extend(np.stack([spellings.starts, spellings.ends], axis=1))
        in_chunk, before = quotation_marks(chunks, spellings.chunk_ids, spellings.starts)
        self.marks.extend(in_chunk)
        self.entry_marks.extend(before)

    def _word_numbers(self, spellings: Spellings) -> Numbers:
        """Return the number of each word, learning those that are new."""
        linear, stems = spellings.hashes
        hashes = mix(linear)
        keys = hashes | np.uint64(1)
        numbers = self._word_index.find(keys)
        missing = np.flatnonzero(numbers < 0)
        if not len(missing):
            return numbers
        first, ranks = distinct(keys[missing])
        new = missing[first]
        begun = self.size
        self._word_index.add(keys[new], begun + np.arange(len(new)))
        numbers[missing] = begun + ranks
        lengths = spellings.lengths[new]
        letters = np.repeat(spellings.begins[new], lengths) + places_within(lengths)
        rows, counts = ngram_rows(spellings.codes[letters], lengths)
        classes = _classes_of(hashes[new])
        self.hashes.extend(hashes[new])
        self.linear.extend(linear[new])
        self.parts.extend(kinds_of_part(spelling(), linear[new], spellings.codes[letters], lengths))
        self.stems.extend(mix(stems[new]))
        self.lengths.extend(lengths)
        self.classes.extend(classes)
        self.settled.extend(np.zeros(len(new), dtype=bool))
        self.ngram_firsts.extend(self.ngrams.size + edges_of(counts))
        self.ngram_counts.extend(np.where(classes == GROUP, 0, counts))
        self.ngrams.extend(rows)
        self.letter_firsts.extend(self.letters.size + edges_of(lengths))
        self.letters.extend(spellings.codes[letters])
        self.size = begun + len(new)  # last: from now on others may ask about these words
        return numbers

    def spelled(self, word: int) -> str:
        """Return a word as it reads after folding."""
        first = int(self.letter_firsts.values[word])
        letters = self.letters.values[first : first + int(self.lengths.values[word])]
        return "".join(map(chr, letters.tolist()))

    def feature_hashes(self, words: Numbers) -> Hashes:
        """Return the hashes that features are made of: one placeholder for groups of people."""
        named = self.classes.values.take(words) == GROUP
        return np.where(named, PLACEHOLDER, self.hashes.values.take(words))


class PerWord(Generic[Number]):
    """Something that follows from a word alone, worked out once for each word of a vocabulary.

    ``compute(vocabulary, begin, end)`` returns it for the words with these numbers.
    """

    def __init__(
        self,
        compute: Callable[[Vocabulary, int, int], NDArray[Number]],
        dtype: type[Number],
        *width: int,
    ) -> None:
        self._compute, self._dtype, self._width = compute, dtype, width
        self._lock = threading.Lock()
        self._made: Growing[Number] = Growing(dtype, *width)
        self._vocabulary: weakref.ref[Vocabulary] | None = None

    def of(self, vocabulary: Vocabulary) -> NDArray[Number]:
        """Return the values of all words of a vocabulary, by number."""
        with self._lock:
            if self._vocabulary is None or self._vocabulary() is not vocabulary:
                self._vocabulary = weakref.ref(vocabulary)
                self._made = Growing(self._dtype, *self._width)
            size = vocabulary.size
            if self._made.size < size:
                self._made.extend(self._compute(vocabulary, self._made.size, size))
            return self._made.values


class _Current:
    """The vocabulary that all classifiers of this process share."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()

    def get(self) -> Vocabulary:
        if self._vocabulary.is_full:
            self._vocabulary = Vocabulary()
        return self._vocabulary


_CURRENT = _Current()


def current() -> Vocabulary:
    """Return the vocabulary in use; it is begun anew when it is full."""
    return _CURRENT.get()
