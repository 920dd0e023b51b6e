"""Shrunken rates: against brute-force integrals, turned and mirrored, degenerate, and simulated."""

from math import comb, exp, log, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit

from eachchild.measures.counts import Counts, counts
from eachchild.measures.rates import rate
from eachchild.measures.shrunken import (
    FitState,
    explained_share,
    main_effects,
    shrunken_rates,
)
from eachchild.measures.shrunken.likelihood import Binomial, curvature, integrate, rule

SOME = counts([0, 9, 3, 12, 30, 1], [4, 12, 20, 31, 60, 1])
COLUMN = np.array([[0], [0], [1], [1], [0], [1]])


def brute(strata, centers, spread):
    """The log-likelihood by adaptive integration, a stratum at a time."""
    total = 0.0
    for y, n, center in zip(strata.events.tolist(), strata.n.tolist(), centers, strict=True):

        def density(z, y=y, n=n, center=center):
            p = 1 / (1 + exp(-(center + spread * z)))
            return comb(n, y) * p**y * (1 - p) ** (n - y) * exp(-z * z / 2) / sqrt(2 * pi)

        top = max(np.linspace(-6, 6, 241), key=density)
        parts = [quad(density, *ends, epsabs=0, limit=200)[0] for ends in ((-12, top), (top, 12))]
        total += log(sum(parts))
    return total


@pytest.mark.parametrize("design", [None, COLUMN])
def test_the_maximum_is_the_one_of_the_integrated_likelihood(design):
    fit = shrunken_rates(SOME, design, points=25)
    X = np.ones((6, 1)) if design is None else np.column_stack([np.ones(6), design])

    def down(at):
        return -brute(SOME, X @ at[:-1], at[-1])

    best = minimize(down, [*fit.effects, 0.5], method="Nelder-Mead",
                    options={"xatol": 1e-7, "fatol": 1e-11})  # fmt: skip
    assert fit.log_likelihood == pytest.approx(-best.fun, abs=1e-7)
    assert sqrt(fit.variance) == pytest.approx(abs(best.x[-1]), rel=1e-4)
    np.testing.assert_allclose(fit.effects, best.x[:-1], rtol=1e-4)


@pytest.mark.parametrize("spread", [0.05, 0.7, 3.0, 8.0])
def test_the_quadrature_is_the_integral(spread):
    data, zero = Binomial.of(SOME), np.full(6, -0.4)
    found = integrate(data, zero, np.full(6, spread), rule(15)).value.sum() + data.ways
    assert found == pytest.approx(brute(SOME, zero, spread), abs=2e-3 if spread > 1 else 1e-6)
    more = integrate(data, zero, np.full(6, spread), rule(40)).value.sum() + data.ways
    assert more == pytest.approx(brute(SOME, zero, spread), abs=5e-4 if spread > 1 else 1e-8)


@pytest.mark.parametrize("points", [1, 2, 15])
def test_slopes_are_those_of_the_quadrature_itself(points):
    data, nodes, h = Binomial.of(SOME), rule(points), 1e-5
    center, spread = np.linspace(-1, 1, 6), np.full(6, 0.8)
    found = integrate(data, center, spread, nodes)

    def value(a, s):
        return integrate(data, center + a, spread + s, nodes).value

    np.testing.assert_allclose(found.by_center, (value(h, 0) - value(-h, 0)) / (2 * h), atol=1e-7)
    np.testing.assert_allclose(found.by_spread, (value(0, h) - value(0, -h)) / (2 * h), atol=1e-7)
    second, h = curvature(data, center, spread, nodes, found=found), 1e-3
    corners = value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h)
    np.testing.assert_allclose(second.both, corners / (4 * h**2), atol=1e-5)
    np.testing.assert_allclose(
        second.center, (value(h, 0) - 2 * found.value + value(-h, 0)) / h**2, atol=1e-5
    )


