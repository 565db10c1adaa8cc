"""Scores each sentence of a text as if it were a text.

One abusive sentence is lost in the mean of a long text. So `classifiers.abuse.model` compares the
worst sentence with the whole. A sentence has the features of the text within it, each word once.
Signs of style belong to no word and are left out.
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

    Attributes
    ----------
    begins : array of int64 (sentences,)
        First word of each sentence.
    texts, edges : arrays of int64 (texts with words,)
        Number of each text, and its first sentence.
    ids : array of int32 (words,)
        Sentence of each word.
    new : array of bool (words,)
        Whether the word occurs in its sentence for the first time.
    """

    begins: Numbers
    texts: Numbers
    edges: Numbers
    ids: NDArray[np.int32]
    new: NDArray[np.bool_]

    @property
    def counts(self) -> Numbers:
        """Return the number of sentences of each of ``texts``."""
        return np.diff(np.append(self.edges, len(self.begins)))

    @property
    def lengths(self) -> Numbers:
        """Return the number of words of each sentence."""
        return np.diff(np.append(self.begins, len(self.ids)))

    def margins(self, sums: WordSums) -> Weights:
        """Return the scaled sums of each sentence's features, float32 (sentences, heads)."""
        totals = np.add.reduceat(sums.with_next * self.new[:, None], self.begins)
        # The last word's pair reaches into the next sentence: subtract it.
        last = self.begins + self.lengths - 1
        outward = (sums.with_next[last] - sums.alone[last]) * self.new[last, None]
        totals -= outward
        # The last column counts the features, as in `WordSums`.
        return np.asarray(totals[:, :-1] * scale_of(totals[:, -1])[:, None], dtype=np.float32)


def sentences_of(features: Features) -> Sentences | None:
    """Return the sentences of a batch, or None where no text has a word."""
    words = features.words
    if not len(words.ids):
        return None
    # A sentence begins where the number of the word's sentence changes; texts never share one.
    begins = np.flatnonzero(np.diff(words.sentences, prepend=-1))
    ids = np.repeat(
        np.arange(len(begins), dtype=np.int32), np.diff(np.append(begins, len(words.ids)))
    )
    owners = words.text_ids[begins]
    edges = np.flatnonzero(np.diff(owners, prepend=-1))
    new = np.zeros(len(ids), dtype=bool)
    # Sentences in the role of texts: the same function finds repeated words within each.
    new[first_occurrences(replace(words, text_ids=ids))] = True
    return Sentences(begins, owners[edges].astype(np.int64), edges, ids, new)


def replace_texts(features: Features, sentences: Sentences, chosen: Numbers) -> Features:
    """Return the features with some texts replaced by one of their sentences.

    Parameters
    ----------
    features : Features
    sentences : Sentences
    chosen : array of int64
        Numbers of the sentences, at most one of each text.
    """
    taken = np.zeros(len(sentences.begins), dtype=bool)
    taken[chosen] = True
    ids, text_ids = sentences.ids, features.words.text_ids
    # kept (texts,): texts that stay whole; inside (words,): words of the chosen sentences.
    kept = np.ones(features.count, dtype=bool)
    kept[text_ids[sentences.begins[chosen]]] = False
    inside = taken[ids] & sentences.new

    alone = inside.copy() if features.silent is None else inside & ~features.silent
    alone[features.distinct[kept[text_ids[features.distinct]]]] = True
    # Surroundings have one word (reach 0); a pair has two (reach 1), both of this sentence.
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
