"""Breslow and Day's test: what it must be 0 for, and what must not change it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eachchild.measures.counts import Counts, counts
from eachchild.measures.homogeneity import breslow_day_test, expected_events, informative
from eachchild.measures.stratified import Fold, fourfold, one_cell, within_schools_test

few = settings(max_examples=200, deadline=None)


def drawn(size, seed=1, most=60):
    rng = np.random.default_rng(seed)
    n1, n0 = rng.integers(0, most, size), rng.integers(0, most, size)
    return Counts(rng.binomial(n1, 0.4), n1), Counts(rng.binomial(n0, 0.3), n0)


@few
@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 800), st.floats(-12, 12))
def test_the_expected_table_has_the_ratio(n1, n0, met, log_ratio):
    met = min(met, n1 + n0)
    with_it = min(n1, met)
    table = fourfold(counts(with_it, n1), counts(met - with_it, n0))
    ratio = np.exp(log_ratio)
    (a,) = expected_events(np.array([ratio]), table)
    low, high = max(0, met - n0), min(n1, met)
    assert low <= a <= high
    surplus = a * (n0 - met + a) - ratio * (n1 - a) * (met - a)
    size = a * abs(n0 - met + a) + ratio * (n1 - a) * (met - a)
    slope = abs(2 * a + n0 - met) + ratio * (n1 + met - 2 * a)
    assert abs(surplus) <= 1e-12 * size + 1e-12 * slope * max(a, 1)


def test_the_same_ratio_everywhere_leaves_nothing():
    one, two = counts([60, 20, 30], [100, 60, 40]), counts([20, 10, 8], [60, 70, 16])
    # Odds 3/2, 1/2 and 3 against 1/2, 1/6 and 1: a ratio of 3 in every stratum.
    found = breslow_day_test(one, two, one_cell(3))
    assert found.breslow_day[0] == pytest.approx(0, abs=1e-12)
    assert found.p_tarone[0] == pytest.approx(1)
    assert found.df[0] == 2


def test_ratios_that_differ_are_told_apart():
    one, two = counts([60, 20], [100, 100]), counts([20, 60], [100, 100])
    found = breslow_day_test(one, two, one_cell(2))
    assert found.p_tarone[0] < 1e-10
    assert within_schools_test(one, two, one_cell(2)).p[0] == pytest.approx(1)


def test_the_correction_takes_off_and_never_below_nothing():
    one, two = drawn(400, seed=2)
    fold = Fold(np.arange(400) % 80, 80)
    found = breslow_day_test(one, two, fold)
    assert found.known.all()
    assert (found.tarone <= found.breslow_day).all()
    assert (found.tarone >= 0).all()
    assert (found.p_tarone >= found.p_breslow_day).all()


def test_groups_outcomes_and_strata_may_change_places():
    one, two = drawn(12, seed=3)
    fold = one_cell(12)
    found = breslow_day_test(one, two, fold)
    order = np.random.default_rng(4).permutation(12)
    without = [Counts(x.n - x.events, x.n) for x in (one, two)]
    again = [Counts(x.events[order], x.n[order]) for x in (one, two)]
    for pair in ((two, one), without, again):
        other = breslow_day_test(*pair, fold)
        for name in ("breslow_day", "tarone", "df", "p_tarone", "strata", "skipped"):
            np.testing.assert_allclose(getattr(other, name), getattr(found, name), rtol=1e-9)


def test_strata_that_say_nothing_are_skipped_and_counted():
    one, two = counts([6, 9], [10, 20]), counts([2, 8], [10, 20])
    more = counts([6, 9, 0, 5, 3, 9], [10, 20, 0, 5, 3, 5])
    others = counts([2, 8, 2, 5, 0, 1], [10, 20, 9, 5, 0, 4])
    found, plain = (
        breslow_day_test(a, b, one_cell(a.n.size)) for a, b in ((more, others), (one, two))
    )
    assert (found.strata[0], found.skipped[0]) == (2, 4)
    assert informative(fourfold(more, others)).tolist() == [True, True, *[False] * 4]
    assert found.tarone[0] == pytest.approx(plain.tarone[0], rel=1e-12)
    assert found.df[0] == plain.df[0] == 1


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (counts([], []), counts([], [])),
        (counts(3, 10), counts(2, 10)),  # one stratum
        (counts([3, 2], [10, 10]), counts([0, 0], [10, 10])),  # no ratio
        (counts([3, 5], [10, 5]), counts([2, 9], [10, 9])),  # one of the two says nothing
    ],
)
def test_without_two_strata_or_a_ratio_it_is_not_known(one, two):
    found = breslow_day_test(one, two, one_cell(one.n.size))
    assert not found.known[0]
    assert found.p_breslow_day[0] == found.p_tarone[0] == 1
    assert found.breslow_day[0] == found.tarone[0] == found.df[0] == 0


def test_comparisons_together_are_as_alone_and_hold_numbers_only():
    one, two = drawn(300, seed=5, most=8)
    cell = np.random.default_rng(6).integers(0, 60, 300)
    together = breslow_day_test(one, two, Fold(cell, 61))
    assert not together.known[60]
    for row in range(60):
        parts = (Counts(x.events[cell == row], x.n[cell == row]) for x in (one, two))
        alone = breslow_day_test(*parts, one_cell(int((cell == row).sum())))
        for name in together.__dataclass_fields__:
            assert np.isfinite(getattr(together, name)).all()
            assert getattr(alone, name)[0] == pytest.approx(getattr(together, name)[row])


def test_the_continuity_correction_takes_half_a_student_at_most():
    one, two = drawn(300, seed=7)
    fold = Fold(np.arange(300) % 100, 100)
    plain = within_schools_test(one, two, fold)
    corrected = within_schools_test(one, two, fold, corrected=True)
    assert (corrected.p >= plain.p).all()
    assert (corrected.statistic * plain.statistic >= 0).all()
    even = within_schools_test(counts(5, 10), counts(5, 10), one_cell(1), corrected=True)
    assert even.p[0] == 1
