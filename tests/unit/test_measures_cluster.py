"""School-cluster intervals against matrices of students, and by how often they hold the truth."""

import numpy as np
import pytest
from scipy.linalg import fractional_matrix_power
from scipy.stats import t

from eachchild.measures.cluster import (
    ENOUGH_SCHOOLS,
    cluster_difference,
    cluster_mean,
    cluster_mean_difference,
    cluster_rate,
    cluster_ratio,
)
from eachchild.measures.counts import Counts, Sums, counts
from eachchild.measures.rates import rate
from eachchild.measures.stratified import Fold, one_cell

ONE = counts([9, 5, 9, 8, 3], [20, 25, 30, 15, 5])
TWO = counts([2, 5, 5, 1, 4], [30, 20, 40, 20, 10])


def students(part, column):
    """One row a student: school, indicator of the group, outcome."""
    return np.array(
        [
            (school, column, int(i < events))
            for school, (events, n) in enumerate(zip(part.events, part.n, strict=True))
            for i in range(n)
        ]
    )


def variance_by_matrices(rows, contrast):
    """Bell and McCaffrey's variance of a contrast of group means, students as rows."""
    school, group, y = rows.T
    X = np.eye(int(group.max()) + 1)[group]
    bread = np.linalg.inv(X.T @ X)
    residual = y - X @ (bread @ X.T @ y)
    meat = np.zeros_like(bread)
    for s in np.unique(school):
        Xs = X[school == s]
        hat = Xs @ bread @ Xs.T
        adjust = fractional_matrix_power(np.eye(len(Xs)) - hat, -0.5).real
        score = Xs.T @ adjust @ residual[school == s]
        meat += np.outer(score, score)
    return contrast @ bread @ meat @ bread @ contrast


def worth(noise, shift, variance):
    """Degrees of freedom: schools' variances by the working model, squared sum over sum of squares.

    `noise` is each school's part of the binomial variance, `shift` the square of its pull."""
    model = noise + max(variance - noise.sum(), 0) * shift / shift.sum()
    return model.sum() ** 2 / (model**2).sum() - 1


def parts(part):
    p, share = part.events.sum() / part.n.sum(), part.n / part.n.sum()
    return p, share, p * (1 - p) / part.n.sum() * share


def test_rate():
    p, share, noise = parts(ONE)
    variance = variance_by_matrices(students(ONE, 0), np.ones(1))
    df = worth(noise, share**2, variance)
    half = t.ppf(0.975, df) * np.sqrt(variance) / (p * (1 - p))
    found = cluster_rate(ONE, one_cell(5))
    assert found.known[0]
    assert found.rate[0] == pytest.approx(p)
    for end, way in ((found.low, -1), (found.high, 1)):
        assert end[0] == pytest.approx(1 / (1 + np.exp(-np.log(p / (1 - p)) - way * half)))


def test_difference_and_ratio():
    (p, w, a), (q, v, b) = parts(ONE), parts(TWO)
    rows = np.vstack([students(ONE, 0), students(TWO, 1)])
    variance = variance_by_matrices(rows, np.array([1.0, -1.0]))
    df = worth(a + b, (p * (1 - p) * w - q * (1 - q) * v) ** 2, variance)
    gap = cluster_difference(ONE, TWO, one_cell(5))
    assert gap.difference[0] == pytest.approx(p - q)
    half = t.ppf(0.975, df) * np.sqrt(variance)
    assert gap.high[0] - gap.difference[0] == pytest.approx(half)
    variance = variance_by_matrices(rows, np.array([1 / p, -1 / q]))
    df = worth(a / p**2 + b / q**2, ((1 - p) * w - (1 - q) * v) ** 2, variance)
    ratio = cluster_ratio(ONE, TWO, one_cell(5))
    assert ratio.ratio[0] == pytest.approx(p / q)
    half = t.ppf(0.975, df) * np.sqrt(variance)
    assert np.log(ratio.high[0] / ratio.ratio[0]) == pytest.approx(half)


def test_means_of_zeros_and_ones():
    one, two = (Sums(x.n, x.events, x.events) for x in (ONE, TWO))
    rows = np.vstack([students(ONE, 0), students(TWO, 1)])
    variance = variance_by_matrices(rows, np.array([1.0, -1.0]))
    found = cluster_mean_difference(one, two, one_cell(5))
    rates = cluster_difference(ONE, TWO, one_cell(5))
    assert found.difference[0] == pytest.approx(rates.difference[0])
    (p, w, a), (_, v, b) = parts(ONE), parts(TWO)
    spread = a * ONE.n.sum() / (ONE.n.sum() - 1) + b * TWO.n.sum() / (TWO.n.sum() - 1)
    half = t.ppf(0.975, worth(spread, (w - v) ** 2, variance)) * np.sqrt(variance)
    assert found.high[0] - found.difference[0] == pytest.approx(half)
    alone = cluster_mean(one, one_cell(5))
    variance = variance_by_matrices(students(ONE, 0), np.ones(1))
    assert alone.mean[0] == pytest.approx(p)
    assert alone.low[0] < p - 2 * np.sqrt(variance)


