"""Students to parity, and the flags, against counting one student at a time in fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eachchild.measures.counts import Counts, counts
from eachchild.measures.parity import (
    eighty_percent_index,
    margin_of_error,
    percentage_point_gap,
    proportionality_index,
    students_to_parity,
)

few = settings(max_examples=150, deadline=None)
directions = st.sampled_from(["higher", "lower"])
cutoffs = st.sampled_from([Fraction(4, 5), Fraction(19, 20), Fraction(1, 3)])


@st.composite
def parts(draw, most=60):
    """A group and the others, each with a student at least."""
    n, rest = draw(st.integers(1, most)), draw(st.integers(1, most))
    return (draw(st.integers(0, n)), n), (draw(st.integers(0, rest)), rest)


def least(reached, n):
    """The fewest students whose other result reaches the aim, trying 0, 1, 2 …"""
    return next(k for k in range(n + 1) if reached(k))


def better(direction):
    """The sign of a change for the better, and the comparison `at least as good as`."""
    sign = 1 if direction == "higher" else -1
    return sign, lambda ours, aim: sign * ours >= sign * aim


@few
@given(parts(), directions)
def test_parity_with_the_reference_held_still(pair, direction):
    (x, n), (r, m) = pair
    sign, enough = better(direction)
    wanted = least(lambda k: enough(Fraction(x + sign * k, n), Fraction(r, m)), n)
    found = students_to_parity(counts(x, n), counts(r, m), direction=direction)
    assert found.known[0]
    assert found.students[0] == wanted


@few
@given(parts(), directions)
def test_parity_with_the_reference_moving(pair, direction):
    (x, n), (y, m) = pair
    sign, enough = better(direction)

    def reached(k):
        overall = Fraction(x + y + sign * k, n + m)
        return enough(Fraction(x + sign * k, n), overall)

    one, overall = counts(x, n), counts(x + y, n + m)
    moving = students_to_parity(one, overall, direction=direction, form="moving")
    assert moving.students[0] == least(reached, n)
    others = students_to_parity(one, counts(y, m), direction=direction)
    assert moving.students[0] == others.students[0]
    held = students_to_parity(one, overall, direction=direction)
    assert held.students[0] <= moving.students[0]


@few
@given(parts(), directions, cutoffs)
def test_flags_of_the_indexes_and_students_to_clear_them(pair, direction, cutoff):
    (x, n), (y, m) = pair
    sign, enough = better(direction)
    aim = cutoff if direction == "higher" else 1 / cutoff
    one, two, overall = counts(x, n), counts(y, m), counts(x + y, n + m)
    index = eighty_percent_index(one, two, direction=direction, cutoff=cutoff)
    assert bool(index.known[0]) == (y > 0)
    if y:
        assert index.index[0] == pytest.approx(x * m / (n * y))
        wanted = least(lambda k: enough(Fraction(x + sign * k, n), aim * Fraction(y, m)), n)
        assert index.students_to_clear[0] == wanted
        assert index.flagged[0] == (not enough(Fraction(x * m, n * y), aim))
    index = proportionality_index(one, overall, direction=direction, cutoff=cutoff)
    assert bool(index.known[0]) == (x + y > 0)
    if x + y:
        assert index.index[0] == pytest.approx(x * (n + m) / (n * (x + y)))

        def reached(k):
            return enough(Fraction(x + sign * k, n), aim * Fraction(x + y + sign * k, n + m))

        assert index.students_to_clear[0] == least(reached, n)
        assert bool(index.flagged[0]) == (not reached(0))


def within_error(short, n, x, *, observed):
    """Whether a shortfall of rate is within 1.96 standard errors, exactly, by squares."""
    rate = Fraction(x, n)
    variance = rate * (1 - rate) if observed else Fraction(1, 4)
    return short <= 0 or short**2 * n <= Fraction(196, 100) ** 2 * variance


@few
@given(parts(most=200), directions, st.booleans(), st.sampled_from([0, 2, 3, 10]))
def test_flag_of_the_percentage_point_gap(pair, direction, observed, percent):
    (x, n), (r, m) = pair
    sign, _ = better(direction)
    margin = Fraction(percent, 100)

    def reached(k):
        short = sign * (Fraction(r, m) - Fraction(x + sign * k, n))
        return short <= margin or within_error(short, n, x, observed=observed)

    found = percentage_point_gap(
        counts(x, n), counts(r, m), direction=direction, least=margin, observed=observed
    )
    assert found.students_to_clear[0] == least(reached, n)
    assert bool(found.flagged[0]) == (not reached(0))
    assert found.gap[0] == pytest.approx(x / n - r / m)


def test_a_gap_of_exactly_the_margin_is_not_flagged():
    # Among 4,900 students the margin is 0.98 / 70 = 1.4 points, or 68.6 students.
    n = 4900
    ours, aim = counts([2384, 2382, 2380], n * np.ones(3, int)), counts(2450, n)
    none = percentage_point_gap(ours, aim, direction="higher", least=Fraction(0))
    # Missing are 66, 68 and 70.
    assert none.students_to_clear.tolist() == [0, 0, 2]
    # Among 10,000 it is 98 students, no more and no less.
    ours, aim = counts([4902, 4901], [10_000] * 2), counts(5000, 10_000)
    tied = percentage_point_gap(ours, aim, direction="higher", least=Fraction(0))
    assert tied.students_to_clear.tolist() == [0, 1]
    assert tied.flagged.tolist() == [False, True]


def test_ceilings_that_floating_point_gets_wrong():
    assert (0.54 - 607 / 2000) * 2000 > 473  # by rounding alone: 1,080 - 607 is 473
    found = students_to_parity(counts(607, 2000), counts(54, 100), direction="higher")
    assert found.students.tolist() == [473]


def test_an_outcome_that_is_neither_good_nor_adverse_counts_nobody():
    one, two = counts([20, 80, 50], [100] * 3), counts(50, 100)
    none = students_to_parity(one, two, direction="neither")
    assert not none.known.any()
    assert not none.students.any()
    for function in (percentage_point_gap, eighty_percent_index):
        both = function(one, two, direction="neither")
        assert both.flagged.tolist() == [True, True, False]
        assert not both.students_to_clear.any()


def test_a_group_that_is_everybody_is_at_parity():
    one = counts([0, 7, 20], [20] * 3)
    for direction in ("higher", "lower"):
        found = students_to_parity(one, one, direction=direction, form="moving")
        assert found.known.all()
        assert not found.students.any()
        index = proportionality_index(one, one, direction=direction)
        assert not index.flagged.any()


def test_cells_without_a_rate_are_not_known():
    one, two = counts([0, 5, 3], [0, 3, 10]), counts([5, 5, 0], [10, 10, 0])
    for direction in ("higher", "lower", "neither"):
        assert not students_to_parity(one, two, direction=direction).known.any()
        for function in (percentage_point_gap, proportionality_index, eighty_percent_index):
            found = function(one, two, direction=direction)
            assert not found.known.any()
            assert not found.flagged.any()
            assert not found.students_to_clear.any()
    assert margin_of_error(counts(0, 0)).tolist() == [0.0]
    # The group's students are not among "everybody": two sources that disagree.
    apart = students_to_parity(counts(5, 10), counts(3, 20), direction="higher", form="moving")
    assert not apart.known[0]
    assert not proportionality_index(counts(5, 10), counts(3, 20), direction="higher").known[0]


def test_a_nation_fits_and_more_is_refused():
    half = Counts(np.array([24_000_000]), np.array([50_000_000]))
    nation = Counts(np.array([25_000_001]), np.array([50_000_000]))
    found = students_to_parity(half, nation, direction="higher")
    assert found.students.tolist() == [1_000_001]
    assert percentage_point_gap(half, nation, direction="higher").students_to_clear[0] == 0
    world = Counts(np.array([1]), np.array([3_000_000_000]))
    with pytest.raises(OverflowError, match="too large for exact students to parity"):
        students_to_parity(world, world, direction="higher")


def test_inputs_are_left_alone():
    one, two = counts([3, 50], [10, 100]), counts([50, 3], [100, 10])
    before = [x.copy() for x in (one.events, one.n, two.events, two.n)]
    percentage_point_gap(one, two, direction="lower")
    proportionality_index(one, two, direction="neither")
    after = (one.events, one.n, two.events, two.n)
    assert all((a == b).all() for a, b in zip(before, after, strict=True))
