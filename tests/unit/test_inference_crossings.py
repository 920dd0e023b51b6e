"""What a crossing has beyond its factors, against least squares over students and by its level."""

import numpy as np
import pytest
from scipy.stats import norm

from eachchild.measures.inference.crossings import Crossed, excesses
from eachchild.measures.inference.sides import Side

TWO_BY_TWO = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
THREE_BY_TWO = np.array([[a, b] for a in range(3) for b in range(2)])


def of_students(school, cell, y, value):
    """One row a student to counts by school and crossing."""
    shape = (1, int(school.max()) + 1, len(value))
    tables = [np.zeros(shape, np.int64) for _ in range(3)]
    for table, amount in zip(tables, (np.ones_like(y), y, y**2), strict=True):
        np.add.at(table[0], (school, cell), amount)
    return Side(*tables)


def drawn(rng, schools, value, *, students=400, effect=None):
    """Students of segregated schools; `effect` is each cell's chance beyond its school's."""
    school = rng.integers(0, schools, students)
    mix = rng.dirichlet(np.ones(len(value)), schools)
    cell = np.array([rng.choice(len(value), p=mix[s]) for s in school])
    rate = 0.25 + 0.1 * rng.uniform(-1, 1, schools)
    extra = np.zeros(len(value)) if effect is None else effect
    y = (rng.random(students) < rate[school] + extra[cell]).astype(np.int64)
    return school, cell, y


def coefficient(school, cell, y, value, one):
    """The crossing's own coefficient beside its schools and factors, by numpy's least squares."""
    columns = [school[:, None] == np.arange(school.max() + 1)]
    columns += [value[cell, k][:, None] == np.unique(value[:, k])[1:] for k in range(2)]
    columns.append((cell == one)[:, None])
    design = np.hstack(columns).astype(float)
    return np.linalg.lstsq(design, y.astype(float), rcond=None)[0][-1]


@pytest.mark.parametrize("value", [TWO_BY_TWO, THREE_BY_TWO])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_excess_is_the_coefficient_of_least_squares(value, seed):
    rng = np.random.default_rng(seed)
    effect = np.zeros(len(value))
    effect[-1] = 0.2
    school, cell, y = drawn(rng, 7, value, effect=effect)
    side = of_students(school, cell, y, value)
    found = excesses(Crossed(side, value, is_rate=True, skew=None, scale=1.0))
    for one in range(len(value)):
        expected = coefficient(school, cell, y, value, one)
        assert found.excess[0, one] == pytest.approx(expected, abs=1e-9)


def test_a_number_outcome_is_told_in_its_own_unit():
    rng = np.random.default_rng(4)
    school, cell, _ = drawn(rng, 5, TWO_BY_TWO)
    y = rng.integers(0, 400, school.size) + 90 * (cell == 3)
    side = of_students(school, cell, y, TWO_BY_TWO)
    found = excesses(Crossed(side, TWO_BY_TWO, is_rate=False, skew=0.0, scale=100.0))
    expected = coefficient(school, cell, y / 100, TWO_BY_TWO, 3)
    assert found.excess[0, 3] == pytest.approx(expected, abs=1e-9)
    assert found.low[0, 3] < expected < found.high[0, 3]


def test_of_two_by_two_there_is_one_question():
    rng = np.random.default_rng(5)
    side = of_students(*drawn(rng, 6, TWO_BY_TWO), TWO_BY_TWO)
    found = excesses(Crossed(side, TWO_BY_TWO, is_rate=True, skew=None, scale=1.0))
    first = found.excess[0, 0]
    assert found.excess[0] == pytest.approx([first, -first, -first, first], abs=1e-9)
    assert found.p[0] == pytest.approx(np.full(4, found.p[0, 0]), rel=1e-6)


def test_a_crossing_that_its_factors_account_for_tells_nothing():
    """Every student of one group is also of another: there is nothing left to ask."""
    n = np.array([[[50, 0, 30, 40], [60, 0, 20, 30]]])
    met = np.array([[[5, 0, 9, 12], [6, 0, 2, 9]]])
    found = excesses(Crossed(Side(n, met, met), TWO_BY_TWO, True, None, 1.0))
    assert not found.known.any()
    assert (found.p == 1).all()


def test_under_ten_students_nothing_is_told():
    n = np.array([[[200, 200, 200, 9]]])
    met = np.array([[[20, 20, 20, 9]]])
    known = excesses(Crossed(Side(n, met, met), TWO_BY_TWO, True, None, 1.0)).known[0]
    assert known.tolist() == [True, True, True, False]


def test_it_keeps_its_level_where_effects_add_up():
    """Factors do something, schools differ and sort, and the crossing has nothing of its own."""
    rng = np.random.default_rng(7)
    effect = np.array([0.0, 0.06, 0.1, 0.16, -0.05, 0.01])
    rejected = []
    for _ in range(500):
        students = drawn(rng, 8, THREE_BY_TWO, students=600, effect=effect)
        side = of_students(*students, THREE_BY_TWO)
        found = excesses(Crossed(side, THREE_BY_TWO, is_rate=True, skew=None, scale=1.0))
        rejected.append(found.p[0][found.known[0]] <= 0.05)
    assert 0.02 < np.concatenate(rejected).mean() < 0.065


def test_its_interval_is_two_of_its_test_errors_wide():
    rng = np.random.default_rng(8)
    side = of_students(*drawn(rng, 6, TWO_BY_TWO, students=6_000), TWO_BY_TWO)
    found = excesses(Crossed(side, TWO_BY_TWO, is_rate=True, skew=None, scale=1.0))
    error = (found.high[0, 3] - found.low[0, 3]) / 2 / norm.ppf(0.975)
    z = abs(found.excess[0, 3]) / error
    assert found.p[0, 3] == pytest.approx(2 * norm.sf(z), abs=0.03)
