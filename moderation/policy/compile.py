"""Rules made fast: every condition a closure, every rule a list of them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from moderation.policy.comment_text import CommentText
from moderation.policy.document import Clause, Condition, Rule, WordList
from moderation.policy.facts import FACTS, Facts
from moderation.policy.patterns import Pattern
from moderation.policy.word_lists import Found, WordIndex

NOTHING = Found(0, ())


class Case:
    """One comment before the policy: its facts, its reading, and what was found so far."""

    __slots__ = ("_found", "_index", "facts", "matches", "reading", "section", "signals")

    def __init__(self, facts: Facts, signals: dict[str, float] | None, index: WordIndex) -> None:
        self.facts = facts
        # Empty when unscored: then every condition on a signal is unknown.
        self.signals: dict[str, float] = signals or {}
        self._index = index
        self.reading = CommentText(facts.body)
        self.section = facts.section.strip().casefold()
        self._found: dict[str, Found] | None = None
        self.matches: dict[str, Found] = {}

    def found(self, name: str) -> Found:
        """What the word list of this name has in the comment."""
        if self._found is None:
            self._found = self._index.find(self.reading)
        return self._found.get(name, NOTHING)


# True or False, or None when the fact is missing.
Test = Callable[[Case], bool | None]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "is": operator.eq,
    "is_not": operator.ne,
    "one_of": lambda value, choices: value in choices,
}


class CompiledRule(NamedTuple):
    """A rule with its tests; `first` is tested on its own, because it is most often false."""

    rule: Rule
    first: Test
    tests: tuple[Test, ...]
    sections: frozenset[str]


class Gate(NamedTuple):
    """Rules that all need one signal: none of them can hold below the lowest threshold."""

    signal: str
    lowest: float
    rules: tuple[CompiledRule, ...]


class CompiledRules(NamedTuple):
    """Everything that `evaluate` needs of a policy, compiled once.

    `places` gives each rule's place in the document, so that reasons keep that order.
    """

    gates: tuple[Gate, ...]
    others: tuple[CompiledRule, ...]
    places: Mapping[str, int]
    word_index: WordIndex
    word_lists: tuple[WordList, ...]
    patterns: Mapping[str, Pattern]


def compile_rules(
    rules: tuple[Rule, ...], lists: Mapping[str, WordList], patterns: Mapping[str, Pattern]
) -> CompiledRules:
    """The program of a policy whose document was found valid."""
    gated: dict[str, list[CompiledRule]] = {}
    lowest: dict[str, float] = {}
    others: list[CompiledRule] = []
    for rule in rules:
        compiled = _compile_rule(rule, patterns)
        gate = next((each for each in rule.when if _is_gate(each)), None)
        if gate is None:
            others.append(compiled)
            continue
        gated.setdefault(gate.fact, []).append(compiled)
        lowest[gate.fact] = min(lowest.get(gate.fact, 1.0), float(gate.value))  # type: ignore[arg-type]
    return CompiledRules(
        gates=tuple(Gate(name, lowest[name], tuple(group)) for name, group in gated.items()),
        others=tuple(others),
        places={rule.id: place for place, rule in enumerate(rules)},
        word_index=WordIndex({name: words.words for name, words in lists.items()}),
        word_lists=tuple(words for words in lists.values() if words.outcome and words.words),
        patterns=patterns,
    )


def _compile_rule(rule: Rule, patterns: Mapping[str, Pattern]) -> CompiledRule:
    tests = [_compile_condition(condition, patterns) for condition in rule.when]
    sections = frozenset(section.strip().casefold() for section in rule.sections)
    return CompiledRule(rule, tests[0], tuple(tests), sections)


def _is_gate(condition: Condition) -> bool:
    return FACTS[condition.fact].kind == "signal" and condition.comparison == "at_least"


def _compile_condition(condition: Condition, patterns: Mapping[str, Pattern]) -> Test:
    kind = FACTS[condition.fact]
    if kind.kind == "pattern":
        return _pattern_test(str(condition.value), patterns[str(condition.value)])
    if kind.kind == "signal":
        return _signal_test(condition)
    compare = _COMPARE[condition.comparison]
    wanted: Any = condition.value
    if kind.kind == "text":
        wanted = frozenset(map(_same, wanted)) if isinstance(wanted, tuple) else _same(wanted)
    return _fact_test(_reader(condition.fact), compare, wanted)


def _signal_test(condition: Condition) -> Test:
    name, threshold = condition.fact, condition.value
    if condition.comparison == "at_least":

        def at_least(case: Case) -> bool | None:
            value = case.signals.get(name)
            return None if value is None else value >= threshold  # type: ignore[operator]

        return at_least

    def at_most(case: Case) -> bool | None:
        value = case.signals.get(name)
        return None if value is None else value <= threshold  # type: ignore[operator]

    return at_most


def _fact_test(
    read: Callable[[Case], Any], compare: Callable[[Any, Any], bool], wanted: Any
) -> Test:
    def test(case: Case) -> bool | None:
        value = read(case)
        return None if value is None else compare(value, wanted)

    return test


def _pattern_test(source: str, pattern: Pattern) -> Test:
    def test(case: Case) -> bool:
        found = pattern.find(case.reading)
        if found is None:
            return False
        case.matches[source] = found
        return True

    return test


def _same(text: object) -> str:
    return str(text).strip().casefold()


def _known(number: float | None) -> float | None:
    """None for NaN and infinity too: nothing is known then, and no comparison would say so."""
    return number if number is not None and math.isfinite(number) else None


def _reader(fact: str) -> Callable[[Case], Any]:
    special: dict[str, Callable[[Case], Any]] = {
        "links": lambda case: case.reading.links,
        "body_length": lambda case: len(case.facts.body.strip()),
        "banned_words": lambda case: case.found("banned").number,
        "suspect_words": lambda case: case.found("suspect").number,
        "section": operator.attrgetter("section"),
        "language": lambda case: case.facts.language.casefold() if case.signals else None,
        "trained": lambda case: case.facts.trained if case.signals else None,
        "flags_weighed": lambda case: _known(case.facts.flags_weighed),
        "story_age_days": lambda case: _known(case.facts.story_age_days),
        "parent_status": lambda case: case.facts.parent_status.casefold(),
    }
    return special.get(fact) or operator.attrgetter(f"facts.{fact}")


def read_fact(case: Case, condition: Condition) -> Any:
    """The value that a condition compared, for the reason; a pattern's is its number of matches."""
    kind = FACTS[condition.fact].kind
    if kind == "signal":
        value = case.signals.get(condition.fact)
        return None if value is None else float(value)
    if kind == "pattern":
        return case.matches.get(str(condition.value), NOTHING).number
    return _reader(condition.fact)(case)


def spans_of(case: Case, condition: Condition) -> tuple[tuple[int, int], ...]:
    """Where the body shows what a condition found, for words and patterns."""
    if condition.fact == "banned_words":
        return case.found("banned").spans
    if condition.fact == "suspect_words":
        return case.found("suspect").spans
    return case.matches.get(str(condition.value), NOTHING).spans


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A valid policy, ready to judge. Made by `parse`; `document` is what it was made of."""

    title: str
    introduction: str
    promise: str
    clauses: tuple[Clause, ...]
    rules: tuple[Rule, ...]
    words: Mapping[str, WordList]
    default: str
    unscored: str
    untrained_language: str
    mode: str
    process_clause: str
    document: dict[str, Any]
    program: CompiledRules = field(repr=False, compare=False)

    def clause(self, id: str) -> Clause | None:
        """The clause of this id, or None."""
        return next((clause for clause in self.clauses if clause.id == id), None)

    @property
    def citable(self) -> tuple[Clause, ...]:
        """The clauses by which moderators may reject, in order: the first nine have keys 1-9."""
        return tuple(clause for clause in self.clauses if clause.cite)
