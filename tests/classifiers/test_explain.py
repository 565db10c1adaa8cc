"""Tests explanations: offsets point at the words, and shares sum to the score."""

from __future__ import annotations

import math

import pytest

from classifiers import SIGNALS, Classifier, Item
from classifiers.explain.counterfactual import without
from tests.classifiers.conftest import STORY, TITLE

TEXT = "Sorry, but you are a COMPLETE 1d10t, and the parking spaces on Harbour Street are gone."


@pytest.mark.parametrize("signal", SIGNALS)
def test_contributions_sum_to_the_score(classifier: Classifier, signal: str) -> None:
    item = Item(TEXT, TITLE, STORY)
    score = classifier.score_batch([item])[0].signals[signal]
    made = classifier.explain(item, [signal], limit=None)
    logit = sum(one.weight for one in made)
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(score, abs=2e-3)


def test_the_insult_weighs_most_and_its_place_is_right(classifier: Classifier) -> None:
    made = classifier.explain(Item(TEXT), ["insult"])
    assert made[0].text == "1d10t"
    assert TEXT[made[0].start : made[0].end] == "1d10t"
    assert made[0].weight > 0


def test_words_of_the_story_speak_against_off_topic(classifier: Classifier) -> None:
    made = classifier.explain(Item(TEXT, TITLE, STORY), ["off_topic"])
    lowered = {one.text for one in made if one.weight < 0}
    assert {"parking", "Harbour", "Street"} <= lowered


def test_the_limit_holds_per_signal_and_order_is_by_size(classifier: Classifier) -> None:
    made = classifier.explain(Item(TEXT, TITLE, STORY), ["toxicity", "insult"], limit=3)
    assert len(made) <= 6
    sizes = [abs(one.weight) for one in made]
    assert sizes == sorted(sizes, reverse=True)
    assert all(one.end > one.start for one in made)


def test_an_empty_comment_has_nothing_to_explain(classifier: Classifier) -> None:
    assert classifier.explain(Item("")) == []


THREADED = Item(TEXT, TITLE, STORY, parent="The parking spaces?", thread=("Gone for good.", "Why?"))


@pytest.mark.parametrize("item", [Item(TEXT, TITLE), Item(TEXT, story=STORY), THREADED])
def test_words_and_parts_of_the_context_both_sum_to_off_topic(
    classifier: Classifier, item: Item
) -> None:
    score = classifier.score_batch([item])[0].signals["off_topic"]
    by_word = sum(one.weight for one in classifier.explain(item, ["off_topic"], limit=None))
    parts = classifier.explain_context(item)
    assert sum(one.weight for one in parts) == pytest.approx(by_word, abs=1e-6)
    assert 1 / (1 + math.exp(-by_word)) == pytest.approx(score, abs=2e-3)


def test_the_part_of_the_story_names_the_passage(classifier: Classifier) -> None:
    parts = {one.part: one for one in classifier.explain_context(THREADED)}
    passage = classifier.score_batch([THREADED])[0].passage
    assert passage is not None
    assert (parts["story"].start, parts["story"].end) == (passage.start, passage.end)
    assert classifier.explain_context(Item(TEXT)) == []


def test_what_would_change_it_is_the_insult_and_nothing_else(classifier: Classifier) -> None:
    item = Item(TEXT)
    words = classifier.words_to_change(item, "insult", 0.5)
    assert words is not None
    assert [one.text for one in words] == ["1d10t"]
    kept = Item(without(TEXT, words))
    assert classifier.score_batch([kept])[0].signals["insult"] < 0.5


def test_none_of_the_words_to_change_can_be_left_out(classifier: Classifier) -> None:
    text = "You moron and your idiot friends, you pathetic clown, write garbage."
    words = classifier.words_to_change(Item(text), "toxicity", 0.6)
    assert words
    for one in words:
        fewer = without(text, [other for other in words if other is not one])
        assert classifier.score_batch([Item(fewer)])[0].signals["toxicity"] >= 0.6


def test_nothing_to_change_nothing_that_helps_and_no_score(classifier: Classifier) -> None:
    assert classifier.words_to_change(Item("A fine day."), "insult", 0.5) == []
    assert classifier.words_to_change(Item(TEXT), "insult", 0.0) is None
    with pytest.raises(ValueError, match="off_topic"):
        classifier.words_to_change(Item(TEXT), "off_topic", 0.5)
