"""Folds a batch of texts and undoes disguises, with offsets into the original texts.

Training and scoring both read text through `fold_batch`. All work is done on one array of code
points for the whole batch, so the time is linear in the number of characters and no step can
blow up on hostile input (long runs of combining marks, ligatures that expand, megabyte words).
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.text.chunks import MAX_CHARS
from classifiers.text.confusables import CONFUSABLES, EMOJI_READ_AS
from classifiers.text.hashing import shifted

MAX_EXPANSION = 6
"""Characters that one code point may fold to (U+FDFA would give 18)."""

SPACE = 32
MASK_SIGNS = (42, 35)
"""Signs that replace letters within a word ("f*ck") or at its end ("f***")."""
BOUNDARY = 10
"""Code point before each text in the batch array; real line breaks fold to spaces."""

_TABLE_SIZE = 0x20000
_FOLDED_RANGES = ((0, 0x3400), (0xA640, 0xA800), (0xF900, 0x10000), (0x1D400, 0x1D800),
                  (0x1F100, 0x1F200))  # fmt: skip
_DROPPED_CATEGORIES = ("Mn", "Me", "Cf", "Cs", "Co")
_LEET = {"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t",
         "8": "b", "9": "g", "6": "g", "|": "l", "+": "t"}  # fmt: skip
_BARS = (43, 124)
"""Signs that are letters only within longer words: "shi+ty", not "a|b"."""

_ASCII_END = 128
_KEPT_DOUBLE = "eoslf"
"""Letters that stay double in a stretched word ("asss" is "ass", "idiottt" is "idiot")."""

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FoldedBatch:
    """A batch of texts as one folded array of code points.

    Each text begins with a `BOUNDARY` (offset -1), and one more closes the batch.

    Attributes
    ----------
    codes : array of uint32 (characters,)
        Folded characters.
    text_ids : array of int32 (characters,)
        Text of each character.
    offsets : array of int32 (characters,)
        Index of the original character in its text.
    signs : array of uint32 (characters,)
        The digit or sign that was read as the character, 0 where none was.
    count : int
        Number of texts.
    """

    codes: NDArray[np.uint32]
    text_ids: NDArray[np.int32]
    offsets: NDArray[np.int32]
    signs: NDArray[np.uint32]
    count: int

    def folded(self, text_id: int) -> str:
        """Return one folded text (for tests and for people)."""
        chosen = self.codes[(self.text_ids == text_id) & (self.codes != BOUNDARY)]
        return "".join(map(chr, chosen.tolist()))


def _fold_character(code: int) -> str:
    """Fold one code point: compatibility form, no marks, lower case, look-alikes to Latin."""
    character = chr(code)
    if character.isspace():
        return " "
    folded = unicodedata.normalize("NFKD", character).casefold()
    kept: list[str] = []
    for part in folded:
        category = unicodedata.category(part)
        if category in _DROPPED_CATEGORIES or (category == "Cc" and not part.isspace()):
            continue
        kept.append(" " if part.isspace() else CONFUSABLES.get(part, part))
    return "".join(kept)[:MAX_EXPANSION]


@functools.cache
def _tables() -> tuple[
    NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64]
]:
    """Return the folding of every code point as arrays.

    Returns
    -------
    first : array of uint32 (_TABLE_SIZE,)
        First folded character.
    counts : array of int64 (_TABLE_SIZE,)
        Number of folded characters: 0, 1 or more.
    expansions : array of uint32 (long foldings + 1, MAX_EXPANSION)
        Foldings to several characters, filled up with zeros; row 0 is empty.
    rows : array of int64 (_TABLE_SIZE,)
        Row in ``expansions``, 0 for foldings to one character or none.
    """
    first = np.arange(_TABLE_SIZE, dtype=np.uint32)
    counts = np.ones(_TABLE_SIZE, dtype=np.int64)
    many: dict[int, str] = {}
    ranged = itertools.chain.from_iterable(itertools.starmap(range, _FOLDED_RANGES))
    for code in (*ranged, *map(ord, CONFUSABLES)):
        folded = _fold_character(code)
        counts[code] = len(folded)
        first[code] = ord(folded[0]) if folded else 0
        if len(folded) > 1:
            many[code] = folded
    counts[0xD800:0xF900] = 0  # lone surrogates and private use carry no text
    expansions = np.zeros((len(many) + 1, MAX_EXPANSION), dtype=np.uint32)
    rows = np.zeros(_TABLE_SIZE, dtype=np.int64)
    for row, (code, folded) in enumerate(many.items(), start=1):
        rows[code] = row
        expansions[row, : len(folded)] = [ord(part) for part in folded]
    return first, counts, expansions, rows


def _code_points(texts: Sequence[str]) -> FoldedBatch:
    """Return the texts as one array of code points, a boundary before each."""
    cut = [text if len(text) <= MAX_CHARS else text[:MAX_CHARS] for text in texts]
    lengths = np.fromiter((len(text) for text in cut), dtype=np.int64, count=len(cut)) + 1
    joined = "\x00" + "\x00".join(cut) + "\x00"
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    starts = np.concatenate(([0], np.cumsum(lengths)))
    codes = raw.astype(np.uint32)
    codes[codes == BOUNDARY] = SPACE
    codes[starts] = BOUNDARY
    text_ids = np.repeat(np.arange(len(cut) + 1, dtype=np.int32), np.append(lengths, 1))
    text_ids[-1] = max(len(cut) - 1, 0)
    offsets = (np.arange(len(codes)) - starts[text_ids] - 1).astype(np.int32)
    offsets[starts] = -1
    return FoldedBatch(codes, text_ids, offsets, np.zeros_like(codes), len(cut))


def _fold_code_points(batch: FoldedBatch) -> FoldedBatch:
    """Replace each code point by its folding: no character, one, or a few."""
    first, counts, expansions, rows_of = _tables()
    codes = batch.codes
    inside = np.minimum(codes, _TABLE_SIZE - 1)
    single = np.where(codes < _TABLE_SIZE, first[inside], codes)
    how_many = np.where(codes < _TABLE_SIZE, counts[inside], 1)
    how_many[(codes >= 0xE0000) & (codes < 0xF0000)] = 0  # invisible tags, variation selectors
    how_many[codes >= 0xF0000] = 0
    is_boundary = codes == BOUNDARY
    single[is_boundary] = BOUNDARY
    how_many[is_boundary] = 1
    if int(how_many.min(initial=1)) == 1 and int(how_many.max(initial=1)) == 1:
        return FoldedBatch(single, batch.text_ids, batch.offsets, batch.signs, batch.count)
    # source: the original character of each folded one; position: which of its characters it is.
    source = np.repeat(np.arange(len(codes)), how_many)
    position = np.arange(len(source)) - np.repeat(np.cumsum(how_many) - how_many, how_many)
    rows = np.where(codes < _TABLE_SIZE, rows_of[inside], 0)[source]
    folded = np.where(rows > 0, expansions[rows, position], single[source])
    folded = folded.astype(np.uint32)
    return FoldedBatch(
        folded, batch.text_ids[source], batch.offsets[source], np.zeros_like(folded), batch.count
    )


def keep(batch: FoldedBatch, kept: NDArray[np.bool_]) -> FoldedBatch:
    """Return a batch with only the characters that are kept."""
    return FoldedBatch(
        batch.codes[kept],
        batch.text_ids[kept],
        batch.offsets[kept],
        batch.signs[kept],
        batch.count,
    )


def is_letter(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say which folded codes are letters: Latin, and all above Latin-1 except signs and emoji."""
    latin = (codes >= 97) & (codes <= 122)
    other = (codes >= 0xC0) & ~((codes >= 0x2000) & (codes < 0x2E80))
    return latin | (other & ~is_symbol(codes) & ~((codes >= 0x3000) & (codes < 0x3040)))


