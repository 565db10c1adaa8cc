"""Near misses: rules that a comment almost met."""

from __future__ import annotations

from moderation.policy.compile import CompiledPolicy, CompiledRule, EvaluatedComment
from moderation.policy.evaluate import Reason
from moderation.policy.facts import FACTS, Facts


def near_misses(
    policy: CompiledPolicy, facts: Facts, *, within: float = 0.2, limit: int = 3
) -> tuple[Reason, ...]:
    """Return the rules that only one signal kept from applying, by less than `within`.

    The closest rule is first. Their `margin` is negative: the distance of the signal from the
    threshold. Empty without a score.
    """
    comment = EvaluatedComment(facts, facts.signals, policy.compiled_rules.word_index)
    gated = (rule for gate in policy.compiled_rules.gates for rule in gate.rules)
    near = [miss for rule in gated if (miss := _miss(rule, comment)) and -within < miss[0] < 0]
    near.sort(key=lambda miss: -miss[0])
    return tuple(reason for _, reason in near[:limit])


def _miss(compiled: CompiledRule, comment: EvaluatedComment) -> tuple[float, Reason] | None:
    rule = compiled.rule
    if rule.shadow or (compiled.sections and comment.section not in compiled.sections):
        return None
    failed = [
        condition
        for condition, test in zip(rule.when, compiled.tests, strict=True)
        if test(comment) is not True
    ]
    if len(failed) != 1:
        return None
    (only,) = failed
    value = comment.signals.get(only.fact)
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
