"""Detects the language of comments; abstains when a comment is too short or unclear.

Most comments are recognised by their function words, all at once and quickly; Korean, Japanese and
Chinese by their script. Only the rest goes to py3langid (naive Bayes over byte
n-grams; Lui and Baldwin 2012).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.text.function_words import FUNCTION_WORDS
from classifiers.text.hashing import find_sorted
from classifiers.text.token_cache import PerWord, TokenCache
from classifiers.text.tokens import Words, read_words

UNDETERMINED = "und"
CONFIDENT = 0.5
"""Lowest probability at which py3langid's answer counts."""

READ_CHARS = 400
"""Number of characters of a comment that are examined."""

_FEWEST, _SHARE, _LEAD = 1.0, 0.2, 1.5
"""Least votes of a language: number, share of all words, ratio to the second language."""

_NO_LANGUAGE = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+")
"""Links, mentions and hashtags: written the same in every language."""

_LATIN_END = 0x250
_DETECTED = (
    "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is "
    "it ja ka kk km kn ko lo lt lv mk ml mn mr ms mt my nb ne nl nn no pa pl ps pt ro ru si sk sl "
    "so sq sr sv sw ta te th tl tr uk ur uz vi zh"
)
"""Languages that can be detected: those of newspapers, without their closest small relatives."""

_LANGUAGES = tuple(FUNCTION_WORDS)


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 (half a second)

    made = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    made.set_languages(sorted(set(_DETECTED.split()) & set(made.labels)))
    return made


@functools.cache
def _votes() -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """Return the hashes of all function words, and their votes.

    Returns
    -------
    known : array of uint64 (function words,), ascending
    votes : array of float64 (function words, languages)
        Each row sums to 1: languages that share a word share its vote.
    """
    hashes = [np.unique(read_words([words]).hashes) for words in FUNCTION_WORDS.values()]
    known = np.unique(np.concatenate(hashes))
    votes = np.stack([np.isin(known, of_language) for of_language in hashes], axis=1).astype(
        np.float64
    )
    return known, votes / votes.sum(axis=1, keepdims=True)


def _vote_of(cache: TokenCache, begin: int, end: int) -> NDArray[np.int64]:
    """Return each word's place among the function words, -1 for all others."""
    known, _ = _votes()
    hashes = cache.hashes.values[begin:end]
    return find_sorted(known, hashes)


_VOTE_OF_WORD = PerWord(_vote_of, np.int64)


def _by_function_words(words: Words, count: int) -> list[str]:
    """Return the language of each text whose function words are clear, "" for other texts."""
    _, votes = _votes()
    place = _VOTE_OF_WORD.of(words.cache).take(words.ids)
    found = np.flatnonzero(place >= 0)
    ids, place = words.text_ids[found], place[found]
    # Votes of each text's words, float64 (texts, languages).
    totals = np.stack(
        [np.bincount(ids, weights=column[place], minlength=count) for column in votes.T], axis=1
    )
    length = np.bincount(words.text_ids, minlength=count)
    second, first = np.partition(totals, -2, axis=1)[:, -2:].T
    clear = (first >= _FEWEST) & (first >= _SHARE * length) & (first >= _LEAD * second)
    best = totals.argmax(axis=1)
    return [_LANGUAGES[best[number]] if clear[number] else "" for number in range(count)]


def _by_script(letters: Sequence[str]) -> str:
    """Return the language of these letters' script, or ""."""
    hangul = sum("\uac00" <= letter <= "\ud7a3" or "\u3131" <= letter <= "\u318e"
                 for letter in letters)  # fmt: skip
    if hangul * 2 >= len(letters):
        return "ko"
    kana = sum("\u3041" <= letter <= "\u30ff" for letter in letters)
    han = sum("\u4e00" <= letter <= "\u9fff" for letter in letters)
    if (kana + han) * 2 < len(letters):
        return ""
    return "ja" if kana else "zh" if len(letters) >= 6 else ""


def _identify(text: str) -> str:
    text = _NO_LANGUAGE.sub(" ", text)
    letters = [character for character in text if character.isalpha()]
    if not text.isascii() and letters and (language := _by_script(letters)):
        return language
    if len(letters) < 6:
        return UNDETERMINED
    language, probability = _identifier().classify(text.encode("utf-8", "ignore").decode())
    return str(language) if probability >= CONFIDENT else UNDETERMINED


def mostly_latin(text: str) -> bool:
    """Say whether the letters of a text are mostly Latin (true when it has none)."""
    if text.isascii():
        return True
    letters = [character for character in text[:READ_CHARS] if character.isalpha()]
    latin = sum(ord(character) < _LATIN_END for character in letters)
    return latin * 2 >= len(letters)


def detect_batch(texts: Sequence[str], words: Words) -> list[str]:
    """Return a language code per text, "und" where it is unclear.

    ``words`` are those of the texts. Never raises: texts without evidence are "und".
    """
    clear = _by_function_words(words, len(texts))
    return [
        language or _identify(text[:READ_CHARS])
        for language, text in zip(clear, texts, strict=True)
    ]


def is_other_language(languages: Sequence[str]) -> NDArray[np.bool_]:
    """Say which comments are clearly in another language than English, bool (comments,)."""
    return np.array([language not in ("en", UNDETERMINED) for language in languages], dtype=bool)


def is_trained(language: str, text: str, trained: frozenset[str]) -> bool:
    """Say whether the abuse signals were trained for this text.

    A text whose language is undetermined counts as trained if its letters are mostly Latin.
    """
    return language in trained or (language == UNDETERMINED and mostly_latin(text))