def is_symbol(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say which codes are emoji and pictographs."""
    return ((codes >= 0x2600) & (codes < 0x27C0)) | ((codes >= 0x1F000) & (codes < 0x20000))


@functools.cache
def _leet_table() -> NDArray[np.uint32]:
    """Return the letter that each code point may stand for, 0 for none, uint32 (_TABLE_SIZE,)."""
    table = np.zeros(_TABLE_SIZE, dtype=np.uint32)
    for sign, letter in (*_LEET.items(), *EMOJI_READ_AS.items()):
        table[ord(sign)] = ord(letter)
    return table


def _undo_leet(batch: FoldedBatch) -> FoldedBatch:
    """Read digits and signs between letters as the letters they look like ("1d10t", "@ss")."""
    codes = batch.codes
    letters = _leet_table()[np.minimum(codes, _TABLE_SIZE - 1)]
    candidate = letters > 0
    if not candidate.any():
        return batch
    letter = is_letter(codes)
    # A candidate is read as a letter between letters (over other candidates), at the start of a
    # word, or, for emoji and "$$", at its end. Each rule is one boolean array over all characters.
    reading = letter | candidate
    before, after = shifted(reading, 1), shifted(reading, -1)
    letter_after = shifted(letter, -1)
    digit = (codes >= 48) & (codes <= 57)
    joined = _near(letter, reading, 1) & _near(letter, reading, -1)
    is_sign = candidate & ~digit & (codes < _ASCII_END)
    start = letter_after & ~before & ~shifted(digit, 1) & (~is_sign | (codes == 36))
    start |= (codes == 64) & (shifted(codes, -1) == 115) & (shifted(codes, -2) == 115)  # "@ss"
    lone = ((codes == _BARS[0]) | (codes == _BARS[1])) & ~_two_letters(letter)
    end = is_symbol(codes) & shifted(letter, 1) & ~after
    money = codes == ord("$")
    doubled = money & (shifted(money, 1) | shifted(money, -1))  # "a$$", not "US$"
    end |= doubled & (shifted(letter, 1) | (shifted(money, 1) & shifted(letter, 2)))
    changed = candidate & (joined | start | end) & ~lone
    return FoldedBatch(
        np.where(changed, letters, codes),
        batch.text_ids,
        batch.offsets,
        np.where(changed, codes, batch.signs),
        batch.count,
    )


def _two_letters(letter: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say where two letters come directly before or directly after."""
    before = shifted(letter, 1) & shifted(letter, 2)
    return before | (shifted(letter, -1) & shifted(letter, -2))


def _near(letter: NDArray[np.bool_], reading: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """Say where a letter is at most three places away, with only possible letters between.

    ``step`` is 1 to look back, -1 to look ahead.
    """
    found = shifted(letter, step)
    between = shifted(reading, step)
    for distance in (2, 3):
        found = found | (between & shifted(letter, step * distance))
        between = between & shifted(reading, step * distance)
    return found


def _drop_symbols_within(batch: FoldedBatch) -> FoldedBatch:
    """Drop emoji between the letters of a word, up to three in a row."""
    symbol = is_symbol(batch.codes)
    if not symbol.any():
        return batch
    letter = is_letter(batch.codes)
    within = symbol & _near(letter, symbol, 1) & _near(letter, symbol, -1)
    return keep(batch, ~within)


def _undo_repetition(batch: FoldedBatch) -> FoldedBatch:
    """Shorten letters and signs that repeat three times or more ("stuuupid", "!!!!!!").

    The stars of a masked word stay: they count its letters.
    """
    codes = batch.codes
    # second: equal to the character before; third: equal to the two before.
    same = codes[1:] == codes[:-1]
    second = np.concatenate(([False], same))
    third = second & shifted(second, 1)
    third[:1] = False
    if not third.any():
        return batch
    long_run = third | shifted(third, -1)
    doubled = np.isin(codes, [ord(letter) for letter in _KEPT_DOUBLE]) | ~is_letter(codes)
    drop = np.where(doubled, third, second & long_run)
    return keep(batch, ~drop | np.isin(codes, MASK_SIGNS))


def fold_batch(texts: Sequence[str]) -> FoldedBatch:
    """Fold a batch of texts.

    Parameters
    ----------
    texts : sequence of str
        Any strings, lone surrogates and empty ones included. Each is read up to `MAX_CHARS`.

    Returns
    -------
    FoldedBatch
        Lower-case characters without marks, invisible characters and disguises, Latin letters for
        look-alikes; with the offset of each character in its original text.
    """
    batch = _fold_code_points(_code_points(texts))
    batch = _drop_symbols_within(_undo_leet(batch))
    return _undo_repetition(batch)


def fold(text: str) -> str:
    """Return one text as the classifiers read it."""
    return fold_batch([text]).folded(0)
