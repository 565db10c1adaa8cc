"""The agreement of two reviews: raw, Cohen's kappa, Gwet's AC1, each with a 95 % interval.

Pure: pairs of answers in, figures out. The weight of a pair is the inverse of its sampling
probability; weighted figures estimate those of all decisions.

Kappa: Cohen, Educational and Psychological Measurement 20 (1960). AC1 and the variance of both by
linearisation: Gwet, British Journal of Mathematical and Statistical Psychology 61 (2008). Shares:
Wilson, JASA 22 (1927), with the effective sample size of Kish, Survey Sampling (1965). That size is
no whole number, which scipy's binomtest would need.
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
    """The answers of two reviews of one comment, and the number of comments they represent."""

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
    """The agreement of `n` pairs. Kappa and AC1 are None when chance alone explains it."""

    n: int
    raw: Figure | None = None
    kappa: Figure | None = None
    ac1: Figure | None = None


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Return the weighted agreement of all pairs; without pairs it has no figures."""
    if not pairs:
        return Agreement(0)
    table = _Table(pairs)
    return Agreement(len(pairs), table.raw(), table.kappa(), table.ac1())


def share(hits: Sequence[bool], weights: Sequence[float]) -> Figure | None:
    """Return the weighted share of hits, None without any weight."""
    total = sum(weights)
    if not total:
        return None
    value = sum(weight for hit, weight in zip(hits, weights, strict=True) if hit) / total
    return _wilson(value, total**2 / sum(weight**2 for weight in weights))


def _wilson(value: float, n: float) -> Figure:
    """Return a share with Wilson's interval, which is sound for few cases and for no hits."""
    middle = (value + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * math.sqrt(value * (1 - value) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return Figure(value, max(0.0, middle - half), min(1.0, middle + half))


class _Table:
    """The answers of both reviewers as shares of the total weight."""

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
        """Chance: both give each answer as often as they do, but independently."""
        first, second = self.first, self.second
        chance = sum(value * second[answer] for answer, value in first.items())
        return self._beyond(chance, lambda p: (second[p.first] + first[p.second]) / 2)

    def ac1(self) -> Figure | None:
        """Chance: unclear comments are answered at random."""
        answers = set(self.first) | set(self.second)
        others = len(answers) - 1
        if not others:
            # Everybody gave the same answer, although two were possible.
            return self._beyond(0.0, lambda _: 0.0)
        mean = {answer: (self.first[answer] + self.second[answer]) / 2 for answer in answers}
        chance = sum(value * (1 - value) for value in mean.values()) / others
        return self._beyond(chance, lambda p: (2 - mean[p.first] - mean[p.second]) / (2 * others))

    def _beyond(self, chance: float, chance_of: Callable[[Pair], float]) -> Figure | None:
        """Return the agreement beyond chance; its variance is the variance of the influences."""
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
            # All pairs agree, so their variance is 0: the number of pairs bounds the agreement.
            raw = self.raw()
            low = (raw.low - chance) / (1 - chance) if raw else low
        return Figure(value, max(-1.0, low), min(1.0, high))
