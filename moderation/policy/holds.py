"""Holds: approvals that become reviews, because nothing may be approved unread here."""

from __future__ import annotations

from dataclasses import replace

from moderation.policy.compile import CompiledPolicy
from moderation.policy.document import AUTHOR, DAMAGED, PREMODERATED
from moderation.policy.evaluate import Reason, Verdict, evaluate
from moderation.policy.facts import Facts

LEARNED = "likely_to_reject"
"""The signal that only a site's own classifier version gives."""

HELD_STANDINGS = frozenset({"premoderated", "muted", "suspended"})
"""A person reads these authors' comments; a suspended author's are those sent before."""


def apply_site_rules(
    policy: CompiledPolicy, facts: Facts, *, story_state: str = "open", damaged: bool = False
) -> Verdict:
    """Return the policy's verdict; an approval becomes a review where a person must read first.

    That is so under a premoderated story, for an author whose comments are held, and while the
    site's own classifier version is `damaged`, if the policy has a rule on the signal it learned.
    Never raises.
    """
    verdict = evaluate(policy, facts)
    if verdict.outcome != "approve":
        return verdict
    if story_state == "premoderated":
        return _held(verdict, PREMODERATED, policy.process_clause)
    if facts.author_standing in HELD_STANDINGS:
        return _held(verdict, AUTHOR, policy.process_clause)
    if damaged and _needs_learned_signal(policy):
        return _held(verdict, DAMAGED, policy.process_clause)
    return verdict


def _held(verdict: Verdict, rule: str, clause: str) -> Verdict:
    return replace(
        verdict,
        outcome="review",
        reasons=(*verdict.reasons, Reason(rule, clause, "review")),
        clauses=(clause,) if clause else (),
    )


def _needs_learned_signal(policy: CompiledPolicy) -> bool:
    return any(
        condition.fact == LEARNED
        for rule in policy.rules
        if not rule.shadow
        for condition in rule.when
    )
