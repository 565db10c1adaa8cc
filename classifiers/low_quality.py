"""The signal low_quality: empty of content, shouting, gibberish, or the same thing over and over.

No licensed labels teach it, so it is a sum of stated measures with weights set by hand on own
examples; its score is an ordering, not a measured probability.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.features import Words, rows_of

STEM_SALT = 0x3C6EF372
STEM_BITS = 18

_HEAD = 1000
_BIAS = -3.2
_EMPTY, _TINY, _SHOUT, _UNKNOWN, _REPEATED, _SIGNS = 7.0, 1.2, 2.8, 6.0, 5.0, 3.0


def stem_rows(words: Words) -> NDArray[np.int64]:
    """Return the row of each word's stem (its first six letters) in the idf table."""
    return rows_of(words.stems, STEM_SALT, STEM_BITS)


def _share(amount: NDArray[np.float64], of: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(amount / np.maximum(of, 1.0), dtype=np.float64)


def low_quality_logits(
    texts: Sequence[str],
    words: Words,
    idf: NDArray[np.float32],
    foreign: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Return log-odds of low quality per text.

    ``idf`` is the table of stem weights; a stem at its maximum was never seen in training. That
    says nothing of a text in a language that the table does not know: ``foreign`` marks those.
    """
    size = len(texts)
    ids = words.text_ids
    count = np.bincount(ids, minlength=size).astype(np.float64)
    unseen = (idf[stem_rows(words)] >= idf.max() - 1e-3) & (words.lengths >= 3)
    unknown = np.bincount(ids, weights=unseen, minlength=size).astype(np.float64)
    keys = (ids.astype(np.uint64) << np.uint64(44)) ^ (words.hashes >> np.uint64(20))
    distinct = np.bincount(
        (np.unique(keys) >> np.uint64(44)).astype(np.int64), minlength=size
    )[:size].astype(np.float64)  # fmt: skip
    shouting, signs = _appearance(texts)
    repeated = np.where(count >= 4, 1.0 - _share(distinct, count), 0.0)
    ordinary = np.log2(count + 2.0) * 1.6
    repeated = np.maximum(0.0, repeated - 0.06 * ordinary)
    if foreign is not None:
        unknown = np.where(foreign, 0.0, unknown)
    strange = _share(unknown, count + 1.0)  # one unknown word alone is no gibberish
    logits: NDArray[np.float64] = (
        _BIAS
        + _EMPTY * (count == 0)
        + _TINY * ((count > 0) & (count <= 3))
        + _SHOUT * shouting
        + _UNKNOWN * np.maximum(0.0, strange - 0.25)
        + _REPEATED * repeated
        + _SIGNS * signs
    )
    return logits


@functools.cache
def _kinds() -> NDArray[np.uint8]:
    """Return per code point: 1 letter, 2 capital letter, 4 neither letter, digit nor space."""
    made = np.zeros(0x10000, dtype=np.uint8)
    for code in range(0x3400):
        character = chr(code)
        made[code] = character.isalpha() + 2 * character.isupper()
        made[code] += 4 * (not character.isalnum() and not character.isspace())
    made[0x3400:0xD800] = 1
    made[0xD800:] = 4
    return made


def _appearance(texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return per text how much it shouts (capitals) and how much is signs, 0 when normal."""
    heads = [text[:_HEAD] for text in texts]
    lengths = np.fromiter((len(head) for head in heads), dtype=np.int64, count=len(heads))
    raw = np.frombuffer("".join(heads).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = _kinds()[np.minimum(raw, 0xFFFF)]
    edges = np.concatenate(([0], np.cumsum(lengths)))
    letters, capitals, signs = (
        np.diff(np.concatenate(([0], np.cumsum((kinds & bit) > 0)))[edges]).astype(np.float64)
        for bit in (1, 2, 4)
    )
    shouting = np.maximum(0.0, _share(capitals, letters) - 0.4) / 0.6
    signs = np.maximum(0.0, _share(signs, lengths.astype(np.float64)) - 0.25) / 0.75
    return np.where(letters >= 10, shouting, 0.0), np.where(lengths >= 3, signs, 0.0)
