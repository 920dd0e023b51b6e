"""The parts of a verdict: baselines, spreads, both sides of a change, comparison schools, power."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm, ttest_ind

from eachchild.progress import baseline_of, chance_seen, earliest
from eachchild.progress.baseline import BaselineState
from eachchild.progress.comparison import (
    DONORS,
    CompareState,
    difference_in_differences,
    synthetic_control,
)
from eachchild.progress.estimate import Estimate, Measured, difference
from eachchild.progress.interrupted import autocorrelation, moved, own_spread, sides, standardized
from eachchild.progress.model import Series
from eachchild.progress.periods import next_month, split, year_of
from eachchild.progress.spread import ASSUMED, WEIGHT, Spread, year_spread
from eachchild.progress.verdict import LOOK

MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)


def years(*counts, n=100, first=2022, is_count=False):
    events, size = np.array(counts), np.full(len(counts), n)
    label = tuple(f"{first + i}-{first + i + 1 - 2000:02d}" for i in range(len(counts)))
    return Series(label, size, events, size * 0, size > 0, is_count)


def months(events, n, first=2022):
    """School years of ten months each."""
    at = [(first + i // 10 + (MONTHS[i % 10] < 7), MONTHS[i % 10]) for i in range(len(events))]
    label, season = tuple(f"{y}-{m:02d}" for y, m in at), np.array([m for _, m in at])
    return Series(label, np.array(n), np.array(events), season, np.array(n) > 0, True)


def test_three_looks_at_their_level_make_five_percent():
    """Pocock's constant for three looks, each adding as much: correlations are (i / j) ** 0.5."""
    look = np.arange(1, 4)
    shared = np.sqrt(np.minimum.outer(look, look) / np.maximum.outer(look, look))
    z = norm.isf(LOOK / 2)
    inside = multivariate_normal(np.zeros(3), shared, seed=1).cdf(
        np.full(3, z), lower_limit=np.full(3, -z)
    )
    assert 1 - inside == pytest.approx(0.05, abs=2e-4)


def test_years_that_differ_are_weighed_against_what_is_assumed():
    # By hand: rates 0.1, 0.2, 0.3 of 1,000, mean 0.2, weight 1000 * 0.25 = 250 each; Q = 125;
    # beyond its 2 degrees 123, over 750 - 250 = 500: 0.246. Then 3 parts of 0.01 and 2 of 0.246.
    found = year_spread(np.array([[100, 200, 300]]), np.full((1, 3), 1000))
    assert found.sd**2 == pytest.approx((WEIGHT * ASSUMED**2 + 2 * 0.246) / (WEIGHT + 2))
    assert (found.df, found.dispersion) == (WEIGHT + 2, 1.0)
    # A year that is hidden is not a year of none.
    hidden = year_spread(np.array([[100, 0, 300]]), np.array([[1000, 0, 1000]]))
    assert hidden.df == WEIGHT + 1
    # Counts: the same Q by Poisson, 1000 * 0.2 * (0.25 + 0 + 0.25) = 100, over 2.
    counted = year_spread(np.array([[100, 200, 300]]), np.full((1, 3), 1000), is_count=True)
    assert counted.dispersion == pytest.approx(50)


@pytest.mark.parametrize("events", [[[5]], [[0, 0, 0]]])
def test_where_years_tell_nothing_the_assumption_stands(events):
    spread = year_spread(np.array(events), np.full(np.shape(events), 50))
    assert spread == Spread(ASSUMED, WEIGHT, 1.0)


def test_the_worst_of_many_is_drawn_back_as_morris_says():
    """The same by another way: Paule and Mandel's variance by a root, Morris's share on top."""
    rng = np.random.default_rng(5)
    events, n = rng.binomial(80, rng.uniform(0.08, 0.25, (20, 3))), np.full((20, 3), 80)
    worst = int(events.sum(axis=1).argmax())
    found = baseline_of(events, n, chosen=worst)
    rates, spread = events.sum(axis=1) / 240, year_spread(events, n)
    noise = rates.mean() * (1 - rates.mean()) / 240 + (spread.sd * rates.mean()) ** 2 / 3

    def left(variance):
        return ((rates - rates.mean()) ** 2).sum() / (noise + variance) - 19

    between = brentq(left, 0, 1)
    share = 17 / 19 * noise / (noise + between)
    expected = rates[worst] - share * (rates[worst] - rates.mean())
    assert found.rate == pytest.approx(expected, rel=1e-6)
    assert found.low < found.rate < found.high
    assert found.rate < found.raw == rates[worst]
    assert (found.candidates, found.chosen_among) == (20, 1)
    assert found.state is BaselineState.SHRUNKEN


def test_few_candidates_share_the_level_instead():
    events, n = np.array([[20, 22], [10, 11], [9, 12]]), np.full((3, 2), 100)
    found = baseline_of(events, n, chosen=0)
    assert found.state is BaselineState.OWN_RATE
    assert found.rate == found.raw == 0.21
    assert found.chosen_among == 3
    alone = baseline_of(events[:1], n[:1], chosen=0)
    assert (alone.candidates, alone.chosen_among) == (1, 1)