def test_the_mode_is_where_the_posterior_is_highest():
    fit = shrunken_rates(SOME)
    for k in range(6):
        y, n = int(SOME.events[k]), int(SOME.n[k])
        u = np.linspace(-3, 3, 600_001)
        p = expit(fit.effects[0] + u)
        height = y * np.log(p) + (n - y) * np.log1p(-p) - u**2 / (2 * fit.variance)
        top = int(np.argmax(height))
        assert fit.mode[k] == pytest.approx(u[top], abs=2e-5)
        bend = n * p[top] * (1 - p[top]) + 1 / fit.variance
        assert fit.mode_error[k] == pytest.approx(bend**-0.5, rel=1e-4)


def test_order_and_mirror_change_nothing():
    order = np.array([3, 0, 5, 1, 4, 2])
    fit = shrunken_rates(SOME, COLUMN)
    turned = shrunken_rates(Counts(SOME.events[order], SOME.n[order]), COLUMN[order])
    np.testing.assert_allclose(turned.probability, fit.probability[order], rtol=1e-7)
    assert turned.variance == pytest.approx(fit.variance, rel=1e-6)
    mirror = shrunken_rates(Counts(SOME.n - SOME.events, SOME.n), COLUMN)
    np.testing.assert_allclose(mirror.effects, -fit.effects, rtol=1e-6)
    np.testing.assert_allclose(mirror.probability, 1 - fit.probability, rtol=1e-6)
    np.testing.assert_allclose(mirror.low, 1 - fit.high, rtol=1e-6)
    assert mirror.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)
    scaled = shrunken_rates(SOME, COLUMN * 1000)
    assert scaled.effects[1] * 1000 == pytest.approx(fit.effects[1], rel=1e-6)
    assert scaled.variance == pytest.approx(fit.variance, rel=1e-6)


def test_an_empty_stratum_is_told_by_the_others():
    fit = shrunken_rates(counts([5, 30, 70, 0], [100, 100, 100, 0]))
    alone = shrunken_rates(counts([5, 30, 70], [100, 100, 100]))
    assert fit.log_likelihood == pytest.approx(alone.log_likelihood, abs=1e-9)
    assert (fit.mode[3], fit.mode_error[3]) == (0, pytest.approx(sqrt(fit.variance)))
    assert fit.probability[3] == pytest.approx(fit.expected[3])
    assert fit.low[3] < alone.probability.min() + 0.05
    assert fit.high[3] > alone.probability.max() - 0.05


def test_equal_rates_have_no_variance_and_one_interval():
    fit = shrunken_rates(counts([3] * 6, [10] * 6))
    assert (fit.state, fit.variance, fit.statistic, fit.p) == (FitState.FITTED, 0, 0, 1)
    assert (fit.share_between, fit.median_odds_ratio) == (0, 1)
    np.testing.assert_allclose(fit.probability, 0.3)
    pooled = rate(counts(18, 60))
    np.testing.assert_allclose(
        [fit.low[0], fit.high[0]], [pooled.low[0], pooled.high[0]], atol=0.01
    )
    assert explained_share(fit, fit) is None


def test_huge_strata_keep_their_own_rates():
    strata = counts([300_000_000, 400_000_000, 350_000_000, 1], [10**9] * 3 + [2])
    fit = shrunken_rates(strata)
    np.testing.assert_allclose(fit.probability[:3], strata.rate[:3], rtol=1e-6)
    assert fit.variance == pytest.approx(np.var(np.log([3 / 7, 4 / 6, 35 / 65])), rel=0.2)
    assert fit.p < 1e-6
    assert 0.3 < fit.probability[3] < 0.4


def test_all_and_none_among_many():
    fit = shrunken_rates(counts([0, 0, 5, 10, 3], [10, 0, 5, 20, 8]))
    assert fit.state is FitState.FITTED
    assert 0 < fit.probability[0] < 0.1
    assert 0.9 < fit.probability[2] < 1
    assert (fit.low < fit.probability).all()
    assert (fit.probability < fit.high).all()


