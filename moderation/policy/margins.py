"""How close a comment came to rules that it did not meet."""

from __future__ import annotations

from moderation.policy.compile import Case, CompiledPolicy, CompiledRule
from moderation.policy.evaluate import Reason
from moderation.policy.facts import FACTS, Facts


def near_misses(
    policy: CompiledPolicy, facts: Facts, *, within: float = 0.2, limit: int = 3
) -> tuple[Reason, ...]:
    """Rules that only one signal kept from holding, by less than `within`, the closest first.

    Their `margin` is negative: what the signal lacks of the threshold. Empty when unscored.
    """
    case = Case(facts, facts.signals, policy.program.word_index)
    gated = (rule for gate in policy.program.gates for rule in gate.rules)
    near = [miss for rule in gated if (miss := _miss(rule, case)) and -within < miss[0] < 0]
    near.sort(key=lambda miss: -miss[0])
    return tuple(reason for _, reason in near[:limit])


def _miss(compiled: CompiledRule, case: Case) -> tuple[float, Reason] | None:
    rule = compiled.rule
    if rule.shadow or (compiled.sections and case.section not in compiled.sections):
        return None
    failed = [
        condition
        for condition, test in zip(rule.when, compiled.tests, strict=True)
        if test(case) is not True
    ]
    if len(failed) != 1:
        return None
    (only,) = failed
    value = case.signals.get(only.fact)
    if FACTS[only.fact].kind != "signal" or only.comparison != "at_least" or value is None:
        return None
    margin = round(value - float(only.value), 6)  # type: ignore[arg-type]
    reason = Reason(
        rule.id,
        rule.clause,
        rule.outcome,
        only.fact,
        float(value),
        only.value,
        comparison=only.comparison,
        margin=margin,
    )
    return margin, reason
