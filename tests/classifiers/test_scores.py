"""Tests scores of the bundled classifier on sentences that a new user tries first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import SIGNALS, Classifier, Item
from tests.classifiers.conftest import STORY, TITLE
from tests.cost import processor_seconds

ABUSIVE = (
    "You are a complete idiot and everyone knows it.",
    "Shut up, you stupid cow.",
    "What a pathetic moron you are.",
    "Fuck off and die, you piece of shit.",
    "He is a dumb, ugly liar and so are you.",
    "you are all braindead idiots",
    "Only a retarded clown could write such garbage",
    "y o u  a r e  a n  i d i o t",
    "u are such an 1d10t",
    "Kill yourself, loser.",
)
CIVIL = (
    "I disagree with the councillor, but she makes a fair point about safety.",
    "Losing forty parking spaces will hurt the bakery more than it helps cyclists.",
    "Thanks for the report, very informative.",
    "Has anybody asked the bus company what it thinks?",
    "I am a gay man and I cycle to work every day.",
    "My mother is Muslim and she liked the article.",
    "This heat is killing me, so I took the tram.",
    "The museum in Scunthorpe sells watches and assorted classics.",
    "That argument does not hold: the figures are from 2012.",
    "Well said!",
)
FRAMED = (
    "Everybody knows that the ferry leaves at noon.",
    "My father always said it: measure twice, cut once.",
    "I don't care who reads this, the recipe needs more salt.",
    "Science proves that sleep matters.",
    "As a doctor I can tell you that walking helps.",
    "Unpopular opinion: winter is the best season.",
    "No offence, but the acting was wooden.",
    "The lift is broken again. Everybody knows it.",
)
"""How attacks on groups are often introduced, around statements that attack nobody."""

TWINS = (
    (
        "insult",
        "You are a liar and an idiot.",
        "The minister is not a liar, she was badly informed.",
    ),
    ("insult", "Stop it, you idiot.", "Stop calling people idiots, it doesn't help the debate."),
    (
        "toxicity",
        "You are so rude and stupid.",
        "I was rude to the clerk yesterday, and I am sorry.",
    ),
    ("toxicity", "You are a disgrace, you pathetic loser.", "What a disgrace this timetable is."),
    (
        "identity_attack",
        "Greeks are lazy and should be thrown out.",
        "Greeks are punctual, they say.",
    ),
    ("identity_attack", "Hungarians steal, it is in their blood.", "Hungarian wine is overrated."),
    (
        "threat",
        "I know where you live and I will hurt you.",
        "I know where you live, see you at six.",
    ),
)
"""A signal, a sentence that it should see, and one of like words that offends nobody."""

ON_TOPIC = (
    "Losing forty parking spaces will hurt the bakery more than it helps cyclists.",
    "A protected lane makes the way to school safer for children.",
    "Eleven months of work, and the tram through Mill Lane? Good luck.",
    "Accidents with cyclists doubled, so the council had to act.",
    "Harbour Street has needed this lane for years.",
)
OFF_TOPIC = (
    "The goalkeeper should have been sent off in the first half, what a terrible match that was.",
    "My favourite recipe for lasagne needs fresh basil, good tomatoes and patience with the oven.",
    "Interest rates will go up again and my pension fund has lost a third of its value.",
    "The new season of that detective series is much weaker than the first two.",
    "Has anyone tried the latest phone? The battery is empty by noon.",
)


def score(classifier: Classifier, texts: tuple[str, ...], signal: str) -> list[float]:
    items = [Item(text, title=TITLE, story=STORY) for text in texts]
    return [measured.signals[signal] for measured in classifier.score_batch(items)]


def test_abuse_scores_far_above_civil_talk(classifier: Classifier) -> None:
    abusive, civil = score(classifier, ABUSIVE, "toxicity"), score(classifier, CIVIL, "toxicity")
    assert min(abusive) > 0.6, list(zip(ABUSIVE, abusive, strict=True))
    assert max(civil) < 0.4, list(zip(CIVIL, civil, strict=True))


def test_what_introduces_attacks_is_none_by_itself(classifier: Classifier) -> None:
    for signal in ("identity_attack", "toxicity"):
        scores = score(classifier, FRAMED, signal)
        assert max(scores) < 0.5, list(zip(FRAMED, scores, strict=True))


@pytest.mark.parametrize(
    ("signal", "offending", "harmless"),
    [
        ("insult", "You are a pathetic moron", "You are a pleasant neighbour"),
        ("threat", "I will find you and kill you", "I will find you and thank you"),
        ("profanity", "What the fuck is this shit", "What on earth is this"),
        ("sexual", "show me your tits, I want to fuck you", "show me your figures, please"),
        ("spam", "I make $500 a day working from home, click http://easy-cash.example",
         "The council's figures are at https://council.example/budget"),
        ("identity_attack", "All those muslims are vermin, deport the filthy animals",
         "All those muslims are neighbours of mine"),
        ("severe_toxicity", "I will kill you, you fucking cunt", "You are a bit silly"),
        ("low_quality", "asdkjh qwlkej zxmcnb qwpoei", "A sober look at the budget"),
        ("low_quality", "!!!!!!", "No."),
    ],
)  # fmt: skip
def test_each_signal_sees_its_own(
    classifier: Classifier, signal: str, offending: str, harmless: str
) -> None:
    high, low = score(classifier, (offending, harmless), signal)
    # Spam is rare among comments, so its probability stays low; the default policy holds from 0.3.
    line = 0.3 if signal == "spam" else 0.5
    assert high > line > low
    assert high > low + 0.3


@pytest.mark.parametrize(("signal", "offending", "harmless"), TWINS)
def test_like_words_that_offend_nobody_are_left_alone(
    classifier: Classifier, signal: str, offending: str, harmless: str
) -> None:
    seen, left = classifier.score_batch([Item(text=offending), Item(text=harmless)])
    assert seen.signals[signal] >= 0.5
    assert max(left.signals[name] for name in ("toxicity", "insult", "identity_attack")) < 0.5


def test_comments_on_the_story_are_nearer_than_others(classifier: Classifier) -> None:
    near, far = score(classifier, ON_TOPIC, "off_topic"), score(classifier, OFF_TOPIC, "off_topic")
    assert max(near) < 0.4 < min(far)


def test_short_agreement_is_not_off_topic_by_being_short(classifier: Classifier) -> None:
    short = score(classifier, ("Well said!", "I agree.", "lol", "Thank you"), "off_topic")
    assert max(short) < 0.9  # the default policy holds from 0.9


def test_a_reply_is_scored_with_its_parent(classifier: Classifier) -> None:
    text = "The battery of mine lasts two days, a good phone for the price."
    parent = "Which phone has a battery that lasts and a good price?"
    alone, reply = classifier.score_batch(
        [Item(text, TITLE, STORY), Item(text, TITLE, STORY, parent=parent)]
    )
    assert reply.signals["off_topic"] < alone.signals["off_topic"] - 0.2


def test_the_matched_passage_is_returned_with_its_place(classifier: Classifier) -> None:
    text = "The baker will lose customers without parking spaces."
    passage = classifier.score_batch([Item(text, TITLE, STORY)])[0].passage
    assert passage is not None
    assert passage.source == "story"
    assert STORY[passage.start : passage.end] == passage.text
    assert "parking" in passage.text


def test_without_a_story_there_is_no_off_topic(classifier: Classifier) -> None:
    measured = classifier.score_batch([Item("Anything at all")])[0]
    assert "off_topic" not in measured.signals
    assert measured.passage is None
    assert set(measured.signals) == set(SIGNALS) - {"off_topic"}


@pytest.mark.parametrize(
    ("text", "language", "trained"),
    [
        ("The council should have asked the people who live there", "en", True),
        ("Das ist doch völliger Unsinn, was der Autor hier schreibt", "de", True),
        ("C'est vraiment une honte pour notre pays et ses habitants", "fr", False),
        ("이 기사는 정말 좋네요 감사합니다", "ko", True),
        ("lol", "und", True),
        ("", "und", True),
        ("Привет", "und", False),
    ],
)
def test_language_and_whether_it_was_trained(
    classifier: Classifier, text: str, language: str, trained: bool
) -> None:
    measured = classifier.score_batch([Item(text)])[0]
    assert measured.trained is trained
    if text != "Привет":
        assert measured.language == language


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=60), max_size=5))
@settings(max_examples=80, deadline=None)
def test_any_text_gets_scores_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    from classifiers import load  # noqa: PLC0415 (fixtures and given do not mix)

    classifier = load()
    items = [Item(text, title=text, story=text, parent=text, thread=(text,)) for text in texts]
    measured = classifier.score_batch(items)
    assert len(measured) == len(texts)
    for item, one in zip(items, measured, strict=True):
        assert all(0.0 <= value <= 1.0 for value in one.signals.values())
        alone = classifier.score_batch([item])[0]
        assert alone.signals == pytest.approx(one.signals, abs=2e-4)
        assert (alone.language, alone.trained) == (one.language, one.trained)


def test_hostile_comments_and_stories_cost_little(classifier: Classifier) -> None:
    hostile = ["a" + "\u0301" * 100_000, "a" * 1_000_000, "\ufdfa" * 10_000, "x " * 300_000]
    items = [Item(text, title=text, story=text, parent=text) for text in hostile]
    assert processor_seconds(lambda: classifier.score_batch(items)) < 15
