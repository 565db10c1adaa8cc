"""Tests folding: disguises are undone, offsets are right, hostile input is harmless."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.text.chunks import MAX_CHARS
from classifiers.text.folding import fold, fold_batch
from tests.cost import processor_seconds

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("IDIОT", "idiot"),  # a Cyrillic letter
        ("1d10t", "idiot"),
        ("$hit sh!t @ss", "shit shit ass"),
        ("stuuuuupid", "stupid"),
        ("id\u200biot", "idiot"),
        ("id\u00adiot", "idiot"),
        ("\u202eidiot\u202c", "idiot"),
        ("ｉｄｉｏｔ", "idiot"),
        ("𝓲𝓭𝓲𝓸𝓽", "idiot"),
        ("i\u0336d\u0336iot", "idiot"),
        ("naïve Straße", "naive strasse"),
    ],
)
def test_it_undoes_disguises(disguised: str, plain: str) -> None:
    assert fold(disguised) == plain


@pytest.mark.parametrize("text", ["a fair point", "covid19 and the 90s", "write to @sam now", "u"])
def test_it_leaves_ordinary_text_alone(text: str) -> None:
    assert fold(text) == text


def test_offsets_lead_back_to_the_original() -> None:
    text = "You \u200bＩＤＩＯＴ, stop"
    batch = fold_batch(["first", text])
    mine = batch.text_ids == 1
    folded = "".join(map(chr, batch.codes[mine].tolist()))
    start = folded.index("idiot")
    offsets = batch.offsets[mine][start : start + 5].tolist()
    assert "".join(text[offset] for offset in offsets) == "ＩＤＩＯＴ"


@given(st.lists(ANY_TEXT, max_size=6))
@settings(max_examples=150, deadline=None)
def test_it_takes_any_text_and_keeps_texts_apart(texts: list[str]) -> None:
    batch = fold_batch(texts)
    assert batch.count == len(texts)
    for number, text in enumerate(texts):
        assert batch.folded(number) == fold(text)
        offsets = batch.offsets[(batch.text_ids == number) & (batch.offsets >= 0)]
        assert ((offsets >= 0) & (offsets < len(text))).all()
        assert (offsets[1:] >= offsets[:-1]).all()


@pytest.mark.parametrize(
    "hostile",
    [
        "a" + "\u0301" * 100_000,
        "a" * 1_000_000,
        "\ufdfa" * 10_000,
        "\ud800" * 50_000,
        "\u202e\u200d" * 100_000,
    ],
)
def test_hostile_text_costs_little(hostile: str) -> None:
    fold("warm")
    assert processor_seconds(lambda: fold(hostile)) < 3
    folded = fold(hostile)
    assert len(folded) <= MAX_CHARS * 6
