"""Bounds add up and come apart so that the true number always lies between them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eachchild.sources.counts.cell_text import OPEN
from eachchild.sources.counts.sums import (
    Sums,
    add_up,
    capped_by,
    find,
    rest_of,
    rolled_up,
    without_number,
)


def sums(factors: tuple[str, ...], rows: list[tuple[tuple[int, ...], int, int]]) -> Sums:
    """Cells from (key, low, high); collected where low is not negative or the bounds are equal."""
    key = np.array([r[0] for r in rows], np.int64).reshape(len(rows), 2 + len(factors))
    low, high = (np.array([r[i] for r in rows], np.int64) for i in (1, 2))
    return Sums(factors, key, low, high, low != high, np.ones(len(rows), np.bool_))


def test_cells_with_one_key_add_up() -> None:
    found = add_up(
        ("race",), [sums(("race",), [((0, 0, 1), 2, 2), ((0, 0, 1), 1, 3), ((1, 0, 0), 5, 5)])]
    )
    assert found.key.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert (found.low.tolist(), found.high.tolist()) == ([3, 5], [5, 5])
    assert found.suppressed.tolist() == [True, False]


def test_an_open_cell_keeps_its_sum_open() -> None:
    found = rolled_up(sums(("race",), [((0, 0, 0), 0, OPEN), ((0, 0, 1), 4, 4)]), ())
    assert (found.low.tolist(), found.high.tolist()) == ([4], [OPEN])


def test_the_rest_of_a_whole_crosses_the_bounds_over() -> None:
    whole = sums(("sex",), [((0, 0, 0), 10, 10), ((0, 0, 1), 4, 4)])
    part = sums(("sex", "idea"), [((0, 0, 0, 0), 1, 3), ((0, 0, 1, 0), 6, 6)])
    rest = rest_of(whole, part, factor="idea", value=1)
    assert rest.key[:, 3].tolist() == [1, 1]
    assert (rest.low.tolist(), rest.high.tolist()) == ([7, -2], [9, -2])  # 4 less 6 stays below 0


def test_a_rest_needs_both_its_whole_and_its_part() -> None:
    whole = sums((), [((0, 0), 10, 10)])
    part = sums(("idea",), [((0, 0, 0), 0, 0), ((1, 0, 0), 2, 2)])
    blank = Sums(
        part.factors, part.key, part.low, part.high, part.suppressed, np.array([False, True])
    )
    rest = rest_of(whole, blank, factor="idea", value=1)
    assert (len(rest.low), rest.collected.tolist()) == (1, [False])


def test_students_without_a_number_of_the_outcome_are_not_collected_or_have_none() -> None:
    students = sums(("sex",), [((0, 0, 0), 9, 9), ((0, 0, 2), 1, 1)])
    events = sums(("sex",), [((0, 0, 0), 3, 3)])
    for none in (False, True):
        missing = without_number(students, events, none=none)
        assert (missing.key.tolist(), missing.collected.tolist()) == ([[0, 0, 2]], [none])
        assert (missing.low.tolist(), missing.high.tolist()) == ([0], [0])


def test_an_open_cell_is_capped_by_what_the_total_leaves() -> None:
    parts = sums(("race",), [((0, 0, 0), 0, OPEN), ((0, 0, 1), 4, 4), ((0, 0, 2), 1, 3)])
    total = sums((), [((0, 0), 9, 9)])
    assert capped_by(parts, total, whole=True).high.tolist() == [4, 4, 3]
    assert capped_by(parts, total, whole=False).high.tolist() == [9, 4, 3]


def test_cells_that_are_closed_need_no_cap() -> None:
    closed = sums(("race",), [((0, 0, 0), 1, 3)])
    assert capped_by(closed, sums((), [((0, 0), 2, 2)]), whole=True) is closed


def test_a_key_is_found_among_none() -> None:
    where, found = find(np.zeros((0, 2), np.int64), np.array([[1, 1]]))
    assert (where.tolist(), found.tolist()) == ([0], [False])


CELL = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 50), st.integers(0, 5))


@given(st.lists(CELL, min_size=1, max_size=30))
def test_adding_up_in_one_step_or_two_is_the_same(cells: list[tuple[int, int, int, int]]) -> None:
    found = sums(("race", "sex"), [((0, 0, r, s), n, n + width) for r, s, n, width in cells])
    at_once = rolled_up(found, ())
    in_two = rolled_up(rolled_up(found, ("race",)), ())
    assert at_once.low.tolist() == in_two.low.tolist() == [sum(c[2] for c in cells)]
    assert at_once.high.tolist() == in_two.high.tolist() == [sum(c[2] + c[3] for c in cells)]


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 9))
def test_the_true_rest_lies_between_its_bounds(part: int, rest: int, width: int) -> None:
    low = max(part - width, 0)
    whole = sums((), [((0, 0), part + rest, part + rest)])
    found = rest_of(
        whole, sums(("idea",), [((0, 0, 0), low, part + width)]), factor="idea", value=1
    )
    assert found.low[0] <= rest <= found.high[0]
    assert found.low[0] >= 0
