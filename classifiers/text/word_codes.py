"""Cuts folded chunks into words: their code points end to end, with places in the chunk."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.text.folding import MASK_SIGNS, FoldedBatch, fold_batch, is_letter, is_symbol, keep
from classifiers.text.hashing import Hashes, Numbers, edges_of, shifted, word_hashes

_LATIN_END = 0x250


@dataclass(frozen=True)
class WordCodes:
    """Words as runs of folded code points.

    Attributes
    ----------
    codes : array of uint32 (letters,)
        Folded code points of all words, end to end.
    signs : array of uint32 (letters,)
        The sign that was read as the letter, 0 where it is a letter.
    places : array of int64 (letters,)
        Offset of the letter in its chunk.
    lengths, chunk_ids, starts, ends : arrays of int64 (words,)
        Number of letters (never 0), chunk (ascending), start and end in the chunk.
    """

    codes: NDArray[np.uint32]
    signs: NDArray[np.uint32]
    places: Numbers
    lengths: Numbers
    chunk_ids: Numbers
    starts: Numbers
    ends: Numbers

    @functools.cached_property
    def hashes(self) -> tuple[Hashes, Hashes]:
        """Return the linear hashes of the words and of their stems."""
        return word_hashes(self.codes, self.lengths)

    @functools.cached_property
    def begins(self) -> Numbers:
        """Return the start of each word's letters."""
        return edges_of(self.lengths)

    def letters(self, word: int) -> slice:
        """Return the slice of one word's letters."""
        begin = int(self.begins[word])
        return slice(begin, begin + int(self.lengths[word]))


def _is_word(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    digit = (codes >= 48) & (codes <= 57)
    return is_letter(codes) | digit | is_symbol(codes)


def _cleaned(batch: FoldedBatch) -> tuple[FoldedBatch, NDArray[np.bool_]]:
    """Return the batch without apostrophes within words, and which characters belong to words.

    Masks ("f*ck") belong to words. ``signs`` of the batch then has every digit, mask and letter of
    another alphabet that may stand for a Latin letter.
    """
    codes = batch.codes
    word = _is_word(codes)
    before, after = shifted(word, 1), shifted(word, -1)
    apostrophe = (codes == 39) & before & after
    mask = (codes == MASK_SIGNS[0]) | (codes == MASK_SIGNS[1])
    letter = is_letter(codes)
    if mask.any():
        word = word | _masking(mask, letter, word)
    non_latin = letter & (codes >= _LATIN_END)
    mixed = non_latin & ((before & ~shifted(non_latin, 1)) | (after & ~shifted(non_latin, -1)))
    digit = (codes >= 48) & (codes <= 57)
    signs = np.where(mask | mixed | digit, codes, batch.signs)
    read = FoldedBatch(codes, batch.text_ids, batch.offsets, signs, batch.count)
    return keep(read, ~apostrophe), word[~apostrophe]


def _masking(
    mask: NDArray[np.bool_], letter: NDArray[np.bool_], word: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Say which signs are masks: a run after a letter, within the word or of two signs or more.

    A single star after a word is a footnote.
    """
    # Each sign learns where its run begins and ends: forward and backward running extremes.
    places = np.arange(len(mask))
    begins = np.maximum.accumulate(np.where(mask & ~shifted(mask, 1), places, 0))
    last = np.where(mask & ~shifted(mask, -1), places, len(mask) - 1)
    ends = np.minimum.accumulate(last[::-1])[::-1]
    return mask & shifted(letter, 1)[begins] & (shifted(word, -1)[ends] | (ends > begins))


def read_word_codes(chunks: Sequence[str]) -> WordCodes:
    """Fold chunks and return their words."""
    stream, word = _cleaned(fold_batch(chunks))
    begins = np.flatnonzero(word & ~shifted(word, 1))
    ends = np.flatnonzero(word & ~shifted(word, -1)) + 1
    return WordCodes(
        stream.codes[word],
        stream.signs[word],
        stream.offsets[word].astype(np.int64),
        ends - begins,
        stream.text_ids[begins].astype(np.int64),
        stream.offsets[begins].astype(np.int64),
        stream.offsets[ends - 1].astype(np.int64) + 1,
    )


def some_letters(words: WordCodes, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say of each word whether any of its letters is chosen, bool (words,)."""
    if not len(words.lengths):
        return np.zeros(0, dtype=bool)
    return np.logical_or.reduceat(chosen, words.begins)
