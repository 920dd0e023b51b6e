"""Waits from counts: against SciPy's survival functions, sums by hand, and simulated districts."""

import math
import warnings

import numpy as np
import pytest
from scipy.stats import CensoredData, ecdf, logrank

from eachchild.causes.waits import (
    Waits,
    curve,
    median,
    restricted_mean,
    same_need_waits_test,
)

DAYS = np.arange(5.0, 65.0, 5.0)


def binned(days: list[np.ndarray], served: list[np.ndarray]) -> Waits:
    """One bin of need; each group's waits and whether they ended with support."""
    tables = np.zeros((2, len(days), 1, len(DAYS)), np.int64)
    for group, (day, met) in enumerate(zip(days, served, strict=True)):
        at = np.searchsorted(DAYS, day)
        np.add.at(tables, (np.where(met, 0, 1), group, 0, at), 1)
    return Waits(DAYS, tables[0], tables[1])


def drawn(
    chance: np.random.Generator, sizes: tuple[int, int] = (80, 120), *, speed: float = 1.0
) -> tuple[Waits, list[CensoredData]]:
    days, served = [], []
    for size, scale in zip(sizes, (25 / speed, 25.0), strict=True):
        wait = np.ceil(chance.exponential(scale, size) / 5) * 5
        seen = np.minimum(np.ceil(chance.uniform(10, 90, size) / 5) * 5, 60)
        days.append(np.minimum(wait, seen))
        served.append(wait <= seen)
    oracle = [CensoredData(uncensored=d[m], right=d[~m]) for d, m in zip(days, served, strict=True)]
    return binned(days, served), oracle


@pytest.mark.parametrize("seed", range(4))
def test_curve_and_test_are_scipys(seed: int) -> None:
    waits, oracle = drawn(np.random.default_rng(seed))
    found = curve(waits)
    for group, one in enumerate(oracle):
        sf = ecdf(one).sf
        assert found.without[group] == pytest.approx(sf.evaluate(DAYS), abs=1e-12)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # at 0 and 1 it has no interval, and says so
            ends = sf.confidence_interval(method="log-log")
        inner = (found.without[group] > 0) & (found.without[group] < 1)
        for ours, theirs in ((found.low, ends.low), (found.high, ends.high)):
            assert ours[group][inner] == pytest.approx(theirs.evaluate(DAYS)[inner], abs=1e-12)
    theirs = logrank(*oracle)
    ours = same_need_waits_test(waits, 1)
    assert ours.statistic[0] == pytest.approx(theirs.statistic, rel=1e-10)
    assert ours.p[0] == pytest.approx(theirs.pvalue, rel=1e-9)
    assert not ours.known[1] or ours.p[1] == 1


def test_strata_add_up_as_the_papers_sum_does() -> None:
    chance = np.random.default_rng(8)
    parts = [drawn(chance)[0] for _ in range(3)]
    served, left = (
        np.concatenate([getattr(p, name) for p in parts], axis=1) for name in ("served", "left")
    )
    surplus = variance = 0.0
    for part in parts:
        waiting = part.waiting[:, 0].tolist()
        for day in range(len(DAYS)):
            d = part.served[:, 0, day].tolist()
            n1, n0 = waiting[0][day], waiting[1][day]
            N, m = n1 + n0, sum(d)
            if N > 1:
                surplus += d[0] - m * n1 / N
                variance += m * (n1 / N) * (n0 / N) * (N - m) / (N - 1)
    found = same_need_waits_test(Waits(DAYS, served, left), 1)
    assert found.statistic[0] == pytest.approx(surplus / math.sqrt(variance), rel=1e-12)


def test_need_is_held_where_it_goes_with_the_wait() -> None:
    """More need, sooner support, whoever it is; the groups differ in need."""
    chance, times = np.random.default_rng(21), 300
    wrong = plain = 0
    for _ in range(times):
        tables = np.zeros((2, 2, 2, len(DAYS)), np.int64)
        for group, sizes in enumerate([(80, 20), (30, 90)]):
            for need, size in enumerate(sizes):
                wait = np.ceil(chance.exponential((40, 12)[need], size) / 5) * 5
                met = wait <= 60
                at = np.searchsorted(DAYS, np.minimum(wait, 60))
                np.add.at(tables, (np.where(met, 0, 1), group, need, at), 1)
        waits = Waits(DAYS, *tables)
        wrong += same_need_waits_test(waits, 1).p[0] < 0.05
        together = Waits(DAYS, *(x.sum(axis=1, keepdims=True) for x in tables))
        plain += same_need_waits_test(together, 1).p[0] < 0.05
    assert wrong / times < 0.08
    assert plain / times > 0.9


