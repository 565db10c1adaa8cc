"""The default policy: what it lets through, holds and rejects, and what readers see of it."""

from __future__ import annotations

import dataclasses
import json

import pytest

from moderation.policy import (
    COMPARISONS,
    DEFAULT_DOCUMENT,
    FACTS,
    Reason,
    describe,
    evaluate,
    parse,
    public_view,
)
from tests.policy.documents import MILD, facts, policy, rule

DEFAULT = parse(DEFAULT_DOCUMENT)


@pytest.mark.parametrize(
    ("comment", "outcome", "clause"),
    [
        ({}, "approve", None),
        ({"body": "Well said!"}, "approve", None),
        ({"body": "My aunt from Scunthorpe is a retired assessor."}, "approve", None),
        ({"body": "Paint it with flame retardant."}, "approve", None),
        ({"signals": {**MILD, "toxicity": 0.98, "severe_toxicity": 0.98}}, "reject", "no-abuse"),
        ({"signals": {**MILD, "toxicity": 0.9}}, "review", "no-abuse"),
        ({"signals": {**MILD, "toxicity": 0.5}}, "review", "how-we-decide"),
        ({"signals": {**MILD, "toxicity": 0.5}, "author_approved": 3}, "approve", None),
        ({"signals": {**MILD, "off_topic": 1.0}}, "review", "on-topic"),
        ({"signals": {**MILD, "threat": 1.0}}, "review", "no-threats"),
        ({"signals": {**MILD, "likely_to_reject": 0.7}}, "review", "how-we-decide"),
        ({"body": "https://a.example", "author_approved": 9}, "approve", None),
        ({"body": "https://a.example"}, "review", "no-spam"),
        ({"body": "x.com y.com z.com", "author_approved": 9}, "review", "no-spam"),
        ({"body": "Utter bullshit."}, "review", "clean-language"),
        ({"body": "Those TOWELHEADS"}, "reject", "no-hate"),
        ({"body": "Write to mona@daily.example"}, "review", "privacy"),
        ({"body": "Ring +358 40 123 45 67 after six"}, "review", "privacy"),
        ({"story_open": False}, "reject", "closed"),
        ({"story_open": False, "signals": None}, "reject", "closed"),
        ({"flags_weighed": 3.0}, "review", "how-we-decide"),
        ({"flags_weighed": 2.9}, "approve", None),
        ({"trained": False, "language": "fi"}, "review", "how-we-decide"),
        ({"signals": None}, "review", "how-we-decide"),
        ({"story_age_days": 400.0}, "approve", None),
    ],
)
def test_what_it_decides(comment, outcome, clause):
    verdict = evaluate(DEFAULT, facts(**comment))
    assert verdict.outcome == outcome
    assert (verdict.clauses or (None,))[0] == clause


def test_off_topic_alone_never_rejects():
    for share in range(101):
        signals = {**MILD, "off_topic": share / 100}
        assert evaluate(DEFAULT, facts(signals=signals)).outcome != "reject"


def test_nine_clauses_have_keys_and_each_has_guidance():
    assert 8 <= len(DEFAULT.clauses) <= 10
    assert [clause.number for clause in DEFAULT.citable] == list("123456789")
    assert all(clause.text and clause.guidance for clause in DEFAULT.clauses)
    assert json.loads(json.dumps(DEFAULT_DOCUMENT)) == DEFAULT_DOCUMENT


def test_readers_see_the_clauses_and_nothing_that_helps_to_evade_them():
    view = public_view(DEFAULT)
    shown = json.dumps(dataclasses.asdict(view), ensure_ascii=False)
    assert view.promise == DEFAULT.promise
    assert [entry.clause.number for entry in view.clauses] == [str(n) for n in range(1, 11)]
    no_abuse = view.clauses[1]
    assert no_abuse.rejected == (
        "Rejected automatically when it is almost certainly severely abusive "
        "and it is almost certainly abusive.",
    )
    assert view.clauses[8].rejected == (
        "Rejected automatically when the story takes no more comments.",
    )
    assert (
        "Reviewed by a person first when it contains words from our list." in view.clauses[4].held
    )
    secrets = ["0.9", "0.8", "raghead", "bullshit", r"\d", "mildly suspicious", "Tried out"]
    secrets += [clause.guidance for clause in DEFAULT.clauses]
    assert [secret for secret in secrets if secret in shown] == []


def test_every_rule_has_a_sentence():
    sentences = [describe(each) for each in DEFAULT.rules]
    assert len(set(sentences)) == len(sentences)
    assert (
        "The policy holds a comment when the number of the author's approved comments is at most "
        "2 and toxicity is at least 0.40." in sentences
    )
    assert any(sentence.startswith("Recorded only:") for sentence in sentences)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            Reason("r", "c", "review", "insult", 0.93, 0.8, comparison="at_least"),
            "Insult: 0.93. The policy holds comments at or above 0.80.",
        ),
        (
            Reason("banned-words", "c", "reject", "banned_words", 2, 1, comparison="at_least"),
            "The comment contains 2 banned words. The policy rejects such comments.",
        ),
        (
            Reason("r", "c", "reject", "story_open", False, False, comparison="is"),
            "The story takes no more comments. The policy rejects such comments.",
        ),
        (
            Reason("r", "c", "review", "links", 4, 3, comparison="at_least"),
            "The number of links: 4. The policy holds comments at or above 3.",
        ),
        (
            Reason("r", "c", "review", "pattern", 1, "x+", comparison="matches"),
            "The text matches a pattern. The policy holds such comments.",
        ),
        (
            Reason("untrained-language", "c", "review", "language", "fi"),
            "The classifier was not trained for this comment's language (fi).",
        ),
    ],
)
def test_moderators_read_a_reason_as_a_sentence(reason, sentence):
    assert describe(reason) == sentence


def test_every_reason_of_the_policy_itself_has_a_sentence():
    pre, waiting = policy(mode="pre"), policy(default="review")
    verdicts = [
        evaluate(pre, facts()),
        evaluate(waiting, facts()),
        evaluate(pre, facts(signals=None)),
        evaluate(pre, facts(section=5)),
        evaluate(pre, facts(body="x" * 50_000)),
    ]
    for verdict in verdicts:
        assert all(describe(reason).endswith(".") for reason in verdict.reasons)


@pytest.mark.parametrize("fact", sorted(FACTS))
def test_every_fact_can_be_told_to_readers_and_moderators(fact):
    comparison = COMPARISONS[FACTS[fact].kind][0]
    value = {"signal": 0.6, "count": 2, "number": 2, "yes_no": False, "pattern": "x+"}
    choice = (FACTS[fact].choices or ("en",))[-1]
    judged = policy(rule((fact, comparison, value.get(FACTS[fact].kind, choice))))
    (told,) = public_view(judged).clauses[1].held
    assert told.startswith("Reviewed by a person first when ")
    assert describe(judged.rules[0]).startswith("The policy holds a comment when ")
