"""Text to hashed features, for a whole batch at once, without building n-gram strings.

The same arrays serve training (as a sparse matrix) and scoring (as row numbers of a weight
table). Features are words, pairs of words and character n-grams of 3 to 5 within a word with its
edges. Words for groups of people count as one placeholder and give no character n-grams.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.identity import IDENTITY_TERMS
from classifiers.text import BOUNDARY, SPACE, FoldedBatch, fold_batch, is_letter, is_symbol

TABLE_BITS = 20
"""log2 of the number of hashed features."""

BLOCK = 256
"""Texts per block: keeps the arrays of one block within the processor's cache."""

_LONGEST_WORD = 40
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SALTS = {3: 0x51ED270B, 4: 0x7FEB352D, 5: 0x846CA68B, "word": 0x2545F491, "pair": 0x68E31DA4,
          "cue": 0x1B873593}  # fmt: skip
CUES = ("link", "shout", "exclaim", "question", "mention")
"""Signs of style that count as features beside the words."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a batch: hashes of the folded words and where each stood in its text."""

    hashes: NDArray[np.uint64]
    stems: NDArray[np.uint64]
    lengths: NDArray[np.int64]
    text_ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Features:
    """Hashed features of a batch, family by family, each in the order of the texts.

    ``families`` holds (feature row numbers, text ids, index of the word each belongs to);
    ``counts`` is the number of features per text.
    """

    families: tuple[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]], ...]
    counts: NDArray[np.int64]
    words: Words
    count: int


