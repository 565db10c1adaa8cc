"""A JSON document becomes a policy, or a list of its problems, each with path and message."""

from __future__ import annotations

import re
from typing import Any

from moderation.policy.compile import CompiledPolicy, compile_rules
from moderation.policy.conditions import parse_condition
from moderation.policy.document import (
    MODES,
    OUTCOMES,
    RESERVED,
    WORD_LISTS,
    Clause,
    Condition,
    PolicyError,
    PolicyProblem,
    Rule,
    WordList,
)
from moderation.policy.patterns import Pattern
from moderation.policy.translation import gettext as _
from moderation.policy.validation import Checker
from moderation.policy.word_lists import MAX_WORDS, WordError, read_entry

MAX_CLAUSES = 100
MAX_RULES = 300
MAX_CONDITIONS = 20
MAX_PATTERNS = 50
# Characters in all texts, keys and words of a document together.
MAX_DOCUMENT = 4_000_000

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}[a-z]?", re.ASCII)
_KEYS = {
    "title", "introduction", "promise", "clauses", "words", "rules", "default", "unscored",
    "untrained_language", "mode", "process_clause",
}  # fmt: skip


def parse(document: dict[str, Any]) -> CompiledPolicy:
    """Return the policy that `document` describes (docs/policy.md explains the form).

    Raises PolicyError with every problem found. Never changes `document`.
    """
    check = Checker()
    if not isinstance(document, dict):
        raise PolicyError([PolicyProblem("", _("A policy is an object with clauses and rules."))])
    if _is_too_large(document):
        message = _("The document is too large: more than %(limit)s characters in all.")
        raise PolicyError([PolicyProblem("", message % {"limit": f"{MAX_DOCUMENT:,}"})])
    check.keys("", document, _KEYS, required={"title", "clauses"})
    clauses = _clauses(check, document.get("clauses", []))
    known = {clause.id for clause in clauses}
    lists = _word_lists(check, document.get("words", {}), known)
    patterns: dict[str, Pattern] = {}
    rules = _rules(check, document.get("rules", []), known, patterns)
    process = document.get("process_clause", "")
    if process != "":
        check.one_of_ids("process_clause", process, known)
    simple_parts = _simple_parts(check, document)
    if check.problems:
        raise PolicyError(check.problems)
    return CompiledPolicy(
        **simple_parts,
        clauses=clauses,
        rules=rules,
        words=lists,
        process_clause=process,
        document=document,
        compiled_rules=compile_rules(rules, lists, patterns),
    )


def _simple_parts(check: Checker, document: dict[str, Any]) -> dict[str, str]:
    get, choice = document.get, check.choice
    return {
        "title": check.text("title", get("title"), 200, required="title" in document),
        "introduction": check.text("introduction", get("introduction", ""), 20_000),
        "promise": check.text("promise", get("promise", ""), 2_000),
        "default": choice("default", get("default", "approve"), OUTCOMES[:2]),
        "unscored": _unscored(check, get("unscored", "review")),
        "untrained_language": choice(
            "untrained_language", get("untrained_language", "review"), OUTCOMES
        ),
        "mode": choice("mode", get("mode", "post"), MODES),
    }


def _is_too_large(document: dict[str, Any]) -> bool:
    """Tell whether the document is too large; count without recursion and stop at the limit."""
    remaining = MAX_DOCUMENT
    waiting: list[Any] = [document]
    while waiting and remaining > 0:
        value = waiting.pop()
        remaining -= 1
        if isinstance(value, str):
            remaining -= len(value)
        elif isinstance(value, dict):
            waiting.extend(value.keys())
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return remaining <= 0


def _unscored(check: Checker, value: Any) -> str:
    if value == "approve":
        check.problem(
            "unscored",
            _(
                'This may not be "approve": nothing is published because something failed. '
                'Use "review" or "reject".'
            ),
        )
        return "review"
    return check.choice("unscored", value, ("review", "reject"))


