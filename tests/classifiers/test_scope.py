"""Surroundings: which words count as denied, quoted, said of a group, said to the reader."""

from __future__ import annotations

import pytest

from classifiers.features import extract
from classifiers.scope import quoted
from classifiers.words import read_words


def owners(text: str) -> list[str]:
    """Return the words that have features of their surroundings, one entry per feature."""
    features = extract([text])
    words = features.words
    return [
        text[words.starts[number] : words.ends[number]]
        for number in features.families[-3][2].tolist()
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the tram is late again today", []),
        ("the tram is never late again", ["late", "again"]),
        ("that tram, dear neighbours, was never", []),
        ("he said “what a fool” and left", ["what", "a", "fool"]),
        ('he said "what a fool and left', []),
        ('a ""loud"" voice', ["loud"]),
        ("the muslims next door sing", ["the", "next", "door", "sing"]),
        ("such a fool are you indeed", ["such", "a", "fool", "are", "indeed"][1:]),
    ],
)
def test_words_count_with_their_surroundings(text: str, expected: list[str]) -> None:
    assert owners(text) == expected


def test_surroundings_end_with_the_text() -> None:
    batch = extract(["this is not", "bad at all"])
    alone = extract(["bad at all"])
    rows, ids, _ = batch.families[-3]
    assert rows[ids == 1].tolist() == alone.families[-3][0].tolist() == []


def test_quotation_marks_of_one_text_do_not_open_the_next() -> None:
    words = read_words(['an "open mark', 'and "a closed" one', "one” more “ here"])
    assert [words.read_as()[place] for place in quoted(words)] == ["a", "closed", "more"]
