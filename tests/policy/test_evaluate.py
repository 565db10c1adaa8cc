"""Judging: every fact, precedence, and above all failing to a person."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.policy import (
    DEFAULT_DOCUMENT,
    FACTS,
    OUTCOMES,
    SIGNALS,
    Facts,
    Reason,
    evaluate,
    near_misses,
    parse,
)
from tests.policy.documents import MILD, facts, policy, rule, words

DEFAULT = parse(DEFAULT_DOCUMENT)

# fact, comparison, threshold, facts that meet it, facts that do not
TABLE = [
    *[
        (name, "at_least", 0.8, {"signals": {**MILD, name: 0.8}}, {"signals": {**MILD, name: 0.79}})
        for name in SIGNALS
    ],
    ("toxicity", "at_most", 0.2, {"signals": {"toxicity": 0.2}}, {"signals": {"toxicity": 0.21}}),
    ("links", "at_least", 1, {"body": "see https://a.example/x"}, {"body": "see there"}),
    ("body_length", "at_most", 3, {"body": " ok "}, {"body": "fine"}),
    ("body_length", "at_least", 4, {"body": "fine"}, {"body": "ok"}),
    ("pattern", "matches", "ferr(y|ies)", {"body": "The FERRY"}, {"body": "The fare"}),
    ("language", "is_not", "en", {"language": "fi"}, {"language": "EN"}),
    ("language", "one_of", ["en", "de"], {"language": "de"}, {"language": "fr"}),
    ("trained", "is", True, {"trained": True}, {"trained": False}),
    ("author_known", "is", False, {"author_known": False}, {"author_known": True}),
    ("author_approved", "at_most", 2, {"author_approved": 2}, {"author_approved": 3}),
    ("author_rejected", "at_least", 2, {"author_rejected": 2}, {"author_rejected": 1}),
    ("author_standing", "is", "trusted", {"author_standing": "trusted"}, {}),
    ("story_open", "is", False, {"story_open": False}, {"story_open": True}),
    ("story_open", "is_not", True, {"story_open": False}, {"story_open": True}),
    ("story_age_days", "at_least", 2.5, {"story_age_days": 2.5}, {"story_age_days": 2.4}),
    ("story_age_days", "at_most", 2, {"story_age_days": 2.0}, {"story_age_days": None}),
    ("section", "is", "Sport", {"section": "sport"}, {"section": "news"}),
    ("section", "one_of", ["Sport", "Life"], {"section": " life"}, {"section": ""}),
    ("flags", "at_least", 3, {"flags": 3}, {"flags": 2}),
    ("flags", "is", 1, {"flags": 1}, {"flags": 0}),
    ("flags", "is_not", 0, {"flags": 1}, {"flags": 0}),
    ("flags_weighed", "at_least", 2.5, {"flags_weighed": 2.5}, {"flags_weighed": 2.49}),
    ("flags_weighed", "at_most", 1, {"flags_weighed": 0.1}, {"flags_weighed": 1.2}),
    ("submissions_last_hour", "at_least", 9, {"submissions_last_hour": 9}, {}),
    ("duplicates", "at_least", 1, {"duplicates": 1}, {"duplicates": 0}),
    ("parent_status", "is", "rejected", {"parent_status": "rejected"}, {"parent_status": ""}),
    ("parent_status", "is_not", "", {"parent_status": "approved"}, {}),
]


@pytest.mark.parametrize(("fact", "comparison", "value", "meets", "misses"), TABLE)
def test_each_fact_decides_exactly_at_its_threshold(fact, comparison, value, meets, misses):
    judged = policy(rule((fact, comparison, value)), untrained_language="approve")
    verdict = evaluate(judged, facts(**meets))
    assert verdict.outcome == "review"
    assert verdict.clauses == ("no-abuse",)
    (reason,) = verdict.reasons
    assert (reason.rule, reason.fact, reason.comparison) == ("r", fact, comparison)
    assert evaluate(judged, facts(**misses)).outcome == "approve"


def test_the_table_has_every_fact():
    listed = {row[0] for row in TABLE} | {"banned_words", "suspect_words"}
    assert listed == set(FACTS)


def test_words_count_as_facts_without_an_outcome_of_their_own():
    entry = {"words": ["tulip"]}
    judged = policy(rule(("suspect_words", "at_least", 2)), words={"suspect": entry})
    assert evaluate(judged, facts(body="A tulip.")).outcome == "approve"
    verdict = evaluate(judged, facts(body="Tulip, tulip!"))
    assert verdict.outcome == "review"
    assert verdict.reasons[0].words == ((0, 5), (7, 12))


def test_a_reason_carries_everything_a_person_asks_for():
    judged = policy(rule(("insult", "at_least", 0.8), ("links", "is", 0), id="insult"))
    (reason,) = evaluate(judged, facts(signals={"insult": 0.93})).reasons
    assert (reason.value, reason.threshold, reason.margin) == (0.93, 0.8, 0.13)
    assert reason.also == ({"fact": "links", "comparison": "is", "value": 0, "threshold": 0},)
    assert Reason.from_dict(reason.as_dict()) == reason


def test_all_conditions_must_hold():
    judged = policy(rule(("insult", "at_least", 0.5), ("author_approved", "at_most", 2)))
    insulting = {**MILD, "insult": 0.6}
    assert evaluate(judged, facts(signals=insulting)).outcome == "review"
    assert evaluate(judged, facts(signals=insulting, author_approved=3)).outcome == "approve"


def test_the_most_severe_outcome_wins_and_names_its_clause_first():
    judged = policy(
        rule(("flags", "at_least", 0), id="a", outcome="approve", clause="how"),
        rule(("flags", "at_least", 1), id="b", clause="on-topic"),
        rule(("flags", "at_least", 2), id="c", outcome="reject"),
        rule(("flags", "at_least", 1), id="d"),
    )
    verdict = evaluate(judged, facts(flags=2))
    assert verdict.outcome == "reject"
    assert [reason.rule for reason in verdict.reasons] == ["c", "b", "d", "a"]
    assert verdict.clauses == ("no-abuse", "on-topic")
    assert evaluate(judged, facts(flags=1)).outcome == "review"
    assert evaluate(judged, facts()).clauses == ("how",)


def test_a_shadow_rule_is_recorded_and_decides_nothing():
    verdict = evaluate(policy(rule(("flags", "at_least", 0), shadow=True)), facts())
    assert (verdict.outcome, verdict.reasons, verdict.clauses) == ("approve", (), ())
    assert [reason.rule for reason in verdict.shadow] == ["r"]


def test_a_rule_may_apply_in_some_sections_only():
    judged = policy(rule(("flags", "at_least", 0), sections=["Sport"]))
    assert evaluate(judged, facts(section="SPORT")).outcome == "review"
    assert evaluate(judged, facts(section="news")).outcome == "approve"


def test_pre_moderation_lets_a_person_read_what_would_be_approved():
    verdict = evaluate(policy(mode="pre"), facts())
    assert verdict.outcome == "review"
    assert [reason.rule for reason in verdict.reasons] == ["pre-moderation"]
    trusting = policy(rule(("flags", "is", 0), outcome="approve"), mode="pre")
    assert evaluate(trusting, facts()).outcome == "review"


def test_default_review_yields_to_a_rule_that_approves():
    judged = policy(rule(("author_approved", "at_least", 9), outcome="approve"), default="review")
    assert evaluate(judged, facts()).reasons[0].rule == "default"
    assert evaluate(judged, facts(author_approved=9)).outcome == "approve"
    assert evaluate(judged, facts(author_approved=9, signals=None)).outcome == "review"


@pytest.mark.parametrize(
    "signals",
    [
        None,
        {},
        {"toxicity": math.nan},
        {"toxicity": math.inf},
        {"toxicity": -0.1},
        {"toxicity": 1.1},
        {"toxicity": "0.1"},
        {"toxicity": None},
        {"toxicity": 0.1, "insult": math.nan},
    ],
)
def test_without_a_sound_score_a_person_decides(signals):
    trusting = policy(rule(("flags", "at_least", 0), outcome="approve"))
    verdict = evaluate(trusting, facts(signals=signals))
    assert verdict.outcome == "review"
    assert verdict.unscored
    assert verdict.clauses == ("how",)
    assert verdict.reasons[0].rule == "unscored"


def test_unscored_comments_still_meet_rules_that_need_no_score():
    closed = policy(rule(("story_open", "is", False), outcome="reject", clause="on-topic"))
    verdict = evaluate(closed, facts(signals=None, story_open=False))
    assert (verdict.outcome, verdict.clauses) == ("reject", ("on-topic", "how"))
    assert evaluate(words("tulip"), facts(signals=None, body="tulip")).outcome == "reject"


def test_what_is_missing_neither_holds_nor_fails_silently():
    judged = policy(
        rule(("off_topic", "at_least", 0.9), id="a"),
        rule(("off_topic", "at_most", 0.9), ("flags", "is", 0), id="b", outcome="reject"),
        rule(("story_age_days", "at_most", 9), id="c"),
        rule(("likely_to_reject", "at_least", 0.9), ("flags", "is", 7), id="d"),
    )
    verdict = evaluate(judged, facts(signals={"toxicity": 0.1}, story_age_days=math.nan))
    assert verdict.outcome == "approve"
    # likely_to_reject is not named: the rule fails by its flags, whatever the signal.
    assert set(verdict.missing) == {"off_topic", "story_age_days"}


@pytest.mark.parametrize(
    ("says", "outcome"), [("review", "review"), ("reject", "reject"), ("approve", "approve")]
)
def test_an_untrained_language_follows_the_policy(says, outcome):
    verdict = evaluate(policy(untrained_language=says), facts(trained=False, language="fi"))
    assert verdict.outcome == outcome
    if says != "approve":
        assert (verdict.reasons[0].rule, verdict.reasons[0].value) == ("untrained-language", "fi")


def test_a_text_too_long_to_read_goes_to_a_person():
    verdict = evaluate(policy(), facts(body="word " * 10_000))
    assert verdict.outcome == "review"
    assert verdict.reasons[0].rule == "too-long"


@pytest.mark.parametrize(
    "broken", [{"flags": "x"}, {"section": 5}, {"body": None}, {"signals": 7}, {"body": b"x"}]
)
def test_an_error_inside_goes_to_a_person_labelled(broken):
    verdict = evaluate(policy(rule(("flags", "at_least", 1))), facts(**broken))
    assert verdict.outcome == "review"
    assert verdict.error or verdict.unscored
    assert verdict.clauses == ("how",)


def test_near_misses_are_named_with_what_they_lack():
    judged = policy(
        rule(("insult", "at_least", 0.8), id="near"),
        rule(("threat", "at_least", 0.8), id="far"),
        rule(("insult", "at_least", 0.7), ("flags", "is", 0), id="nearer", outcome="reject"),
        rule(("insult", "at_least", 0.7), ("flags", "is", 1), id="another-fact"),
        rule(("insult", "at_least", 0.6), id="met"),
    )
    close = facts(signals={**MILD, "insult": 0.69})
    assert [(miss.rule, miss.margin) for miss in near_misses(judged, close)] == [
        ("nearer", -0.01),
        ("near", -0.11),
    ]
    assert near_misses(judged, facts(signals=None)) == ()


_NUMBER = st.one_of(st.floats(), st.integers(), st.none(), st.booleans())
_HOSTILE = st.builds(
    Facts,
    body=st.text(max_size=300),
    signals=st.one_of(
        st.none(),
        st.dictionaries(st.sampled_from([*SIGNALS, "other"]), _NUMBER),
        st.dictionaries(st.sampled_from(SIGNALS), st.floats(0, 1), min_size=1),
    ),
    language=st.text(max_size=5),
    trained=st.booleans(),
    author_approved=st.one_of(st.integers(), st.none(), st.text(max_size=3)),
    story_open=st.booleans(),
    story_age_days=_NUMBER,
    section=st.text(max_size=10),
    flags=st.one_of(st.integers(), st.floats()),
    parent_status=st.text(max_size=9),
)


@settings(deadline=None)
@given(_HOSTILE)
def test_whatever_comes_there_is_an_outcome(hostile):
    verdict = evaluate(DEFAULT, hostile)
    assert verdict.outcome in OUTCOMES
    if verdict.outcome == "approve":
        assert not verdict.unscored
        assert not verdict.error
    for reason in (*verdict.reasons, *verdict.shadow):
        json.dumps(reason.as_dict(), allow_nan=False)
        assert all(0 <= start <= end <= len(hostile.body) for start, end in reason.words)


@settings(deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_any_text_at_all_is_read(body):
    assert evaluate(DEFAULT, facts(body=body)).error == ""
