"""Whether students stand behind counts: found by arithmetic, and by a program over all of them."""

from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from eachchild.release.proof.students import Side, Sides, have_students, without_students

DRAWS = 60
SHAPES = {2: (4, 2, 3), 3: (4, 2, 3), 4: (5, 2, 2, 3)}  # outcomes: values of each factor


def counts_of(chance: np.random.Generator, outcomes: int) -> Sides:
    """Counts that agree on how many students there are, and how many with each outcome."""
    everybody = int(chance.choice([6, 15, 40, 200]))
    totals = chance.integers(0, everybody + 1, outcomes)
    return tuple(_side(chance, everybody, totals, values) for values in SHAPES[outcomes])


def _side(chance: np.random.Generator, everybody: int, totals: np.ndarray, values: int) -> Side:
    students = chance.multinomial(everybody, chance.dirichlet(np.full(values, 0.8)))
    events = np.array([_dealt(chance, students, int(total)) for total in totals])
    return Side(students, events, np.ones(len(totals), dtype=bool))


def _dealt(chance: np.random.Generator, students: np.ndarray, total: int) -> np.ndarray:
    wish = chance.dirichlet(np.full(students.size, 0.8)) * total
    dealt = np.minimum(wish.astype(np.int64), students)
    for value in chance.permutation(students.size):
        dealt[value] += min(total - dealt.sum(), students[value] - dealt[value])
    return dealt


def there_are_students(sides: Sides) -> bool:
    """Ask a program for a number of students for each set of outcomes, parted by each factor."""
    sets = np.array(list(product((0, 1), repeat=len(sides[0].events))))
    rows, sums = [], []
    for at, side in enumerate(sides):
        of_value = np.vstack([np.ones(len(sets)), sets.T])
        for value, number in enumerate(side.students):
            rows.append(_blocks(sides, {(at, value): of_value}, height=len(of_value)))
            sums += [number, *side.events[:, value]]
        parts = {(at, value): np.eye(len(sets)) for value in range(side.students.size)}
        rows.append(_blocks(sides, {**parts, (-1, 0): -np.eye(len(sets))}, height=len(sets)))
        sums += [0] * len(sets)
    matrix = sp.vstack(rows).tocsr()
    found = milp(
        np.zeros(matrix.shape[1]), constraints=LinearConstraint(matrix, sums, sums),
        integrality=np.ones(matrix.shape[1]), bounds=Bounds(0, np.inf),
    )  # fmt: skip
    assert found.status in (0, 2)
    return bool(found.status == 0)


def _blocks(
    sides: Sides, filled: dict[tuple[int, int], np.ndarray], *, height: int
) -> sp.csr_array:
    places = [
        (-1, 0),
        *((at, v) for at, side in enumerate(sides) for v in range(side.students.size)),
    ]
    nothing = np.zeros((height, 2 ** len(sides[0].events)))
    return sp.csr_array(np.hstack([filled.get(place, nothing) for place in places]))


@pytest.mark.parametrize("outcomes", SHAPES)
def test_students_that_are_found_are_there(outcomes: int) -> None:
    chance = np.random.default_rng(outcomes)
    found = there = apart = 0
    for _ in range(DRAWS):
        sides = counts_of(chance, outcomes)
        exist = there_are_students(sides)
        there += exist
        found += have_students(sides)
        apart += bool(without_students(sides))
        assert exist or not have_students(sides)
        assert not (exist and without_students(sides))
    assert apart
    assert found == there if outcomes == 2 else found > 0.8 * there


def test_three_outcomes_can_be_impossible_though_every_two_of_them_are_not() -> None:
    # By the one factor one of three students has all three outcomes, one the first and one the
    # second. By the other, one has the first two alone.
    everyone = np.ones(3, dtype=bool)
    one = Side(np.array([1, 1, 1]), np.array([[1, 1, 0], [1, 0, 1], [1, 0, 0]]), everyone)
    other = Side(np.array([1, 2]), np.array([[1, 1], [1, 1], [0, 1]]), everyone)
    assert not without_students((one, other))
    assert not have_students((one, other))
    assert not there_are_students((one, other))
    assert have_students((one, one))


def test_an_outcome_that_one_factor_does_not_count_may_be_of_anybody() -> None:
    asked = np.array([True, False])
    one = Side(np.array([5, 5]), np.array([[5, 0], [0, 0]]), asked)
    other = Side(np.array([4, 6]), np.array([[4, 1], [0, 6]]), np.ones(2, dtype=bool))
    assert have_students((one, other))
    assert not have_students((one, Side(one.students, np.array([[4, 0], [0, 0]]), asked)))
