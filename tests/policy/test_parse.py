"""Reading a document: strict, every problem named with its path and in words."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.policy import DEFAULT_DOCUMENT, PolicyError, parse
from tests.policy.documents import document, rule


def problems(broken: object) -> dict[str, str]:
    """Path -> message of what `parse` finds."""
    with pytest.raises(PolicyError) as caught:
        parse(broken)
    assert caught.value.errors
    return {problem.path: problem.message for problem in caught.value.errors}


def with_condition(fact: object, comparison: object, value: object) -> dict[str, object]:
    return document(rules=[rule((fact, comparison, value))])


def test_it_reads_a_policy_and_leaves_the_document_alone():
    source = document(rules=[rule(("off_topic", "at_least", 0.9), sections=["Sport"])])
    before = copy.deepcopy(source)
    policy = parse(source)
    assert source == before == policy.document
    assert policy.rules[0].when[0].value == 0.9
    assert (policy.default, policy.unscored, policy.mode) == ("approve", "review", "post")
    assert [clause.id for clause in policy.citable] == ["on-topic", "no-abuse"]
    assert policy.clause("no-abuse").title == "No abuse"
    assert policy.clause("nobody") is None


@pytest.mark.parametrize(
    ("fact", "comparison", "value", "path", "words"),
    [
        ("of_topic", "at_least", 0.9, "fact", 'Did you mean "off_topic"?'),
        (5, "at_least", 0.9, "fact", "not a fact"),
        ("off_topic", "over", 0.9, "is", "at_least, at_most"),
        ("off_topic", "is", 0.9, "is", "at_least, at_most"),
        ("off_topic", ["at_least"], 0.9, "is", "at_least, at_most"),
        ("off_topic", "at_least", 1.01, "value", "from 0 to 1"),
        ("off_topic", "at_least", -0.01, "value", "from 0 to 1"),
        ("off_topic", "at_least", 10**400, "value", "from 0 to 1"),
        ("off_topic", "at_least", float("nan"), "value", "from 0 to 1"),
        ("off_topic", "at_least", float("inf"), "value", "from 0 to 1"),
        ("off_topic", "at_least", True, "value", "from 0 to 1"),
        ("off_topic", "at_least", "0.9", "value", "from 0 to 1"),
        ("off_topic", "at_least", None, "value", "from 0 to 1"),
        ("flags", "at_least", 1.5, "value", "whole number"),
        ("flags", "at_least", -1, "value", "whole number"),
        ("flags", "at_least", True, "value", "whole number"),
        ("story_open", "is", 0, "value", "true or false"),
        ("story_open", "is", "false", "value", "true or false"),
        ("story_age_days", "at_least", -1, "value", "0 or more"),
        ("section", "is", 5, "value", "text"),
        ("section", "is", None, "value", "text"),
        ("section", "one_of", "sport", "value", "list"),
        ("section", "one_of", [], "value", "at least one"),
        ("section", "one_of", ["a", 5], "value[1]", "text"),
        ("section", "is", "a\x00b", "value", "cannot be stored"),
        ("parent_status", "is", "gone", "value", "one of"),
        ("pattern", "is", "x", "is", "matches"),
        ("pattern", "matches", "(?=a)", "value", "Look-ahead is not supported"),
        ("pattern", "matches", "x\ud800", "value", "cannot be stored"),
    ],
)
def test_a_condition_that_makes_no_sense_is_named(fact, comparison, value, path, words):
    found = problems(with_condition(fact, comparison, value))
    assert words in found[f"rules[0].when[0].{path}"]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"tittle": "x"}, "", 'unknown key "tittle". Did you mean "title"?'),
        ({"title": ""}, "title", "empty"),
        ({"title": "x" * 201}, "title", "longer than 200"),
        ({"title": 5}, "title", "must be text"),
        ({"promise": None, "introduction": []}, "introduction", "must be text"),
        ({"clauses": []}, "clauses", "at least one clause"),
        ({"clauses": {}}, "clauses", "must be a list"),
        ({"clauses": ["x"]}, "clauses[0]", "must be an object"),
        ({"rules": None}, "rules", "must be a list"),
        ({"words": []}, "words", "must be an object"),
        ({"words": {"forbidden": {}}}, "words", "unknown key"),
        ({"words": {"banned": {"words": "x"}}}, "words.banned.words", "must be a list"),
        ({"words": {"banned": {}}}, "words.banned.words", "missing"),
        ({"words": {"banned": {"words": [5]}}}, "words.banned.words[0]", "text"),
        ({"words": {"banned": {"words": ["a", " "]}}}, "words.banned.words[1]", "every comment"),
        ({"default": "reject"}, "default", '"approve", "review"'),
        ({"default": ["approve"]}, "default", "must be one of"),
        ({"mode": "none"}, "mode", '"post", "pre"'),
        ({"unscored": "approve"}, "unscored", "nothing is published because something failed"),
        ({"untrained_language": "x"}, "untrained_language", "must be one of"),
        ({"process_clause": "nobody"}, "process_clause", "no such clause"),
        ({"process_clause": None}, "process_clause", "no such clause"),
    ],
)
def test_a_wrong_part_is_named(changes, path, words):
    assert words in problems(document(**changes))[path]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"id": "Has Spaces"}, "id", "small letters"),
        ({"id": "unscored"}, "id", "uses itself"),
        ({"id": None}, "id", "small letters"),
        ({"clause": "no-abusee"}, "clause", 'Did you mean "no-abuse"?'),
        ({"clause": ""}, "clause", "no such clause"),
        ({"clause": 5}, "clause", "no such clause"),
        ({"outcome": "delete"}, "outcome", "must be one of"),
        ({"shadow": 1}, "shadow", "true or false"),
        ({"when": []}, "when", "at least one condition"),
        ({"when": {}}, "when", "must be a list"),
        ({"sections": [""]}, "sections[0]", "empty"),
        ({"sections": "sport"}, "sections", "must be a list"),
    ],
)
def test_a_wrong_rule_is_named(changes, path, words):
    wrong = {**rule(("flags", "at_least", 1)), **changes}
    assert words in problems(document(rules=[wrong]))[f"rules[0].{path}"]


def test_ids_and_numbers_are_unique():
    clause = document()["clauses"][0]
    found = problems(document(clauses=[clause, clause], process_clause=""))
    assert "used twice" in found["clauses[1].id"]
    assert "used twice" in found["clauses[1].number"]
    twice = [rule(("flags", "at_least", 1)), rule(("flags", "at_least", 2))]
    assert "used twice" in problems(document(rules=twice))["rules[1].id"]


def test_all_problems_are_told_at_once():
    broken = document(
        title="", mode="x", rules=[rule(("nothing", "is", 1), clause="none"), {"id": "second"}]
    )
    assert set(problems(broken)) >= {
        "title",
        "mode",
        "rules[0].clause",
        "rules[0].when[0].fact",
        "rules[1].when",
        "rules[1].outcome",
    }


def test_too_much_is_refused_before_it_costs():
    many = {"words": {"banned": {"words": ["ab"] * 100_001}}}
    assert "at most 100,000" in problems(document(**many))["words.banned.words"]
    assert "too large" in problems(document(introduction="x" * 4_000_001))[""]
    rules = [rule(("flags", "is", 1), id=f"r{n}") for n in range(301)]
    assert "at most 300" in problems(document(rules=rules))["rules"]
    patterns = [rule(("pattern", "matches", f"a{n}"), id=f"r{n}") for n in range(51)]
    assert "more than 50 patterns" in problems(document(rules=patterns))["rules"]


@pytest.mark.parametrize("broken", [None, [], 5, "x", {}])
def test_what_is_no_policy_at_all_is_refused(broken):
    assert problems(broken)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
_PART = st.sampled_from([*DEFAULT_DOCUMENT, "rules.0", "rules.0.when", "clauses.0", "words.banned"])


@settings(deadline=None)
@given(_PART, _JSON)
def test_whatever_stands_in_a_document_the_answer_is_a_policy_or_problems(part, value):
    broken = json.loads(json.dumps(DEFAULT_DOCUMENT))
    *way, last = part.split(".")
    place = broken
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    try:
        parse(broken)
    except PolicyError as error:
        assert all(problem.message for problem in error.errors)
        assert len(str(error)) < 20_000
