"""Control charts and their rules against series and limits that others have published.

Limits: the vignette of the R package qcc 3.0 (https://luca-scr.github.io/qcc/articles/qcc.html),
on data of Montgomery, D. C. (1991), Introduction to Statistical Quality Control, 2nd edition: cans
of frozen orange juice (pp. 152-155), printed circuit boards (pp. 173-175), personal computers
(pp. 181-182). It prints 7 significant digits, and its limits are plain arithmetic, so ours have to
agree in all of them. The orange juice trial of 30 samples of 50, mean .2313, is also the example
of the NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2, there told of chips on wafers.
"""

import numpy as np
import pytest

from eachchild.progress.charts import p_chart, p_prime, run_chart, u_chart, u_prime
from eachchild.progress.signals import Signal, runs, seen, usual

JUICE = np.array([
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9,
    12, 7, 13, 9, 6, 9, 6, 12, 5, 6, 4, 6, 3, 7, 6, 2, 4, 3, 6, 5, 4, 8, 5, 6, 7, 5, 6, 3, 5,
])  # fmt: skip
BOARDS = np.array([
    21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16,
    19, 17, 15,
])  # fmt: skip
COMPUTERS = np.array([10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5])
TRIAL = JUICE[:30]


def limits(chart):
    return float(chart.center[0]), float(chart.low[0]), float(chart.high[0])


def test_orange_juice():
    chart = p_chart(TRIAL, np.full(30, 50))
    assert limits(chart) == pytest.approx((0.2313333, 0.05242755, 0.4102391), rel=1e-6)
    beyond = seen(chart)[Signal.BEYOND_3_SIGMA]
    # Samples 15, a new batch of cardboard, and 23, an inexperienced operator: as the book tells.
    assert (np.flatnonzero(beyond) + 1).tolist() == [15, 23]


def test_orange_juice_without_the_samples_that_were_explained():
    kept = np.ones(30, np.bool_)
    kept[[14, 22]] = False
    chart = p_chart(TRIAL, np.full(30, 50), base=kept)
    assert limits(chart) == pytest.approx((0.215, 0.04070284, 0.3892972), rel=1e-6)


def test_orange_juice_after_the_machine_was_adjusted():
    chart = p_chart(JUICE[30:], np.full(24, 50))
    assert limits(chart) == pytest.approx((0.1108333, 0.0, 0.2440207), rel=1e-6)
    # Held against the limits of the trial, the run below its center is what shows the adjustment.
    base = np.arange(54) < 30
    base[[14, 22]] = False
    told = seen(p_chart(JUICE, np.full(54, 50), base=base))
    assert told[Signal.ONE_SIDE][37:].any()
    assert Signal.LONG_RUN in runs(JUICE / 50, 0.215).signals


def test_circuit_boards():
    chart = u_chart(BOARDS, np.full(26, 100))
    # The vignette's c chart of the same data, in boards: 19.84615, 6.481447, 33.21086.
    assert limits(chart) == pytest.approx((0.1984615, 0.06481447, 0.3321086), rel=1e-6)
    beyond = seen(chart)[Signal.BEYOND_3_SIGMA]
    assert (np.flatnonzero(beyond) + 1).tolist() == [6, 20]
    kept = ~beyond
    again = u_chart(BOARDS, np.full(26, 100), base=kept)
    assert limits(again) == pytest.approx((0.1966667, 0.06362532, 0.329708), rel=1e-6)


def test_personal_computers():
    chart = u_chart(COMPUTERS, np.full(20, 5))
    assert limits(chart) == pytest.approx((1.93, 0.06613305, 3.793867), rel=1e-6)
    assert not any(where.any() for where in seen(chart).values())


