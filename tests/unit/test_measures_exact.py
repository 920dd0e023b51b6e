"""Exact tests inside strata: against enumeration in whole numbers, and scipy's one table."""

from fractions import Fraction
from math import comb, isqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact
from scipy.stats.contingency import odds_ratio as scipy_odds_ratio

from eachchild.measures.conditional import Margins
from eachchild.measures.counts import Counts, counts
from eachchild.measures.exact import LEAST, exact_odds_ratio, exact_test
from eachchild.measures.stratified import Fold, one_cell, pooled_odds_ratio

few = settings(max_examples=120, deadline=None)


@st.composite
def strata(draw, most=6, size=4):
    """Rows of events and students of the group, and of the others; some strata say nothing."""
    rows = draw(
        st.lists(st.tuples(st.integers(0, most), st.integers(0, most)), min_size=1, max_size=size)
    )
    return [(draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0) for n1, n0 in rows]


def sides(rows):
    a, n1, c, n0 = (list(column) for column in zip(*rows, strict=True))
    return counts(a, n1), counts(c, n0)


def law(rows):
    """The whole-number weight of each sum of the group's events."""
    found = {0: 1}
    for a, n1, c, n0 in rows:
        met, whole = a + c, {}
        for k in range(max(0, met - n0), min(n1, met) + 1):
            weight = comb(n1, k) * comb(n0, met - k)
            for total, before in found.items():
                whole[total + k] = whole.get(total + k, 0) + before * weight
        found = whole
    return found


def tilted(rows, ratio):
    """The chance of each sum at an odds ratio."""
    exact = {k: weight * Fraction(float(ratio)) ** k for k, weight in law(rows).items()}
    total = sum(exact.values())
    return {k: x / total for k, x in exact.items()}


def events(rows):
    return sum(row[0] for row in rows)


def says_something(row):
    a, n1, c, n0 = row
    return n1 > 0 and n0 > 0 and 0 < a + c < n1 + n0


@few
@given(strata())
def test_the_p_is_every_deal_counted(rows):
    found = exact_test(*sides(rows), one_cell(len(rows)))
    telling = [row for row in rows if says_something(row)]
    assert (found.strata[0], found.skipped[0]) == (len(telling), len(rows) - len(telling))
    assert bool(found.known[0]) == bool(telling)
    weight = law(rows)
    seen, whole = weight[events(rows)], sum(weight.values())
    p = Fraction(sum(x for x in weight.values() if x <= seen), whole)
    ties = Fraction(sum(x for x in weight.values() if x == seen), whole)
    assert found.p[0] == pytest.approx(float(p), rel=1e-12)
    if telling:
        assert found.mid_p[0] == pytest.approx(float(p - ties / 2), rel=1e-12)
    else:
        assert found.p[0] == found.mid_p[0] == 1


