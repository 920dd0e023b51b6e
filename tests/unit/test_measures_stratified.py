"""Comparisons inside schools: against enumeration, and against plain measures of one school."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eachchild.measures.comparisons import odds_ratio, risk_difference, risk_ratio
from eachchild.measures.counts import Counts, Sums, counts
from eachchild.measures.rates import quantile
from eachchild.measures.stratified import (
    Fold,
    one_cell,
    pooled_mean_difference,
    pooled_odds_ratio,
    pooled_risk_difference,
    pooled_risk_ratio,
    within_schools_mean_test,
    within_schools_test,
)

few = settings(max_examples=60, deadline=None)
schools = st.lists(
    st.tuples(
        st.lists(st.integers(0, 9), min_size=0, max_size=4),
        st.lists(st.integers(0, 9), min_size=0, max_size=4),
    ),
    min_size=1,
    max_size=4,
)


def sums(rows):
    return Sums(
        np.array([len(row) for row in rows]),
        np.array([sum(row) for row in rows], np.int64),
        np.array([sum(v * v for v in row) for row in rows], np.int64),
    )


def as_sums(part):
    return Sums(part.n, part.events, part.events)


def dealt(ours, theirs):
    """The mean and variance of the group's sum when a school's values are handed round."""
    values = [*ours, *theirs]
    totals = [sum(hand) for hand in combinations(values, len(ours))]
    return np.mean(totals), np.var(totals)


@few
@given(schools)
def test_the_test_of_means_has_the_moments_of_handing_values_round(rows):
    one, two = sums([a for a, _ in rows]), sums([b for _, b in rows])
    found = within_schools_mean_test(one, two, one_cell(len(rows)))
    moments = [dealt(a, b) for a, b in rows]
    surplus = sum(sum(a) for a, _ in rows) - sum(mean for mean, _ in moments)
    variance = sum(spread for _, spread in moments)
    assert bool(found.known[0]) == (variance > 1e-9)
    if found.known[0]:
        assert found.statistic[0] == pytest.approx(surplus / np.sqrt(variance), abs=1e-9)


def drawn(size, seed=3):
    rng = np.random.default_rng(seed)
    n1, n0 = rng.integers(0, 40, size), rng.integers(0, 40, size)
    return Counts(rng.binomial(n1, 0.4), n1), Counts(rng.binomial(n0, 0.3), n0)


def test_a_rate_is_a_mean_of_zeros_and_ones():
    one, two = drawn(200)
    fold = Fold(np.arange(200) % 20, 20)
    rates = within_schools_test(one, two, fold)
    means = within_schools_mean_test(as_sums(one), as_sums(two), fold)
    np.testing.assert_allclose(rates.statistic, means.statistic, rtol=1e-9)
    gap = pooled_risk_difference(one, two, fold)
    same = pooled_mean_difference(as_sums(one), as_sums(two), fold)
    np.testing.assert_allclose(gap.difference, same.difference, rtol=1e-9)
    np.testing.assert_allclose(gap.high - gap.low, same.high - same.low, rtol=0.1)


def test_one_school_is_a_plain_comparison():
    one, two = counts(30, 100), counts(10, 80)
    fold = one_cell(1)
    pooled, plain = pooled_risk_ratio(one, two, fold), risk_ratio(one, two)
    np.testing.assert_allclose(
        [pooled.ratio, pooled.low, pooled.high], [plain.ratio, plain.low, plain.high]
    )
    odds, plain_odds = pooled_odds_ratio(one, two, fold), odds_ratio(one, two)
    np.testing.assert_allclose([odds.ratio, odds.low], [plain_odds.ratio, plain_odds.low])
    gap = pooled_risk_difference(one, two, fold)
    np.testing.assert_allclose(gap.difference, risk_difference(one, two).difference)
    ours, theirs = sums([[3, 5, 8, 4]]), sums([[1, 2, 4]])
    means = pooled_mean_difference(ours, theirs, fold)
    error = np.sqrt(ours.variance / 4 + theirs.variance / 3)
    np.testing.assert_allclose(means.high - means.difference, quantile(0.95) * error)


def test_cells_are_pooled_together_as_alone():
    one, two = drawn(300)
    cell = np.random.default_rng(4).integers(0, 10, 300)
    functions = (
        pooled_odds_ratio,
        pooled_risk_ratio,
        pooled_risk_difference,
        within_schools_test,
    )
    for function in functions:
        together = function(one, two, Fold(cell, 10))
        for row in range(10):
            parts = (Counts(x.events[cell == row], x.n[cell == row]) for x in (one, two))
            alone = function(*parts, one_cell(int((cell == row).sum())))
            for name in together.__dataclass_fields__:
                assert getattr(alone, name)[0] == pytest.approx(getattr(together, name)[row])


def test_a_school_with_one_group_only_says_nothing():
    one, two = counts([6, 9], [10, 9]), counts([2, 0], [10, 0])
    alone = counts(6, 10), counts(2, 10)
    for function in (pooled_odds_ratio, pooled_risk_ratio, pooled_risk_difference):
        both, single = function(one, two, one_cell(2)), function(*alone, one_cell(1))
        assert both.low[0] == pytest.approx(single.low[0])
    apart = pooled_risk_ratio(counts([3, 0], [5, 0]), counts([0, 2], [0, 5]), one_cell(2))
    assert not apart.known[0]


def test_a_single_student_of_a_group_borrows_the_schools_spread():
    ours, theirs = sums([[7], [5, 9]]), sums([[1, 3, 5], [2, 4]])
    found = pooled_mean_difference(ours, theirs, one_cell(2))
    weights = np.array([1 * 3 / 4, 2 * 2 / 4])
    noise = np.array([np.var([7, 1, 3, 5], ddof=1) * 4 / 3, 8 / 2 + 2 / 2])
    error = np.sqrt((weights**2 * noise).sum()) / weights.sum()
    assert found.difference[0] == pytest.approx((weights * [4, 4]).sum() / weights.sum())
    assert found.high[0] - found.difference[0] == pytest.approx(quantile(0.95) * error)


def test_a_gap_between_schools_is_none_inside_them():
    # Many suspensions where the group goes, few elsewhere, and no school treats two groups apart.
    one, two = counts([40, 2], [100, 20]), counts([8, 10], [20, 100])
    assert risk_ratio(counts(42, 120), counts(18, 120)).low[0] > 1
    assert pooled_risk_ratio(one, two, one_cell(2)).ratio[0] == pytest.approx(1)
    assert within_schools_test(one, two, one_cell(2)).p[0] == pytest.approx(1)