def test_critical_values_of_anhoej():
    """The table in the vignette of the R package qicharts2, appendix 2, n = 10 to 60."""
    longest = [6] * 2 + [7] * 11 + [8] * 23 + [9] * 15
    crossings = [
        2, 2, 3, 3, 4, 4, 4, 5, 5, 6, 6, 6, 7, 7, 8, 8, 8, 9, 9, 10, 10, 11, 11, 11, 12, 12, 13,
        13, 14, 14, 14, 15, 15, 16, 16, 17, 17, 17, 18, 18, 19, 19, 20, 20, 21, 21, 21, 22, 22,
        23, 23,
    ]  # fmt: skip
    assert [usual(n) for n in range(10, 61)] == list(zip(longest, crossings, strict=True))


@pytest.mark.parametrize(
    ("z", "rule", "at"),
    [
        # The rules' cases in the tests of the R package qcc, standard deviation 1 around 0.
        ([0, 3.2, -3.5, 2.9], Signal.BEYOND_3_SIGMA, [2, 3]),
        ([0, 2.5, 1.0, 2.6, 0], Signal.TWO_OF_THREE, [4]),
        ([0, 1.2, 1.3, 0.2, 1.4, 1.5], Signal.FOUR_OF_FIVE, [6]),
        ([-1, -1, -1, -1, -1, -1, -1, -1, 1], Signal.ONE_SIDE, [8]),
        ([2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 3.2], Signal.ONE_SIDE, [8]),
        ([2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 3.2], Signal.FOUR_OF_FIVE, [4, 5, 6, 7, 8]),
        ([0.3] * 16 + [1.2], Signal.HUGGING, [15, 16]),
        # Nelson's third: six points, each above the one before.
        ([0, -1.5, -1.0, -0.4, 0.1, 0.6, 1.1, 0.2], Signal.TREND, [7]),
    ],
)
def test_rules_fire_where_others_do(z, rule, at):
    n, center = 10**8, 0.5  # so many that a point can lie where it is wanted
    sd = np.sqrt(center * (1 - center) / n)
    base = np.arange(len(z) + 1) == len(z)  # one point more sets the center
    events = np.append(np.rint(n * (center + sd * np.array(z))), n * center).astype(np.int64)
    where = seen(p_chart(events, np.full(len(z) + 1, n), base=base))[rule]
    assert (np.flatnonzero(where[:-1]) + 1).tolist() == at


def test_limits_of_laney_by_hand():
    """Laney (2002): z of each point, their mean moving range over 1.128, and limits that wide.

    By hand for 20, 30, 20, 30 of 100: p = 0.25, sd = 0.0433013, z = -+1.1547005, moving ranges of
    2.309401, so sigma z = 2.309401 / 1.128379 = 2.046654.
    """
    chart = p_prime(np.array([20, 30, 20, 30]), np.full(4, 100))
    assert chart.sigma_z == pytest.approx(2.046654, rel=1e-6)
    assert limits(chart) == pytest.approx((0.25, 0.0, 0.25 + 3 * 2.046654 * 0.0433013), rel=1e-5)


def test_laney_widens_as_points_lie_apart_and_is_the_plain_chart_where_they_do_not():
    rng = np.random.default_rng(1)
    n = np.full(5000, 1000)
    plain = p_prime(rng.binomial(n, 0.2), n)
    assert plain.sigma_z == pytest.approx(1, abs=0.03)  # 3 standard errors of 5,000 ranges
    wide = u_prime(rng.poisson(n * 0.2 * np.exp(rng.normal(0, 0.2, 5000))), n)
    # Beyond chance, 0.2 of the rate: (1 + 200 * 0.2**2) ** 0.5 = 3; the logs add a little.
    assert wide.sigma_z == pytest.approx(3, abs=0.15)


def test_a_run_chart_leaves_out_points_on_its_median():
    values = np.array([1.0, 2.0, 3.0, 2.0, 1.0, 3.0, 2.0])
    chart = run_chart(values)
    found = runs(chart.value, chart.center)
    assert (chart.center[0], found.points, found.crossings) == (2.0, 4, 3)
    assert runs(np.full(3, 2.0), 2.0).points == 0
