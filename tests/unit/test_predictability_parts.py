"""Shares of factors, information between and within schools, numbers, and the rivals."""

from itertools import permutations, product
from math import lgamma

import numpy as np
import pytest
from scipy.stats import f_oneway, hypergeom

from eachchild.bench.predictability.rivals import leave_pair_out
from eachchild.measures.predictability import information as telling
from eachchild.measures.predictability import (
    information_split,
    number_fit,
    school_cells,
    sparse_number_cells,
)
from eachchild.measures.predictability.columns import LEAN
from eachchild.measures.predictability.estimate import estimate
from eachchild.measures.predictability.index import variance_columns
from eachchild.measures.predictability.shapley import factor_shares, shapley


def test_shapley_is_the_average_over_orders_of_joining():
    value = np.random.default_rng(1).normal(size=16)
    value[0] = 0
    average = np.zeros(4)
    for order in permutations(range(4)):
        chosen = 0
        for player in order:
            average[player] += (value[chosen | 1 << player] - value[chosen]) / 24
            chosen |= 1 << player
    np.testing.assert_allclose(shapley(value), average, atol=1e-14)
    assert shapley(value).sum() == pytest.approx(value[15], abs=1e-14)


def test_every_roll_up_is_the_index_of_those_factors_alone():
    levels = np.array(list(product(range(2), range(3), range(2))))
    rng = np.random.default_rng(2)
    n = rng.integers(50, 400, 12)
    place = school_cells([n], [rng.binomial(n, 0.1 + 0.1 * levels[:, 1])], levels).place()
    shares = factor_shares(place)
    middle = place.rolled_up([1])
    assert shares.index[0] == 0
    expected = estimate(middle, variance_columns(middle, LEAN)).index[0]
    assert shares.index[0b010] == pytest.approx(expected)
    assert shares.share[1] > 0.7 * shares.index[-1]
    assert shares.share.sum() == pytest.approx(shares.index[-1], abs=1e-12)


def test_a_factor_with_one_level_has_no_share():
    levels = [[0, 0], [1, 0]]
    shares = factor_shares(school_cells([[400, 300]], [[40, 90]], levels).place())
    assert shares.share[1] == 0
    assert shares.share[0] == shares.index[-1] > 0


def test_six_factors_are_too_many_to_share_among():
    levels = np.eye(6, dtype=int)
    place = school_cells([[50] * 6], [[5] * 6], levels).place()
    with pytest.raises(ValueError, match="at most 5 factors, the plan has 6"):
        factor_shares(place)


def h(rate):
    return -sum(x * np.log(x) for x in (rate, 1 - rate) if x > 0)


def expected_within(n, events):
    """The permutation mean, summed over every possible count of every cell."""
    total, size = 0.0, np.sum(n)
    for row, happened in zip(n, events, strict=True):
        total += sum(row) * h(sum(happened) / sum(row))
        for k in row:
            law = hypergeom(sum(row), sum(happened), k)
            total -= sum(law.pmf(y) * k * h(y / k) for y in range(k + 1))
    return total / size


def test_chance_adds_exactly_its_permutation_mean():
    n, events = [[9, 4, 7], [3, 30, 2]], [[2, 3, 0], [1, 11, 1]]
    split = information_split(school_cells(n, events, [[0], [1], [2]]))
    assert split.within.chance[0] == pytest.approx(expected_within(n, events), rel=1e-9)
    pooled = [list(np.sum(n, axis=0))], [list(np.sum(events, axis=0))]
    assert split.identity.chance[0] == pytest.approx(expected_within(*pooled), rel=1e-9)
    assert split.entropy[0] == pytest.approx(h(18 / 55))


def test_school_and_identity_within_schools_add_up_to_both():
    n, events = [[90, 40], [60, 50]], [[9, 16], [17, 9]]
    split = information_split(school_cells(n, events, [[0], [1]]))
    crossed = information_split(
        school_cells([[90, 40, 60, 50]], [[9, 16, 17, 9]], [[0], [1], [2], [3]])
    )
    both = split.school.seen + split.within.seen
    assert both[0] == pytest.approx(crossed.identity.seen[0], rel=1e-12)
    assert crossed.school.seen[0] == 0


