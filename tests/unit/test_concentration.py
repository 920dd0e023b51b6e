"""Concentration: person by person in plain loops, turned and mirrored, degenerate, simulated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eachchild.measures.concentration import concentration
from eachchild.measures.counts import Sums

few = settings(max_examples=60, deadline=None)
people = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=3, max_size=25)


def sums(rows):
    """One entry a rank from (rank, value) a person."""
    ranks = sorted({rank for rank, _ in rows})
    values = [[y for rank, y in rows if rank == r] for r in ranks]
    return np.array(ranks), Sums(
        np.array([len(v) for v in values]),
        np.array([sum(v) for v in values]),
        np.array([sum(y * y for y in v) for v in values]),
    )


def yes_no(n, events):
    n, events = np.array(n), np.array(events)
    return Sums(n, events, events)


def by_hand(rows):
    """The index and its variance as the papers write them, a person at a time."""
    n, mean = len(rows), sum(y for _, y in rows) / len(rows)
    fraction, upto, before = {}, {}, {}
    for rank, _ in rows:
        below = sum(r < rank for r, _ in rows)
        fraction[rank] = (below + sum(r == rank for r, _ in rows) / 2) / n
        upto[rank] = sum(y for r, y in rows if r <= rank) / (n * mean)
        before[rank] = sum(y for r, y in rows if r < rank) / (n * mean)
    C = 2 / (n * mean) * sum(y * fraction[r] for r, y in rows) - 1
    a = [y / mean * (2 * fraction[r] - 1 - C) + 2 - before[r] - upto[r] for r, y in rows]
    return mean, C, (sum(x * x for x in a) / n - (1 + C) ** 2) / n, [fraction[r] for r, _ in rows]


@few
@given(people)
def test_grouped_counts_tell_what_people_do(rows):
    found = concentration(*sums(rows), limits=(0, 9))
    apart = len({r for r, _ in rows}) > 1 and any(y for _, y in rows)
    assert bool(found.known[0]) == apart
    if not apart:
        assert (found.test.p[0], found.standard.value[0]) == (1, 0)
        return
    mean, C, variance, fraction = by_hand(rows)
    assert found.mean[0] == pytest.approx(mean)
    assert found.standard.value[0] == pytest.approx(C, abs=1e-12)
    assert found.standard.error[0] ** 2 == pytest.approx(variance, abs=1e-12)
    assert found.generalised.value[0] == pytest.approx(mean * C, abs=1e-12)
    assert found.erreygers.value[0] == pytest.approx(4 * mean * C / 9, abs=1e-12)
    y, R = np.array([y for _, y in rows]), np.array(fraction)
    left = 2 * np.var(R) * y / mean
    X = np.column_stack([np.ones(len(rows)), R])
    b, *_ = np.linalg.lstsq(X, left)
    rest = left - X @ b
    error = np.sqrt(rest @ rest / (len(rows) - 2) * np.linalg.inv(X.T @ X)[1, 1])
    if error > 1e-9:
        assert found.test.statistic[0] == pytest.approx(b[1] / error, rel=1e-6, abs=1e-9)


def test_the_generalised_error_is_that_of_leaving_people_out():
    rng = np.random.default_rng(4)
    rows = [
        (int(r), int(y)) for r, y in zip(rng.integers(0, 30, 300), rng.poisson(3, 300), strict=True)
    ]
    found = concentration(*sums(rows), limits=(0, 10))
    left = [concentration(*sums(rows[:k] + rows[k + 1 :]), limits=(0, 10)) for k in range(300)]
    for name in ("standard", "generalised", "erreygers"):
        values = np.array([getattr(one, name).value[0] for one in left])
        jackknife = np.sqrt(299 / 300 * ((values - values.mean()) ** 2).sum())
        assert getattr(found, name).error[0] == pytest.approx(jackknife, rel=0.02)


def test_only_the_order_of_the_ranking_counts():
    outcome = yes_no([40, 50, 60, 30], [10, 20, 9, 3])
    rank = np.array([3, 1, 4, 2])
    found = concentration(rank, outcome)
    again = concentration(np.exp(rank), outcome)
    order = np.array([2, 0, 3, 1])
    moved = concentration(rank[order], yes_no(outcome.n[order], outcome.total[order]))
    split = yes_no([*outcome.n - 5, 5, 5, 5, 5], [*outcome.total - 1, 1, 1, 1, 1])
    halves = concentration(np.append(rank, rank), split)
    for other in (again, moved, halves):
        assert other.standard.value[0] == pytest.approx(found.standard.value[0], rel=1e-12)
        assert other.standard.error[0] == pytest.approx(found.standard.error[0], rel=1e-12)
    back = concentration(-rank, outcome)
    assert back.standard.value[0] == pytest.approx(-found.standard.value[0])
    assert back.standard.error[0] == pytest.approx(found.standard.error[0])


def test_not_having_it_has_the_negative_bounded_index():
    n, events = np.array([40, 50, 60, 30]), np.array([10, 20, 9, 3])
    has, lacks = (concentration(np.arange(4), yes_no(n, x)) for x in (events, n - events))
    assert has.erreygers.value[0] == pytest.approx(-lacks.erreygers.value[0])
    assert has.erreygers.error[0] == pytest.approx(lacks.erreygers.error[0])
    assert has.erreygers.low[0] == pytest.approx(-lacks.erreygers.high[0])


def test_units_and_decimals_leave_the_index_alone():
    n, total, squares = np.array([3, 4, 5]), np.array([9, 14, 30]), np.array([35, 60, 200])
    one = concentration(np.arange(3), Sums(n, total, squares))
    tenths = concentration(np.arange(3), Sums(n, total, squares, 10.0))
    assert tenths.standard.error[0] == pytest.approx(one.standard.error[0])
    assert tenths.generalised.value[0] == pytest.approx(one.generalised.value[0] / 10)
    assert tenths.generalised.error[0] == pytest.approx(one.generalised.error[0] / 10)


def test_weights_are_worth_the_people_they_stand_for():
    n, events = np.array([40, 50, 60]), np.array([10, 20, 9])
    one = concentration(np.arange(3), yes_no(n, events))
    many = concentration(np.arange(3), yes_no(n * 1000, events * 1000), people=150)
    assert many.standard.error[0] == pytest.approx(one.standard.error[0])
    assert many.test.statistic[0] == pytest.approx(one.test.statistic[0])


def test_the_curve_runs_from_none_to_all():
    found = concentration(np.array([2, 1, 9]), yes_no([50, 50, 0], [10, 30, 0]))
    np.testing.assert_allclose(found.people_share, [0, 0.5, 1])
    np.testing.assert_allclose(found.outcome_share, [0, 0.75, 1])
    area = np.trapezoid(found.outcome_share, found.people_share)
    assert found.standard.value[0] == pytest.approx(1 - 2 * area)


@pytest.mark.parametrize(
    ("n", "events"),
    [([], []), ([0, 0], [0, 0]), ([1, 1], [1, 0]), ([9, 9], [0, 0]), ([9, 0], [3, 0])],
)
def test_without_people_ranks_or_events_nothing_is_known(n, events):
    found = concentration(np.arange(len(n)), yes_no(np.array(n, int), np.array(events, int)))
    assert not found.known[0]
    assert (found.standard.value[0], found.test.p[0], found.people_share.size) == (0, 1, 0)


def test_limits_come_in_order():
    with pytest.raises(ValueError, match="in that order"):
        concentration(np.arange(2), yes_no([5, 5], [1, 2]), limits=(1, 0))


def test_a_ranking_that_tells_nothing_is_seldom_found_to():
    rng, inside, found = np.random.default_rng(8), [], []
    for _ in range(300):
        n = rng.integers(10, 40, 12)
        one = concentration(np.arange(12), yes_no(n, rng.binomial(n, 0.2)))
        inside.append(one.erreygers.low[0] <= 0 <= one.erreygers.high[0])
        found.append(one.test.p[0] <= 0.05)
    assert 0.91 < np.mean(inside) < 0.98  # 0.95, and three standard errors of 300 draws
    assert np.mean(found) < 0.09
