"""Support by need: children of the same need, and whether more need has more support."""

import numpy as np
import pytest

from eachchild.causes.support import Needs, follows_need, unmet_need
from eachchild.measures.counts import counts
from eachchild.measures.stratified import one_cell, pooled_risk_difference, within_schools_test

BINS = np.array([0.0, 1.0, 2.0, 3.0])


def drawn(chance: np.random.Generator, rates: list[float], mixes: list[list[float]]) -> Needs:
    n = np.stack([chance.multinomial(160, mix) for mix in mixes])
    return Needs(BINS, n, chance.binomial(n, rates))


def test_each_group_is_compared_at_the_same_need() -> None:
    n = np.array([[90, 30, 20, 10], [60, 20, 20, 30], [50, 9, 8, 7]])
    supported = np.array([[1, 6, 8, 6], [2, 8, 12, 21], [0, 2, 2, 5]])
    for reference in (None, 1):
        found = unmet_need(Needs(BINS, n, supported), 1.0, reference=reference)
        assert found.without.tolist() == [40, 29, 15]
        assert found.in_need.tolist() == [60, 70, 24]
        assert found.rate.rate == pytest.approx([40 / 60, 29 / 70, 15 / 24])
        without = n - supported
        for g in range(3):
            m, w = ((x.sum(axis=0) - x[g] if reference is None else x[1]) for x in (n, without))
            sides = counts(without[g, 1:], n[g, 1:]), counts(w[1:], m[1:])
            pooled = pooled_risk_difference(*sides, one_cell(3))
            assert found.same_need.difference[g] == pytest.approx(pooled.difference[0])
            assert found.same_need.high[g] == pytest.approx(pooled.high[0])
            assert found.test.p[g] == pytest.approx(within_schools_test(*sides, one_cell(3)).p[0])
            assert found.at_need.difference[g] == pytest.approx(without[g] / n[g] - w / m)
            crude = without[g, 1:].sum() / n[g, 1:].sum() - w[1:].sum() / m[1:].sum()
            assert found.crude.difference[g] == pytest.approx(crude)


def test_a_district_that_serves_need_alone_is_seldom_accused() -> None:
    """Groups differ in need, and need decides: the plain gap is there, and not at equal need."""
    chance, times = np.random.default_rng(4), 400
    mixes = [[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.25] * 4]
    wrong = crude = covered = 0
    for _ in range(times):
        found = unmet_need(drawn(chance, [0.05, 0.3, 0.6, 0.9], mixes), 0.0)
        wrong += found.q.min() <= 0.05
        crude += found.crude.high[0] < 0
        covered += found.same_need.low[1] <= 0 <= found.same_need.high[1]
    assert wrong / times < 0.08
    assert crude / times > 0.9
    assert 0.92 <= covered / times <= 0.98


def test_support_that_follows_need_and_support_that_does_not() -> None:
    n = np.array([[40, 40, 40, 40], [40, 40, 40, 40]])
    found = follows_need(Needs(BINS, n, np.array([[2, 10, 20, 30], [30, 20, 10, 2]])))
    assert found.low[0] > 0
    assert found.high[1] < 0
    assert found.low[2] < 0 < found.high[2]
    assert found.test.p[:2].max() < 1e-6


def test_where_nobody_is_served_nothing_follows() -> None:
    n = np.array([[5, 5, 5, 5]])
    found = follows_need(Needs(BINS, n, 0 * n))
    assert not found.everybody.known[0]
    assert not found.test.known.any()
    unmet = unmet_need(Needs(BINS, n, 0 * n), 0.0)
    assert unmet.q.tolist() == [1]
    assert not unmet.crude.known[0]  # there is nobody else


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"students": np.zeros(4, np.int64)}, "groups by bins of need"),
        ({"supported": np.zeros((1, 4), np.int64)}, "not counted on the same grid"),
        ({"need": np.array([0.0, 2.0, 1.0, 3.0])}, "need rises"),
        ({"supported": np.full((2, 4), 9)}, "more students got support"),
    ],
)
def test_counts_that_are_not_of_one_grid_are_refused(changed, message) -> None:
    n = np.full((2, 4), 5)
    with pytest.raises(ValueError, match=message):
        Needs(**({"need": BINS, "students": n, "supported": n // 2} | changed))


def test_a_line_that_parts_a_bin_is_refused() -> None:
    n = np.full((2, 4), 5)
    with pytest.raises(ValueError, match="parts a bin of need"):
        unmet_need(Needs(BINS, n, n), 1.5)
