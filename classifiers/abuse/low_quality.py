"""Scores low_quality: empty, shouting, gibberish or repetitive comments.

No licensed labels exist, so the score is a sum of stated measures with weights set by hand. It is
an ordering, not a calibrated probability.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.features import Features, add_by_text
from classifiers.text.chunks import MAX_CHARS
from classifiers.text.stems import stem_rows
from classifiers.text.tokens import Words

_BIAS = -3.2
_EMPTY, _TINY, _SHOUT, _UNKNOWN, _REPEATED, _SIGNS = 7.0, 1.2, 2.8, 6.0, 5.0, 3.0


def _share(amount: NDArray[np.float64], of: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(amount / np.maximum(of, 1.0), dtype=np.float64)


def low_quality_logits(
    features: Features,
    idf: NDArray[np.float32],
    rarest: float,
    other_language: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Return the log-odds of low quality, float64 (texts,).

    Parameters
    ----------
    features : Features
    idf : array of float32 (2**STEM_BITS,)
        The table of stem weights.
    rarest : float
        Its maximum: the weight of stems that training never saw.
    other_language : array of bool (texts,), optional
        Texts in a language that the table does not cover: their unseen stems do not count.
    """
    words = features.words
    size, ids = words.count, words.text_ids
    count = np.bincount(ids, minlength=size).astype(np.float64)
    unseen = (idf.take(stem_rows(words)) >= rarest) & (words.lengths >= 3)
    unknown = np.bincount(ids[unseen], minlength=size).astype(np.float64)
    distinct = np.bincount(ids.take(features.distinct), minlength=size).astype(np.float64)
    shouting, signs = _appearance(words)
    # Long texts repeat words as a matter of course: the longer, the more repetition is ordinary.
    repeated = np.where(count >= 4, 1.0 - _share(distinct, count), 0.0)
    ordinary = np.log2(count + 2.0) * 1.6
    repeated = np.maximum(0.0, repeated - 0.06 * ordinary)
    if other_language is not None:
        unknown = np.where(other_language, 0.0, unknown)
    strange = _share(unknown, count + 1.0)  # so that one unknown word alone is no gibberish
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


def _appearance(words: Words) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return shares (0-1) of capitals and of signs above the usual level, float64 (texts,) each."""
    counts = words.cache.appearance.values.take(words.chunks, axis=0).astype(np.float32)
    sums = np.zeros((words.count, 4), dtype=np.float32)
    add_by_text(sums, counts, words.chunk_text_ids)
    letters, capitals, signs, _ = sums.T.astype(np.float64)
    characters = np.fromiter(map(len, words.texts), dtype=np.float64, count=words.count)
    shouting = np.maximum(0.0, _share(capitals, letters) - 0.4) / 0.6
    signs = np.maximum(0.0, _share(signs, np.minimum(characters, MAX_CHARS)) - 0.25) / 0.75
    return np.where(letters >= 10, shouting, 0.0), np.where(characters >= 3, signs, 0.0)
