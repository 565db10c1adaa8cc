"""Tests that the fast path gives the features of their plain definition."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from classifiers import Classifier
from classifiers.abuse.context_features import (
    GROUP_REACH,
    NEGATION_REACH,
    PERSON_REACH,
    SCOPE_SALTS,
    quoted,
)
from classifiers.abuse.features import CUES, LENGTHS, extract, style_cues
from classifiers.abuse.model import AbuseTable
from classifiers.abuse.predicate_features import COARSE, PREDICATE_SALT
from classifiers.abuse.predicate_features import GROUP_REACH as GROUP_NEAR
from classifiers.abuse.predicate_features import PERSON_REACH as PERSON_NEAR
from classifiers.abuse.predicate_features import REPORT_REACH as REPORT_NEAR
from classifiers.abuse.windows import WINDOW
from classifiers.text.hashing import BASE, LONGEST_WORD, SALTS, TABLE_BITS
from classifiers.text.identity_terms import IDENTITY_TERMS
from classifiers.text.token_cache import PLACEHOLDER
from classifiers.text.tokens import read_words
from classifiers.text.word_classes import (
    ADDRESSES,
    DEMANDS,
    DENIES,
    GROUP,
    HAPPENED,
    PREDICATES,
    REPORTS,
    SPEAKS,
    WORD_CLASSES,
)

ALL = (1 << 64) - 1
REACH = {"denied": NEGATION_REACH, "person": PERSON_REACH, "group": GROUP_REACH}
LISTED = {
    "denied": WORD_CLASSES[DENIES], "person": WORD_CLASSES[ADDRESSES], "group": WORD_CLASSES[GROUP]
}  # fmt: skip
OWN = [
    "You are wrong, and here is why: see http://example.org!!",
    "I said we must kill the weeds: never that jews are vile",
    "No! NO!! no... a muslim and a jewish neighbour, a neighbour",
    "s t u p i d 1d10t, what a FOOL you are?",
    "",
    "well-known, don't: naïve ＦＯＯＬ 🤡🤡 f*ck",
]


def mixed(value: int) -> int:
    value = ((value ^ (value >> 29)) * 0xBF58476D1CE4E5B9) & ALL
    return value ^ (value >> 32)


def row(value: int, salt: int) -> int:
    return (((value ^ salt) * 0x9E3779B97F4A7C15) & ALL) >> (64 - TABLE_BITS)


def word_hash(word: str) -> int:
    powers = [pow(BASE, min(k, LONGEST_WORD - 1) + 1, 1 << 64) for k in range(len(word))]
    return mixed(sum(ord(letter) * power for letter, power in zip(word, powers, strict=True)) & ALL)


def ngrams(word: str) -> list[int]:
    padded = f" {word} "
    return [
        row(
            sum(
                mixed(ord(sign) + 0x100) * pow(BASE, order - 1 - k)
                for k, sign in enumerate(padded[start : start + order])
            ) & ALL,
            SALTS[order],
        )
        for order in (3, 4, 5)
        for start in range(len(padded) - order + 1)
    ]  # fmt: skip


def plain_rows(text: str) -> list[int]:
    """Return the rows of a text's features, worked out one by one."""
    words = read_words([text]).read_as()
    named = [int(PLACEHOLDER) if word in IDENTITY_TERMS else word_hash(word) for word in words]
    rows = [row(cue, SALTS["cue"]) for cue in style_cues(text)]
    for place, word in enumerate(words):
        if word not in words[:place]:
            rows.append(row(named[place], SALTS["word"]))
            rows += [] if word in IDENTITY_TERMS else ngrams(word)
    rows += set(surroundings(text, words, named))
    rows += {row((a * BASE + b) & ALL, SALTS["pair"]) for a, b in itertools.pairwise(named)}
    rows.append(row(len(CUES) + min(len(words).bit_length(), LENGTHS), SALTS["cue"]))
    return rows


def surroundings(text: str, words: list[str], named: list[int]) -> list[int]:
    """Return the rows of the words near a negation, a person or a group, or in quotes."""
    return [one for rows in surroundings_by_word(text, words, named) for one in rows]


