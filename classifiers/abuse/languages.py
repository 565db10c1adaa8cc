"""Scores abuse in other languages: each has a small table of its own.

They read the same hashed features, folded to a smaller table. Korean is decomposed into jamo
first (Unicode NFD), so that character n-grams see the consonants and vowels that a syllable block
hides: endings and disguised spellings share most of them.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.features import Family, Features, extract, with_counts
from classifiers.abuse.model import AbuseTable, as_items, sigmoid
from classifiers.text.chunks import MAX_CHARS
from classifiers.text.identity_terms import IDENTITY_TERMS
from classifiers.text.identity_terms_other import identity_words
from classifiers.text.tokens import read_words

LANGUAGE_BITS = 18
"""log2 of the number of rows of a language's table."""

Ints = NDArray[np.int64]


def _decomposed(text: str, language: str) -> str:
    text = text[:MAX_CHARS]
    return unicodedata.normalize("NFD", text) if language == "ko" else text


def _origins(text: str) -> NDArray[np.int32]:
    """Return the original offset of each character of a decomposed text, and of its end."""
    lengths = [len(unicodedata.normalize("NFD", character)) for character in text[:MAX_CHARS]]
    return np.append(np.repeat(np.arange(len(lengths)), lengths), len(lengths)).astype(np.int32)


@functools.cache
def _masked(language: str) -> NDArray[np.uint64]:
    """Return the hashes of a language's words for groups of people, ascending."""
    words = " ".join([*identity_words(language), *IDENTITY_TERMS])
    return np.unique(read_words([_decomposed(words, language)]).hashes)


def read(texts: Sequence[str], language: str) -> Features:
    """Return the features that a language's heads score, with offsets into the decomposed texts.

    Words for groups of people give no features: naming a group costs a comment nothing.
    Surroundings give none either, because their words are English.
    """
    features = extract([_decomposed(text, language) for text in texts])
    masked = np.isin(features.words.hashes, _masked(language))
    # A feature of no word has the owner -1, which finds the last element: never masked.
    # A pair belongs to its first word.
    alone = np.append(masked, False)
    either = alone | np.append(alone[1:], False)
    _, pairs, cues = features.sequences
    scope, all_pairs = features.runs
    no_scope = _without(scope, np.ones_like(alone))
    kept = with_counts(
        features.words,
        features.distinct[~masked[features.distinct]],
        (no_scope, _without(pairs, either), cues),
        (no_scope, _without(all_pairs, either)),
    )
    return replace(kept, silent=masked)


def _without(family: Family, left_out: NDArray[np.bool_]) -> Family:
    """Return a family without the features of the words ``left_out``, bool (words + 1,)."""
    rows, ids, owners = family
    kept = ~left_out[owners]
    return rows[kept], ids[kept], owners[kept]


@dataclass(frozen=True, slots=True)
class LanguageHeads:
    """The abuse signals of one language: those with training labels; others are absent."""

    language: str
    table: AbuseTable

    @classmethod
    def decode(
        cls, language: str, names: Sequence[str], arrays: Mapping[str, Any]
    ) -> LanguageHeads:
        """Build from the stored form; see `classifiers.training.languages`."""
        return cls(language, AbuseTable.decode(names, arrays))

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Return the signals of each text, 0-1."""
        return as_items(sigmoid(self.table.logits(read(texts, self.language))), self.table.names)

    def read_one(self, text: str) -> Features:
        """Return the features of one text, with offsets into the original text."""
        features = read([text], self.language)
        if self.language != "ko":
            return features
        return replace(features, words=replace(features.words, origins=_origins(text)))
