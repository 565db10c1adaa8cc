"""Tests parts of training: the solver, the words' vectors, templated sentences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from classifiers.abuse.context_features import SCOPE_SALTS
from classifiers.abuse.features import extract, word_rows
from classifiers.datasets.off_topic_pairs import half_of
from classifiers.relevance.word_vectors import unit
from classifiers.text.hashing import TABLE_BITS, rows_of
from classifiers.text.tokens import read_words
from classifiers.training.augmentation import add_templated_sentences
from classifiers.training.dense_features import WordEmbeddings
from classifiers.training.logistic_solver import fit_logistic
from classifiers.training.templated_sentences import templated_sentences
from classifiers.training.word_vector_fit import fit_to_sentences


def test_the_solver_agrees_with_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    source = np.random.default_rng(3)
    table = source.normal(size=(200, 6)).astype(np.float32)
    targets = (table[:, 0] + source.normal(size=200) > 0).astype(np.float32)
    weights = source.uniform(0.5, 1.5, size=200).astype(np.float32)
    ones = np.ones((200, 1), dtype=np.float32)
    learned, base = fit_logistic(
        sparse.csr_matrix(table), ones, targets, weights, (0.01, np.array([1e-9])), 200
    )
    peer = LogisticRegression(C=1 / (0.01 * weights.sum()), tol=1e-8, max_iter=1000)
    peer.fit(table, targets, sample_weight=weights)
    assert learned == pytest.approx(peer.coef_[0], abs=2e-3)
    assert base == pytest.approx(peer.intercept_, abs=2e-3)


def test_soft_targets_are_learned_as_shares() -> None:
    ones = np.ones((4, 1), dtype=np.float32)
    nothing = sparse.csr_matrix((4, 1), dtype=np.float32)
    _, base = fit_logistic(nothing, ones, 0.2 * ones[:, 0], ones[:, 0], (1.0, np.array([1e-9])), 50)
    assert 1 / (1 + np.exp(-base[0])) == pytest.approx(0.2, abs=1e-3)


def test_vectors_know_words_by_their_row_in_the_table() -> None:
    vectors = WordEmbeddings.read().kinds[0]
    rows = word_rows(read_words(["stupid moronic tram"]).hashes)
    order = np.argsort(rows)
    found, known = vectors.for_rows(rows[order])
    assert len(known) == 3
    stupid, moronic, tram = found[np.argsort(order)]
    assert stupid @ moronic > stupid @ tram
    assert (np.diff(vectors.rows) > 0).all()


def test_a_row_without_a_vector_has_none() -> None:
    rows = np.sort(word_rows(read_words(["qwzkjhvvx"]).hashes))
    assert len(WordEmbeddings.read().kinds[0].for_rows(rows)[1]) == 0


def test_what_is_learned_of_a_surrounding_is_folded_into_its_rows_alone() -> None:
    meanings = WordEmbeddings.read()
    words = read_words(["despise loathe tram"]).hashes
    near_groups = rows_of(words, SCOPE_SALTS["group"])
    alone = meanings.kinds[0].vectors.shape[1]
    coefficients = np.zeros(sum(kind.vectors.shape[1] for kind in meanings.kinds), np.float32)
    found, known = meanings.kinds[1].for_rows(np.sort(near_groups))
    assert len(known) == 3
    coefficients[alone : alone + found.shape[1]] = found[np.argsort(near_groups).argsort()[0]]
    weights = np.zeros(1 << TABLE_BITS, dtype=np.float32)
    meanings.fold(coefficients, weights)
    despise, loathe, tram = weights[near_groups]
    assert despise > 0
    assert loathe > tram
    assert not weights[np.setdiff1d(word_rows(words), meanings.kinds[1].rows)].any()


def test_templated_sentences_are_complete_and_always_the_same() -> None:
    made = templated_sentences(seed=0)
    assert made == templated_sentences(seed=0)
    assert made != templated_sentences(seed=1)
    assert not [text for text, _, _ in made if "{" in text or not text.strip()]
    for labels in (one for _, one, _ in made):
        assert all(0.0 <= target <= 1.0 and weight > 0 for target, weight in labels.values())
    assert extract([text for text, _, _ in made[:100]]).count == 100


def test_no_template_teaches_and_calibrates() -> None:
    part_of_text = {one.text: one.part for one in add_templated_sentences([], 0)}
    parts: dict[str, set[str]] = {}
    for text, _, template in templated_sentences(seed=0):
        if text in part_of_text:
            parts.setdefault(template, set()).add(part_of_text[text])
    assert all(len(found) == 1 for found in parts.values())
    assert set.union(*parts.values()) == {"train", "tune"}


def test_words_learn_what_they_say_among_others() -> None:
    words = ["apple", "banana", "pear", "quarrel"]
    alone = np.eye(4, dtype=np.float32)
    pieces = ["apple pear", "banana pear", "quarrel"] * 20
    fruit, quarrel = np.array([1, 1, 1, 0]), np.array([0, 0, 0, 1])
    piece_vectors = np.array([fruit, fruit, quarrel] * 20, dtype=np.float32)
    fitted = unit(fit_to_sentences(alone, np.full(4, 1e-4), words, pieces, piece_vectors))
    assert fitted[0] @ fitted[1] > 0.6
    assert fitted[0] @ fitted[3] < 0.1


def test_the_halves_of_the_stories_are_of_like_size_and_never_change() -> None:
    halves = [half_of(f"Story number {number}") for number in range(400)]
    assert 150 < sum(halves) < 250
    assert half_of("Council votes on the bridge") == half_of("Council votes on the bridge")
