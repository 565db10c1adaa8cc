"""Agreement against worked examples that others have published."""

from __future__ import annotations

import pytest

from moderation.quality.agreement import Figure, Pair, agreement, share

Table = list[list[int]]
# Two abstractors of 100 patient records: Gwet, vignette of the R package irrCAC 1.0 (CRAN), where
# kappa is 0.7964094 (standard error 0.05891072) and AC1 0.8493305.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
# Two psychiatrists: Fleiss, Levin & Paik, Statistical Methods for Rates and Proportions (2003),
# table 18.1: agreement 0.89, kappa 0.68, standard error 0.087.
PSYCHIATRISTS = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]
# Nearly everything in one cell: Gwet, Statistical Methods for Inter-Rater Reliability Assessment 1
# (2002): agreement 0.944, kappa -0.0234, AC1 0.9408.
SKEWED = [[118, 5], [2, 0]]


def pairs_of(table: Table) -> list[Pair]:
    """Write a table of counts out, pair by pair."""
    return [
        Pair(first, second)
        for first, row in enumerate(table)
        for second, number in enumerate(row)
        for _ in range(number)
    ]


def error_of(figure: Figure | None) -> float:
    """Return the standard error from which an interval was made."""
    assert figure
    return (figure.high - figure.low) / 2 / 1.959964


@pytest.mark.parametrize(
    ("table", "raw", "kappa", "ac1"),
    [
        (ABSTRACTORS, 0.89, 0.7964094, 0.8493305),
        (PSYCHIATRISTS, 0.89, 0.6764706, 0.8675696),
        (SKEWED, 0.944, -0.0234, 0.9408),
    ],
)
def test_the_values_are_those_that_were_published(
    table: Table, raw: float, kappa: float, ac1: float
) -> None:
    found = agreement(pairs_of(table))
    assert found.raw and found.kappa and found.ac1
    assert found.n == sum(map(sum, table))
    assert found.raw.value == pytest.approx(raw)
    assert found.kappa.value == pytest.approx(kappa, abs=1e-5)
    assert found.ac1.value == pytest.approx(ac1, abs=5e-5)


def test_the_errors_are_those_that_were_published() -> None:
    assert error_of(agreement(pairs_of(ABSTRACTORS)).kappa) == pytest.approx(0.05891072, abs=1e-7)
    assert error_of(agreement(pairs_of(PSYCHIATRISTS)).kappa) == pytest.approx(0.087, abs=1e-3)


def test_a_weight_of_two_is_worth_two_pairs() -> None:
    twice = agreement([*pairs_of(SKEWED), *pairs_of([[0, 0], [2, 0]])])
    heavy = [Pair(p.first, p.second, 2.0 if p.first == 1 else 1.0) for p in pairs_of(SKEWED)]
    weighted = agreement(heavy)
    assert twice.kappa and weighted.kappa and twice.ac1 and weighted.ac1
    assert weighted.kappa.value == pytest.approx(twice.kappa.value)
    assert weighted.ac1.value == pytest.approx(twice.ac1.value)
    # Two pairs that were read say more than one that stands for two.
    assert error_of(weighted.ac1) > error_of(twice.ac1)


def test_full_agreement_is_not_certainty() -> None:
    found = agreement(pairs_of([[6, 0], [0, 6]]))
    assert found.raw and found.kappa and found.ac1
    assert (found.raw.value, found.kappa.value, found.ac1.value) == pytest.approx((1, 1, 1))
    assert found.raw.low == pytest.approx(0.7575, abs=1e-4)  # Wilson: 12 of 12
    assert found.kappa.low == pytest.approx(2 * 0.7575 - 1, abs=1e-3)


def test_where_everybody_gave_one_answer_kappa_says_nothing() -> None:
    found = agreement(pairs_of([[9]]))
    assert found.kappa is None
    assert found.ac1 and found.ac1.value == pytest.approx(1) and found.ac1.low < 0.75
    assert agreement([]).raw is None


def test_a_share_has_the_interval_of_wilson() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, and 0 of 20.
    found = share([True] * 81 + [False] * 182, [1.0] * 263)
    assert found and (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    none = share([False] * 20, [1.0] * 20)
    assert none and (none.low, none.high) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert share([], []) is None


def test_unequal_weights_widen_the_interval_of_a_share() -> None:
    even = share([True, False] * 20, [1.0] * 40)
    uneven = share([True, False] * 20, [1.0, 1.0] * 10 + [9.0, 9.0] * 10)
    assert even and uneven
    assert even.value == uneven.value == 0.5
    assert uneven.high - uneven.low > even.high - even.low
