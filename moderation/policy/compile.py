"""Rules compiled for speed: every condition becomes a closure, every rule a list of closures."""

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
from moderation.policy.word_lists import Matches, WordIndex

NOTHING = Matches(0, ())


class EvaluatedComment:
    """One comment during its evaluation: its facts, its text, and the matches so far."""

    __slots__ = (
        "_index",
        "_word_matches",
        "facts",
        "pattern_matches",
        "section",
        "signals",
        "text",
    )

    def __init__(self, facts: Facts, signals: dict[str, float] | None, index: WordIndex) -> None:
        self.facts = facts
        # Empty without a score: every condition on a signal is unknown then.
        self.signals: dict[str, float] = signals or {}
        self._index = index
        self.text = CommentText(facts.body)
        self.section = facts.section.strip().casefold()
        self._word_matches: dict[str, Matches] | None = None
        self.pattern_matches: dict[str, Matches] = {}

    def word_matches(self, name: str) -> Matches:
        """Return the matches of the word list of this name in the comment."""
        if self._word_matches is None:
            self._word_matches = self._index.find(self.text)
        return self._word_matches.get(name, NOTHING)


# True or False, or None when the fact is missing.
Test = Callable[[EvaluatedComment], bool | None]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "is": operator.eq,
    "is_not": operator.ne,
    "one_of": lambda value, choices: value in choices,
}


class CompiledRule(NamedTuple):
    """A rule with its tests. `first` runs alone before the others, because it is mostly false."""

    rule: Rule
    first: Test
    tests: tuple[Test, ...]
    sections: frozenset[str]


class Gate(NamedTuple):
    """Rules that all need one signal. Below `lowest` no rule of the group can apply."""

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
    """Compile the rules of a valid document."""
    gated: dict[str, list[CompiledRule]] = {}
    lowest: dict[str, float] = {}
    others: list[CompiledRule] = []
    for rule in rules:
        compiled = _compile_rule(rule, patterns)
        gate = next((condition for condition in rule.when if _is_gate(condition)), None)
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
        wanted = frozenset(map(_fold, wanted)) if isinstance(wanted, tuple) else _fold(wanted)
    return _fact_test(_reader(condition.fact), compare, wanted)


def _signal_test(condition: Condition) -> Test:
    name, threshold = condition.fact, condition.value
    if condition.comparison == "at_least":

        def at_least(comment: EvaluatedComment) -> bool | None:
            value = comment.signals.get(name)
            return None if value is None else value >= threshold  # type: ignore[operator]

        return at_least

    def at_most(comment: EvaluatedComment) -> bool | None:
        value = comment.signals.get(name)
        return None if value is None else value <= threshold  # type: ignore[operator]

    return at_most


def _fact_test(
    read: Callable[[EvaluatedComment], Any], compare: Callable[[Any, Any], bool], wanted: Any
) -> Test:
    def test(comment: EvaluatedComment) -> bool | None:
        value = read(comment)
        return None if value is None else compare(value, wanted)

    return test


def _pattern_test(source: str, pattern: Pattern) -> Test:
    def test(comment: EvaluatedComment) -> bool:
        matches = pattern.find(comment.text)
        if matches is None:
            return False
        comment.pattern_matches[source] = matches
        return True

    return test


def _fold(text: object) -> str:
    return str(text).strip().casefold()


def _known(number: float | None) -> float | None:
    """Return None for NaN and infinity too: they are no knowledge, yet they can be compared."""
    return number if number is not None and math.isfinite(number) else None


def _reader(fact: str) -> Callable[[EvaluatedComment], Any]:
    special: dict[str, Callable[[EvaluatedComment], Any]] = {
        "links": lambda comment: comment.text.links,
        "body_length": lambda comment: len(comment.facts.body.strip()),
        "banned_words": lambda comment: comment.word_matches("banned").number,
        "suspect_words": lambda comment: comment.word_matches("suspect").number,
        "section": operator.attrgetter("section"),
        "language": lambda comment: comment.facts.language.casefold() if comment.signals else None,
        "trained": lambda comment: comment.facts.trained if comment.signals else None,
        "flags_weighed": lambda comment: _known(comment.facts.flags_weighed),
        "story_age_days": lambda comment: _known(comment.facts.story_age_days),
        "parent_status": lambda comment: comment.facts.parent_status.casefold(),
    }
    return special.get(fact) or operator.attrgetter(f"facts.{fact}")


def read_fact(comment: EvaluatedComment, condition: Condition) -> Any:
    """Return the value that a condition compared; for a pattern, its number of matches."""
    kind = FACTS[condition.fact].kind
    if kind == "signal":
        value = comment.signals.get(condition.fact)
        return None if value is None else float(value)
    if kind == "pattern":
        return comment.pattern_matches.get(str(condition.value), NOTHING).number
    return _reader(condition.fact)(comment)


def spans_of(comment: EvaluatedComment, condition: Condition) -> tuple[tuple[int, int], ...]:
    """Return the spans of the body that a condition on words or a pattern matched."""
    if condition.fact == "banned_words":
        return comment.word_matches("banned").spans
    if condition.fact == "suspect_words":
        return comment.word_matches("suspect").spans
    return comment.pattern_matches.get(str(condition.value), NOTHING).spans


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A valid policy, ready to evaluate comments. `parse` makes it from `document`."""

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
    compiled_rules: CompiledRules = field(repr=False, compare=False)

    def clause(self, id: str) -> Clause | None:
        """Return the clause of this id, or None."""
        return next((clause for clause in self.clauses if clause.id == id), None)

    @property
    def citable(self) -> tuple[Clause, ...]:
        """The clauses by which moderators may reject, in order. The first nine have keys 1-9."""
        return tuple(clause for clause in self.clauses if clause.cite)
