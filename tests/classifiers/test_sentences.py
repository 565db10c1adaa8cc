"""Tests sentences: where they end, and that one abusive sentence among kind ones counts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from classifiers import Classifier, Item
from classifiers.abuse.features import WordWeights, extract
from classifiers.abuse.sentences import replace_texts, sentences_of
from classifiers.abuse.windows import WordSums
from classifiers.text.tokens import read_words

INSULT = "You are a pathetic idiot and a liar."
KIND = (
    "Thank you for this thoughtful report about the new library and its opening hours.",
    "I look forward to the next meeting of the council in the spring.",
    "The photographs of the old market hall were a pleasure to see.",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two here! Three here? Four", [2, 2, 2, 1]),
        ("One line\nanother line\n\na third", [2, 2, 2]),
        ('He said "go away." And left (at last.) Then what…', [4, 4, 2]),
        ("It costs 3.50 at shop.example now", [8]),
        ("Well ... yes . no", [1, 1, 1]),
        ("終わり。 次の文", [1, 1]),
        ("", []),
        ("!!! ???", []),
    ],
)
def test_sentences_end_with_a_stop_or_a_line(text: str, expected: list[int]) -> None:
    numbers = read_words([text]).sentences
    _, counts = np.unique(numbers, return_counts=True)
    assert counts.tolist() == expected


def test_sentences_of_a_batch_are_those_of_each_text() -> None:
    found = sentences_of(extract(["One here. Two here", "", "Alone", "go home now\nplease do. ok"]))
    assert found is not None
    assert found.texts.tolist() == [0, 2, 3]
    assert found.counts.tolist() == [2, 1, 3]
    assert found.lengths.tolist() == [2, 2, 1, 3, 2, 1]


def test_a_batch_without_words_has_no_sentences() -> None:
    assert sentences_of(extract(["", "!!!"])) is None


def test_what_a_sentence_sums_to_is_what_its_features_do(classifier: Classifier) -> None:
    table = classifier.abuse
    features = extract([f"{KIND[0]} {INSULT} {INSULT} {KIND[1]}", "No no no no. You fool you fool"])
    found = sentences_of(features)
    assert found is not None
    margins = found.margins(WordSums.of(features, WordWeights(table.weights)))
    for sentence, text in ((1, 0), (4, 1), (5, 1)):
        alone = replace_texts(features, found, np.array([sentence]))
        whole = table.margins(replace(alone, runs=features.runs)).whole
        assert whole[text] == pytest.approx(margins[sentence], abs=1e-4)


def test_a_word_counts_once_in_a_sentence(classifier: Classifier) -> None:
    sums = []
    for text in ("You fool fool. Go", "You fool fool fool fool fool. Go"):
        features = extract([text])
        found = sentences_of(features)
        assert found is not None
        sums.append(found.margins(WordSums.of(features, WordWeights(classifier.abuse.weights)))[0])
    assert sums[1] == pytest.approx(sums[0], abs=1e-4)


@pytest.mark.parametrize("around", ["{insult} {0}", "{0} {insult}", "{0} {insult} {1}"])
def test_an_insult_among_kind_sentences_is_found(classifier: Classifier, around: str) -> None:
    text = around.format(*KIND, insult=INSULT)
    alone, hidden = classifier.score_batch([Item(INSULT), Item(text)])
    assert alone.signals["toxicity"] > 0.9
    assert hidden.signals["toxicity"] > 0.7


def test_kind_sentences_together_are_no_abuse(classifier: Classifier) -> None:
    scored = classifier.score_batch([Item(" ".join(KIND * 5))])[0]
    assert scored.signals["toxicity"] < 0.1


@pytest.mark.parametrize("signal", ["toxicity", "insult", "identity_attack", "threat"])
def test_the_worst_sentence_explains_the_score(classifier: Classifier, signal: str) -> None:
    item = Item(f"{KIND[0]} {INSULT} {KIND[1]} {KIND[2]}")
    score = classifier.score_batch([item])[0].signals[signal]
    made = classifier.explain(item, [signal], limit=None)
    total = sum(one.weight for one in made)
    assert 1 / (1 + math.exp(-total)) == pytest.approx(score, abs=1e-4)
    for one in made:
        assert item.text[one.start : one.end] == one.text


def test_words_of_other_sentences_have_no_share_when_one_decides(classifier: Classifier) -> None:
    item = Item(f"{KIND[0]} {INSULT} {KIND[1]} {KIND[2]}")
    begin = item.text.index(INSULT)
    made = classifier.explain(item, ["toxicity"], limit=None)
    outside = [one for one in made if one.end <= begin and one.end > one.start]
    assert outside
    assert all(one.weight == 0 for one in outside)
