"""Two policies compared on comments that already have a decision."""

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

    `changed` contains (place in the list, old outcome, new outcome) of the first differences.
    """

    counts: dict[tuple[str, str], int]
    changed: tuple[tuple[int, str, str], ...]

    @property
    def total(self) -> int:
        """The number of compared comments."""
        return sum(self.counts.values())

    @property
    def different(self) -> int:
        """The number of comments with another outcome under the new policy."""
        return sum(number for (old, new), number in self.counts.items() if old != new)

    def more(self, outcome: str) -> int:
        """The number of comments that only the new policy gives this outcome."""
        return sum(n for (old, new), n in self.counts.items() if new == outcome != old)

    def fewer(self, outcome: str) -> int:
        """The number of comments that only the old policy gives this outcome."""
        return sum(n for (old, new), n in self.counts.items() if old == outcome != new)


def compare(
    old: CompiledPolicy, new: CompiledPolicy, facts: Iterable[Facts], limit: int = 200
) -> Comparison:
    """Apply both policies to each of `facts`; keep the first `limit` differences as examples."""
    counts: Counter[tuple[str, str]] = Counter()
    changed: list[tuple[int, str, str]] = []
    for place, comment in enumerate(facts):
        pair = evaluate(old, comment).outcome, evaluate(new, comment).outcome
        counts[pair] += 1
        if pair[0] != pair[1] and len(changed) < limit:
            changed.append((place, *pair))
    return Comparison(dict(counts), tuple(changed))
