"""How far two reviews agree: raw, Cohen's kappa, Gwet's AC1, each with a 95 % interval.

Pure: pairs of answers in, figures out. Pairs may have weights, the inverse of the probability with
which each was drawn; the figures are then those of the whole from which they were drawn.

Kappa: Cohen, Educational and Psychological Measurement 20 (1960). AC1 and the variance of both by
linearisation: Gwet, British Journal of Mathematical and Statistical Psychology 61 (2008). Shares:
Wilson, JASA 22 (1927), on the effective number of Kish, Survey Sampling (1965).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# The quantiles of the normal distribution that leave 2.5 % on either side.
Z = 1.959963984540054


class Pair(NamedTuple):
    """What two reviews of one comment said, and how many comments it stands for."""

    first: Hashable
    second: Hashable
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far `n` pairs agree. Kappa and AC1 are None where chance alone explains everything."""

    n: int
    raw: Figure | None = None
    kappa: Figure | None = None
    ac1: Figure | None = None


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Return the agreement of all pairs, weighted; no figures for no pairs."""
    if not pairs:
        return Agreement(0)
    table = _Table(pairs)
    return Agreement(len(pairs), table.raw(), table.kappa(), table.ac1())


def share(hits: Sequence[bool], weights: Sequence[float]) -> Figure | None:
    """Return the weighted share of what is true, None for nothing."""
    total = sum(weights)
    if not total:
        return None
    found = sum(weight for hit, weight in zip(hits, weights, strict=True) if hit) / total
    return _wilson(found, total**2 / sum(weight**2 for weight in weights))


def _wilson(found: float, n: float) -> Figure:
    """Return a share with Wilson's interval, which is honest for few and for none."""
    middle = (found + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * math.sqrt(found * (1 - found) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return Figure(found, max(0.0, middle - half), min(1.0, middle + half))


class _Table:
    """Both readers' answers as shares of the whole weight."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        total = sum(pair.weight for pair in pairs)
        self.pairs = pairs
        self.weights = [pair.weight / total for pair in pairs]
        self.hits = [pair.first == pair.second for pair in pairs]
        self.first: dict[Hashable, float] = defaultdict(float)
        self.second: dict[Hashable, float] = defaultdict(float)
        for pair, weight in zip(pairs, self.weights, strict=True):
            self.first[pair.first] += weight
            self.second[pair.second] += weight
        self.agreed = sum(w for hit, w in zip(self.hits, self.weights, strict=True) if hit)

    def raw(self) -> Figure | None:
        return share(self.hits, self.weights)

    def kappa(self) -> Figure | None:
        """Chance: both answer as often as they do, but independently."""
        first, second = self.first, self.second
        chance = sum(value * second[answer] for answer, value in first.items())
        return self._beyond(chance, lambda p: (second[p.first] + first[p.second]) / 2)

    def ac1(self) -> Figure | None:
        """Chance: a share of the comments is answered at random, the more the less it is clear."""
        answers = set(self.first) | set(self.second)
        others = len(answers) - 1
        if not others:
            # Everybody gave the same answer: of two that were possible.
            return self._beyond(0.0, lambda _: 0.0)
        mean = {answer: (self.first[answer] + self.second[answer]) / 2 for answer in answers}
        chance = sum(value * (1 - value) for value in mean.values()) / others
        return self._beyond(chance, lambda p: (2 - mean[p.first] - mean[p.second]) / (2 * others))

    def _beyond(self, chance: float, chance_of: Callable[[Pair], float]) -> Figure | None:
        """Return the agreement beyond chance; its variance is that of the pairs' influence."""
        if chance >= 1 - 1e-12:
            return None
        value = (self.agreed - chance) / (1 - chance)
        spread = 0.0
        for pair, hit, weight in zip(self.pairs, self.hits, self.weights, strict=True):
            influence = (hit - chance) / (1 - chance)
            influence -= 2 * (1 - value) * (chance_of(pair) - chance) / (1 - chance)
            spread += weight**2 * (influence - value) ** 2
        half = Z * math.sqrt(spread) if len(self.pairs) > 1 else math.inf
        low, high = value - half, value + half
        if self.agreed > 1 - 1e-12:
            # All agree, so the pairs do not differ: how few there are still bounds it.
            raw = self.raw()
            low = (raw.low - chance) / (1 - chance) if raw else low
        return Figure(value, max(-1.0, low), min(1.0, high))