def _clauses(check: Checker, value: Any) -> tuple[Clause, ...]:
    clauses: list[Clause] = []
    ids: set[str] = set()
    numbers: set[str] = set()
    wrong_number = _('This is %(value)s; it must be like "1" or "2.1".')
    if value == []:
        check.problem("clauses", _("This needs at least one clause; readers must see the rules."))
    for path, entry in check.objects("clauses", value, MAX_CLAUSES):
        keys = {"id", "number", "title", "text", "guidance", "cite"}
        check.keys(path, entry, keys, required={"id", "number", "title", "text"})
        get = entry.get
        clause = Clause(
            id=check.id(f"{path}.id", get("id"), _ID, ids) if "id" in entry else "",
            number=check.id(f"{path}.number", get("number"), _NUMBER, numbers, wrong_number)
            if "number" in entry
            else "",
            title=check.text(f"{path}.title", get("title"), 200, required="title" in entry),
            text=check.text(f"{path}.text", get("text"), 10_000, required="text" in entry),
            guidance=check.text(f"{path}.guidance", get("guidance", ""), 20_000),
            cite=check.yes_no(f"{path}.cite", get("cite", True)),
        )
        clauses.append(clause)
    return tuple(clauses)


def _word_lists(check: Checker, value: Any, clauses: set[str]) -> dict[str, WordList]:
    lists: dict[str, WordList] = {}
    if not check.is_object("words", value):
        return lists
    check.keys("words", value, set(WORD_LISTS))
    for name in WORD_LISTS:
        entry, path = value.get(name), f"words.{name}"
        if name not in value or not check.is_object(path, entry):
            continue
        check.keys(path, entry, {"clause", "outcome", "words", "shadow"}, required={"words"})
        outcome = entry.get("outcome", "")
        if outcome != "":
            check.choice(f"{path}.outcome", outcome, ("review", "reject"))
        if outcome != "" or "clause" in entry:
            check.one_of_ids(f"{path}.clause", entry.get("clause"), clauses)
        words = _words(check, f"{path}.words", entry.get("words", []))
        shadow = check.yes_no(f"{path}.shadow", entry.get("shadow", False))
        lists[name] = WordList(name, str(entry.get("clause", "")), str(outcome), words, shadow)
    return lists


def _words(check: Checker, path: str, value: Any) -> tuple[str, ...]:
    words: list[str] = []
    for index, entry in enumerate(check.items(path, value, MAX_WORDS)):
        here = f"{path}[{index}]"
        if not check.is_text(here, entry):
            continue
        try:
            read_entry(entry)
        except WordError as error:
            check.problem(here, str(error))
        else:
            words.append(entry)
    return tuple(words)


def _rules(
    check: Checker, value: Any, clauses: set[str], patterns: dict[str, Pattern]
) -> tuple[Rule, ...]:
    ids: set[str] = set()
    rules = [
        _rule(check, path, entry, clauses, ids, patterns)
        for path, entry in check.objects("rules", value, MAX_RULES)
    ]
    if len(patterns) > MAX_PATTERNS:
        message = _("The rules have more than %(limit)s patterns in all.")
        check.problem("rules", message % {"limit": MAX_PATTERNS})
    return tuple(rules)


def _rule(
    check: Checker,
    path: str,
    entry: dict[str, Any],
    clauses: set[str],
    ids: set[str],
    patterns: dict[str, Pattern],
) -> Rule:
    keys = {"id", "clause", "when", "outcome", "shadow", "sections", "note"}
    check.keys(path, entry, keys, required={"id", "when", "outcome"})
    id = check.id(f"{path}.id", entry["id"], _ID, ids) if "id" in entry else ""
    if id in RESERVED:
        message = _('"%(id)s" is an id that the policy uses itself.')
        check.problem(f"{path}.id", message % {"id": id})
    outcome = ""
    if "outcome" in entry:
        outcome = check.choice(f"{path}.outcome", entry["outcome"], OUTCOMES)
    clause = entry.get("clause", "")
    if clause != "" or outcome != "approve":
        check.one_of_ids(f"{path}.clause", clause, clauses)
    return Rule(
        id=id,
        clause=str(clause),
        when=_conditions(check, f"{path}.when", entry, patterns),
        outcome=outcome,
        shadow=check.yes_no(f"{path}.shadow", entry.get("shadow", False)),
        sections=check.texts(f"{path}.sections", entry.get("sections", []), 100, 200),
        note=check.text(f"{path}.note", entry.get("note", ""), 1_000),
    )


def _conditions(
    check: Checker, path: str, entry: dict[str, Any], patterns: dict[str, Pattern]
) -> tuple[Condition, ...]:
    if "when" not in entry:
        return ()
    if entry["when"] == []:
        check.problem(
            path,
            _("This needs at least one condition; a rule without a condition would always apply."),
        )
    conditions = [
        parse_condition(check, here, condition, patterns)
        for here, condition in check.objects(path, entry["when"], MAX_CONDITIONS)
    ]
    return tuple(condition for condition in conditions if condition is not None)