@functools.cache
def _powers() -> NDArray[np.uint64]:
    base = pow(0x100000001B3, 1, 1 << 64)
    return np.array([pow(base, i + 1, 1 << 64) for i in range(_LONGEST_WORD)], dtype=np.uint64)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    values = (values ^ (values >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(32))


def rows_of(hashes: NDArray[np.uint64], salt: int, bits: int = TABLE_BITS) -> NDArray[np.int64]:
    """Turn hashes into row numbers of a table of 2**bits rows."""
    mixed = (hashes ^ np.uint64(salt)) * _MULTIPLIER
    return (mixed >> np.uint64(64 - bits)).astype(np.int64)


def _is_word(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    digit = (codes >= 48) & (codes <= 57)
    return is_letter(codes) | digit | is_symbol(codes)


def _clean(batch: FoldedBatch) -> tuple[FoldedBatch, NDArray[np.bool_]]:
    """Keep words with one separator before and after; drop apostrophes, keep masks (f*ck)."""
    codes = batch.codes
    word = _is_word(codes)
    before, after = np.roll(word, 1), np.roll(word, -1)
    mask = (codes == 42) | (codes == 35)
    letter = is_letter(codes)
    led = np.roll(letter, 1) | (np.roll(mask, 1) & np.roll(letter, 2))
    followed = after | (np.roll(mask, -1) & np.roll(word, -2))
    inner = mask & led & followed
    word = word | inner
    apostrophe = (codes == 39) & before & after
    previous_is_word = np.roll(word, 1)
    kept = (word | previous_is_word | (codes == BOUNDARY)) & ~apostrophe
    chosen = FoldedBatch(
        np.where(word, codes, SPACE)[kept], batch.text_ids[kept], batch.offsets[kept], batch.count
    )
    return chosen, word[kept]


@functools.cache
def _identity_hashes() -> NDArray[np.uint64]:
    stream, word = _clean(fold_batch([" ".join(IDENTITY_TERMS)]))
    return np.unique(_words(stream, word)[0].hashes)


PLACEHOLDER = np.uint64(0x1DE7717)


def _words(stream: FoldedBatch, word: NDArray[np.bool_]) -> tuple[Words, NDArray[np.int64]]:
    """Find the words of a clean stream, and the word number of each of its characters."""
    starts = np.flatnonzero(word & ~np.roll(word, 1))
    ends = np.flatnonzero(word & ~np.roll(word, -1)) + 1
    numbers = np.cumsum(word & ~np.roll(word, 1)) - 1
    if not len(starts):
        none = np.zeros(0, dtype=np.uint64)
        ids = np.zeros(0, dtype=np.int32)
        return Words(none, none, np.zeros(0, dtype=np.int64), ids, ids, ids), numbers
    position = np.minimum(np.arange(len(word)) - starts[np.maximum(numbers, 0)], _LONGEST_WORD - 1)
    values = stream.codes.astype(np.uint64) * _powers()[np.maximum(position, 0)]
    values[~word] = 0
    hashes = np.add.reduceat(values, starts)
    stems = np.add.reduceat(np.where(position < 6, values, np.uint64(0)), starts)
    return Words(
        _mix(hashes),
        _mix(stems),
        ends - starts,
        stream.text_ids[starts],
        stream.offsets[starts],
        stream.offsets[ends - 1] + 1,
    ), numbers


def read_words(texts: Sequence[str]) -> Words:
    """Return the words of a batch of texts (hashes and offsets), without other features."""
    return _words(*_clean(fold_batch(texts)))[0]


def _ngrams(
    stream: FoldedBatch, word: NDArray[np.bool_], numbers: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]]:
    """Yield character n-grams of 3 to 5: inner characters in one word, ends may be its edge."""
    size = len(word)
    codes = _mix(stream.codes.astype(np.uint64) + np.uint64(0x100))
    rolling = codes[: size - 1] * np.uint64(0x100000001B3) + codes[1:]
    inner = np.ones(size, dtype=bool)
    for order in (3, 4, 5):
        if size < order:
            none = np.zeros(0, dtype=np.int64)
            yield none, none.astype(np.int32), none
            continue
        length = size - order + 1
        rolling = rolling[:length] * np.uint64(0x100000001B3) + codes[order - 1 :]
        inner = inner[:length] & word[order - 2 : order - 2 + length]
        places = np.flatnonzero(inner)
        yield (
            rows_of(rolling[places], _SALTS[order]),
            stream.text_ids[places + 1],
            numbers[places + 1],
        )


def _first_occurrences(words: Words) -> NDArray[np.bool_]:
    """Say which words stand in their text for the first time: a word counts once per text."""
    keys = (words.text_ids.astype(np.uint64) << np.uint64(44)) | (words.hashes >> np.uint64(20))
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.ones(len(keys), dtype=bool)
    first[order[1:]] = ordered[1:] != ordered[:-1]
    return first


def _pairs(
    words: Words, hashes: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    same = np.flatnonzero(words.text_ids[1:] == words.text_ids[:-1])
    joined = hashes[same] * np.uint64(0x100000001B3) + hashes[same + 1]
    return rows_of(joined, _SALTS["pair"]), words.text_ids[same], same


def _cues(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Return the style cues that a text shows, as features that belong to no word."""
    found: list[int] = []
    ids: list[int] = []
    for number, text in enumerate(texts):
        signs = style_cues(text)
        found.extend(signs)
        ids.extend([number] * len(signs))
    rows = rows_of(np.array(found, dtype=np.uint64), _SALTS["cue"])
    return rows, np.array(ids, dtype=np.int32), np.full(len(found), -1, dtype=np.int64)


def style_cues(text: str) -> list[int]:
    """Return the numbers (into `CUES`) of the style cues that one text shows."""
    signs: list[int] = []
    if "http" in text or "www." in text or ".com" in text:
        signs.append(0)
    if text.isupper() and len(text) > 12:
        signs.append(1)
    if "!!" in text:
        signs.append(2)
    if "?" in text:
        signs.append(3)
    if "@" in text:
        signs.append(4)
    return signs


def extract(texts: Sequence[str]) -> Features:
    """Hash a batch of texts into features.

    Parameters
    ----------
    texts : sequence of str
        Any strings. Call with at most some hundred at a time (`BLOCK`) for speed.

    Returns
    -------
    Features
        Row numbers below ``2**TABLE_BITS`` with text and word of each.
    """
    stream, word = _clean(fold_batch(texts))
    words, numbers = _words(stream, word)
    masked = np.isin(words.hashes, _identity_hashes())
    hashes = np.where(masked, PLACEHOLDER, words.hashes)
    first = _first_occurrences(words)
    visible = word.copy()
    shown = first & ~masked
    visible[word] = shown[numbers[word]]
    order = np.flatnonzero(first)
    families = (
        *_ngrams(stream, visible, numbers),
        (rows_of(hashes[order], _SALTS["word"]), words.text_ids[order], order),
        _pairs(words, hashes),
        _cues(texts),
    )
    counts = np.zeros(len(texts), dtype=np.int64)
    for _, ids, _ in families:
        counts += np.bincount(ids, minlength=len(texts))
    return Features(families, counts, words, len(texts))


def scale_of(counts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the factor that a text's summed weights are multiplied with: 1/sqrt(features).

    A factor per text instead of an L2 norm keeps a score a plain sum over its words.
    """
    return (1.0 / np.sqrt(np.maximum(counts, 1) + 12.0)).astype(np.float32)


def blocks(texts: Sequence[str], size: int = BLOCK) -> Iterator[tuple[int, Features]]:
    """Yield (index of the first text, features) block by block."""
    for start in range(0, len(texts), size):
        yield start, extract(texts[start : start + size])
