"""Abuse heads of further languages: small tables of their own beside the English one.

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
"""log2 of the rows of such a table."""

Ints = NDArray[np.int64]


def _decomposed(text: str, language: str) -> str:
    text = text[:MAX_CHARS]
    return unicodedata.normalize("NFD", text) if language == "ko" else text


def _origins(text: str) -> NDArray[np.int32]:
    """Return for each character of a decomposed text, and for its end, the place it came from."""
    lengths = [len(unicodedata.normalize("NFD", character)) for character in text[:MAX_CHARS]]
    return np.append(np.repeat(np.arange(len(lengths)), lengths), len(lengths)).astype(np.int32)


@functools.cache
def _masked(language: str) -> NDArray[np.uint64]:
    """Return the hashes of the words for groups of people, sorted."""
    words = " ".join([*identity_words(language), *IDENTITY_TERMS])
    return np.unique(read_words([_decomposed(words, language)]).hashes)


def read(texts: Sequence[str], language: str) -> Features:
    """Return the features that a language's heads score; offsets are those of the read texts.

    Words for groups of people give no features: naming a group costs a comment nothing. Nor do
    surroundings, whose words are English.
    """
    features = extract([_decomposed(text, language) for text in texts])
    masked = np.isin(features.words.hashes, _masked(language))
    # What belongs to no word has the number -1, a pair of words that of the first.
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
    """Return a family without the features of words that are left out."""
    rows, ids, owners = family
    kept = ~left_out[owners]
    return rows[kept], ids[kept], owners[kept]


@dataclass(frozen=True, slots=True)
class LanguageHeads:
    """The abuse signals that one language's data could teach; the others are absent."""

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
        """Return the features of one text, with offsets into the text as it was written."""
        features = read([text], self.language)
        if self.language != "ko":
            return features
        return replace(features, words=replace(features.words, origins=_origins(text)))
