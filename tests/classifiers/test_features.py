"""Tests features: a text alone gives those of a batch, and groups share one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.abuse.features import extract
from classifiers.text.hashing import TABLE_BITS


def rows(text: str) -> list[list[int]]:
    return [family[0].tolist() for family in extract([text]).families]


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=50), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_a_batch_gives_what_each_text_gives_alone(texts: list[str]) -> None:
    together = extract(texts)
    for number, text in enumerate(texts):
        alone = extract([text])
        assert together.counts[number] == alone.counts[0]
        for family, own in zip(together.families, alone.families, strict=True):
            assert family[0][family[1] == number].tolist() == own[0].tolist()


def test_row_numbers_fit_the_table_and_texts_ascend() -> None:
    features = extract(["You are wrong, and here is why: http://example.org", "", "No! NO!!"])
    for found, ids, _ in features.families:
        assert ((found >= 0) & (found < 1 << TABLE_BITS)).all()
        assert (np.diff(ids) >= 0).all()


def test_names_of_groups_are_all_the_same() -> None:
    assert rows("I met a gay man") == rows("I met a muslim man")
    assert rows("I met a tall man") != rows("I met a muslim man")


def test_saying_it_often_adds_no_words() -> None:
    assert rows("fool fool fool")[:2] == rows("fool")[:2]
