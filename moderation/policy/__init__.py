"""The policy: one document gives the page that readers see and the rules that decide.

Pure: values in, a verdict out. No Django, no clock, no I/O.
"""

from __future__ import annotations

from moderation.policy.comparison import Comparison, compare
from moderation.policy.compile import CompiledPolicy
from moderation.policy.default import DEFAULT_DOCUMENT
from moderation.policy.diff import PolicyChange, diff
from moderation.policy.document import (
    OUTCOMES,
    Clause,
    Condition,
    PolicyError,
    PolicyProblem,
    Rule,
    WordList,
)
from moderation.policy.evaluate import Reason, Verdict, evaluate
from moderation.policy.facts import COMPARISONS, FACTS, SIGNALS, Facts
from moderation.policy.holds import apply_site_rules
from moderation.policy.near_misses import near_misses
from moderation.policy.parse import parse
from moderation.policy.priority import priority_of
from moderation.policy.public import PublicView, public_view
from moderation.policy.wording import describe, describe_condition

__all__ = [
    "COMPARISONS",
    "DEFAULT_DOCUMENT",
    "FACTS",
    "OUTCOMES",
    "SIGNALS",
    "Clause",
    "Comparison",
    "CompiledPolicy",
    "Condition",
    "Facts",
    "PolicyChange",
    "PolicyError",
    "PolicyProblem",
    "PublicView",
    "Reason",
    "Rule",
    "Verdict",
    "WordList",
    "apply_site_rules",
    "compare",
    "describe",
    "describe_condition",
    "diff",
    "evaluate",
    "near_misses",
    "parse",
    "priority_of",
    "public_view",
]
