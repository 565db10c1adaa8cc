"""Tests the functional suite: complete, balanced, unseen in training, counted in its table."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

from classifiers import Classifier
from classifiers.datasets.functional_suite import SENTENCES, suite
from classifiers.datasets.labelled import normalised
from classifiers.evaluation.functional import function_table
from classifiers.training.augmentation import add_templated_sentences


def test_it_has_enough_functions_each_with_enough_different_sentences() -> None:
    functions = suite()
    assert len(functions) >= 25
    assert len({function.name for function in functions}) == len(functions)
    for function in functions:
        texts = {text for _, text in function.sentences}
        assert len(texts) == SENTENCES == len(function.sentences), function.name
        assert all("{" not in text and text[0] == text[0].upper() for text in texts)
        assert min(Counter(number for number, _ in function.sentences).values()) >= 4


def test_what_must_be_caught_and_left_are_both_there() -> None:
    kinds = Counter(function.abusive for function in suite())
    assert min(kinds[True], kinds[False]) >= 10


def test_no_sentence_serves_training() -> None:
    learned = {normalised(example.text) for example in add_templated_sentences([], 0)}
    assert not [text for one in suite() for _, text in one.sentences if normalised(text) in learned]


def test_the_table_counts_every_sentence(classifier: Classifier) -> None:
    table = function_table(classifier)
    functions = suite()
    assert [row[1] for row in table.rows[: len(functions)]] == [one.name for one in functions]
    assert table.rows[-1][3] == f"{len(functions) * SENTENCES:,}"
    shares = [float(row[4]) for row in table.rows[: len(functions)]]
    assert abs(sum(shares) / len(shares) - float(table.rows[-1][4])) < 1e-3


def test_the_sentences_can_be_read_by_command() -> None:
    command = [sys.executable, "-m", "classifiers.evaluation.functional", "--list"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == len(suite()) * SENTENCES
