"""Tests surroundings: words that are denied, quoted, near a group, near the reader."""

from __future__ import annotations

import pytest

from classifiers.abuse.context_features import quoted
from classifiers.abuse.features import extract
from classifiers.abuse.predicate_features import predicate_features
from classifiers.text.tokens import read_words


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
        ("that tram, dear passengers, was never", []),
        ("he said “what a hat” and slept", ["what", "a", "hat"]),
        ('he said "what a hat and slept', []),
        ('a ""tall"" voice', ["tall"]),
        ("the muslims next door sing", ["the", "next", "door", "sing"]),
        ("such a hat are you indeed", ["such", "a", "hat", "are", "indeed"][1:]),
    ],
)
def test_words_count_with_their_surroundings(text: str, expected: list[str]) -> None:
    assert owners(text) == expected


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("we despise muslims", "they loathe jews"),
        ("kill the process", "drown the kitten"),
        ('he said "hang them"', "they say hang those"),
    ],
)
def test_words_of_one_kind_share_what_is_said_of_whom(text: str, others: str) -> None:
    shared = [
        set(predicate_features(words, quoted(words))[0].tolist())
        for words in (read_words([text]), read_words([others]))
    ]
    assert shared[0] & shared[1]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("hate muslims", "hate mondays"),
        ("I hate muslims", "I do not hate muslims"),
        ("muslims should be deported", "muslims were deported"),
        ("kill all jews", 'he wrote "kill all jews"'),
        ("I will kill you", "I will kill time"),
    ],
)
def test_how_and_of_whom_something_is_said_tells_features_apart(text: str, other: str) -> None:
    rows = [
        set(predicate_features(words, quoted(words))[0].tolist())
        for words in (read_words([text]), read_words([other]))
    ]
    assert rows[0] != rows[1]


def test_surroundings_end_with_the_text() -> None:
    batch = extract(["this is not", "bad at all"])
    alone = extract(["bad at all"])
    rows, ids, _ = batch.families[-3]
    assert rows[ids == 1].tolist() == alone.families[-3][0].tolist() == []


def test_quotation_marks_of_one_text_do_not_open_the_next() -> None:
    words = read_words(['an "open mark', 'and "a closed" one', "one” more “ here"])
    assert [words.read_as()[place] for place in quoted(words)] == ["a", "closed", "more"]