@few
@given(strata(), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_the_ratio_and_its_ends_solve_what_they_say(rows, confidence):
    found = exact_odds_ratio(*sides(rows), one_cell(len(rows)), confidence=confidence)
    rows = [row for row in rows if says_something(row)]
    if not rows:
        assert not found.known[0]
        assert found.ratio[0] == found.low[0] == found.high[0] == 0
        return
    seen, possible = events(rows), law(rows)
    tail = (1 - confidence) / 2
    if seen == min(possible):
        assert found.ratio[0] == found.low[0] == 0
    else:
        above = sum(p for k, p in tilted(rows, found.low[0]).items() if k >= seen)
        assert float(above) == pytest.approx(tail, rel=1e-10)
    if seen == max(possible):
        assert found.ratio[0] == found.high[0] == np.inf
    else:
        below = sum(p for k, p in tilted(rows, found.high[0]).items() if k <= seen)
        assert float(below) == pytest.approx(tail, rel=1e-10)
    if min(possible) < seen < max(possible):
        mean = sum(k * p for k, p in tilted(rows, found.ratio[0]).items())
        assert float(mean) == pytest.approx(seen, rel=1e-10)
        assert found.low[0] < found.ratio[0] < found.high[0]


@few
@given(strata(most=12))
def test_groups_and_outcomes_change_sides(rows):
    fold = one_cell(len(rows))
    one, two = sides(rows)
    without = [Counts(x.n - x.events, x.n) for x in (one, two)]
    p, ratio = exact_test(one, two, fold), exact_odds_ratio(one, two, fold)
    for pair in ((two, one), without):
        turned = exact_odds_ratio(*pair, fold)
        assert exact_test(*pair, fold).p[0] == pytest.approx(p.p[0], rel=1e-12)
        assert exact_test(*pair, fold).mid_p[0] == pytest.approx(p.mid_p[0], rel=1e-12)
        if ratio.known[0]:
            with np.errstate(divide="ignore"):
                wanted = 1 / np.array([ratio.ratio, ratio.high, ratio.low])
            np.testing.assert_allclose([turned.ratio, turned.low, turned.high], wanted, rtol=1e-10)


def drawn(size, most, *, seed, rates=(0.3, 0.25)):
    rng = np.random.default_rng(seed)
    n1, n0 = rng.integers(most // 2, most, size), rng.integers(most // 2, most, size)
    return Counts(rng.binomial(n1, rates[0]), n1), Counts(rng.binomial(n0, rates[1]), n0)


def test_the_order_of_strata_does_not_change_a_digit():
    one, two = drawn(30, 60, seed=1)
    order = np.random.default_rng(2).permutation(30)
    again = [Counts(x.events[order], x.n[order]) for x in (one, two)]
    fold = one_cell(30)
    assert exact_test(one, two, fold) == exact_test(*again, fold)
    assert exact_odds_ratio(one, two, fold) == exact_odds_ratio(*again, fold)


def test_comparisons_together_are_as_alone():
    one, two = drawn(60, 30, seed=3)
    cell = np.random.default_rng(4).integers(0, 7, 60)
    fold = Fold(cell, 8)
    for function in (exact_test, exact_odds_ratio):
        together = function(one, two, fold)
        assert not together.known[7]
        for row in range(7):
            parts = (Counts(x.events[cell == row], x.n[cell == row]) for x in (one, two))
            alone = function(*parts, one_cell(int((cell == row).sum())))
            for name in together.__dataclass_fields__:
                assert getattr(alone, name)[0] == getattr(together, name)[row]


def test_no_comparison_or_no_stratum_is_not_known():
    nothing = counts([], [])
    assert not exact_test(nothing, nothing, one_cell(0)).known[0]
    assert not exact_odds_ratio(nothing, nothing, one_cell(0)).known[0]
    # More events than students, nobody, one outcome only: none of it can be used.
    one, two = counts([5, 0, 3, -1], [3, 0, 3, 4]), counts([1, 1, 4, 2], [3, 3, 4, 4])
    found = exact_test(one, two, one_cell(4))
    assert (found.p[0], found.strata[0], found.skipped[0]) == (1, 0, 4)


def test_one_stratum_is_fishers_test():
    rng = np.random.default_rng(5)
    for _ in range(40):
        a, b, c, d = (int(x) for x in rng.integers(1, 40, 4))
        pair = counts(a, a + b), counts(c, c + d)
        table = [[a, b], [c, d]]
        assert exact_test(*pair, one_cell(1)).p[0] == pytest.approx(fisher_exact(table)[1])
        found, wanted = exact_odds_ratio(*pair, one_cell(1)), scipy_odds_ratio(table)
        ends = wanted.confidence_interval(0.95)
        np.testing.assert_allclose(
            [found.ratio[0], found.low[0], found.high[0]],
            [wanted.statistic, ends.low, ends.high],
            rtol=1e-6,
        )


def test_matched_pairs_are_the_sign_test():
    one = counts([1] * 14 + [0] * 5 + [1] * 9, [1] * 28)
    two = counts([0] * 14 + [1] * 5 + [1] * 9, [1] * 28)
    found = exact_odds_ratio(one, two, one_cell(28))
    assert found.ratio[0] == pytest.approx(14 / 5, rel=1e-11)
    assert (found.strata[0], found.skipped[0]) == (19, 9)
    ends = binomtest(14, 19).proportion_ci(0.95)
    assert found.low[0] == pytest.approx(ends.low / (1 - ends.low), rel=1e-8)
    assert found.high[0] == pytest.approx(ends.high / (1 - ends.high), rel=1e-8)
    test = exact_test(one, two, one_cell(28))
    assert test.p[0] == pytest.approx(binomtest(14, 19).pvalue, rel=1e-10)


def test_every_chance_of_many_strata_is_right_to_its_own_last_digits():
    """All chances down to 1e-40, against whole numbers of hundreds of digits."""
    one, two = drawn(25, 120, seed=6)
    rows = list(zip(*(x.tolist() for x in (one.events, one.n, two.events, two.n)), strict=True))
    weight = law(rows)
    margins = Margins(*(x.astype(float) for x in (one.n, two.n, one.events + two.events)))
    for ratio in (1.0, 2.0):
        found = margins.law(np.log(ratio))
        exact = {k: x * (int(ratio) ** k) for k, x in weight.items()}
        total = sum(exact.values())
        assert (found.lowest, found.highest) == (min(weight), max(weight))
        for k, chance in enumerate(found.chance.tolist(), found.start):
            wanted = float(Fraction(exact[k], total))
            if wanted > 1e-40:
                assert chance == pytest.approx(wanted, rel=2e-12)


@pytest.mark.parametrize("rate", [0.3, 0.36, 0.42, 0.5])
def test_small_p_of_many_strata_are_right_to_ten_digits(rate):
    one, two = drawn(20, 150, seed=7, rates=(rate, 0.3))
    rows = list(zip(*(x.tolist() for x in (one.events, one.n, two.events, two.n)), strict=True))
    weight = law(rows)
    seen = weight[events(rows)]
    wanted = float(Fraction(sum(x for x in weight.values() if x <= seen), sum(weight.values())))
    found = exact_test(one, two, one_cell(20)).p[0]
    assert found == pytest.approx(max(wanted, LEAST), rel=1e-10)


def test_more_events_mean_higher_ratios_and_p_falls_on_either_side():
    met = 20
    p, ratios = [], []
    for k in range(met + 1):
        # The margins stay: what the group has more, the others have less.
        one = counts([4, 6, k], [9, 14, 30])
        two = counts([3, 4, met - k], [12, 10, 33])
        p.append(exact_test(one, two, one_cell(3)).p[0])
        found = exact_odds_ratio(one, two, one_cell(3))
        ratios.append([found.low[0], found.ratio[0], found.high[0]])
    assert (np.diff(np.array(ratios), axis=0) > 0).all()
    top = int(np.argmax(p))
    assert (np.diff(p[: top + 1]) > 0).all()
    assert (np.diff(p[top:]) < 0).all()
    narrow = exact_odds_ratio(counts(9, 20), counts(5, 22), one_cell(1), confidence=0.8)
    wide = exact_odds_ratio(counts(9, 20), counts(5, 22), one_cell(1), confidence=0.99)
    assert wide.low[0] < narrow.low[0] < narrow.high[0] < wide.high[0]


def test_the_mid_p_is_a_half_on_average_and_the_p_is_more():
    rows = [(2, 7, 3, 9), (1, 5, 4, 6), (2, 4, 2, 4)]
    weight = law(rows)
    whole = sum(weight.values())
    total = mid = 0.0
    for k in weight:
        # Of all tables with these margins and this sum any one will do.
        seen = next(found for found in every_table(rows) if events(found) == k)
        test = exact_test(*sides(seen), one_cell(3))
        total += test.p[0] * weight[k] / whole
        mid += test.mid_p[0] * weight[k] / whole
    assert mid == pytest.approx(0.5, rel=1e-12)
    assert total > 0.5


def every_table(rows):
    found = [[]]
    for a, n1, c, n0 in rows:
        met = a + c
        ks = range(max(0, met - n0), min(n1, met) + 1)
        found = [[*before, (k, n1, met - k, n0)] for before in found for k in ks]
    return found


def test_an_interval_nearly_certain_needs_the_law_made_again():
    """At a limit of the possible the law made first does not reach the far end."""
    one, two = counts([0, 1], [4000, 5000]), counts([90, 80], [5000, 3000])
    found = exact_odds_ratio(one, two, one_cell(2), confidence=1 - 1e-12)
    rows = [(0, 4000, 90, 5000), (1, 5000, 80, 3000)]
    tail = (1 - (1 - 1e-12)) / 2
    below = sum(p for k, p in close(rows, found.high[0]).items() if k <= 1)
    above = sum(p for k, p in close(rows, found.low[0]).items() if k >= 1)
    assert below == pytest.approx(tail, rel=1e-8)
    assert above == pytest.approx(tail, rel=1e-8)


def close(rows, ratio):
    """The chances of each sum at an odds ratio, in whole numbers of 2 ** 200."""
    numerator = int(Fraction(float(ratio)) * 2**200)
    weight = law(rows)
    most = max(weight)
    exact = {k: x * numerator**k * 2 ** (200 * (most - k)) for k, x in weight.items()}
    total = sum(exact.values())
    return {k: x / total for k, x in exact.items()}


def test_no_p_is_told_below_the_least():
    fold = one_cell(2)
    inside = exact_test(counts([60, 45], [100, 100]), counts([12, 3], [100, 100]), fold)
    assert LEAST < inside.p[0] < 1e-18
    for ours in ([80, 70], [100, 100]):
        found = exact_test(counts(ours, [100, 100]), counts([2, 3], [100, 100]), fold)
        assert found.p[0] == found.mid_p[0] == LEAST
    everybody = counts([1000, 1000], [1000, 1000])
    found = exact_odds_ratio(everybody, counts([0, 0], [1000, 1000]), fold)
    assert found.ratio[0] == found.high[0] == np.inf
    assert found.low[0] > 100


def test_strata_of_a_million_students_agree_with_the_pooled_ratio():
    one, two = drawn(3, 1_000_000, seed=8, rates=(0.3, 0.299))
    found, pooled = (f(one, two, one_cell(3)) for f in (exact_odds_ratio, pooled_odds_ratio))
    for name in ("ratio", "low", "high"):
        assert getattr(found, name)[0] == pytest.approx(getattr(pooled, name)[0], rel=1e-5)
    # A variance of thousands, and still a law of a few thousand chances.
    margins = Margins(*(x.astype(float) for x in (one.n, two.n, one.events + two.events)))
    law_of_all = margins.law(0.0)
    assert law_of_all.chance.size < 40 * isqrt(int(one.n.sum()))
    assert law_of_all.chance.sum() == pytest.approx(1, rel=1e-12)
