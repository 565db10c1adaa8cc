"""Learns to sum word vectors to text vectors, so that texts on one subject are near each other.

It learns one linear map from the sentence model's dimensions to fewer, a weight per word, and the
mean to subtract. These few parameters also hold for words that no training text has. Pairs are
parts of one text, and comments with their story's title and other comments. All other texts of the
batch are wrong partners (InfoNCE, van den Oord et al. 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.relevance.word_vectors import plain_hashes
from classifiers.text.hashing import find_sorted
from classifiers.text.tokens import read_words

STEPS = 80
RUNS = 4
"""Number of runs with different random draws, whose results are averaged."""

PARTS_AT_ONCE, STORIES_AT_ONCE = 384, 128
CONTEXT = 8
"""Most sentences of a text, or other comments of a story, in the partner of a text."""

FEWEST_WORDS = 16
SMOOTH = 1e-3
"""A word's initial weight is SMOOTH / (SMOOTH + frequency) (Arora et al. 2017)."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """The known words of texts that consist of pieces.

    Attributes
    ----------
    words : array of int64 (words of all pieces,)
        Places of the words in the vocabulary.
    edges : array of int64 (pieces + 1,)
        The words of piece p are ``edges[p]`` to ``edges[p + 1]``.
    groups : array of int64 (texts + 1,)
        The pieces of text t are ``groups[t]`` to ``groups[t + 1]``.
    """

    words: Ints
    edges: Ints
    groups: Ints

    @classmethod
    def read(cls, vocabulary: Sequence[str], texts: Sequence[Sequence[str]]) -> Texts:
        """Read texts, given as lists of pieces."""
        hashes = plain_hashes(vocabulary)
        order = np.argsort(hashes)
        words, owners = [], []
        pieces = [piece for text in texts for piece in text]
        for start in range(0, len(pieces), 2048):
            read = read_words(pieces[start : start + 2048])
            found = find_sorted(hashes[order], read.hashes)
            known = found >= 0
            words.append(order[found[known]])
            owners.append(read.text_ids[known].astype(np.int64) + start)
        edges = np.searchsorted(np.concatenate(owners), np.arange(len(pieces) + 1))
        groups = np.concatenate(([0], np.cumsum([len(text) for text in texts])))
        return cls(np.concatenate(words), edges, groups)

    def take(self, bundles: Sequence[Ints]) -> tuple[Ints, Ints]:
        """Return the words of bundles of pieces, and the bundle of each word."""
        taken = [
            np.concatenate([self.words[self.edges[p] : self.edges[p + 1]] for p in bundle])
            for bundle in bundles
        ]
        return np.concatenate(taken), np.repeat(np.arange(len(taken)), [len(one) for one in taken])

    def long_enough(self) -> Ints:
        """Return the texts of at least two pieces and `FEWEST_WORDS` words."""
        sizes = self.edges[self.groups[1:]] - self.edges[self.groups[:-1]]
        return np.flatnonzero((np.diff(self.groups) >= 2) & (sizes >= FEWEST_WORDS))


@dataclass(frozen=True, slots=True)
class Material:
    """The training material: embeddings (words, model dimensions), frequencies, texts, stories.

    ``comments`` and ``titles`` have the same stories; the pieces of ``comments`` are comments.
    """

    embeddings: NDArray[np.float32]
    frequency: NDArray[np.float64]
    texts: Texts
    comments: Texts
    titles: Texts


def learn(
    material: Material, dimensions: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the words' vectors, scaled by their weights, and the mean unit vector of a text.

    All runs start from the same axes, so that their vectors can be averaged.
    """
    made = [_descend(material, dimensions, seed + run) for run in range(RUNS)]
    vectors, means = zip(*made, strict=True)
    return np.mean(vectors, axis=0, dtype=np.float32), np.mean(means, axis=0, dtype=np.float32)


def _descend(
    material: Material, dimensions: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Learn once; return vectors, float32 (words, dimensions), and the mean (dimensions,)."""
    import torch  # noqa: PLC0415 (a tool of training)

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    source = np.random.default_rng(seed)
    embeddings, frequency = material.embeddings, material.frequency
    texts, comments, titles = material.texts, material.comments, material.titles
    centred = embeddings - embeddings.mean(axis=0)
    # Start at the principal axes of the embeddings: the same in all runs.
    axes = np.linalg.svd(centred.T @ centred)[0]
    table = torch.tensor(centred @ axes)
    projection = torch.nn.Parameter(torch.eye(table.shape[1])[:, :dimensions].clone())
    mean = torch.nn.Parameter(torch.zeros(dimensions))
    weights = torch.nn.Parameter(
        torch.log(torch.tensor(SMOOTH / (SMOOTH + frequency), dtype=torch.float32) + 1e-2)
    )
    sharpness = torch.nn.Parameter(torch.tensor(2.5))
    unit, cross = torch.nn.functional.normalize, torch.nn.functional.cross_entropy
    optimiser = torch.optim.Adam(
        [
            {"params": [projection], "lr": 1e-3},
            {"params": [mean], "lr": 2e-3},
            {"params": [weights, sharpness], "lr": 1e-2},
        ]
    )

    def encode(taken: tuple[Ints, Ints], count: int) -> Any:
        # Words and owners to unit vectors (count, dimensions), as in `WordVectors.of_texts`.
        words, owners = (torch.as_tensor(part) for part in taken)
        weighted = table[words] * torch.exp(weights[words])[:, None]
        sums = torch.zeros(count, table.shape[1]).index_add_(0, owners, weighted) @ projection
        return unit(unit(sums, dim=1, eps=1e-6) - mean, dim=1, eps=1e-6)

    def mismatch(first: Any, second: Any) -> Any:
        # Row k of one belongs to row k of the other; the likeness of all pairs is (batch, batch).
        likeness, right = torch.exp(sharpness) * first @ second.T, torch.arange(len(first))
        return (cross(likeness, right) + cross(likeness.T, right)) / 2

    usable, told = texts.long_enough(), len(titles.groups) - 1
    stories_at_once = min(STORIES_AT_ONCE, told)
    for _ in range(STEPS):
        one, rest = _split(texts, source.choice(usable, PARTS_AT_ONCE, replace=False), source)
        loss = mismatch(encode(texts.take(one), len(one)), encode(texts.take(rest), len(rest)))
        stories = source.choice(told, stories_at_once, replace=False)
        own, others = _split(comments, stories, source, most=1)
        comment = encode(comments.take(own), len(own))
        title = encode(titles.take([titles.groups[[story]] for story in stories]), len(own))
        context = unit(encode(comments.take(others), len(own)) + title, dim=1)
        loss = loss + (mismatch(comment, title) + mismatch(comment, context)) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        made = (table @ projection) * torch.exp(weights)[:, None]
    return made.numpy(), mean.detach().numpy()


def _split(
    texts: Texts, chosen: Ints, source: np.random.Generator, most: int = 2
) -> tuple[list[Ints], list[Ints]]:
    """Draw from each text one or two pieces, and up to `CONTEXT` others."""
    first, second = [], []
    for text in chosen:
        pieces = source.permutation(np.arange(texts.groups[text], texts.groups[text + 1]))
        size = int(source.integers(1, min(most, len(pieces) - 1) + 1))
        first.append(pieces[:size])
        second.append(pieces[size : size + CONTEXT])
    return first, second