def test_large_schools_are_summed_in_blocks_without_a_table(monkeypatch):
    n, events = [[900, 400, 70], [300, 3000, 2]], [[20, 30, 9], [10, 110, 1]]
    cells = school_cells(n, events, [[0], [1], [2]])
    whole = information_split(cells).within.chance
    monkeypatch.setattr(telling, "BLOCK", 50)
    monkeypatch.setattr(telling, "LOOKED_UP", 10)
    assert information_split(cells).within.chance == pytest.approx(whole, rel=1e-9)


def test_a_school_without_events_tells_nothing():
    n, events = [[40, 30], [20, 20]], [[4, 9], [0, 0]]
    one = information_split(school_cells(n[:1], events[:1], [[0], [1]])).within
    two = information_split(school_cells(n, events, [[0], [1]])).within
    assert two.seen[0] == pytest.approx(one.seen[0] * 70 / 110)
    assert two.chance[0] == pytest.approx(one.chance[0] * 70 / 110)


def number_cells(values):
    """One school, one factor; `values` holds each group's whole numbers."""
    return sparse_number_cells(
        np.zeros(len(values), int),
        np.arange(len(values)),
        n=[len(v) for v in values],
        total=[np.sum(v) for v in values],
        squares=[np.sum(np.square(v)) for v in values],
        levels=np.arange(len(values))[:, None],
    )


def test_epsilon_squared_is_the_adjusted_share_of_variance():
    rng = np.random.default_rng(5)
    values = [rng.integers(0, 400, 30) + 60 * k for k in range(3)]
    found, f = number_fit(number_cells(values)), f_oneway(*values).statistic
    assert found.epsilon_squared[0] == pytest.approx((f - 1) * 2 / ((f - 1) * 2 + 89), rel=0.03)
    assert found.low[0] < found.r_squared[0] < found.high[0]
    assert found.p[0] == found.inside.p[0] < 0.005


def test_numbers_that_ignore_identity_are_covered_and_quiet():
    """A hundred and fifty null districts of skewed values, small groups among them."""
    rng = np.random.default_rng(6)
    sizes = (400, 200, 60, 25, 9, 4, 1)
    fits = [
        number_fit(number_cells([np.round(rng.gamma(0.5, 200, k)).astype(int) for k in sizes]))
        for _ in range(150)
    ]
    assert np.mean([fit.low[0] == 0 for fit in fits]) >= 0.93
    assert np.mean([fit.p[0] <= 0.05 for fit in fits]) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)
    squares = np.array([fit.r_squared[0] for fit in fits])
    assert abs(squares.mean()) < 3 * squares.std() / np.sqrt(150)


def test_planted_share_of_a_number_is_covered():
    rng = np.random.default_rng(7)
    sizes, means = np.array([400, 300, 200, 100]), np.array([0, 40, 20, 90])
    share = sizes / sizes.sum()
    between = share @ (means - share @ means) ** 2
    truth = between / (between + 100**2)
    covered = []
    for _ in range(100):
        values = [np.round(rng.normal(m, 100, k)) for m, k in zip(means, sizes, strict=True)]
        found = number_fit(number_cells(values))
        covered.append(found.low[0] <= truth <= found.high[0])
    assert np.mean(covered) >= 0.93


def test_numbers_that_do_not_differ_are_refused():
    with pytest.raises(ValueError, match="values that differ"):
        number_fit(number_cells([[3, 3, 3], [3, 3]]))
    with pytest.raises(ValueError, match="students of the same identity cell"):
        number_fit(number_cells([[3], [5]]))


def test_leaving_a_pair_out_scores_each_pair_by_the_others():
    n, events = [4, 3, 1], [1, 2, 1]
    place = school_cells([n], [events], [[0], [1], [2]]).place()
    students = [(c, k < events[c]) for c in range(3) for k in range(n[c])]
    base, score, pairs = 4 / 8, 0.0, 0
    for one, other in product(students, students):
        if not one[1] or other[1]:
            continue
        pairs += 1
        if one[0] != other[0]:
            left = [(events[c] - hit) / (n[c] - 1) if n[c] > 1 else base for c, hit in (one, other)]
            score += np.sign(round(left[0] - left[1], 12))
    assert leave_pair_out(place)[0] == pytest.approx(score / pairs)


def test_choose_is_the_logarithm_of_the_binomial_coefficient():
    found = telling._Choose(10)(np.array([10, 6]), np.array([3, 6]))
    np.testing.assert_allclose(found, [lgamma(11) - lgamma(4) - lgamma(8), 0.0], atol=1e-12)
