"""The rows of the policy editor: a clause or a rule with its fields, and how rows move."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from moderation.policy import FACTS, Condition, PolicyProblem, Rule, describe, describe_condition
from moderation.policy.document import WORD_LISTS
from moderation.web.policy.form import (
    CHOICES,
    CLAUSE_TEXTS,
    ORDINARY,
    RULE_TEXTS,
    TEXTS,
    Field,
    Fields,
    comparisons_of,
    typed,
)

_ORDER = re.compile(
    r"(add|drop|up|down)-(clause|rule|when)(?:-(\d{1,3}))?(?:-(\d{1,3}))?", re.ASCII
)
_NEW_CLAUSE = {"id": "", "title": "", "text": "", "guidance": "", "cite": True}
_NEW_CONDITION = {"fact": "toxicity", "is": "at_least", "value": 0.9}
COMPARISON_LABELS = {
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "is": _("is"),
    "is_not": _("is not"),
    "one_of": _("is one of"),
    "matches": _("matches the pattern"),
}


@dataclass(slots=True)
class ConditionRow:
    """One condition of a rule, with the comparisons that its fact allows."""

    number: int
    name: str
    fact: Field
    comparison: Field
    value: Field
    errors: list[str]
    kind: str
    comparisons: list[tuple[str, str]]


@dataclass(slots=True)
class FormRow:
    """A clause or a rule; `sentence` says what a rule does, as far as it can be read."""

    number: int
    name: str
    fields: dict[str, Field]
    errors: list[str]
    open: bool = False
    sentence: str = ""
    conditions: tuple[ConditionRow, ...] = ()


@dataclass(slots=True)
class EditorRows:
    """Everything that the editor shows; `problems` are those that belong to no field."""

    texts: dict[str, Field]
    choices: dict[str, Field]
    clauses: list[FormRow]
    rules: list[FormRow]
    words: list[tuple[str, dict[str, Field]]]
    problems: list[str]
    count: int


def build_rows(
    document: dict[str, Any], problems: list[PolicyProblem], opened: str = ""
) -> EditorRows:
    """Return the rows of a document that fits the form; `opened` names a row to show open."""
    fields = Fields(problems)
    clauses = [
        _clause_row(fields, number, entry, opened)
        for number, entry in enumerate(document.get("clauses", []))
    ]
    rules = [
        _rule_row(fields, number, entry, opened)
        for number, entry in enumerate(document.get("rules", []))
    ]
    lists = document.get("words", {})
    return EditorRows(
        texts={key: fields.take(key, document.get(key, "")) for key in TEXTS},
        choices={key: fields.take(key, document.get(key, ORDINARY[key])) for key in CHOICES},
        clauses=clauses,
        rules=rules,
        words=[(name, _word_fields(fields, name, lists.get(name, {}))) for name in WORD_LISTS],
        problems=fields.rest(),
        count=len(problems),
    )


def _clause_row(fields: Fields, number: int, entry: dict[str, Any], opened: str) -> FormRow:
    name = f"clause-{number}"
    own = {key: fields.take(f"{name}-{key}", entry.get(key, "")) for key in CLAUSE_TEXTS}
    own["cite"] = fields.take(f"{name}-cite", entry.get("cite", True))
    errors = fields.take(name, "").errors
    return FormRow(number, name, own, errors, _is_open(own, errors) or opened == name)


def _rule_row(fields: Fields, number: int, entry: dict[str, Any], opened: str) -> FormRow:
    name = f"rule-{number}"
    own = {key: fields.take(f"{name}-{key}", entry.get(key, "")) for key in RULE_TEXTS}
    own["shadow"] = fields.take(f"{name}-shadow", entry.get("shadow", False))
    own["sections"] = fields.take(f"{name}-sections", "\n".join(entry.get("sections", [])))
    conditions = tuple(
        _condition_row(fields, f"{name}-when-{place}", place, condition)
        for place, condition in enumerate(entry.get("when", []))
    )
    errors = fields.take(name, "").errors + fields.take(f"{name}-when", "").errors
    wrong = any(
        c.errors or c.fact.errors or c.comparison.errors or c.value.errors for c in conditions
    )
    return FormRow(
        number,
        name,
        own,
        errors,
        wrong or _is_open(own, errors) or opened == name,
        rule_sentence(entry),
        conditions,
    )


def _condition_row(fields: Fields, name: str, number: int, entry: dict[str, Any]) -> ConditionRow:
    fact = entry.get("fact", "")
    return ConditionRow(
        number,
        name,
        fields.take(f"{name}-fact", fact),
        fields.take(f"{name}-is", entry.get("is", "")),
        fields.take(f"{name}-value", typed(entry.get("value", ""))),
        fields.take(name, "").errors,
        FACTS[fact].kind if fact in FACTS else "text",
        [(name, str(COMPARISON_LABELS[name])) for name in comparisons_of(fact)],
    )


def _word_fields(fields: Fields, name: str, entry: dict[str, Any]) -> dict[str, Field]:
    path = f"words-{name}"
    return {
        "clause": fields.take(f"{path}-clause", entry.get("clause", "")),
        "outcome": fields.take(f"{path}-outcome", entry.get("outcome", "")),
        "shadow": fields.take(f"{path}-shadow", entry.get("shadow", False)),
        "words": fields.take(f"{path}-words", "\n".join(entry.get("words", []))),
    }


def _is_open(fields: dict[str, Field], errors: list[str]) -> bool:
    return bool(errors) or any(each.errors for each in fields.values())


def rule_sentence(entry: dict[str, Any]) -> str:
    """Say what a rule does; "" for one that cannot be read yet."""
    try:
        conditions = tuple(_condition(each) for each in entry["when"])
        rule = Rule(
            entry["id"],
            entry.get("clause", ""),
            conditions,
            entry["outcome"],
            entry.get("shadow", False),
            tuple(entry.get("sections", ())),
        )
        return describe(rule) if conditions else ""
    except (KeyError, TypeError, ValueError):
        return ""


def condition_sentence(entry: Any) -> str:
    """Say what a condition asks; "" for one that cannot be read yet."""
    try:
        condition = _condition(entry)
        return describe_condition(condition.fact, condition.comparison, condition.value)
    except (KeyError, TypeError, ValueError):
        return ""


def _condition(entry: Any) -> Condition:
    value = entry["value"]
    return Condition(entry["fact"], entry["is"], tuple(value) if isinstance(value, list) else value)


def apply_order(document: dict[str, Any], order: str) -> str:
    """Do what a button of the editor asks of a document, in place; return the row to show open.

    Orders: add-clause, drop-clause-2, up-rule-3, add-when-3, drop-when-3-0, renumber.
    Anything else changes nothing.
    """
    if order == "renumber":
        for number, clause in enumerate(document["clauses"], 1):
            clause["number"] = str(number)
        return "clauses"
    read = _ORDER.fullmatch(order)
    if not read:
        return ""
    act, kind = read[1], read[2]
    place, below = (int(group) if group else -1 for group in (read[3], read[4]))
    if kind == "when":
        return _order_condition(document["rules"], act, place, below)
    return _order_row(document, act, kind, place)


def _order_row(document: dict[str, Any], act: str, kind: str, place: int) -> str:
    rows: list[dict[str, Any]] = document[f"{kind}s"]
    if act == "add":
        rows.append(_new_rule(document) if kind == "rule" else _new_clause(rows))
        return f"{kind}-{len(rows) - 1}"
    if not 0 <= place < len(rows):
        return ""
    if act == "drop":
        del rows[place]
        return f"{kind}s"
    other = place + (1 if act == "down" else -1)
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        return f"{kind}-{other}"
    return f"{kind}-{place}"


def _new_clause(clauses: list[dict[str, Any]]) -> dict[str, Any]:
    return {**_NEW_CLAUSE, "number": str(len(clauses) + 1)}


def _new_rule(document: dict[str, Any]) -> dict[str, Any]:
    """Return a rule that records only, until its editor says otherwise."""
    taken = {rule.get("id") for rule in document["rules"]}
    id = next(f"rule-{n}" for n in range(1, len(taken) + 2) if f"rule-{n}" not in taken)
    clause = document["clauses"][0]["id"] if document["clauses"] else ""
    return {
        "id": id,
        "clause": clause,
        "outcome": "review",
        "shadow": True,
        "when": [dict(_NEW_CONDITION)],
    }


def _order_condition(rules: list[dict[str, Any]], act: str, place: int, below: int) -> str:
    if not 0 <= place < len(rules):
        return ""
    conditions: list[dict[str, Any]] = rules[place]["when"]
    if act == "add":
        conditions.append(dict(_NEW_CONDITION))
    elif act == "drop" and 0 <= below < len(conditions):
        del conditions[below]
    return f"rule-{place}"