@pytest.mark.parametrize(
    ("events", "n", "design"),
    [
        ([0, 0], [5, 5], None),
        ([5, 5], [5, 5], None),
        ([0], [5], None),
        ([0, 0], [0, 0], None),
        ([], [], None),
        ([0, 10, 0, 10], [10] * 4, None),  # each all or none: the wider, the likelier
        ([0, 0, 3, 4], [9] * 4, [[0], [0], [1], [1]]),  # a group without any event
        ([2, 1, 3, 4], [9] * 4, [[0, 0], [0, 0], [1, 1], [1, 1]]),
        ([0, 1000] * 50 + [500], [1000] * 101, None),
    ],
)
def test_without_a_maximum_there_are_no_numbers(events, n, design):
    fit = shrunken_rates(counts(events, n), None if design is None else np.array(design))
    assert fit.state is FitState.NO_MAXIMUM
    assert (fit.variance, fit.p) == (0, 1)
    assert not fit.probability.any()
    assert not fit.effects.any()


@pytest.mark.parametrize(
    ("events", "n"), [([3], [10]), ([0, 1, 1, 0, 1], [1] * 5), ([3, 0], [10, 0])]
)
def test_strata_that_cannot_tell_spread_share_one_rate(events, n):
    fit = shrunken_rates(counts(events, n))
    assert (fit.state, fit.variance, fit.p) == (FitState.NO_SPREAD_TOLD, 0, 1)
    np.testing.assert_allclose(fit.probability, sum(events) / sum(n))


def test_what_is_no_count_is_named():
    with pytest.raises(ValueError, match="more events than students"):
        shrunken_rates(counts([3], [2]))
    with pytest.raises(ValueError, match="one row a stratum"):
        shrunken_rates(SOME, np.zeros((5, 1)))
    with pytest.raises(ValueError, match="at least 1 point"):
        shrunken_rates(SOME, points=0)


def test_main_effects_leave_the_first_level_out():
    levels = np.array([[2, 0], [1, 0], [5, 0]])
    np.testing.assert_array_equal(main_effects(levels), [[1, 0], [0, 0], [0, 1]])
    assert main_effects(np.zeros((3, 0), np.int64)).shape == (3, 0)


def drawn(rng, strata, spread):
    n = rng.integers(5, 80, strata)
    true = expit(-1 + spread * rng.normal(size=strata))
    return Counts(rng.binomial(n, true), n), true


def test_known_truths_are_found_and_covered():
    rng, found, covered, near = np.random.default_rng(11), [], [], []
    for _ in range(40):
        strata, true = drawn(rng, 120, 0.7)
        fit = shrunken_rates(strata)
        found.append((fit.effects[0], fit.effect_errors[0], sqrt(fit.variance)))
        covered.append(((fit.low <= true) & (true <= fit.high)).mean())
        near.append(np.square([fit.probability - true, strata.rate - true]).mean(axis=1))
    center, error, spread = np.array(found).T
    assert center.mean() == pytest.approx(-1, abs=0.04)  # three standard errors of 40 draws
    assert np.std(center) == pytest.approx(error.mean(), rel=0.35)
    assert spread.mean() == pytest.approx(0.7, abs=0.04)
    assert 0.93 < np.mean(covered) < 0.97
    shrunken, raw = np.mean(near, axis=0)
    assert shrunken < 0.75 * raw


def test_ten_strata_are_covered_somewhat_less():
    rng, covered = np.random.default_rng(10), []
    for _ in range(100):
        strata, true = drawn(rng, 10, 0.7)
        fit = shrunken_rates(strata)
        covered.append(((fit.low <= true) & (true <= fit.high)).mean())
    assert 0.86 < np.mean(covered) < 0.95


def test_a_variance_that_is_not_there_is_seldom_seen():
    rng = np.random.default_rng(12)
    p = np.array([shrunken_rates(drawn(rng, 60, 0.0)[0]).p for _ in range(200)])
    assert (p <= 0.05).mean() <= 0.09  # 0.05, and three standard errors less a little
    assert 0.4 < (p == 1).mean() < 0.7
