"""Maps word stems to rows of the idf table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifiers.text.hashing import rows_of
from classifiers.text.token_cache import PerWord, TokenCache
from classifiers.text.tokens import Words

STEM_SALT = 0x3C6EF372
STEM_BITS = 18


def _rows_of_stems(cache: TokenCache, begin: int, end: int) -> NDArray[np.int64]:
    return rows_of(cache.stems.values[begin:end], STEM_SALT, STEM_BITS)


_STEM_ROWS = PerWord(_rows_of_stems, np.int64)


def stem_rows(words: Words) -> NDArray[np.int64]:
    """Return the row of each word's stem (its first six letters) in the idf table."""
    return _STEM_ROWS.of(words.cache).take(words.ids)