def surroundings_by_word(text: str, words: list[str], named: list[int]) -> list[list[int]]:
    """Return the same word by word."""
    rows: list[list[int]] = [[] for _ in words]
    for place, value in enumerate(named):
        around = {name: words[max(place - reach, 0) : place] for name, reach in REACH.items()}
        for name in ("person", "group"):
            around[name] += words[place + 1 : place + 1 + REACH[name]]
        for name, listed in LISTED.items():
            if any(word in listed for word in around[name]):
                rows[place].append(row(value, SCOPE_SALTS[name]))
    inside = quoted(read_words([text])).tolist()
    for place in inside:
        rows[place].append(row(named[place], SCOPE_SALTS["quoted"]))
    for place in range(len(words)):
        rows[place] += predicate_rows(words, place, place in inside)
    return rows


def class_of(word: str) -> int:
    return max((number for number, listed in WORD_CLASSES.items() if word in listed), default=0)


def predicate_rows(words: list[str], place: int, in_quotes: bool) -> list[int]:
    """Return the rows of the features of a word's kind, worked out one by one."""
    classes = [class_of(word) for word in words]
    if classes[place] < PREDICATES:
        return []

    def near(kind: int, before: int, after: int) -> bool:
        return kind in classes[max(place - before, 0) : place + after + 1]

    coarse = classes[place] * 4 + 2 * near(GROUP, GROUP_NEAR, GROUP_NEAR)
    coarse += near(ADDRESSES, PERSON_NEAR, PERSON_NEAR)
    coarse = coarse * 2 + (near(REPORTS, REPORT_NEAR, REPORT_NEAR) or in_quotes)
    demanded, spoken = near(DEMANDS, 4, 0), near(SPEAKS, 3, 0)
    said = (near(DENIES, 4, 0), demanded and spoken, demanded, near(HAPPENED, 2, 0), spoken,
            place < 2)  # fmt: skip
    manner = next((number for number, yes in enumerate(said, 1) if yes), 0)
    return [row(key, PREDICATE_SALT) for key in (coarse * 8 + manner, coarse + COARSE)]


@given(st.lists(st.one_of(st.sampled_from(OWN), st.text(max_size=40)), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_it_finds_the_same_features(texts: list[str]) -> None:
    features = extract(texts)
    for number, text in enumerate(texts):
        found = sorted(
            int(one)
            for rows, ids, _ in features.families
            for one, owner in zip(rows, ids, strict=True)
            if owner == number
        )
        assert found == sorted(plain_rows(text))
        assert features.counts[number] == len(found)


@pytest.mark.parametrize("text", OWN)
def test_it_sums_the_same_weights(classifier: Classifier, text: str) -> None:
    expected = plain_margin(classifier.abuse, plain_rows(text))
    together = classifier.abuse.margins(extract([*OWN, text]))
    assert together.whole[-1] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("text", OWN)
def test_the_worst_window_is_the_worst_of_all(classifier: Classifier, text: str) -> None:
    words = read_words([text]).read_as()
    named = [int(PLACEHOLDER) if word in IDENTITY_TERMS else word_hash(word) for word in words]
    near = surroundings_by_word(text, words, named)
    windows = [
        plain_margin(classifier.abuse, window_rows(words, named, near, begin))
        for begin in range(max(len(words) - WINDOW + 1, 1 if words else 0))
    ]
    expected = np.max(windows, axis=0) if windows else np.zeros(len(classifier.abuse.names))
    together = classifier.abuse.margins(extract([*OWN, text]))
    assert together.worst[-1] == pytest.approx(expected, abs=1e-4)


def plain_margin(table: AbuseTable, rows: list[int]) -> NDArray[np.float64]:
    """Return the log-odds without bias of a text with these features."""
    return np.asarray(table.weights[rows].sum(axis=0) / math.sqrt(max(len(rows), 1) + 12))


def window_rows(words: list[str], named: list[int], near: list[list[int]], begin: int) -> list[int]:
    """Return the rows of the features of a window, with repetitions."""
    rows = []
    for place in range(begin, min(begin + WINDOW, len(words))):
        rows.append(row(named[place], SALTS["word"]))
        rows += [] if words[place] in IDENTITY_TERMS else ngrams(words[place])
        rows += near[place]
    pairs = itertools.pairwise(named[begin : begin + WINDOW])
    return rows + [row((a * BASE + b) & ALL, SALTS["pair"]) for a, b in pairs]
