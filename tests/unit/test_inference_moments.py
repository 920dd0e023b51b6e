"""Moments by lot against handing values round in every possible way."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eachchild.cube import Block, Tally
from eachchild.measures.inference.inside import folded, p_values, scores
from eachchild.measures.inference.persistence import years_together
from eachchild.measures.inference.sides import Pairs, Side
from eachchild.measures.inference.skewness import skew_of
from eachchild.measures.inference.tails import two_sided
from eachchild.measures.stratified import Fold, one_cell

few = settings(max_examples=60, deadline=None)
values = st.lists(st.integers(0, 6), min_size=1, max_size=4)
school = st.tuples(values, values)


def side(rows):
    return Side(
        np.array([len(r) for r in rows]),
        np.array([sum(r) for r in rows], np.int64),
        np.array([sum(v * v for v in r) for r in rows], np.int64),
    )


def pairs(rows, *, is_rate):
    ours, theirs = side([a for a, _ in rows]), side([b for _, b in rows])
    yes = np.ones(len(rows), np.bool_)
    return Pairs(ours, theirs, yes, ~yes, ~yes, ~yes, is_rate)


def surpluses(ours, theirs):
    """The group's surplus in every deal of a school's values among its students."""
    everyone = [*ours, *theirs]
    mean = sum(everyone) / len(everyone)
    return [sum(hand) - len(ours) * mean for hand in combinations(everyone, len(ours))]


def skew(rows):
    """The third central moment in units of the variance of these students together."""
    everyone = np.array([v for a, b in rows for v in (*a, *b)], float)
    away = everyone - everyone.mean()
    return (away**3).mean() / (away**2).mean()


@few
@given(school)
def test_a_number_outcomes_moments_are_those_of_all_deals(one):
    dealt = np.array(surpluses(*one))
    found = scores(pairs([one], is_rate=False), skew([one]) if np.ptp([*one[0], *one[1]]) else 0.0)
    assert found.variance[0] == pytest.approx((dealt**2).mean(), abs=1e-9)
    assert found.third[0] == pytest.approx((dealt**3).mean(), abs=1e-9)
    if found.variance[0] > 0:
        mean = np.mean([*one[0], *one[1]])
        assert found.surplus[0] == pytest.approx(sum(one[0]) - len(one[0]) * mean)


@few
@given(st.lists(st.tuples(*[st.lists(st.integers(0, 1), min_size=1, max_size=4)] * 2), max_size=4))
def test_a_rates_moments_are_those_of_all_deals_and_add_up_over_schools(rows):
    if not rows:
        return
    found = folded(scores(pairs(rows, is_rate=True), None), one_cell(len(rows)))
    dealt = [np.array(surpluses(a, b)) for a, b in rows]
    assert found.variance[0] == pytest.approx(sum((d**2).mean() for d in dealt), abs=1e-9)
    assert found.third[0] == pytest.approx(sum((d**3).mean() for d in dealt), abs=1e-9)


def test_a_sparse_rates_p_is_the_share_of_deals_at_least_as_far_out():
    rows = [([1, 1, 0], [0, 0, 0, 1]), ([1, 0], [0, 0, 0]), ([1, 1], [1, 0, 0, 0])]
    one = pairs(rows, is_rate=True)
    score, fold = scores(one, None), one_cell(3)
    p = p_values(one, score, fold, folded(score, fold))
    sums = [sum(parts) for parts in product(*(surpluses(a, b) for a, b in rows))]
    seen = sum(sum(a) - len(a) * np.mean([*a, *b]) for a, b in rows)
    above = np.mean([s >= seen - 1e-9 for s in sums])
    assert p[0] == pytest.approx(2 * above)


def test_a_skewed_number_takes_the_larger_of_both_curves():
    rows = [([30, 0, 1, 0], [0, 0, 2, 0, 1, 0, 0, 0])]
    one = pairs(rows, is_rate=False)
    score, fold = scores(one, skew(rows)), one_cell(1)
    total = folded(score, fold)
    straight = two_sided(type(total)(total.surplus, total.variance, 0 * total.third))
    assert p_values(one, score, fold, total)[0] == max(two_sided(total)[0], straight[0])
    assert two_sided(total)[0] > straight[0]


def test_schools_where_nobody_differs_tell_nothing():
    rows = [([3, 3], [3, 3, 3]), ([0], [0, 0])]
    found = scores(pairs(rows, is_rate=False), 1.0)
    assert not found.variance.any()
    assert not found.surplus.any()


def block(n, total, squares, *, place, period, value):
    tally = Tally.exact(n, total, missing=np.zeros_like(n), squares=squares)
    return Block(("race",), place, period, value[:, None], n, {"days_lost": tally})


def drawn(rng, schools, groups, size, law):
    """One year of students' amounts: cells of schools by groups."""
    place, value = (x.ravel() for x in np.indices((schools, groups)))
    each = [law(rng, size) for _ in place]
    total = np.array([e.sum() for e in each], np.int64)
    squares = np.array([(e**2).sum() for e in each], np.int64)
    n = np.full(place.size, size)
    return block(n, total, squares, place=place, period=0 * place, value=value)


