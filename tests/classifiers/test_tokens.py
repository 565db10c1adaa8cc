"""Tests reading: texts become words with offsets, independent of earlier texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.text import token_cache
from classifiers.text.chunks import MAX_CHARS, cut
from classifiers.text.folding import fold
from classifiers.text.growing_arrays import Growing, extend_together
from classifiers.text.tokens import read_words
from tests.cost import processor_seconds

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


def read(text: str) -> str:
    return " ".join(read_words([text]).read_as())


def spans(text: str) -> list[str]:
    words = read_words([text])
    return [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)]


@given(st.lists(ANY_TEXT, max_size=6))
@settings(max_examples=150, deadline=None)
def test_chunks_are_what_split_gives(texts: list[str]) -> None:
    chunks = cut(texts)
    assert chunks.count == len(texts)
    for number, text in enumerate(texts):
        mine = [k for k, owner in enumerate(chunks.text_ids.tolist()) if owner == number]
        assert [chunks.chunk(k) for k in mine] == text.split()


@pytest.mark.parametrize("size", [1, 7, 8, 9, 63, 64, 65, 300])
def test_keys_tell_chunks_apart(size: int) -> None:
    chunks = ["a" * size, "a" * (size - 1) + "b", "b" + "a" * (size - 1), "a" * (size + 1)]
    keys = cut([" ".join(chunks), " ".join(chunks)]).keys.tolist()
    assert keys[:4] == keys[4:]
    assert len(set(keys)) == len(set(chunks))


def test_words_have_offsets_into_their_text() -> None:
    assert spans("Don't be\u2003that  well-known (fool)!") == [
        "Don't", "be", "that", "well", "known", "fool"
    ]  # fmt: skip


@pytest.mark.parametrize("apart", ["s t u p i d", "s.t.u.p.i.d", "s  t\nu - p_i.d"])
def test_single_letters_in_a_row_are_one_word(apart: str) -> None:
    text = f"What {apart}, really"
    assert read(text) == "what stupid really"
    assert spans(text)[1] == apart


@given(st.lists(ANY_TEXT, max_size=6))
@settings(max_examples=150, deadline=None)
def test_offsets_are_within_the_text_and_ascend(texts: list[str]) -> None:
    words = read_words(texts)
    for number, text in enumerate(texts):
        mine = words.text_ids == number
        starts, ends = words.starts[mine], words.ends[mine]
        assert ((starts >= 0) & (starts < ends) & (ends <= len(text))).all()
        assert (starts[1:] >= starts[:-1]).all()


def test_columns_of_one_table_stay_equally_long() -> None:
    words, lengths = Growing(np.int64), Growing(np.int32, 2)
    extend_together((words, np.arange(3)), (lengths, np.zeros((3, 2))))
    assert (words.size, lengths.size) == (3, 3)
    with pytest.raises(ValueError, match="different numbers"):
        extend_together((words, np.arange(2)), (lengths, np.zeros((1, 2))))
    assert (words.size, lengths.size) == (3, 3)


def test_views_of_a_growing_array_stay_as_they_were() -> None:
    column = Growing(np.int64)
    column.extend(np.arange(10))
    before = column.values
    column.extend(np.arange(500))
    assert before.tolist() == list(range(10))
    assert column.values[:12].tolist() == [*range(10), 0, 1]


def test_a_full_cache_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_cache, "CAPACITY", 50)
    first = read_words([" ".join(f"word{number}" for number in range(200))])
    again = read_words(["word7 and word8"])
    assert again.cache is not first.cache
    assert first.read_as()[:2] == ["word0", "word1"]
    assert again.read_as() == ["word7", "and", "word8"]


@pytest.mark.parametrize(
    "hostile", ["a" * 1_000_000, "i " * 200_000, "a b" * 50_000, "\u2003" * 100_000, "é " * 50_000]
)
def test_hostile_text_costs_little(hostile: str) -> None:
    read("warm")
    words = []
    assert processor_seconds(lambda: words.append(read_words([hostile]))) < 0.5
    assert len(words[0].ids) <= MAX_CHARS
    assert fold("warm") == "warm"
