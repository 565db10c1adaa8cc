"""Tests off_topic on test stories: the order of comments, and the matched passage."""

from __future__ import annotations

import pytest

from classifiers import Classifier, Item
from tests.classifiers.conftest import STORY, TITLE

PARENT = "The lane will make the street safer for children on bicycles, so I am all for it."
THREAD = (
    "Forty parking spaces gone, and the bakery pays for it.",
    PARENT,
    "Nobody cycles there in winter anyway.",
    "The accidents near the school had to stop, and a lane is the way to do it.",
)
ELSEWHERE = "My kittens are the sweetest, and this new crypto coin will make you rich by Friday."
IN_PLACE = (
    "Well said!",
    "I could not agree more.",
    "Thank you for putting it so clearly.",
    "Do you have a source for that?",
    "How do you know that?",
    "In winter too, with proper tyres.",
    "Why was my comment on this deleted yesterday?",
    "Sure, and next the council will ask cars to apologise to the bicycles.",
)
"""Agreement, questions, replies, remarks on moderation, satire: sideways, not misplaced."""


def off_topic(classifier: Classifier, *texts: str) -> list[float]:
    items = [Item(text, TITLE, STORY, parent=PARENT, thread=THREAD) for text in texts]
    return [one.signals["off_topic"] for one in classifier.score_batch(items)]


@pytest.mark.parametrize("text", IN_PLACE)
def test_comments_of_a_thread_rank_before_others(classifier: Classifier, text: str) -> None:
    near, far = off_topic(classifier, text, ELSEWHERE)
    assert near < far


def test_of_another_subject_means_far_off_however_it_is_said(classifier: Classifier) -> None:
    scores = off_topic(
        classifier,
        "The goalkeeper should have been sent off in the first half.",
        "My lasagne needs fresh basil and ripe tomatoes.",
        "The second season of that detective series is weaker than the first.",
    )
    assert min(scores) > max(off_topic(classifier, *THREAD[:1], THREAD[3]))


def test_the_same_subject_in_other_words_is_near(classifier: Classifier) -> None:
    reworded, elsewhere = off_topic(
        classifier,
        "Pupils on bikes deserve protection from traffic.",
        "Tenants on benefits deserve protection from landlords.",
    )
    assert reworded < elsewhere


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The baker will lose customers without parking spaces.", "parking spaces"),
        ("Bread since 1950, and now this. Poor Tom Lind.", "Tom Lind"),
        ("Eleven months of work is far too long, and in March it still freezes.", "March"),
        ("They divert the tram through Mill Lane? It hardly fits.", "Mill Lane"),
        ("Berg is right that the way to school must be safer for our children.", "children"),
    ],
)
def test_the_passage_is_the_one_a_person_would_pick(
    classifier: Classifier, text: str, expected: str
) -> None:
    passage = classifier.score_batch([Item(text, TITLE, STORY)])[0].passage
    assert passage is not None
    assert passage.source == "story"
    assert expected in passage.text
    assert STORY[passage.start : passage.end] == passage.text


def test_a_thread_counts_by_its_latest_comments(classifier: Classifier) -> None:
    text = "Basil belongs into every lasagne."
    recipe = ("Fresh basil and tomatoes make a good lasagne.",) * 8
    first, later = classifier.score_batch(
        [Item(text, TITLE, thread=(*recipe, *THREAD, *THREAD)), Item(text, TITLE, thread=recipe)]
    )
    assert later.signals["off_topic"] < first.signals["off_topic"]


def test_a_batch_with_many_stories_gives_what_each_gives_alone(classifier: Classifier) -> None:
    items = [
        Item(PARENT, TITLE, STORY, thread=THREAD),
        Item("", TITLE, STORY, thread=THREAD),
        Item(ELSEWHERE, "Kittens are popular"),
        Item("the and of", "-", parent=PARENT),
        Item(THREAD[0], story=STORY, parent=PARENT, thread=("", *THREAD)),
    ]
    together = [one.signals["off_topic"] for one in classifier.score_batch(items)]
    alone = [classifier.score_batch([item])[0].signals["off_topic"] for item in items]
    assert together == pytest.approx(alone, abs=2e-4)