def test_the_median_by_hand() -> None:
    # 10 wait: 3 served by day 5, 2 leave on day 10 after 1 is served, 2 of the last 4 by day 15.
    served, left = np.zeros((2, 1, 1, len(DAYS)), np.int64)
    served[0, 0, :3] = [3, 1, 2]
    left[0, 0, [1, 11]] = [2, 2]
    found = curve(Waits(DAYS, served, left))
    assert found.without[0, :3] == pytest.approx([0.7, 0.6, 0.3])
    assert found.waiting[0, :4].tolist() == [10, 7, 4, 2]
    half = median(Waits(DAYS, served, left))
    assert half.days[0] == 15
    assert half.low[0] == 5
    assert half.known.tolist() == [True]
    assert not half.bounded[0]
    few = np.zeros_like(served)
    few[0, 0, 0] = 1
    late = np.zeros_like(left)
    late[0, 0, -1] = 9
    assert not median(Waits(DAYS, few, late)).known[0]


def test_without_leavers_the_restricted_mean_is_the_mean() -> None:
    chance = np.random.default_rng(2)
    days = [chance.choice(DAYS, 40), chance.choice(DAYS, 70)]
    waits = binned(days, [np.ones(40, np.bool_), np.ones(70, np.bool_)])
    for until in (None, 30.0):
        found = restricted_mean(waits, 1, until=until)
        cut = [np.minimum(d, found.until) for d in days]
        assert found.mean.mean == pytest.approx([c.mean() for c in cut])
        # Greenwood's sum without leavers is the variance of a mean, with n below.
        error = np.sqrt([c.var() / len(c) for c in cut])
        assert (found.mean.high - found.mean.low) / 2 == pytest.approx(1.959964 * error, rel=1e-6)
        z = (cut[0].mean() - cut[1].mean()) / math.hypot(*error)
        assert found.test.statistic[0] == pytest.approx(z)
        assert not found.gap.known[1]


def test_the_intervals_cover_and_the_tests_are_quiet() -> None:
    chance, times = np.random.default_rng(5), 300
    steps = np.arange(0, 40, 5)
    truth = 5 * np.exp(-steps / 25).sum()  # the area to day 40 of waits told in fives
    held = wrong = half = 0
    for _ in range(times):
        waits, _ = drawn(chance)
        found = restricted_mean(waits, 1, until=40.0)
        held += found.mean.low[0] <= truth <= found.mean.high[0]
        wrong += found.test.p[0] < 0.05
        middle = median(waits)
        half += middle.low[0] <= 20 <= (middle.high[0] if middle.bounded[0] else math.inf)
    assert 0.91 <= held / times <= 0.98
    assert wrong / times < 0.08
    assert half / times >= 0.93


def test_a_slower_group_is_found() -> None:
    waits, _ = drawn(np.random.default_rng(1), speed=0.5)
    found = restricted_mean(waits, 1)
    assert found.gap.low[0] > 0
    assert same_need_waits_test(waits, 1).statistic[0] < 0


def test_a_mean_beyond_what_anybody_saw_is_not_known() -> None:
    served, left = np.zeros((2, 2, 1, len(DAYS)), np.int64)
    served[:, 0, 0], left[0, 0, 1], left[1, 0, 11] = 5, 5, 5
    found = restricted_mean(Waits(DAYS, served, left), 1, until=30.0)
    assert found.mean.known.tolist() == [False, True]
    assert not found.gap.known[0]
    assert restricted_mean(Waits(DAYS, served, left), 1).until == 10
    alone = np.zeros_like(served)
    alone[0, 0, 0] = 3
    nobody = restricted_mean(Waits(DAYS, alone, 0 * alone), 0)
    assert nobody.until == 60
    assert nobody.mean.known.tolist() == [True, False]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"served": np.zeros((2, 3), np.int64)}, "groups by bins of need by days"),
        ({"left": np.zeros((1, 1, 3), np.int64)}, "not counted on the same grid"),
        ({"days": np.array([5.0, 5.0, 9.0])}, "rise from each bin"),
    ],
)
def test_counts_that_are_not_of_one_grid_are_refused(changed, message) -> None:
    n = np.ones((2, 1, 3), np.int64)
    given = {"days": np.array([1.0, 2.0, 3.0]), "served": n, "left": n} | changed
    with pytest.raises(ValueError, match=message):
        Waits(**given)


def test_a_mean_within_no_days_is_refused() -> None:
    n = np.ones((2, 1, 3), np.int64)
    with pytest.raises(ValueError, match="within some days above 0"):
        restricted_mean(Waits(np.array([1.0, 2.0, 3.0]), n, n), 0, until=0.0)