def test_hidden_candidates_do_not_count_and_a_hidden_group_has_no_baseline():
    events, n = np.array([[5], [0], [9], [8], [7]]), np.array([[50], [0], [50], [50], [50]])
    assert baseline_of(events, n, chosen=2).candidates == 4
    hidden = baseline_of(events, n, chosen=1)
    assert (hidden.known, hidden.state) == (False, BaselineState.UNKNOWN)


def test_groups_that_are_alike_have_one_baseline():
    found = baseline_of(np.full(30, 6), np.full(30, 60), chosen=3)
    assert found.rate == pytest.approx(0.1)
    none = baseline_of(np.zeros(30, np.int64), np.full(30, 60), chosen=3)
    assert none.rate == 0
    assert none.known


def test_years_in_one_column_are_counted_as_years():
    events, n = np.arange(4, 14), np.full(10, 60)
    one = baseline_of(events, n, chosen=9)
    three = baseline_of(events, n, chosen=9, years=3)
    assert three.rate > one.rate  # fewer of its distance is what years bring


def test_intervals_by_their_formulas():
    # Wilson (1927) by hand for 5 of 20 at z = 2: (5 + 2 -+ 2 * (3.75 + 1) ** 0.5) / 24.
    wilson = Measured(0.25, 20, is_count=False).between(2)
    assert (wilson.low, wilson.high) == pytest.approx(
        ((7 - 2 * 4.75**0.5) / 24, (7 + 2 * 4.75**0.5) / 24)
    )
    # A Poisson rate's ends solve (x - n m) ** 2 = z ** 2 n m.
    score = Measured(0.25, 20, is_count=True).between(2)
    for end in (score.low, score.high):
        assert (5 - 20 * end) ** 2 == pytest.approx(4 * 20 * end)
    assert not difference(Estimate(), wilson).known


def test_a_year_that_a_change_begins_in_late_is_on_neither_side():
    series = years(5, 5, 5, 5)
    parts = split(series, "2024-12")
    assert (parts.before.tolist(), parts.after.tolist()) == (
        [True, True, False, False],
        [False, False, False, True],
    )
    assert year_of("2025-08") == "2025-26"
    assert year_of("2025-06") == year_of("2024-25") == "2024-25"
    assert next_month("2025-01") == "2025-02"


def test_months_are_compared_with_the_same_month():
    # September always 10 of 100, October 40 of 100; after the change only October is known.
    events = np.zeros(40, np.int64)
    n = np.zeros(40, np.int64)
    n[[0, 1, 10, 11, 21]], events[[0, 10]], events[[1, 11, 21]] = 100, 10, 40
    both = sides(months(events, n), "2024-09")
    assert (both.then, both.now, both.years) == (0.4, 0.4, 2)
    assert (both.students_then, both.n_then) == (200, pytest.approx(200))
    assert both.in_season == pytest.approx(0.4 / 0.25)
    assert both.shape == pytest.approx(1 / 80 - 1 / 100)
    assert sides(months(events[:20], n[:20]), "2024-09") is None


def test_what_months_share_widens_sums_of_them():
    rng = np.random.default_rng(2)
    n = np.full(600, 10_000)
    free = rng.poisson(100, 600)
    tied = np.zeros(600)
    for i in range(1, 600):
        tied[i] = 0.6 * tied[i - 1] + rng.normal(0, 0.16)
    bound = rng.poisson(100 * np.exp(tied))
    plain, wide = (sides(months(x, n), "2081-09").wider for x in (free, bound))
    assert plain == pytest.approx(1, abs=0.35)
    # Variance of a month beyond chance: 100 * 0.16**2 / (1 - 0.36) = 4, five times chance in all;
    # four fifths of that is shared at 0.6, over 10 months: about 1 + 0.8 * 2 * (1.5 - 0.37) = 2.8.
    assert wide == pytest.approx(5 * 2.8, rel=0.35)


def test_correlation_of_months_by_hand():
    labels = [f"2024-{m:02d}" for m in (1, 2, 3, 4, 9, 10, 11, 12)]
    z = np.array([1.0, 2.0, 1.0, 2.0, -1.0, -2.0, -1.0, -2.0])
    # Six pairs that follow each other, 12 in all, over 20, times 8 / 6: 0.8; then 3.4 / 8 of bias.
    assert autocorrelation(z, labels) == pytest.approx(min(0.8 + 3.4 / 8, 0.9))
    assert autocorrelation(z * np.tile([1, -1], 4), labels) == 0
    assert autocorrelation(z[:3], labels[:3]) == 0
    values, df = standardized(years(10, 20), np.array([True, True]))
    assert df == 1
    assert values == pytest.approx([-(0.05 / (0.15 * 0.85 / 100) ** 0.5)] * 1 + [1.4002801])


def test_a_change_of_nothing_is_not_sure_of_itself():
    both = sides(years(0, 0, 0, 0), "2025-09")
    change = moved(both, Spread(0.1, 5, 1.0), level=0.95, is_count=False).change
    assert change.value == 0
    assert change.low < 0 < change.high


