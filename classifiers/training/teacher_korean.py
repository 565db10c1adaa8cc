"""Makes `soft_labels_ko.npz`: `python -m classifiers.training.teacher_korean --data DIR`.

A Korean word has many endings, so most of its forms are in few labelled texts. The teacher also
reads morphemes and knows which are used alike: their vectors are learned from labelled and
unlabelled comments. Scoring cannot afford this, but the heads learn the teacher's labels of those
comments and of excerpts. Kiwi finds the morphemes (LGPL 3.0):

    pip install kiwipiepy==0.24.1

It takes a minute on two cores.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from classifiers.bundle import pack_arrays
from classifiers.datasets.labelled import Example
from classifiers.datasets.languages import read_language
from classifiers.training.languages import count_features, log_ratios
from classifiers.training.soft_labels import encode_soft_labels
from classifiers.training.soft_labels_multilingual import (
    LANGUAGE_DISTILLATION,
    soft_labels_file,
    texts_for_teachers,
)

LANGUAGE = "ko"
DIMENSIONS, REACH, RARE = 60, 10, 3
"""Dimensions of a morpheme's vector, reach of its context, and fewest texts that have it."""

CONTEXT_POWER = 0.75
"""Power that makes rare neighbours count less (Levy, Goldberg and Dagan 2015)."""

PENALTY, DENSE = 2.0, 0.06
"""Inverse strength of the L2 penalty, and weight of a standard deviation of the mean vector.

Chosen by cross-validation on the texts outside the test part.
"""

Floats = NDArray[np.float64]
Morphemes = list[str]


def read_morphemes(texts: Sequence[str]) -> list[Morphemes]:
    """Return each text's morphemes with their parts of speech."""
    from kiwipiepy import Kiwi  # noqa: PLC0415 (only the teacher needs it)

    found = Kiwi(num_workers=2).tokenize(texts)
    return [[f"{one.form}/{one.tag}" for one in tokens] for tokens in found]


def morpheme_vectors(texts: Sequence[Morphemes], places: dict[str, int]) -> Floats:
    """Return vectors, float64 (morphemes, DIMENSIONS): alike for those with the same neighbours.

    Positive pointwise mutual information, its largest dimensions (Levy and Goldberg 2014, "Neural
    word embedding as implicit matrix factorization").
    """
    near = _neighbours(texts, places)
    shown = np.asarray(near.sum(axis=1)).ravel()
    chance = shown**CONTEXT_POWER / (shown**CONTEXT_POWER).sum()
    information = np.log(near.data / (shown[near.row] * chance[near.col]))
    kept = information > 0
    surprising = sparse.csr_matrix(
        (information[kept], (near.row[kept], near.col[kept])), shape=near.shape
    )
    factors = TruncatedSVD(DIMENSIONS, random_state=0)
    made = factors.fit_transform(surprising) / np.sqrt(factors.singular_values_)
    return np.asarray(made, dtype=np.float64)


def _neighbours(texts: Sequence[Morphemes], places: dict[str, int]) -> sparse.coo_matrix:
    """Return how often pairs of morphemes are near, (morphemes, morphemes), weighted 1/distance."""
    numbers = [[places[one] for one in text if one in places] for text in texts]
    flat = np.concatenate([np.array(one, dtype=np.int64) for one in numbers])
    owners = np.repeat(np.arange(len(numbers)), [len(one) for one in numbers])
    size = len(places)
    near = sparse.csr_matrix((size, size))
    for step in range(1, REACH + 1):
        same = owners[step:] == owners[:-step]
        pair = (flat[:-step][same], flat[step:][same])
        near += sparse.csr_matrix((np.full(same.sum(), 1 / step), pair), shape=near.shape)
    return (near + near.T).tocoo()


class KoreanTeacher:
    """Learns the labels of training texts from their morphemes and labels other texts.

    Parameters
    ----------
    examples : sequence of Example
        Only the part "train" is used; not all need labels.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        training = [one for one in examples if one.part == "train"]
        self._labelled = [one for one in training if one.labels]
        morphemes = read_morphemes([one.text for one in training])
        self._alone = TfidfVectorizer(analyzer=_unchanged, min_df=RARE, sublinear_tf=True)
        self._alone.fit(morphemes)
        self._pairs = TfidfVectorizer(analyzer=_with_pairs, min_df=2, sublinear_tf=True)
        self._pairs.fit(morphemes)
        self._vectors = morpheme_vectors(morphemes, self._alone.vocabulary_)

    def _read(self, texts: Sequence[str]) -> tuple[sparse.csr_matrix, Floats]:
        morphemes = read_morphemes(texts)
        hashed = count_features(texts, LANGUAGE)
        counted = sparse.hstack([hashed, self._pairs.transform(morphemes)], format="csr")
        return counted, self._alone.transform(morphemes) @ self._vectors

    def answers(self, texts: Sequence[str], signals: Sequence[str]) -> NDArray[np.float32]:
        """Learn from the labelled training texts; return log-odds, float32 (texts, signals)."""
        counted, means = self._read([one.text for one in self._labelled])
        asked, asked_means = self._read(texts)
        spread = means.std(axis=0) / DENSE
        made = []
        for signal in signals:
            target = np.array([one.labels[signal][0] for one in self._labelled])
            ratios = sparse.diags(log_ratios(counted, target, np.ones_like(target)))
            fitted = LogisticRegression(C=PENALTY, solver="liblinear", random_state=0)
            fitted.fit(sparse.hstack([counted @ ratios, means / spread]), target)
            logits = fitted.decision_function(sparse.hstack([asked @ ratios, asked_means / spread]))
            made.append(logits)
        return np.stack(made, axis=1).astype(np.float32)


def _unchanged(morphemes: Morphemes) -> Morphemes:
    return morphemes


def _with_pairs(morphemes: Morphemes) -> Morphemes:
    return morphemes + [f"{one} {two}" for one, two in itertools.pairwise(morphemes)]


def main() -> None:
    """Train the teacher, label the texts and write the file."""
    parser = argparse.ArgumentParser(prog="python -m classifiers.training.teacher_korean")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument(
        "--out", type=Path, default=soft_labels_file(LANGUAGE), help="file to write"
    )
    options = parser.parse_args()
    examples = read_language(options.data, LANGUAGE)
    texts, excerpts = texts_for_teachers(examples, LANGUAGE)
    answers = KoreanTeacher(examples).answers(
        texts + excerpts, LANGUAGE_DISTILLATION[LANGUAGE].signals
    )
    options.out.write_bytes(pack_arrays(encode_soft_labels(texts, excerpts, answers)))
    print(f"{len(answers):,} texts and excerpts, {options.out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
