"""Funnel limits by the formulas of Spiegelhalter (2005), written out again."""

import numpy as np
import pytest
from scipy.stats import norm

from eachchild.cube import Block, Cube, Places, Rollups, Tally
from eachchild.measures.funnel import FEWEST_SCHOOLS, funnel, usual_spread
from eachchild.terms.factors import FACTORS
from eachchild.terms.outcomes import built_in, outcome_from

VALUES = FACTORS["race"].all_values
BLACK, WHITE = VALUES.index("black"), VALUES.index("white")
RATE = built_in()["oss_any"]


def rollups(n, events, *, outcome="oss_any", squares=None):
    """Counts `[school, (black, white)]`."""
    n, events = np.asarray(n, np.int64), np.asarray(events, np.int64)
    place, side = (x.ravel() for x in np.indices(n.shape))
    value = np.array([BLACK, WHITE])[side][:, None]
    more = None if squares is None else np.asarray(squares, np.int64).ravel()
    tally = Tally.exact(n.ravel(), events.ravel(), missing=0 * place, squares=more)
    block = Block(("race",), place, 0 * place, value, n.ravel(), {outcome: tally})
    ids = tuple(f"{k:03d}" for k in range(len(n)))
    return Rollups(Cube(Places("school", ids), ("2021-22",), {"race": VALUES}, (block,)))


def drawn(schools, *, rate=0.2, gap=0.1, spread=0.0, seed=1):
    rng = np.random.default_rng(seed)
    n = rng.integers(30, 400, (schools, 2))
    theirs = np.full(schools, rate)
    ours = rate + gap + spread * rng.normal(0, 1, schools)
    return n, rng.binomial(n, np.clip(np.column_stack([ours, theirs]), 0, 1))


def by_hand(n, events):
    """Center and spread as in the paper: additive effects, winsorised at a tenth.

    The paper leaves the winsorised variance as it is; here what a normal one loses is put back.
    """
    a, c = events.T
    n1, n0 = n.T
    gap = a / n1 - c / n0
    p = events.sum() / n.sum()
    variance = p * (1 - p) * (1 / n1 + 1 / n0)
    weight = 1 / variance
    center = (weight * gap).sum() / weight.sum()
    z = (gap - center) / np.sqrt(variance)
    ends = np.quantile(z, [0.1, 0.9])
    q = norm.ppf(0.9)
    left = 0.8 - 2 * q * norm.pdf(q) + 0.2 * q**2  # of a normal variance, tenths pulled in
    phi = (np.clip(z, *ends) ** 2).mean() / left
    size = gap.size
    tau2 = (size * phi - (size - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return gap, variance, center, np.sqrt(max(tau2, 0.0))


@pytest.mark.parametrize("spread", [0.0, 0.15])
def test_center_spread_and_limits_are_the_papers(spread):
    n, events = drawn(40, spread=spread)
    one = funnel(rollups(n, events), RATE, "race=black", "2021-22")
    gap, variance, center, usual = by_hand(n, events)
    np.testing.assert_allclose(one.gap, gap)
    assert one.center == pytest.approx(center)
    assert one.spread == pytest.approx(usual, rel=1e-6)
    assert (usual > 0.05) == (spread > 0)
    p = events.sum() / n.sum()
    error = np.sqrt(p * (1 - p) / one.limit_n + usual**2)
    np.testing.assert_allclose(one.high95, center + norm.ppf(0.975) * error, rtol=1e-6)
    np.testing.assert_allclose(one.low998, center - norm.ppf(0.999) * error, rtol=1e-6)
    np.testing.assert_array_equal(one.precision_n, np.rint(n.prod(axis=1) / n.sum(axis=1)))
    assert not one.outside[
        np.abs(gap - center) < norm.ppf(0.999) * np.sqrt(variance + usual**2)
    ].any()


def test_one_school_far_out_is_found_and_does_not_widen_the_limits():
    n, events = drawn(30)
    n[7] = (300, 300)
    events[7] = (210, 45)
    one = funnel(rollups(n, events), RATE, "race=black", "2021-22")
    assert np.flatnonzero(one.outside).tolist() == [7]
    assert one.spread < 0.06


def test_of_schools_alike_less_than_one_in_500_lies_outside():
    """A rare outcome, for which the normal limits alone are passed four times as often."""
    outside, beyond, schools = 0, 0, 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n = np.column_stack([rng.integers(10, 120, 60), rng.integers(200, 900, 60)])
        events = rng.binomial(n, 0.01 * np.exp(rng.normal(0, 0.5, (60, 1))))
        one = funnel(rollups(n, events), RATE, "race=black", "2021-22")
        p = events.sum() / n.sum()
        own = np.sqrt(p * (1 - p) * (1 / n[:, 0] + 1 / n[:, 1]) + one.spread**2)
        outside += int(one.outside.sum())
        beyond += int((np.abs(one.gap - one.center) > norm.ppf(0.999) * own).sum())
        schools += one.outside.size
    assert beyond / schools > 0.004
    assert outside / schools < 0.002


def test_a_mean_is_told_in_its_own_unit():
    rng = np.random.default_rng(3)
    gpa = outcome_from("gpa", {"mean": "gpa", "decimals": 2, "direction": "higher"})
    n = rng.integers(20, 200, (25, 2))
    marks = [
        [rng.normal(260 + 30 * k, 80, size).round() for k, size in enumerate(row)] for row in n
    ]
    total = [[m.sum() for m in row] for row in marks]
    squares = [[(m**2).sum() for m in row] for row in marks]
    one = funnel(rollups(n, total, outcome="gpa", squares=squares), gpa, "race=black", "2021-22")
    expected = [row[0].mean() / 100 - row[1].mean() / 100 for row in marks]
    np.testing.assert_allclose(one.gap, expected)
    inside = [np.concatenate(row) for row in marks]
    pooled = sum(((m - m.mean()) ** 2).sum() for m in inside) / sum(m.size - 1 for m in inside)
    middle = one.limit_n.size // 2
    error = np.sqrt(pooled / 100**2 / one.limit_n[middle] + one.spread**2)
    assert one.high95[middle] - one.center == pytest.approx(norm.ppf(0.975) * error)


def test_few_schools_small_groups_and_sums_alone_make_no_funnel():
    n, events = drawn(FEWEST_SCHOOLS)
    assert funnel(rollups(n, events), RATE, "race=black", "2021-22") is not None
    assert funnel(rollups(n[1:], events[1:]), RATE, "race=black", "2021-22") is None
    small = n.copy()
    small[0, 0], events[0, 0] = 4, 1
    assert funnel(rollups(small, events), RATE, "race=black", "2021-22") is None
    days = built_in()["days_lost"]
    assert funnel(rollups(n, events, outcome="days_lost"), days, "race=black", "2021-22") is None
    assert funnel(rollups(n, 0 * events), RATE, "race=black", "2021-22") is None


def test_the_usual_spread_is_none_where_chance_is_enough():
    rng = np.random.default_rng(4)
    variance = rng.uniform(0.001, 0.02, 400)
    quiet = usual_spread(rng.normal(0, np.sqrt(variance)), variance, 0.0)
    wide = usual_spread(rng.normal(0, np.sqrt(variance + 0.2**2)), variance, 0.0)
    assert quiet < 0.03
    assert wide == pytest.approx(0.2, rel=0.25)
