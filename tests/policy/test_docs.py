"""docs/policy.md says everything that a policy may hold, and its examples work."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from moderation.policy import COMPARISONS, DEFAULT_DOCUMENT, FACTS, OUTCOMES, evaluate, parse
from moderation.policy.document import MODES, WORD_LISTS
from tests.policy.documents import facts

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
DOCUMENT, *RULES = EXAMPLES


@pytest.mark.parametrize("fact", FACTS.values(), ids=str)
def test_every_fact_is_described_with_its_kind(fact):
    kind = {"yes_no": "yes or no"}.get(fact.kind, fact.kind)
    assert f"| `{fact.name}` | {kind} |" in PAGE
    for choice in filter(None, fact.choices):
        assert f"`{choice}`" in PAGE


@pytest.mark.parametrize("kind", COMPARISONS)
def test_every_comparison_is_described_with_its_kind(kind):
    listed = ", ".join(f"`{comparison}`" for comparison in COMPARISONS[kind])
    assert f"| {kind.replace('yes_no', 'yes or no')} | {listed} |" in PAGE


def test_every_key_and_word_of_the_document_is_described():
    keys = {*DEFAULT_DOCUMENT, *OUTCOMES, *MODES, *WORD_LISTS}
    for entry in (*DEFAULT_DOCUMENT["clauses"], *DEFAULT_DOCUMENT["rules"]):
        keys |= set(entry)
    missing = {key for key in keys if f"`{key}`" not in PAGE and f'"{key}"' not in PAGE}
    assert missing == set()


def test_the_document_on_the_page_works():
    policy = parse(DOCUMENT)
    assert evaluate(policy, facts(body="A miracle cure!")).outcome == "reject"
    assert set(DOCUMENT) == set(DEFAULT_DOCUMENT)


@pytest.mark.parametrize("example", RULES, ids=lambda example: example["id"])
def test_the_example_rules_work(example):
    assert parse({**DOCUMENT, "rules": [example]}).rules[0].id == example["id"]
    assert len(RULES) >= 5
