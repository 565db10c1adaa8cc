"""Fits word vectors so that their mean over a text is near a sentence model's vector of the text.

A word read alone lacks the meaning that it has among other words. So the model reads pieces of the
training texts. A ridge regression finds vectors near those of the single words whose weighted mean
is near the model's vector of each piece (as Tokenlearn does: Tulkens and van Dongen 2024).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifiers.datasets.labelled import read_rows_to_learn
from classifiers.training.text_vectors import SMOOTH, Texts

Floats = NDArray[np.float32]

SETS = ("ruddit", "jigsaw_wiki24k", "civil_toxic_spans", "kaggle_insults", "wiki_debias_nontoxic",
        "stormfront", "convabuse")  # fmt: skip
LENGTHS = (15, 30, 45)
"""Numbers of words after which a piece ends with its sentence; drawn again for each sentence."""

SPAN, FROM = (3, 8), 8
"""Fewest and most words of a span, and fewest words of the sentence that it is drawn from."""

MOST_PARTS = 70_000
"""Most sentences, and most spans, that are read in addition to the pieces."""

MOST_WORDS, MOST_SENTENCES = 60, 12
PENALTY = 0.05
"""Strength of the penalty on the distance to the single word; chosen among .01, .05, .3 and 3."""

STEPS = 40
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
SHORTEST_SENTENCE = 15


def draw_pieces(data: Path, seed: int = 0) -> list[str]:
    """Return pieces of one to a few sentences of the texts outside the test part, and the titles.

    Pieces of stories come first, the others in random order: any part of the list has all sets.
    """
    source = random.Random(seed)
    by_set = [_of_set(data, name, source) for name in SETS]
    others = [piece for pieces in by_set[1:] for piece in pieces]
    source.shuffle(others)
    return by_set[0] + others


def draw_parts(data: Path, pieces: Sequence[str], seed: int = 0) -> tuple[list[str], list[str]]:
    """Return single sentences that are no pieces, and spans of a few words in a row."""
    source = random.Random(seed + 5)  # independent of the draw of the pieces
    sentences: set[str] = set()
    spans: set[str] = set()
    for name in SETS:
        for row, _ in read_rows_to_learn(data, name):
            for sentence in SENTENCE_END.split(row["text"])[:MOST_SENTENCES]:
                if len(sentence) < SHORTEST_SENTENCE:
                    continue
                words = sentence.split()[:MOST_WORDS]
                sentences.add(" ".join(words))
                if len(words) >= FROM:
                    size = source.randint(*SPAN)
                    begin = source.randint(0, len(words) - size)
                    spans.add(" ".join(words[begin : begin + size]))
    single, few = sorted(sentences - set(pieces)), sorted(spans)
    source.shuffle(single)
    source.shuffle(few)
    return single[:MOST_PARTS], few[:MOST_PARTS]


def _of_set(data: Path, name: str, source: random.Random) -> list[str]:
    found: set[str] = set()
    for row, story in read_rows_to_learn(data, name):
        if story:
            found.add(row["title"])
        found.update(_cut(row["text"], source))
    pieces = sorted(found)
    source.shuffle(pieces)
    return pieces


def _cut(text: str, source: random.Random) -> Iterator[str]:
    piece = ""
    sentences = [one for one in SENTENCE_END.split(text) if len(one) >= SHORTEST_SENTENCE]
    for sentence in sentences[:MOST_SENTENCES]:
        longer = f"{piece} {sentence}".strip()
        if piece and len(longer.split()) > source.choice(LENGTHS):
            yield _shortened(piece)
            longer = sentence
        piece = longer
    if piece:
        yield _shortened(piece)


def _shortened(piece: str) -> str:
    return " ".join(piece.split()[:MOST_WORDS])


def fit_to_sentences(
    vectors: Floats, frequency: NDArray[np.float64], words: Sequence[str],
    pieces: Sequence[str], piece_vectors: Floats,
) -> Floats:  # fmt: skip
    """Return the words' vectors after fitting.

    Solved by conjugate gradients, one system per dimension at the same time (Hestenes and Stiefel
    1952).

    Parameters
    ----------
    vectors : array of float32 (words, dimensions)
        Vectors of the words read alone.
    frequency : array of float64 (words,)
        Frequency of each word in English, 0-1.
    words, pieces : sequences of str
    piece_vectors : array of float32 (pieces, dimensions)
        The sentence model's vector of each piece.

    Returns
    -------
    array of float32 (words, dimensions)
    """
    # means @ vectors is the weighted mean of each piece; pieces without known words are left out.
    means = _weighted_means(Texts.read(words, [[piece] for piece in pieces]), frequency)
    known = np.asarray(means.sum(axis=1)).ravel() > 0
    means, wanted = means[known], piece_vectors[known]
    # Start at the words' own vectors, scaled to fit best; the unknown is the move from there.
    alone = means @ vectors
    start = vectors * np.float32((alone * wanted).sum() / (alone**2).sum())
    moved = np.zeros_like(start)
    # rest: what the current move leaves unexplained, (words, dimensions); sizes per dimension.
    rest = means.T @ (wanted - means @ start)
    direction, size = rest.copy(), (rest**2).sum(axis=0)
    for _ in range(STEPS):
        turned = means.T @ (means @ direction) + np.float32(PENALTY) * direction
        step = size / np.maximum((direction * turned).sum(axis=0), 1e-12)
        moved += step * direction
        rest -= step * turned
        before, size = size, (rest**2).sum(axis=0)
        direction = rest + (size / np.maximum(before, 1e-12)) * direction
    return np.asarray(start + moved, dtype=np.float32)


def _weighted_means(texts: Texts, frequency: NDArray[np.float64]) -> sparse.csr_matrix:
    """Return each word's share in its piece's mean, sparse (pieces, words); more for rare words."""
    shape = (len(texts.edges) - 1, len(frequency))
    owners = np.repeat(np.arange(shape[0]), np.diff(texts.edges))
    weights = (SMOOTH / (SMOOTH + frequency))[texts.words].astype(np.float32)
    matrix = sparse.csr_matrix((weights, (owners, texts.words)), shape=shape)
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    return (sparse.diags((1.0 / np.maximum(sums, 1e-9)).astype(np.float32)) @ matrix).tocsr()
