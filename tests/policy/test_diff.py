"""The differences that an editor reads before publishing."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.policy import DEFAULT_DOCUMENT, Comparison, compare, diff, parse
from tests.policy.documents import document, facts, policy, rule, words


def messages(old: dict, new: dict) -> list[str]:
    return [change.message for change in diff(old, new)]


def test_the_same_policy_has_no_differences_however_it_is_written():
    assert diff(DEFAULT_DOCUMENT, copy.deepcopy(DEFAULT_DOCUMENT)) == []
    assert diff(document(), document(mode="post", default="approve", rules=[], words={})) == []
    plain = rule(("flags", "is", 1))
    spelled = {**plain, "shadow": False, "sections": [], "note": ""}
    assert diff(document(rules=[plain]), document(rules=[spelled])) == []


def test_each_change_is_said_in_words():
    old = document(rules=[rule(("flags", "at_least", 3)), rule(("links", "is", 1), id="gone")])
    new = document(
        title="House rules",
        mode="pre",
        rules=[rule(("flags", "at_least", 2), outcome="reject"), rule(("links", "is", 2), id="n")],
    )
    new["clauses"][1]["text"] = "Be kinder."
    assert messages(old, new) == [
        "The title changed.",
        "The mode changed (post: published unless held; pre: a person reviews everything first).",
        "Clause 2 “No abuse”: public text changed from “Be kind.” to “Be kinder.”.",
        "Rule “gone” removed.",
        "Rule “r”: conditions changed.",
        "Rule “r”: outcome changed from “review” to “reject”.",
        "Rule “n” added.",
    ]


def test_both_states_are_kept():
    (change,) = diff(document(mode="post"), document(mode="pre"))
    assert (change.kind, change.path, change.before, change.after) == (
        "changed",
        "mode",
        "post",
        "pre",
    )


def test_word_lists_are_compared_word_by_word():
    old = words("tulip", "rose").document
    new = words("rose", "daisy", outcome="review").document
    assert messages(old, new) == [
        "The list of banned words: outcome changed from “reject” to “review”.",
        "Banned words removed: “tulip”.",
        "Banned words added: “daisy”.",
    ]
    many = words(*[f"flower{n}" for n in range(30)]).document
    assert messages(old, many)[-1].endswith("and 10 more.")


def test_another_order_is_a_change():
    rules = [rule(("flags", "is", 1), id="a"), rule(("flags", "is", 2), id="b")]
    assert messages(document(rules=rules), document(rules=rules[::-1])) == [
        "The rules are in another order."
    ]


_ODD = [None, 5, [], {}, [5], [{}], [{"id": []}], {"banned": 5}, {"banned": {"words": [5]}}]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*DEFAULT_DOCUMENT, "x"]), st.sampled_from(_ODD)))
def test_drafts_that_are_not_valid_yet_can_be_compared(draft):
    diff(DEFAULT_DOCUMENT, draft)
    diff(draft, DEFAULT_DOCUMENT)


def test_two_policies_are_compared_on_stored_facts():
    old = policy(rule(("flags", "at_least", 3)))
    new = policy(rule(("flags", "at_least", 2), outcome="reject"))
    result = compare(old, new, (facts(flags=n) for n in range(5)), limit=2)
    assert isinstance(result, Comparison)
    assert result.counts == {
        ("approve", "approve"): 2,
        ("approve", "reject"): 1,
        ("review", "reject"): 2,
    }
    assert (result.total, result.different) == (5, 3)
    assert (result.more("reject"), result.fewer("review"), result.more("review")) == (3, 2, 0)
    assert result.changed == ((2, "approve", "reject"), (3, "review", "reject"))


def test_a_policy_compared_with_itself_changes_nothing():
    same = parse(DEFAULT_DOCUMENT)
    assert compare(same, same, [facts(), facts(flags=9)]).different == 0
