"""The quick estimator against the recipe done slowly: full matrices and loops over all pairs."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import gammaincinv

from eachchild.measures.predictability import school_cells
from eachchild.measures.predictability.cells import Cells
from eachchild.measures.predictability.columns import LEAN, RICH, RICH_SCHOOLS, pooled_columns
from eachchild.measures.predictability.estimate import estimate, raw_index, student_noise
from eachchild.measures.predictability.fit import within_variance
from eachchild.measures.predictability.gini import pairs
from eachchild.measures.predictability.index import variance_columns
from eachchild.measures.predictability.interval import Square, inverted, stretch
from eachchild.measures.predictability.schools import school_moves, schools_interval

LEVELS = list(product(range(3), range(2), range(2)))


@st.composite
def places(draw, schools=1):
    """Small places with empty, tiny and large cells, and at least one event and one without."""
    size = st.sampled_from([0, 1, 2, 7, 30, 200, 900])
    n = [[draw(size) for _ in LEVELS] for _ in range(schools)]
    events = [[draw(st.integers(0, k)) for k in row] for row in n]
    assume(0 < np.sum(events) < np.sum(n))
    return school_cells(n, events, LEVELS)


def slow_columns(place, v, least):
    """The column span as it is written down: the constant, levels, and a column a cell."""
    columns = [np.ones(place.n.size)]
    for level in place.levels.T:
        sizes = {k: place.n[level == k].sum() for k in set(level)}
        big = [k for k, size in sizes.items() if size * v >= least.level]
        rest = np.isin(level, [k for k in sizes if k not in big])
        groups = [level == k for k in sorted(big)]
        if place.n[rest].sum() * v >= least.level:
            groups.append(rest)
        if groups:
            largest = max(range(len(groups)), key=lambda i: place.n[groups[i]].sum())
            columns += [g.astype(float) for i, g in enumerate(groups) if i != largest]
    columns += [np.eye(place.n.size)[c] for c in np.flatnonzero(place.n * v >= least.cell)]
    return np.stack(columns, axis=1)


@settings(max_examples=60, deadline=None)
@given(places(), st.sampled_from([LEAN, RICH, RICH_SCHOOLS]))
def test_the_split_fit_is_the_full_one(cells, least):
    place = cells.place()
    v = place.base_rate * (1 - place.base_rate)
    x = slow_columns(place, v, least)
    g = np.linalg.pinv(x.T @ np.diag(place.n) @ x, rcond=1e-10, hermitian=True)
    fitted = estimate(place, pooled_columns(place, v, least)).fitted
    np.testing.assert_allclose(fitted.fitted[0], x @ g @ x.T @ place.total[0], atol=1e-7)
    leverage = np.einsum("ij,jk,ik->i", x, g, x)
    np.testing.assert_allclose(fitted.leverage * place.n, leverage * place.n, atol=1e-6)
    assert fitted.rank == pytest.approx((place.n * leverage).sum(), abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(places())
def test_noise_is_the_written_formula(cells):
    place, n, w = cells.place(), cells.place().n, cells.place().share
    found = estimate(place, variance_columns(place, LEAN))
    assume(found.rank > 1.5)
    noise = student_noise(place, found)
    pi, f, h = place.base_rate, found.fitted.fitted[0], found.fitted.leverage
    v, p, total = pi * (1 - pi), place.rate[0], n.sum()
    pooled = (n * p * (1 - p)).sum() / (total - n.size) if total - n.size > 30 else v
    s2 = np.where(n > 1, n * p * (1 - p) / np.maximum(n - 1, 1), pooled)
    seen, chance = w @ (f - pi) ** 2, (n * (h - 1 / total) * s2).sum() / total
    gmd = sum(a * b * abs(x - y) for (a, x) in zip(w, f, strict=True) for b, y in zip(w, f))  # noqa: B905
    deviation = np.sqrt(seen)
    k = (gmd / deviation if deviation >= 1e-12 else 2 / np.sqrt(np.pi)) / (2 * v)
    t = k**2 * (seen - chance)
    assert found.square[0] == pytest.approx(t, rel=1e-8, abs=1e-10)
    assert noise.scale[0] == pytest.approx(k**2 * chance / (found.rank - 1), rel=1e-8)
    d, a = np.sqrt(max(t, 0)), np.sqrt(max(seen - chance, 0) / seen) if seen > chance else 0.0
    shrunk, rounded = np.clip(pi + a * (f - pi), 0, 1), np.round(f, 12)
    r = np.array([w[rounded < x].sum() - w[rounded > x].sum() for x in rounded])
    b = np.array([w @ np.abs(shrunk - x) for x in shrunk])
    event = (r - d * (1 - 2 * pi)) / v
    presence = (b - w @ b) / v - d * (1 - 2 * pi) * (shrunk - pi) / v
    se2 = (w @ (event**2 * s2) + w @ presence**2 - (w @ presence) ** 2) / total
    assert noise.signal[0] == pytest.approx(se2, rel=1e-7, abs=1e-12)


def test_pairs_treat_rates_equal_to_rounding_as_ties():
    rates = np.array([[0.3, 0.1, 0.1 + 1e-15, 0.2]])
    found = pairs(rates, np.array([0.1, 0.2, 0.3, 0.4]))
    np.testing.assert_allclose(found.standing, [[0.9, -0.5, -0.5, 0.4]])


def test_a_cell_of_one_student_takes_the_spread_of_the_others():
    few = school_cells([[1, 12, 10]], [[1, 3, 6]], [[0], [1], [2]]).place()
    rate = 10 / 23  # of 23 students only 20 are not the only ones seen: too few to pool
    assert within_variance(few)[0, 0] == pytest.approx(rate * (1 - rate))
    many = school_cells([[1, 40, 30]], [[1, 10, 15]], [[0], [1], [2]]).place()
    pooled = (40 * 0.25 * 0.75 + 30 * 0.5 * 0.5) / (71 - 3)
    assert within_variance(many)[0] == pytest.approx([pooled, 0.1875 * 40 / 39, 0.25 * 30 / 29])


def test_draws_are_estimated_together_as_alone():
    levels = np.array(LEVELS)
    n = np.array([60, 30, 5, 1, 80, 20, 9, 2, 40, 40, 3, 1])
    draws = np.random.default_rng(3).multivariate_hypergeometric(n, 70, size=5)
    together = Cells(n, draws, levels)
    columns = variance_columns(together, LEAN)
    alone = [Cells(n, row[None, :], levels) for row in draws]
    squares = [estimate(one, columns).square[0] for one in alone]
    np.testing.assert_allclose(estimate(together, columns).square, squares, rtol=1e-12)
    raw = [raw_index(one)[0] for one in alone]
    np.testing.assert_allclose(raw_index(together), raw, rtol=1e-12)


def test_the_estimate_is_near_unbiased_where_raw_rates_flatter():
    """At a true index of 0 the mean of many squares is 0, with 168 cells among 2,000 students."""
    rng = np.random.default_rng(8)
    levels = np.array(list(product(range(7), range(3), range(2), range(2), range(2))))
    n = rng.multinomial(2000, rng.dirichlet(np.full(len(levels), 0.3)))
    levels, n = levels[n > 0], n[n > 0]
    null = Cells(n, rng.multivariate_hypergeometric(n, 200, size=2000), levels)
    found = estimate(null, variance_columns(null, LEAN))
    error = found.square.std() / np.sqrt(2000)
    assert abs(found.square.mean()) < 3 * error
    assert raw_index(null).mean() > 0.15
    noise = student_noise(null, found)
    predicted = 2 * noise.scale.mean() ** 2 * noise.freedom[0]
    assert found.square.var() == pytest.approx(predicted, rel=0.25)


def ends(cells):
    place = cells.place()
    found = estimate(place, variance_columns(place, LEAN))
    square = Square(found.square, student_noise(place, found))
    return square, inverted(square)


def test_the_interval_inverts_the_gamma_quantiles():
    square, found = ends(school_cells([[200, 150, 100, 50]], [[20, 30, 25, 15]], LEVELS[:4]))
    g, nu, se2 = (x[0] for x in (square.noise.scale, square.noise.freedom, square.noise.signal))
    for end, tail in ((found.low[0], 0.975), (found.high[0], 0.01)):
        t = end**2
        deviation = np.sqrt(2 * g**2 * nu + 4 * t * se2)
        shape = 4 / ((8 * g**3 * nu + 24 * t * se2**2) / deviation**3) ** 2
        quantile = t + deviation * (gammaincinv(shape, tail) - shape) / np.sqrt(shape)
        assert quantile == pytest.approx(square.value[0], rel=1e-8)


def test_a_perfect_prediction_reaches_one():
    square, found = ends(school_cells([[50, 50]], [[0, 50]], [[0], [1]]))
    assert square.index[0] == pytest.approx(1)
    assert found.high[0] == 1


def test_few_schools_stretch_the_tails():
    assert stretch(np.inf, 0.975) == 1
    assert stretch(20, 0.975) == pytest.approx(2.093024 / 1.959964, rel=1e-6)
    assert stretch(20, 0.01) > stretch(20, 0.975)


@settings(max_examples=20, deadline=None)
@given(places(schools=3))
def test_moves_of_schools_are_the_written_covariance(cells):
    assume(cells.schools == 3)
    place = cells.place()
    v = place.base_rate * (1 - place.base_rate)
    columns = pooled_columns(place, v, LEAN)
    found, moves = estimate(place, columns), school_moves(cells, columns)
    x = slow_columns(place, v, LEAN)
    g = np.linalg.pinv(x.T @ np.diag(place.n) @ x, rcond=1e-10, hermitian=True)
    residual = np.zeros((3, place.n.size))
    fitted = found.fitted.fitted[0, cells.cell]
    residual[cells.school, cells.cell] = cells.total - cells.n * fitted
    r, n = residual.sum(axis=1), place.students
    k = residual @ x @ g @ x.T @ residual.T - np.outer(r, r) / n
    grown = 3 / 2 * found.factor[0] ** 2 / n
    expected = grown * k
    np.testing.assert_allclose(moves.rates @ moves.rates.T, expected, atol=1e-7 + 1e-6 * grown)


def test_resampling_schools_widens_what_few_schools_say():
    rng = np.random.default_rng(4)
    n = rng.integers(20, 60, (24, 12))
    effect = rng.normal(0, 0.15, (24, 1))
    cells = school_cells(n, rng.binomial(n, np.clip(0.3 + effect, 0.02, 0.9)), LEVELS)
    place = cells.place()
    lean, rich = (school_moves(cells, variance_columns(place, x)) for x in (LEAN, RICH_SCHOOLS))
    seeded = [
        schools_interval(lean, rich, rng=np.random.default_rng(seed), draws=199) for seed in (1, 1)
    ]
    assert seeded[0].high[0] == seeded[1].high[0]
    assert seeded[0].high[0] >= inverted(lean.square).high[0]
    assert seeded[0].low[0] <= inverted(lean.square).low[0]
    # Whole schools move together, so they make more noise than their students would.
    students = student_noise(place, estimate(place, variance_columns(place, LEAN)))
    assert lean.square.noise.signal[0] > students.signal[0]
