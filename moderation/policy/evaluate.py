"""The policy applied to one comment: the most severe outcome that applies, and every reason."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from moderation.policy import document as ids
from moderation.policy.comment_text import MAX_BODY
from moderation.policy.compile import (
    CompiledPolicy,
    CompiledRule,
    EvaluatedComment,
    read_fact,
    spans_of,
)
from moderation.policy.document import SEVERITY, Condition, Rule
from moderation.policy.facts import Facts

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: the rule and its clause, the fact and its value, the comparison, the margin.

    `words` are the spans of the body that a word or pattern matched. `margin` is the distance of a
    number from the threshold. `also` contains the rule's other conditions, each a dict of fact,
    comparison, value and threshold.
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
        """Return plain JSON, as decisions store it."""
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
        """Return the reason from the JSON of `as_dict`; ignore unknown keys."""
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        if isinstance(known.get("threshold"), list):
            known["threshold"] = tuple(known["threshold"])
        known["words"] = tuple((start, end) for start, end in known.get("words") or ())
        known["also"] = tuple(known.get("also") or ())
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a policy. It is a value; the decision that follows from it is stored.

    `clauses` are the ids of the clauses that the outcome rests on, most severe first. `shadow`
    contains reasons of shadow rules, which decide nothing. `missing` names unknown facts that kept
    a rule from applying.
    """

    outcome: str
    reasons: tuple[Reason, ...] = ()
    clauses: tuple[str, ...] = ()
    shadow: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    unscored: bool = False
    error: str = ""


def evaluate(policy: CompiledPolicy, facts: Facts) -> Verdict:
    """Apply the policy to one comment. Never raises: on an error the comment goes to a person."""
    try:
        return _evaluate(policy, facts)
    except Exception as error:
        clause = policy.process_clause
        reason = Reason(ids.ERROR, clause, "review")
        kind = type(error).__name__
        return Verdict("review", (reason,), (clause,) if clause else (), error=kind)


def _evaluate(policy: CompiledPolicy, facts: Facts) -> Verdict:
    compiled = policy.compiled_rules
    signals = facts.signals
    if signals is not None and not _valid(signals):
        signals = None
    comment = EvaluatedComment(facts, signals, compiled.word_index)
    reasons: list[Reason] = []
    shadow: list[Reason] = []
    missing: dict[str, None] = {}
    known = comment.signals
    for name, lowest, rules in compiled.gates:
        value = known.get(name)
        if value is None or value >= lowest:
            for rule in rules:
                if rule.first(comment) is not False:
                    _apply(rule, comment, reasons, shadow, missing)
    for rule in compiled.others:
        if rule.first(comment) is not False:
            _apply(rule, comment, reasons, shadow, missing)
    for words in compiled.word_lists if compiled.word_index.maybe_in(comment.text) else ():
        matches = comment.word_matches(words.name)
        if matches.number:
            fact = f"{words.name}_words"
            reason = Reason(
                ids.WORD_RULES[words.name],
                words.clause,
                words.outcome,
                fact,
                matches.number,
                1,
                matches.spans,
                "at_least",
            )
            (shadow if words.shadow else reasons).append(reason)
    if signals is None or not facts.trained or len(facts.body) > MAX_BODY:
        _add_limits(policy, facts, signals is None, reasons)
    return _verdict(policy, reasons, tuple(shadow), tuple(missing), signals is None)


def _valid(signals: dict[str, float]) -> bool:
    """Tell whether every signal is a number from 0 to 1; any other score is ignored."""
    try:
        # Every comparison with NaN is false, so NaN is invalid too.
        return bool(signals) and all(0.0 <= value <= 1.0 for value in signals.values())
    except TypeError:
        return False


def _apply(
    compiled: CompiledRule,
    comment: EvaluatedComment,
    reasons: list[Reason],
    shadow: list[Reason],
    missing: dict[str, None],
) -> None:
    """Record the rule's reason if it applies, or the facts whose absence alone prevents it."""
    rule = compiled.rule
    if compiled.sections and comment.section not in compiled.sections:
        return
    results = [test(comment) for test in compiled.tests]
    if False in results:
        return
    if None not in results:
        (shadow if rule.shadow else reasons).append(_reason(rule, comment))
    elif not rule.shadow:
        for condition, result in zip(rule.when, results, strict=True):
            if result is None:
                missing[condition.fact] = None


def _reason(rule: Rule, comment: EvaluatedComment) -> Reason:
    first, *others = rule.when
    value = read_fact(comment, first)
    words: tuple[Span, ...] = ()
    for condition in rule.when:
        words += spans_of(comment, condition)
    return Reason(
        rule.id,
        rule.clause,
        rule.outcome,
        first.fact,
        value,
        first.value,
        words,
        first.comparison,
        _margin(first, value),
        tuple(_finding(other, comment) for other in others),
    )


def _plain(value: Any) -> Any:
    """Return None for NaN and infinity, which JSON does not have."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _finding(condition: Condition, comment: EvaluatedComment) -> dict[str, Any]:
    threshold = condition.value
    return {
        "fact": condition.fact,
        "comparison": condition.comparison,
        "value": _plain(read_fact(comment, condition)),
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
    """Add the reasons that send a comment to a person: no score, unknown language, too long."""
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
    places = policy.compiled_rules.places
    reasons.sort(key=lambda why: (-SEVERITY[why.outcome], places.get(why.rule, len(places))))
    # A reason to approve is no reason to hold or reject.
    deciding = [reason for reason in reasons if outcome == "approve" or reason.outcome != "approve"]
    clauses = tuple(dict.fromkeys(reason.clause for reason in deciding if reason.clause))
    return Verdict(outcome, tuple(reasons), clauses, shadow, missing, unscored)
