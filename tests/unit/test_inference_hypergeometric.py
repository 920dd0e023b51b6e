"""Exact tails inside schools, against enumeration in fractions and scipy's distribution."""

from fractions import Fraction
from functools import reduce
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma, hypergeom, norm

from eachchild.measures.inference.hypergeometric import LEAST, Draws, one_school, sums
from eachchild.measures.inference.tails import Score, two_sided, weakened

few = settings(max_examples=150, deadline=None)


@st.composite
def schools(draw, most=12):
    """Students of the group, students with the outcome, and all students of one school."""
    students = draw(st.integers(1, most))
    return draw(st.integers(0, students)), draw(st.integers(0, students)), students


def chances(n, with_it, students):
    """The chance of each number of the group with the outcome, by counting all deals."""
    whole = comb(students, n)
    return {
        k: Fraction(comb(with_it, k) * comb(students - with_it, n - k), whole)
        for k in range(max(0, n + with_it - students), min(n, with_it) + 1)
    }


def twice_the_smaller_tail(law, seen):
    up = sum(p for k, p in law.items() if k >= seen)
    down = sum(p for k, p in law.items() if k <= seen)
    return float(min(2 * min(up, down), 1))


def draws(rows):
    return Draws(*(np.array(column) for column in zip(*rows, strict=True)))


@few
@given(schools())
def test_one_school_is_every_deal_counted(school):
    law = chances(*school)
    seen = np.array(list(law))
    found = one_school(seen, draws([school] * len(law)))
    # Twice the smaller tail: an outcome at the expected number may be on either side.
    for k, p in zip(law, found, strict=True):
        assert p == pytest.approx(twice_the_smaller_tail(law, k), rel=1e-9)


def test_large_schools_have_scipys_tails():
    rng = np.random.default_rng(1)
    students = rng.integers(50, 60_000, 400)
    with_it, n = (rng.integers(1, students) for _ in range(2))
    seen = rng.hypergeometric(with_it, students - with_it, n)
    found = one_school(seen, Draws(n, with_it, students))
    law = hypergeom(students, with_it, n)
    expected = np.minimum(2 * np.minimum(law.sf(seen - 1), law.cdf(seen)), 1.0)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@few
@given(st.lists(schools(7), min_size=1, max_size=3))
def test_a_sum_over_schools_is_every_combination_of_deals(rows):
    laws = [chances(*school) for school in rows]
    law: dict[int, Fraction] = {}
    for parts in product(*(one.items() for one in laws)):
        total = sum(k for k, _ in parts)
        chance = reduce(lambda a, b: a * b, (p for _, p in parts))
        law[total] = law.get(total, Fraction(0)) + chance
    repeated = draws([school for _ in law for school in rows])
    comparison = np.repeat(np.arange(len(law)), len(rows))
    found = sums(np.array(list(law)), repeated, comparison, len(law))
    for seen, p in zip(law, found, strict=True):
        assert p == pytest.approx(max(twice_the_smaller_tail(law, seen), LEAST), abs=1e-12)


def sparse_set(rng, most):
    """Schools whose sum has a variance of at most `most`, with the law of the sum."""
    size = int(rng.integers(2, 60))
    students = rng.integers(20, 900, size)
    with_it = np.maximum(rng.binomial(students, rng.uniform(0.002, 0.2)), 1)
    n = np.maximum(rng.binomial(students, rng.uniform(0.005, 0.5)), 1)
    share = with_it / students
    variance = n * share * (1 - share) * (students - n) / np.maximum(students - 1, 1)
    kept = np.cumsum(variance) <= most
    return Draws(n[kept], with_it[kept], students[kept]), variance[kept]


def convolved(one):
    """The law of the sum and its least value, by adding school after school."""
    law, start = np.ones(1), 0
    for n, with_it, students in zip(one.n, one.with_it, one.students, strict=True):
        low, high = max(0, n + with_it - students), min(n, with_it)
        law = np.convolve(law, hypergeom(students, with_it, n).pmf(np.arange(low, high + 1)))
        start += low
    return law, start


def test_many_schools_together_have_the_convolved_tails():
    rng = np.random.default_rng(2)
    for _ in range(60):
        one, variance = sparse_set(rng, 9.0)
        if not variance.size:
            continue
        law, start = convolved(one)
        center = int(np.argmax(law))
        seen = np.unique(np.clip(center + np.array([-9, -4, 0, 3, 6, 11]), 0, law.size - 1))
        rows = np.tile(np.arange(one.n.size), seen.size)
        comparison = np.repeat(np.arange(seen.size), one.n.size)
        found = sums(seen + start, one.take(rows), comparison, seen.size)
        both = [2 * min(law[: k + 1].sum(), law[k:].sum()) for k in seen]
        expected = np.clip(both, LEAST, 1.0)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)


def test_above_a_variance_of_nine_the_skewed_curve_stays_above_the_exact_tail():
    """What `two_sided` says of itself: seldom below the exact tail, and never by much."""
    rng = np.random.default_rng(3)
    ratios = []
    while len(ratios) < 600:
        one, variance = sparse_set(rng, 60.0)
        if variance.sum() < 9:
            continue
        law, start = convolved(one)
        share = one.with_it / one.students
        third = variance * (1 - 2 * share) * (one.students - 2 * one.n) / (one.students - 2)
        expected = float((one.n * share).sum())
        for k in range(0, law.size, 2):
            exact = 2 * min(law[: k + 1].sum(), law[k:].sum())
            if 1e-6 < exact < 0.1:
                score = Score(
                    *(np.array([x]) for x in (k + start - expected, variance.sum(), third.sum()))
                )
                ratios.append(float(two_sided(score)[0]) / exact)
    found = np.array(ratios)
    assert np.mean(found < 1) <= 0.01
    assert found.min() > 0.8
    assert np.median(found) < 1.4


def test_a_curve_without_skew_is_the_normal_one():
    score = Score(np.array([3.0, -3.0, 0.0]), np.array([4.0, 4.0, 0.0]), np.zeros(3))
    np.testing.assert_allclose(
        two_sided(score, step=0.0), [2 * norm.sf(1.5), 2 * norm.sf(1.5), 1.0], rtol=1e-12
    )


def test_a_skewed_tail_is_that_of_a_gamma_law():
    shape, scale = 2.5, 3.0  # variance 22.5, third cumulant 2 shape scale cubed
    cumulants = np.array([shape * scale**2]), np.array([2 * shape * scale**3])
    above = two_sided(Score(np.array([20.0]), *cumulants), step=0.0)
    below = two_sided(Score(np.array([-6.0]), *cumulants), step=0.0)
    law = gamma(shape, scale=scale)
    assert above[0] == pytest.approx(2 * law.sf(20 + shape * scale), rel=1e-9)
    assert below[0] == pytest.approx(2 * law.cdf(shape * scale - 6), rel=1e-9)
    # The mirrored outcome has the mirrored surplus and skew, and the same chance.
    mirrored = two_sided(Score(np.array([-20.0]), cumulants[0], -cumulants[1]), step=0.0)
    assert mirrored[0] == pytest.approx(above[0], rel=1e-12)


def test_pooling_years_widens_what_a_test_takes_for_chance():
    p = 2 * norm.sf(np.array([1.0, 3.0, 6.0]))
    np.testing.assert_allclose(
        weakened(p, np.array([4.0, 2.25, 1.0])), 2 * norm.sf(np.array([0.5, 2.0, 6.0])), rtol=1e-9
    )
    assert weakened(p, np.array([0.5, 0.5, 0.5])) == pytest.approx(p)  # never more sure