def test_spread_of_series_goes_by_school_year():
    n = np.full(30, 1000)
    x = np.repeat([20, 40, 60], 10)
    by_month = own_spread(months(x, n), begins="2025-09")
    by_year = own_spread(years(200, 400, 600, n=10_000, is_count=True), begins="2025-09")
    assert by_month == by_year
    assert own_spread(years(5, 5), begins="2020-09") == Spread(ASSUMED, WEIGHT, 1.0)


def school(now, then=(20, 20), n=100):
    return years(*then, now, n=n, first=2023)


def test_schools_as_welch_would_compare_them():
    here, others = [10, 14, 9, 12], [19, 22, 20, 25, 18]
    schools = [(True, school(x)) for x in here] + [(False, school(x)) for x in others]
    found = difference_in_differences(schools, begins="2025-09")
    welch = ttest_ind(np.array(here) / 100, np.array(others) / 100, equal_var=False)
    assert found.p == pytest.approx(welch.pvalue)
    ends = welch.confidence_interval()
    assert (found.change.low, found.change.high) == pytest.approx((ends.low, ends.high))
    assert (found.state, found.here, found.others) == (CompareState.COMPARED, 4, 5)


@pytest.mark.parametrize(
    ("schools", "begins", "state"),
    [
        ([], "2025-09", "no_schools"),
        ([(True, school(9))], "2025-09", "no_schools"),
        ([(True, school(9))] * 2 + [(False, school(9))], "2025-09", "too_few_schools"),
        ([(True, school(9))] * 2 + [(False, school(9, n=3))] * 2, "2025-09", "too_few_schools"),
        ([(True, school(9))] * 2 + [(False, school(9))] * 2, "2029-09", "too_few_years"),
        ([(True, school(9))] * 2 + [(False, school(9))] * 2, "2025-09", "too_few_events"),
    ],
)
def test_schools_that_cannot_be_compared_are_told_by_name(schools, begins, state):
    found = difference_in_differences(schools, begins=begins)
    assert found.state == state
    assert not found.change.known


def many_schools(effect, count=DONORS + 3):
    rng = np.random.default_rng(4)
    level = rng.uniform(0.1, 0.3, (count, 1)) * np.exp(rng.normal(0, 0.05, (1, 5)))
    level[0, 4] *= effect
    events = rng.binomial(2000, level)
    return [(i == 0, years(*events[i], n=2000, first=2021)) for i in range(count)]


def test_a_synthetic_control_finds_a_school_that_left_the_others():
    found = synthetic_control(many_schools(0.4), begins="2025-09")
    assert found.state is CompareState.COMPARED
    assert found.change.value < -0.03
    assert found.p == pytest.approx(1 / (1 + found.others))
    assert synthetic_control(many_schools(1.0), begins="2025-09").p > 0.05


def test_a_synthetic_control_says_what_it_lacks():
    def state(schools, begins="2025-09"):
        return synthetic_control(schools, begins=begins).state

    assert state([]) is CompareState.NO_SCHOOLS
    assert state(many_schools(1.0, 5)) is CompareState.TOO_FEW_SCHOOLS
    assert state(many_schools(1.0), "2023-09") is CompareState.TOO_FEW_YEARS


def test_more_students_and_more_years_see_more():
    by_size = [
        chance_seen(years(n // 5, n // 5, n // 5, n=n), 0.1, begins="2025-09", periods=1)
        for n in (50, 500, 5000)
    ]
    assert by_size == sorted(by_size)
    assert by_size[0] < 0.5 < 0.8 < by_size[2]
    series = years(100, 100, 100, n=500)
    first, third = (chance_seen(series, 0.1, begins="2025-09", periods=k) for k in (1, 3))
    assert first < third


def test_the_earliest_of_a_monthly_series_is_a_month_of_school():
    n = np.full(30, 20_000)
    series = months(np.full(30, 200), n)
    seen = earliest(series, 0.004, begins="2025-09")
    assert seen in {"2025-11", "2026-02", "2026-05"}
    assert earliest(series, 0.0099, begins="2025-09") == ""
    assert earliest(months(np.full(10, 200), n[:10]), 0.004, begins="2025-09") == ""
    late = earliest(years(1000, 1000, 1000, n=5000), 0.08, begins="2025-12")
    assert late == "2026-27"


def test_a_rise_may_be_the_aim_and_a_baseline_may_say_where_it_starts():
    series = years(1000, 1000, 1000, n=5000)
    assert earliest(series, 0.4, begins="2025-09") == "2025-26"
    events = np.vstack([series.events, np.full((9, 3), 600)])
    baseline = baseline_of(events, np.full((10, 3), 5000), chosen=0)
    assert baseline.rate < 0.2
    with_it = chance_seen(series, 0.14, begins="2025-09", periods=1, baseline=baseline)
    assert 0 < with_it < 1
    assert chance_seen(series, 0.1, begins="2025-09", periods=0) == 0