def test_skewness_is_found_from_sums_and_squares():
    rng = np.random.default_rng(4)
    for law, true in (
        (lambda r, k: r.poisson(3.0, k), 1.0),  # third moment = variance
        (lambda r, k: r.geometric(0.25, k), 7.0),  # (2 - p) / p
        (lambda r, k: r.integers(0, 11, k), 0.0),
    ):
        found = skew_of(drawn(rng, 300, 6, 8, law), "days_lost")
        assert found == pytest.approx(true, abs=0.15 * true + 0.35)


def test_amounts_are_at_least_as_skewed_as_their_mean_and_variance_ask():
    """Two schools of a few cells: what they show by chance may not make a skewed outcome even."""
    n, total = np.array([5, 5, 5, 5]), np.array([0, 10, 0, 10])
    squares = np.array([0, 100, 0, 100])
    place, value = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    found = skew_of(
        block(n, total, squares, place=place, period=0 * place, value=value), "days_lost"
    )
    # Nine students at 0 and one at 10: mean 1, variance 9, third moment 72.
    assert found >= 72 / 9 - 1e-9


def years(rng, *, stay, squares=True, rate=False):
    """Two years of 120 schools, of which a share of each cell's students keep their amounts."""
    place, value = (np.tile(x.ravel(), 2) for x in np.indices((120, 4)))
    size, half = 30, place.size // 2
    first = rng.binomial(1, 0.2, (half, size)) * (1 if rate else rng.integers(1, 30, (half, size)))
    again = rng.permuted(first, axis=1)[:, : round(stay * size)]
    rest = rng.binomial(1, 0.2, (half, size)) * (1 if rate else rng.integers(1, 30, (half, size)))
    second = np.hstack([again, rest[:, again.shape[1] :]])
    amounts = np.vstack([first, second])
    total = amounts.sum(axis=1)
    return block(
        np.full(place.size, size),
        total,
        (amounts**2).sum(axis=1) if squares else None,
        place=place,
        period=np.repeat([0, 1], half),
        value=value,
    )


@pytest.mark.parametrize("kind", ["rate", "mean", "sums"])
def test_years_of_the_same_students_are_worth_one(kind):
    rng = np.random.default_rng(5)
    made = {"squares": kind != "sums", "rate": kind == "rate"}
    is_rate = kind == "rate"
    new = years_together(years(rng, stay=0.0, **made), "days_lost", first=0, is_rate=is_rate)
    half = years_together(years(rng, stay=0.5, **made), "days_lost", first=0, is_rate=is_rate)
    same = years_together(years(rng, stay=1.0, **made), "days_lost", first=0, is_rate=is_rate)
    assert 1.0 <= new < 1.2
    assert 1.4 < half < 1.75
    assert 1.9 < same <= 2.0
    only = years_together(years(rng, stay=1.0, **made), "days_lost", first=1, is_rate=is_rate)
    assert only == 1.0


def test_rows_of_one_comparison_are_folded_wherever_they_stand():
    rows = [([1, 0], [0, 0]), ([1, 1], [0, 0, 0]), ([0, 1], [1, 0])]
    one = pairs(rows, is_rate=True)
    score = scores(one, None)
    apart = folded(score, Fold(np.array([1, 0, 1]), 2))
    assert apart.surplus[0] == score.surplus[1]
    assert apart.variance[1] == score.variance[0] + score.variance[2]
    p = p_values(one, score, Fold(np.array([1, 0, 1]), 2), apart)
    alone = score.take(np.array([1]))
    assert p[0] == p_values(one.take(np.array([1])), alone, one_cell(1), alone)[0]
