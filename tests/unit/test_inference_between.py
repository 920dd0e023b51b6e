"""The test between schools against scipy's correlation of its three forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, pearsonr, rankdata

from eachchild.measures.inference.between import Schools, between_schools, tilts

few = settings(max_examples=60, deadline=None)


def schools(n, total, *, starts=(0,), usable=None, is_rate=True):
    n, total = np.asarray(n, np.int64), np.asarray(total, np.int64)
    use = np.ones(n.shape, np.bool_) if usable is None else np.asarray(usable)
    return Schools(np.array(starts), n, total, use, is_rate)


def correlated(one, group, others=None):
    group = np.atleast_2d(np.asarray(group, np.int64))
    rest = one.n - group if others is None else np.atleast_2d(np.asarray(others, np.int64))
    return between_schools(one, tilts(one, group, rest))


def tilt_of(group, others):
    return group / group.sum() - others / others.sum()


def worth(tilt):
    """How many equal schools would carry as much of the tilt."""
    return (tilt**2).sum() ** 2 / (tilt**4).sum()


def forms(n, total, *, is_rate):
    level = total / n
    if is_rate:
        return level, np.arcsin(np.sqrt((total + 3 / 8) / (n + 3 / 4)))
    return level, np.sqrt(level) if (level >= 0).all() else level


def by_scipy(n, total, tilt, *, is_rate=True):
    """The weakest of the forms that have to hold."""
    ps = [pearsonr(tilt, form).pvalue for form in forms(n, total, is_rate=is_rate)]
    if n.size >= 8 and worth(tilt) < 3:
        ranks = norm.ppf((rankdata(total / n) - 0.5) / n.size)
        ps.append(pearsonr(tilt, ranks).pvalue)
    return max(ps)


@few
@given(st.integers(4, 30), st.integers(0, 10_000), st.booleans())
def test_it_is_the_weakest_correlation_of_three(size, seed, is_rate):
    rng = np.random.default_rng(seed)
    n = rng.integers(40, 900, size)
    group = rng.binomial(n, rng.beta(0.4, 1.0, size))
    total = rng.binomial(n, rng.uniform(0.05, 0.5, size)) * (1 if is_rate else rng.integers(1, 9))
    tilt = tilt_of(group, n - group)
    found = correlated(schools(n, total, is_rate=is_rate), group)
    if min(group.sum(), (n - group).sum()) < 10 or np.ptp(total / n) == 0:
        assert not found.known[0, 0]
        return
    assert found.correlation[0, 0] == pytest.approx(pearsonr(tilt, total / n).statistic, abs=1e-9)
    assert found.p[0, 0] == pytest.approx(by_scipy(n, total, tilt, is_rate=is_rate), rel=1e-6)


def test_places_in_line_are_tested_apart():
    rng = np.random.default_rng(2)
    n = rng.integers(50, 500, 23)
    total, group = rng.binomial(n, 0.2), rng.binomial(n, rng.uniform(0.1, 0.6, 23))
    together = correlated(schools(n, total, starts=(0, 6, 17)), group)
    for place, (start, end) in enumerate(((0, 6), (6, 17), (17, 23))):
        alone = correlated(schools(n[start:end], total[start:end]), group[start:end])
        assert together.p[0, place] == pytest.approx(alone.p[0, 0], rel=1e-9)
        assert together.correlation[0, place] == pytest.approx(alone.correlation[0, 0])


def test_a_school_that_cannot_be_used_stands_in_line_and_tells_nothing():
    rng = np.random.default_rng(3)
    n = rng.integers(50, 500, 12)
    total, group = rng.binomial(n, 0.2), rng.binomial(n, rng.uniform(0.1, 0.6, 12))
    use = np.arange(12) != 4
    wild = np.where(use, total, n)  # whatever stands there
    with_it = correlated(schools(n, wild, usable=use), group)
    without = correlated(schools(n[use], total[use]), group[use])
    assert with_it.p[0, 0] == pytest.approx(without.p[0, 0], rel=1e-9)


def test_a_group_may_be_set_beside_another_instead_of_everybody_else():
    n, total = np.array([90, 90, 90, 90, 90]), np.array([5, 9, 14, 22, 30])
    group, others = np.array([2, 9, 9, 20, 30]), np.array([40, 30, 22, 9, 5])
    found = correlated(schools(n, total), group, others)
    assert found.p[0, 0] == pytest.approx(by_scipy(n, total, tilt_of(group, others)), rel=1e-9)


@pytest.mark.parametrize(
    ("n", "total", "group"),
    [
        ([99, 99, 99], [1, 5, 9], [10, 40, 80]),  # under four schools
        ([99] * 6, [10] * 6, [5, 10, 20, 40, 60, 80]),  # all schools alike in rate
        ([100] * 6, [1, 9, 20, 31, 40, 50], [20] * 6),  # and in make-up
        ([99] * 6, [1, 9, 20, 31, 40, 50], [0, 0, 1, 2, 2, 4]),  # nine students of the group
        ([99] * 6, [1, 9, 20, 31, 40, 50], [99, 99, 99, 99, 99, 95]),  # four others
    ],
)
def test_what_cannot_be_told_is_not_told(n, total, group):
    found = correlated(schools(n, total), group)
    assert not found.known[0, 0]
    assert (found.p[0, 0], found.correlation[0, 0]) == (1.0, 0.0)


def test_one_odd_school_carries_nothing_by_itself():
    """One small school of one group where nearly all are suspended, eleven others alike."""
    n = np.array([200] * 11 + [60])
    total = np.array([12, 14, 9, 11, 13, 10, 12, 15, 9, 11, 13, 50])
    group = np.array([4] * 11 + [50])
    tilt = tilt_of(group, n - group)
    assert worth(tilt) < 3
    assert pearsonr(tilt, total / n).pvalue < 1e-6
    assert correlated(schools(n, total), group).p[0, 0] > 0.05


def test_negative_means_keep_their_own_scale():
    n = np.array([40, 50, 60, 70, 80])
    total = np.array([-80, -20, 30, 90, 200])
    group = np.array([5, 10, 20, 30, 60])
    found = correlated(schools(n, total, is_rate=False), group)
    assert found.p[0, 0] == pytest.approx(pearsonr(tilt_of(group, n - group), total / n).pvalue)


def test_it_keeps_its_level_where_make_up_and_rate_are_unrelated():
    rng = np.random.default_rng(6)
    rejected = 0
    for _ in range(1500):
        n = rng.integers(100, 900, 9)
        rate = 1 / (1 + np.exp(2.5 + rng.normal(0, 0.8, 9)))
        group = rng.binomial(n, rng.beta(0.5, 2.0, 9))
        found = correlated(schools(n, rng.binomial(n, rate)), group)
        rejected += bool(found.p[0, 0] <= 0.05)
    assert 0.01 < rejected / 1500 < 0.065
