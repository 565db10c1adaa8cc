"""What another policy would have done with comments that were already judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from moderation.policy.compile import CompiledPolicy
from moderation.policy.evaluate import evaluate
from moderation.policy.facts import Facts


@dataclass(frozen=True, slots=True)
class Comparison:
    """How outcomes differ: `counts` maps (old outcome, new outcome) to a number of comments.

    `changed` holds (place in the list, old outcome, new outcome) of the first ones that differ.
    """

    counts: dict[tuple[str, str], int]
    changed: tuple[tuple[int, str, str], ...]

    @property
    def total(self) -> int:
        """How many comments were judged twice."""
        return sum(self.counts.values())

    @property
    def different(self) -> int:
        """How many comments would have another outcome."""
        return sum(number for (old, new), number in self.counts.items() if old != new)

    def more(self, outcome: str) -> int:
        """How many comments would newly get this outcome."""
        return sum(n for (old, new), n in self.counts.items() if new == outcome != old)

    def fewer(self, outcome: str) -> int:
        """How many comments would no longer get this outcome."""
        return sum(n for (old, new), n in self.counts.items() if old == outcome != new)


def compare(
    old: CompiledPolicy, new: CompiledPolicy, facts: Iterable[Facts], limit: int = 200
) -> Comparison:
    """Judge each of `facts` by both policies. Keeps the first `limit` that differ as examples."""
    counts: Counter[tuple[str, str]] = Counter()
    changed: list[tuple[int, str, str]] = []
    for place, each in enumerate(facts):
        pair = evaluate(old, each).outcome, evaluate(new, each).outcome
        counts[pair] += 1
        if pair[0] != pair[1] and len(changed) < limit:
            changed.append((place, *pair))
    return Comparison(dict(counts), tuple(changed))
