"""Rates, comparisons and effect sizes against scipy, and what they say where nothing is known."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import contingency

from eachchild.measures import cluster, comparisons, effects, rates, stratified
from eachchild.measures.counts import Counts, Sums, counts

few = settings(max_examples=60, deadline=None)


@st.composite
def tables(draw, least=1):
    """Two groups with at least `least` students with and without the outcome in each."""
    with_it, without = (draw(st.tuples(*[st.integers(least, 500)] * 2)) for _ in range(2))
    return [counts(x, x + y) for x, y in zip(with_it, without, strict=True)]


def sums(values):
    whole = np.asarray(values, np.int64)
    return Sums(*(np.array([x]) for x in (whole.size, whole.sum(), (whole**2).sum())))


def close(found, wanted, tolerance=1e-9):
    np.testing.assert_allclose(np.squeeze(found), wanted, rtol=tolerance, atol=1e-12)


@few
@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([0.9, 0.95, 0.99]))
def test_wilson_is_scipys(events, rest, confidence):
    n = events + rest
    found = rates.rate(counts(events, n), confidence=confidence)
    assert bool(found.known[0]) == (n > 0)
    if n:
        wanted = stats.binomtest(events, n).proportion_ci(confidence, method="wilson")
        close([found.low[0], found.high[0]], [wanted.low, wanted.high])


@few
@given(tables())
def test_ratios_are_scipys(pair):
    one, two = pair
    found = comparisons.risk_ratio(one, two)
    x = [int(v[0]) for v in (one.events, one.n, two.events, two.n)]
    risk = contingency.relative_risk(*x)
    close(found.ratio, risk.relative_risk)
    wanted = risk.confidence_interval(0.95)
    close([found.low[0], found.high[0]], [wanted.low, wanted.high])
    fourfold = [[x[0], x[2]], [x[1] - x[0], x[3] - x[2]]]
    odds = contingency.odds_ratio(fourfold, kind="sample")
    ours = comparisons.odds_ratio(one, two)
    close(ours.ratio, odds.statistic)
    wanted = odds.confidence_interval(0.95)
    close([ours.low[0], ours.high[0]], [wanted.low, wanted.high])
    test = comparisons.two_rate_test(one, two)
    pearson = stats.chi2_contingency(fourfold, correction=False)
    close(test.statistic**2, pearson.statistic, 1e-7)
    close(test.p, pearson.pvalue, 1e-7)


@few
@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=12),
    st.lists(st.integers(-50, 50), min_size=2, max_size=12),
)
def test_means_are_scipys(ours, theirs):
    one, two = sums(ours), sums(theirs)
    found = rates.mean(one)
    close(found.mean, np.mean(ours))
    if len(set(ours)) > 1:
        wanted = stats.t.interval(0.95, len(ours) - 1, np.mean(ours), stats.sem(ours))
        close([found.low[0], found.high[0]], wanted)
    test, gap = comparisons.welch_test(one, two), comparisons.mean_difference(one, two)
    assert bool(test.known[0]) == (len({*ours}) > 1 or len({*theirs}) > 1)
    if len(set(ours)) > 1 and len(set(theirs)) > 1:
        wanted = stats.ttest_ind(ours, theirs, equal_var=False)
        close(test.p, wanted.pvalue, 1e-7)
        close([gap.low[0], gap.high[0]], wanted.confidence_interval(0.95), 1e-7)


@few
@given(tables(least=0), tables(least=0))
def test_gap_to_overall_is_the_gap_to_the_others_times_their_share(pair, more):
    one, rest = pair
    overall = Counts(one.events + rest.events, one.n + rest.n)
    found = comparisons.difference_from_overall(one, overall)
    assert bool(found.known[0]) == bool(one.n[0] and rest.n[0])
    if found.known[0]:
        close(found.difference, one.rate - overall.rate)
        gap = comparisons.risk_difference(one, rest)
        assert (found.low[0] > 0) == (gap.low[0] > 0)
        assert (found.high[0] < 0) == (gap.high[0] < 0)


def test_gap_of_means_to_overall():
    one, two = sums([3, 5, 8, 4]), sums([1, 2, 4])
    overall = sums([3, 5, 8, 4, 1, 2, 4])
    found = comparisons.mean_difference_from_overall(one, overall)
    close(found.difference, one.mean - overall.mean)
    gap = comparisons.mean_difference(one, two)
    close((found.high - found.low) / (gap.high - gap.low), 3 / 7)


@few
@given(tables())
def test_interval_of_the_ratio_to_overall_follows_the_delta_method(pair):
    one, rest = (Counts(part.events.astype(float), part.n) for part in pair)
    overall = Counts(one.events + rest.events, one.n + rest.n)
    found = comparisons.ratio_to_overall(one, overall)
    close(found.ratio, one.rate / overall.rate)
    variance = 0.0
    for part in (one, rest):  # slopes of the log ratio by small steps in one rate at a time
        step = 1e-6
        logs = []
        for way in (-step, step):
            moved = [Counts(x.events + (way * x.n if x is part else 0), x.n) for x in (one, rest)]
            total = moved[0].events + moved[1].events
            logs.append(np.log(moved[0].rate / (total / overall.n)))
        slope = (logs[1] - logs[0]) / (2 * step)
        variance = variance + slope**2 * part.rate * (1 - part.rate) / part.n
    spread = np.log(found.high / found.low) / (2 * rates.quantile(0.95))
    np.testing.assert_allclose(spread**2, variance, rtol=1e-3)


def test_no_ratio_from_a_zero_and_no_interval_without_width():
    none, some, all_of_them = counts(0, 20), counts(5, 20), counts(20, 20)
    for function in (comparisons.risk_ratio, comparisons.odds_ratio, comparisons.ratio_to_overall):
        assert not function(none, some).known[0]
    assert not comparisons.risk_ratio(some, none).known[0]
    assert not comparisons.risk_ratio(all_of_them, all_of_them).known[0]
    assert comparisons.risk_ratio(all_of_them, some).known[0]
    assert not comparisons.odds_ratio(all_of_them, some).known[0]
    assert not comparisons.two_rate_test(none, none).known[0]
    assert comparisons.two_rate_test(none, none).p[0] == 1
    gap = comparisons.risk_difference(none, all_of_them)
    assert gap.known[0]
    assert -1 <= gap.low[0] < gap.high[0] <= 0


def test_effect_sizes_shrink_and_bracket():
    one, two = sums([3, 5, 8, 4]), sums([1, 2, 4])
    d, g = effects.cohens_d(one, two), effects.hedges_g(one, two)
    assert 0 < g.size[0] < d.size[0]
    assert g.low[0] < g.size[0] < g.high[0]
    assert not effects.cohens_d(sums([2, 2]), sums([2, 2])).known[0]
    wide = effects.cohens_h(counts(3, 10), counts(1, 10))
    narrow = effects.cohens_h(counts(300, 1000), counts(100, 1000))
    assert narrow.size[0] == pytest.approx(wide.size[0])
    assert narrow.low[0] > 0 > wide.low[0]


def test_one_reference_serves_many_groups():
    many, one = counts([3, 9, 20], [30, 30, 40]), counts(50, 400)
    together = comparisons.risk_difference(many, one)
    for row in range(3):
        alone = comparisons.risk_difference(Counts(many.events[[row]], many.n[[row]]), one)
        assert alone.low[0] == together.low[row]


ANY = [-3, 0, 1, 5, 20, 40]
MESS = Counts(*(np.array(x) for x in zip(*[(e, n) for e in ANY for n in ANY], strict=True)))
MESSY_SUMS = Sums(np.maximum(MESS.n, 0), MESS.events, MESS.events**2)
TO_COMPARE = [
    comparisons.risk_difference,
    comparisons.risk_ratio,
    comparisons.alternate_risk_ratio,
    comparisons.odds_ratio,
    comparisons.difference_from_overall,
    comparisons.ratio_to_overall,
    comparisons.two_rate_test,
    effects.cohens_h,
]
TO_COMPARE_MEANS = [
    comparisons.mean_difference,
    comparisons.mean_difference_from_overall,
    comparisons.welch_test,
    effects.cohens_d,
    effects.hedges_g,
]
TO_POOL = [
    stratified.pooled_odds_ratio,
    stratified.pooled_risk_ratio,
    stratified.pooled_risk_difference,
    stratified.within_schools_test,
    cluster.cluster_difference,
    cluster.cluster_ratio,
]
TO_POOL_MEANS = [
    stratified.pooled_mean_difference,
    stratified.within_schools_mean_test,
    cluster.cluster_mean_difference,
]


def assert_only_numbers(found):
    known = found.known
    for field in fields(found):
        values = getattr(found, field.name)
        assert values.shape == known.shape
        assert not np.isnan(values).any(), field.name
        if field.name in ("low", "high"):
            assert (values[~known] == 0).all()
            assert np.isfinite(values).all()


@pytest.mark.parametrize("function", TO_COMPARE + TO_COMPARE_MEANS)
def test_no_input_gives_a_nan_or_a_warning(function):
    part = MESS if function in TO_COMPARE else MESSY_SUMS
    size = part.n.size
    rows, columns = (x.ravel() for x in np.indices((size, size)))
    one, two = (
        Counts(part.events[i], part.n[i])
        if isinstance(part, Counts)
        else Sums(part.n[i], part.total[i], part.squares[i])
        for i in (rows, columns)
    )
    assert_only_numbers(function(one, two))


@pytest.mark.parametrize("function", TO_POOL + TO_POOL_MEANS)
def test_no_row_of_schools_gives_a_nan_or_a_warning(function):
    part = MESS if function in TO_POOL else MESSY_SUMS
    rng = np.random.default_rng(1)
    one, two = (rng.integers(0, part.n.size, 3000) for _ in range(2))
    pair = [
        Counts(part.events[i], np.maximum(part.n[i], 0))
        if isinstance(part, Counts)
        else Sums(part.n[i], part.total[i], part.squares[i])
        for i in (one, two)
    ]
    fold = stratified.Fold(rng.integers(0, 500, 3000), 510)
    found = function(*pair, fold)
    assert found.known.shape == (510,)
    assert not found.known[500:].any()
    assert_only_numbers(found)


def test_more_events_than_students_have_no_rate():
    found = rates.rate(counts([5, 2], [3, 3]))
    assert found.known.tolist() == [False, True]
    assert found.rate[0] == found.high[0] == 0
    assert_only_numbers(rates.rate(MESS))
    assert_only_numbers(rates.mean(MESSY_SUMS))
