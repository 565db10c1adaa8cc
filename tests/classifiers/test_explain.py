"""Explanations: they point at the words and sum to the very score."""

from __future__ import annotations

import math

import pytest

from classifiers import SIGNALS, Classifier, Item
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
