"""What a policy says of one comment: the most severe outcome that holds, and every reason."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from moderation.policy import document as ids
from moderation.policy.comment_text import MAX_BODY
from moderation.policy.compile import Case, CompiledPolicy, CompiledRule, read_fact, spans_of
from moderation.policy.document import SEVERITY, Condition, Rule
from moderation.policy.facts import Facts

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the rule and its clause, the fact with its value, the comparison it met, the margin.

    `words` are spans of the body where a word or pattern stood. `margin` is how far the value lies
    beyond the threshold, for numbers. `also` holds the rule's further conditions as dicts of
    fact, comparison, value and threshold.
    """

    rule: str
    clause: str
    outcome: str
    fact: str = ""
    value: float | int | bool | str | None = None
    threshold: float | int | bool | str | tuple[str, ...] | None = None
    words: tuple[Span, ...] = ()
    comparison: str = ""
    margin: float | None = None
    also: tuple[dict[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON, as decisions store it."""
        threshold = list(self.threshold) if isinstance(self.threshold, tuple) else self.threshold
        return {
            "rule": self.rule,
            "clause": self.clause,
            "outcome": self.outcome,
            "fact": self.fact,
            "value": _plain(self.value),
            "comparison": self.comparison,
            "threshold": threshold,
            "margin": _plain(self.margin),
            "words": [list(span) for span in self.words],
            "also": [dict(finding) for finding in self.also],
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Reason:
        """The reason that `as_dict` gave; keys it does not know are left out."""
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        if isinstance(known.get("threshold"), list):
            known["threshold"] = tuple(known["threshold"])
        known["words"] = tuple((start, end) for start, end in known.get("words") or ())
        known["also"] = tuple(known.get("also") or ())
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says. A value: it is not stored, a decision is.

    `clauses` are the ids that the outcome rests on, most severe first. `shadow` holds reasons of
    shadow rules, which decide nothing. `missing` names facts that some rule needed and nobody
    knew, so that the rule could neither hold nor fail.
    """

    outcome: str
    reasons: tuple[Reason, ...] = ()
    clauses: tuple[str, ...] = ()
    shadow: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    unscored: bool = False
    error: str = ""


def evaluate(policy: CompiledPolicy, facts: Facts) -> Verdict:
    """Judge one comment. Never raises: what goes wrong inside goes to a person, labelled."""
    try:
        return _judge(policy, facts)
    except Exception as error:
        clause = policy.process_clause
        reason = Reason(ids.ERROR, clause, "review")
        kind = type(error).__name__
        return Verdict("review", (reason,), (clause,) if clause else (), error=kind)


def _judge(policy: CompiledPolicy, facts: Facts) -> Verdict:
    program = policy.program
    signals = facts.signals
    if signals is not None and not _sound(signals):
        signals = None
    case = Case(facts, signals, program.word_index)
    reasons: list[Reason] = []
    shadow: list[Reason] = []
    missing: dict[str, None] = {}
    known = case.signals
    for name, lowest, rules in program.gates:
        value = known.get(name)
        if value is None or value >= lowest:
            for rule in rules:
                if rule.first(case) is not False:
                    _apply(rule, case, reasons, shadow, missing)
    for rule in program.others:
        if rule.first(case) is not False:
            _apply(rule, case, reasons, shadow, missing)
    for words in program.word_lists if program.word_index.maybe_in(case.reading) else ():
        found = case.found(words.name)
        if found.number:
            fact = f"{words.name}_words"
            reason = Reason(
                ids.WORD_RULES[words.name],
                words.clause,
                words.outcome,
                fact,
                found.number,
                1,
                found.spans,
                "at_least",
            )
            (shadow if words.shadow else reasons).append(reason)
    if signals is None or not facts.trained or len(facts.body) > MAX_BODY:
        _add_limits(policy, facts, signals is None, reasons)
    return _verdict(policy, reasons, tuple(shadow), tuple(missing), signals is None)


def _sound(signals: dict[str, float]) -> bool:
    """Whether every signal is a number from 0 to 1. A score that is not is no score."""
    try:
        # NaN compares false with everything, so it fails here too.
        return bool(signals) and all(0.0 <= value <= 1.0 for value in signals.values())
    except TypeError:
        return False


def _apply(
    compiled: CompiledRule,
    case: Case,
    reasons: list[Reason],
    shadow: list[Reason],
    missing: dict[str, None],
) -> None:
    """Record the rule's reason if it holds; else the facts whose absence alone kept it from it."""
    rule = compiled.rule
    if compiled.sections and case.section not in compiled.sections:
        return
    results = [test(case) for test in compiled.tests]
    if False in results:
        return
    if None not in results:
        (shadow if rule.shadow else reasons).append(_reason(rule, case))
    elif not rule.shadow:
        for condition, result in zip(rule.when, results, strict=True):
            if result is None:
                missing[condition.fact] = None


def _reason(rule: Rule, case: Case) -> Reason:
    condition = rule.when[0]
    value = read_fact(case, condition)
    words: tuple[Span, ...] = ()
    for each in rule.when:
        words += spans_of(case, each)
    return Reason(
        rule.id,
        rule.clause,
        rule.outcome,
        condition.fact,
        value,
        condition.value,
        words,
        condition.comparison,
        _margin(condition, value),
        tuple(_finding(each, case) for each in rule.when[1:]),
    )


def _plain(value: Any) -> Any:
    """JSON has no infinity; a count that is none came from a broken caller."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _finding(condition: Condition, case: Case) -> dict[str, Any]:
    threshold = condition.value
    return {
        "fact": condition.fact,
        "comparison": condition.comparison,
        "value": _plain(read_fact(case, condition)),
        "threshold": list(threshold) if isinstance(threshold, tuple) else threshold,
    }


def _margin(condition: Condition, value: Any) -> float | None:
    if condition.comparison not in ("at_least", "at_most"):
        return None
    beyond: float = value - condition.value
    return round(beyond if condition.comparison == "at_least" else -beyond, 6)


def _add_limits(
    policy: CompiledPolicy, facts: Facts, unscored: bool, reasons: list[Reason]
) -> None:
    """Reasons to fail to a person: no score, no training for the language, too long to read."""
    clause = policy.process_clause
    if unscored:
        reasons.append(Reason(ids.UNSCORED, clause, policy.unscored))
    elif not facts.trained and policy.untrained_language != "approve":
        reasons.append(
            Reason(ids.UNTRAINED, clause, policy.untrained_language, "language", facts.language)
        )
    if len(facts.body) > MAX_BODY:
        length = len(facts.body)
        reasons.append(
            Reason(ids.TOO_LONG, clause, "review", "body_length", length, MAX_BODY, (), "at_least")
        )


def _verdict(
    policy: CompiledPolicy,
    reasons: list[Reason],
    shadow: tuple[Reason, ...],
    missing: tuple[str, ...],
    unscored: bool,
) -> Verdict:
    if not reasons:
        if policy.default == "approve" and policy.mode == "post":
            return Verdict("approve", (), (), shadow, missing, unscored)
        if policy.default != "approve":
            reasons.append(Reason(ids.DEFAULT, policy.process_clause, policy.default))
    outcome = max(
        (reason.outcome for reason in reasons), key=SEVERITY.__getitem__, default="approve"
    )
    if outcome == "approve" and policy.mode == "pre":
        outcome = "review"
        reasons.append(Reason(ids.PRE, policy.process_clause, "review"))
    places = policy.program.places
    reasons.sort(key=lambda why: (-SEVERITY[why.outcome], places.get(why.rule, len(places))))
    # A comment is not held or rejected by what speaks for it.
    deciding = [reason for reason in reasons if outcome == "approve" or reason.outcome != "approve"]
    clauses = tuple(dict.fromkeys(reason.clause for reason in deciding if reason.clause))
    return Verdict(outcome, tuple(reasons), clauses, shadow, missing, unscored)
