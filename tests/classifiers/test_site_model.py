"""Tests a site's model: it learns the site's decisions and is stored safely."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from classifiers import BundleError, Classifier, Item, site_model
from classifiers.evaluation import report
from tests.classifiers.conftest import STORY, TITLE

_REJECTED = ("Vote for my cousin's zeppelin company", "Zeppelins are the answer, buy a zeppelin",
             "Has anyone mentioned zeppelins here", "My zeppelin page explains it all")  # fmt: skip
_APPROVED = ("The library should open on Sundays", "Trams are the answer for the old town",
             "Has anyone mentioned the bridge here", "My neighbour explains it well")  # fmt: skip
_ENDS = ("today", "again", "of course", "as ever", "in this town", "I think", "for years", "really")


def made(count: int, seed: int) -> tuple[list[Item], list[int]]:
    source = random.Random(seed)
    items, labels = [], []
    for _ in range(count):
        label = int(source.random() < 0.4)
        start = source.choice(_REJECTED if label else _APPROVED)
        items.append(Item(f"{start} {source.choice(_ENDS)} {source.choice(_ENDS)}"))
        labels.append(label)
    return items, labels


@pytest.fixture(scope="module")
def learned(classifier: Classifier) -> site_model.Adaptation:
    return site_model.fit(classifier, *made(160, 1))


def test_it_learns_what_this_site_rejects(learned: site_model.Adaptation) -> None:
    items, labels = made(200, 2)
    figures = report(labels, learned.score_batch(items))
    assert figures["auc"] > 0.95
    assert figures["ece"] < 0.15


def test_it_says_nothing_new_of_what_it_was_given(
    learned: site_model.Adaptation, classifier: Classifier
) -> None:
    items, _ = made(20, 3)
    measured = classifier.score_batch(items)
    assert learned.score_batch(items, measured) == learned.score_batch(items)
    assert learned.score_batch([]) == []


def test_its_explanation_points_at_the_site_s_own_words(learned: site_model.Adaptation) -> None:
    text = "Buy a zeppelin, of course"
    made = learned.explain(Item(text))
    assert {one.signal for one in made} == {"likely_to_reject"}
    against = max(made, key=lambda one: one.weight)
    assert against.text == text[against.start : against.end] == "zeppelin"
    assert len(learned.explain(Item(text), limit=1)) == 1
    assert learned.explain(Item("")) == []


@pytest.mark.parametrize(
    "item",
    [
        Item("Zeppelins are the answer, you COMPLETE 1d10t!"),
        Item("I like the tram", TITLE, STORY),
        Item("½ ﬁne ﷺ ok"),
        Item(""),
    ],
)
def test_its_explanation_sums_to_the_very_score(learned: site_model.Adaptation, item: Item) -> None:
    logit = sum(one.weight for one in learned.explain(item, limit=None))
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(learned.score_batch([item])[0], abs=1e-4)


def test_it_is_stored_and_read_back(learned: site_model.Adaptation, classifier: Classifier) -> None:
    items, _ = made(30, 4)
    again = site_model.from_bytes(learned.to_bytes(), classifier)
    assert again.score_batch(items) == learned.score_batch(items)
    assert again.card["labels"] == 160


def test_same_labels_and_seed_give_the_same_bytes(
    learned: site_model.Adaptation, classifier: Classifier
) -> None:
    assert site_model.fit(classifier, *made(160, 1)).to_bytes() == learned.to_bytes()


def test_few_labels_do_not_spoil_the_bundled_judgement(classifier: Classifier) -> None:
    rude = ["You are an idiot", "Shut up, moron", "What a stupid liar", "Pathetic fools, you all",
            "You disgusting pig", "Dumb as a brick, you are"]  # fmt: skip
    kind = ["I like the bridge", "Good point, thank you", "When does it open?", "See you on Sunday",
            "The tram was late", "It costs four million"]  # fmt: skip
    learned = site_model.fit(classifier, [Item(text) for text in rude + kind], [1] * 6 + [0] * 6)
    high, low = learned.score_batch([Item("You are a total moron"), Item("The lake is lovely")])
    assert high > low + 0.2


@pytest.mark.parametrize(("labels", "worth"), [(60, False), (6000, True)])
def test_few_labels_choose_nothing_by_chance(labels: int, worth: bool) -> None:
    saved = np.resize([0.55, -0.45], labels)
    even = np.full(labels, 1 / labels)
    assert site_model.is_worth(0.7 + saved, np.full(labels, 0.7), even) is worth


def test_it_refuses_altered_or_other_bytes(
    learned: site_model.Adaptation, classifier: Classifier
) -> None:
    stored = bytearray(learned.to_bytes())
    stored[-10] ^= 1
    for wrong in (bytes(stored), b"", b"anything", learned.to_bytes()[:200]):
        with pytest.raises(BundleError):
            site_model.from_bytes(wrong, classifier)


def test_it_refuses_another_base(learned: site_model.Adaptation, classifier: Classifier) -> None:
    other = Classifier(classifier.abuse, classifier.relevance, classifier.card, "bundled-0-other")
    with pytest.raises(BundleError, match="bundled-0-other"):
        site_model.from_bytes(learned.to_bytes(), other)


@pytest.mark.parametrize("labels", [[1] * 12, [0] * 12, [1] * 3 + [0] * 9])
def test_it_refuses_too_few_labels_of_a_kind(classifier: Classifier, labels: list[int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        site_model.fit(classifier, [Item("a comment")] * 12, labels)
