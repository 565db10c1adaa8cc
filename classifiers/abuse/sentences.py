"""The sentences of a text, each read as a text of its own.

A sum over a long text averages away what one sentence says. So the worst sentence is asked for
beside the whole (`classifiers.abuse.model`). Its features are those of the text that stand within
it, but that a word which the sentence has already gives no more; signs of style, which belong to no
word, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers.abuse.features import (
    Family,
    Features,
    Weights,
    first_occurrences,
    scale_of,
    with_counts,
)
from classifiers.abuse.windows import WordSums
from classifiers.text.hashing import Numbers


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of a batch, text after text.

    ``begins`` are the words that they begin with. ``texts`` are the texts that have words,
    ``edges`` where each one's sentences begin. Per word, ``ids`` is the number of its sentence, and
    ``new`` says whether the sentence has it for the first time.
    """

    begins: Numbers
    texts: Numbers
    edges: Numbers
    ids: NDArray[np.int32]
    new: NDArray[np.bool_]

    @property
    def counts(self) -> Numbers:
        """Return how many sentences each of ``texts`` has."""
        return np.diff(np.append(self.edges, len(self.begins)))

    @property
    def lengths(self) -> Numbers:
        """Return how many words each sentence has."""
        return np.diff(np.append(self.begins, len(self.ids)))

    def margins(self, sums: WordSums) -> Weights:
        """Return what the features of each sentence sum to, scaled (sentences x heads)."""
        found = np.add.reduceat(sums.with_next * self.new[:, None], self.begins)
        last = self.begins + self.lengths - 1
        outward = (sums.with_next[last] - sums.alone[last]) * self.new[last, None]
        found -= outward  # a pair with the first word of the next sentence
        return np.asarray(found[:, :-1] * scale_of(found[:, -1])[:, None], dtype=np.float32)


def sentences_of(features: Features) -> Sentences | None:
    """Return the sentences of a batch, or None where no text has a word."""
    words = features.words
    if not len(words.ids):
        return None
    begins = np.flatnonzero(np.diff(words.sentences, prepend=-1))
    ids = np.repeat(
        np.arange(len(begins), dtype=np.int32), np.diff(np.append(begins, len(words.ids)))
    )
    owners = words.text_ids[begins]
    edges = np.flatnonzero(np.diff(owners, prepend=-1))
    new = np.zeros(len(ids), dtype=bool)
    new[first_occurrences(replace(words, text_ids=ids))] = True
    return Sentences(begins, owners[edges].astype(np.int64), edges, ids, new)


def put_in_place(features: Features, sentences: Sentences, chosen: Numbers) -> Features:
    """Return features in which some texts are replaced by one of their sentences.

    ``chosen`` holds the numbers of the sentences, at most one of each text.
    """
    taken = np.zeros(len(sentences.begins), dtype=bool)
    taken[chosen] = True
    ids, text_ids = sentences.ids, features.words.text_ids
    kept = np.ones(features.count, dtype=bool)
    kept[text_ids[sentences.begins[chosen]]] = False
    inside = taken[ids] & sentences.new

    alone = inside.copy() if features.silent is None else inside & ~features.silent
    alone[features.distinct[kept[text_ids[features.distinct]]]] = True
    families = []
    for reach, (whole, run) in enumerate(zip(features.sequences[:-1], features.runs, strict=True)):
        owners = run[2]
        within = inside[owners] & (ids[owners] == ids[owners + reach])
        families.append(_joined(_part(whole, kept[whole[1]]), _part(run, within)))
    cues = features.sequences[-1]
    return with_counts(
        features.words, np.flatnonzero(alone), (*families, _part(cues, kept[cues[1]]))
    )


def _part(family: Family, kept: NDArray[np.bool_]) -> Family:
    rows, ids, owners = family
    return rows[kept], ids[kept], owners[kept]


def _joined(first: Family, second: Family) -> Family:
    rows = np.concatenate((first[0], second[0]))
    ids = np.concatenate((first[1], second[1]))
    owners = np.concatenate((first[2], second[2]))
    order = np.argsort(ids, kind="stable")
    return rows[order], ids[order], owners[order]
