"""Which language a comment is in, with abstention when it is too short or unclear to say.

Plainly English text is recognised by its function words, which costs next to nothing; only the
rest is given to py3langid (naive Bayes over byte n-grams; Lui and Baldwin 2012).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.features import Words, read_words

UNDETERMINED = "und"
CONFIDENT = 0.7
"""Probability from which py3langid is believed."""

READ_CHARS = 400
"""Characters of a comment that are looked at."""

_ENGLISH = (
    "the and of to that it for was with you this have are not they but be his what your there "
    "would their who will from if about my she he we do has been can just so all how when no "
    "these those should could its im dont than then them were because why our is"
)
_LATIN_END = 0x250


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 (half a second)

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@functools.cache
def _english_hashes() -> NDArray[np.uint64]:
    return np.unique(read_words([_ENGLISH]).hashes)


def _identify(text: str) -> str:
    letters = sum(character.isalpha() for character in text)
    if letters < 6:
        return UNDETERMINED
    language, probability = _identifier().classify(text.encode("utf-8", "ignore").decode())
    known = probability >= CONFIDENT and len(language) == 2  # "zxx" is no language
    return str(language) if known else UNDETERMINED


def mostly_latin(text: str) -> bool:
    """Say whether the letters of a text are mostly Latin (true when it has none)."""
    if text.isascii():
        return True
    letters = [character for character in text[:READ_CHARS] if character.isalpha()]
    latin = sum(ord(character) < _LATIN_END for character in letters)
    return latin * 2 >= len(letters)


def detect_batch(texts: Sequence[str], words: Words) -> list[str]:
    """Return a language code per text ("und" where it is unclear); ``words`` are the texts' own.

    Never raises; scripts and short texts that give no evidence are "und".
    """
    known = np.isin(words.hashes, _english_hashes())
    count = np.bincount(words.text_ids, minlength=len(texts))
    english = np.bincount(words.text_ids, weights=known, minlength=len(texts))
    plain = ((count >= 4) & (english >= 0.25 * count)) | (english >= 0.5 * count) & (english >= 2)
    return [
        "en" if plain[number] else _identify(text[:READ_CHARS]) for number, text in enumerate(texts)
    ]


def is_trained(language: str, text: str, trained: frozenset[str]) -> bool:
    """Say whether the abuse signals were trained for this text.

    A text too short to tell counts as trained when it is written in Latin letters.
    """
    return language in trained or (language == UNDETERMINED and mostly_latin(text))