def test_a_mean_keeps_its_unit():
    points = Sums(np.array([3, 4, 5, 2]), np.array([9, 9, 25, 8]), np.array([29, 25, 129, 34]))
    hundredths = Sums(points.n, points.total * 100, points.squares * 10_000, 100.0)
    one, two = (cluster_mean(x, one_cell(4)) for x in (points, hundredths))
    assert one.low[0] == pytest.approx(two.low[0])


def test_equal_schools_are_worth_all_but_one():
    schools = 12
    part = counts(list(range(3, 3 + schools)), [40] * schools)
    found = cluster_rate(part, one_cell(schools))
    p = part.events.sum() / part.n.sum()
    between = np.var(part.events / 40, ddof=1) / schools
    half = t.ppf(0.975, schools - 1) * np.sqrt(between) / (p * (1 - p))
    assert np.log(found.high[0] / (1 - found.high[0])) == pytest.approx(np.log(p / (1 - p)) + half)


def test_few_schools_cannot_tell():
    for schools in range(1, 7):
        part = counts([3, 9, 6, 4, 8, 7][:schools], [20] * schools)
        assert bool(cluster_rate(part, one_cell(schools)).known[0]) == (schools >= ENOUGH_SCHOOLS)
    # Four schools on paper, but one has nearly all the students.
    lone = counts([300, 1, 2, 1], [1000, 4, 5, 3])
    assert not cluster_rate(lone, one_cell(4)).known[0]
    # The group is in three of the five schools only.
    rare = counts([2, 1, 3, 0, 0], [5, 6, 7, 0, 0])
    assert not cluster_difference(rare, TWO, one_cell(5)).known[0]
    assert not cluster_ratio(TWO, rare, one_cell(5)).known[0]


def test_students_who_are_all_alike_tell_nothing_of_schools():
    for events in ([0] * 5, [30, 20, 40, 20, 10]):
        alike = counts(events, [30, 20, 40, 20, 10])
        assert not cluster_rate(alike, one_cell(5)).known[0]
        assert not cluster_difference(ONE, alike, one_cell(5)).known[0]
        assert not cluster_ratio(ONE, alike, one_cell(5)).known[0]


def test_cells_are_folded_together_as_alone():
    rng = np.random.default_rng(2)
    cell = np.sort(rng.integers(0, 8, 200))
    n = rng.integers(0, 60, (2, 200))
    one, two = (Counts(rng.binomial(x, 0.2), x) for x in n)
    together = cluster_difference(one, two, Fold(cell, 9))
    assert not together.known[8]
    for row in range(8):
        pair = (Counts(x.events[cell == row], x.n[cell == row]) for x in (one, two))
        alone = cluster_difference(*pair, one_cell(int((cell == row).sum())))
        assert alone.low[0] == pytest.approx(together.low[row])


def worlds(schools, draws=600, *, spread):
    """Many districts whose uneven schools differ, one cell a district."""
    rng = np.random.default_rng(schools)
    n = np.maximum(20, rng.lognormal(5.2, 0.8, (draws, schools))).astype(int)
    leaning = rng.standard_normal((draws, schools))
    ours = rng.binomial(n, 1 / (1 + np.exp(1.2 - leaning)))
    effect = spread * (0.5 * leaning + np.sqrt(0.75) * rng.standard_normal((draws, schools)))
    chance = 1 / (1 + np.exp(2 - effect))
    pair = [Counts(rng.binomial(x, chance).ravel(), x.ravel()) for x in (ours, n - ours)]
    return *pair, Fold(np.repeat(np.arange(draws), schools), draws)


@pytest.mark.parametrize("schools", [4, 10, 40])
def test_intervals_hold_the_truth_about_as_often_as_they_say(schools):
    everywhere = worlds(400, 400, spread=0.6)
    truth = [part.events.sum() / part.n.sum() for part in everywhere[:2]]
    ours, theirs, fold = worlds(schools, spread=0.6)
    gap, level = cluster_difference(ours, theirs, fold), cluster_rate(ours, fold)
    naive = rate(Counts(fold.sum(ours.events), fold.sum(ours.n)))
    aim = truth[0] - truth[1]
    holds = [
        ((found.low <= value) & (value <= found.high))[found.known].mean()
        for found, value in ((gap, aim), (level, truth[0]), (naive, truth[0]))
    ]
    assert holds[0] > 0.92
    assert holds[1] > 0.92
    assert holds[2] < 0.75  # what taking students for independent comes to
