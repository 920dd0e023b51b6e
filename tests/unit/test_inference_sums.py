"""The test of sums alone: its parts by hand, and what it refuses to tell."""

import numpy as np
import pytest
from scipy.stats import t

from eachchild.cube import EVERYWHERE, Block, Tally
from eachchild.measures.inference.sums import (
    FEWEST_SEEN,
    MANY,
    Amounts,
    amounts_of,
    p_of_sums,
)
from eachchild.measures.inference.tails import Score, two_sided
from eachchild.measures.stratified import one_cell


def block(n, total, **tally):
    """Sums `[school, group]` of one period."""
    n, total = np.asarray(n, np.int64), np.asarray(total, np.int64)
    place, group = (x.ravel() for x in np.indices(n.shape))
    there = n.ravel() > 0
    full = Tally.exact(*(x.ravel()[there] for x in (n, total)), missing=0 * place[there])
    fields = {f: getattr(full, f) for f in Tally.__dataclass_fields__}
    fields |= {k: np.asarray(v).ravel()[there] for k, v in tally.items()}
    value, students = group[there][:, None], full.n
    return Block(
        ("race",), place[there], 0 * place[there], value, students, {"days": Tally(**fields)}
    )


N = [[50, 30, 20], [40, 40, 20]]
TOTAL = [[10, 9, 1], [4, 12, 8]]


def test_each_schools_groups_are_set_beside_its_mean():
    found = amounts_of(block(N, TOTAL), "days")
    n, total = np.array(N, float), np.array(TOTAL, float)
    students, mean = n.sum(axis=1, keepdims=True), total.sum(axis=1, keepdims=True) / 100
    away = total - n * mean
    mixed = n * (students - n) / (students - 1) * mean
    third = mixed * (students - 2 * n) / (students - 2)
    np.testing.assert_allclose(found.squares, (away**2).sum(axis=1))
    np.testing.assert_allclose(found.mixed, mixed.sum(axis=1))
    np.testing.assert_allclose(found.cubes, (away**3 * third).sum(axis=1))
    np.testing.assert_allclose(found.leverage, (third**2).sum(axis=1))
    assert found.freedom.tolist() == [2, 2]
    assert found.whole.tolist() == [20, 24]
    assert found.seen.tolist() == [3, 3]  # the group of 50 is half its school


def test_only_groups_whose_sums_are_known_count():
    collected = np.ones((2, 3), np.bool_)
    collected[0, 1] = False
    exact = np.array(TOTAL)
    exact[1, 2] += 4
    found = amounts_of(block(N, TOTAL, collected=collected, events_high=exact), "days")
    without = amounts_of(block([[50, 0, 20], [40, 40, 0]], [[10, 0, 1], [4, 12, 0]]), "days")
    for name in Amounts.__slots__:
        assert getattr(found, name).tolist() == getattr(without, name).tolist()


def test_a_published_whole_is_not_one_school_more():
    one = block(N, TOTAL)
    place = one.place.copy()
    place[:3] = EVERYWHERE
    whole = Block(one.factors, place, one.period, one.value, one.students, one.tallies)
    assert amounts_of(whole, "days").place.tolist() == [1]


def test_schools_are_found_by_place_and_period():
    found = amounts_of(block(N, TOTAL), "days")
    asked = found.at(np.array([1, 5, 0, 1]), np.array([0, 0, 0, 3]))
    assert asked.squares.tolist() == [found.squares[1], 0, found.squares[0], 0]


def test_what_a_group_has_everywhere_is_no_noise_once_many_schools_know_it():
    """A group with twice the others' days in every school, and nothing else amiss."""
    for schools in (MANY - 1, MANY):
        n, total = np.full((schools, 3), 100), np.tile([80, 40, 40], (schools, 1))
        found = amounts_of(block(n, total), "days")
        away = (80 - 160 / 3) ** 2 + 2 * (40 - 160 / 3) ** 2
        assert found.squares[0] == pytest.approx(away if schools < MANY else 0.0)


def test_the_variance_of_a_surplus_is_found_again():
    """Of amounts whose variance is known, over schools of different levels and mixes."""
    rng = np.random.default_rng(1)
    shape = (40_000, 5)
    n = rng.integers(5, 80, shape)
    mean = rng.uniform(0.2, 3.0, (shape[0], 1))
    total = rng.negative_binomial(n * mean / 3, 0.25)  # variance four times the mean
    found = amounts_of(block(n, total), "days")
    assert found.squares.sum() / found.mixed.sum() == pytest.approx(4.0, rel=0.02)
    skew = found.cubes.sum() / found.leverage.sum() / 4.0
    assert skew == pytest.approx(7.0, rel=0.2)  # 2 / 0.25 - 1


def rows(count, **changes):
    """So many alike schools: what the groups show, and one group's surplus of 1 a school."""
    made = {
        "squares": 40.0, "mixed": 10.0, "whole": 15.0, "cubes": 0.0, "leverage": 1.0,
        "freedom": 4.0, "seen": 5.0,
    }  # fmt: skip
    made |= changes
    near = Amounts(
        np.arange(count),
        np.zeros(count, np.int64),
        **{k: np.full(count, v) for k, v in made.items()},
    )
    score = Score(np.full(count, 1.0), np.full(count, 0.5), np.full(count, 0.1))
    return score, near, one_cell(count)


def test_the_p_is_the_larger_of_the_skewed_curve_and_students_t():
    p, known = p_of_sums(*rows(20))
    # Four times the mean is the variance; a gamma law's skew is twice that.
    z = 20 / np.sqrt(20 * 0.5 * 4)
    straight = 2 * t.sf(z, df=20 * 4)
    skewed = two_sided(Score(*(np.array([x]) for x in (20.0, 40.0, 20 * 0.1 * 4 * 8))))[0]
    assert known[0]
    assert p[0] == pytest.approx(max(straight, skewed))
    assert skewed > straight


def test_few_schools_have_few_degrees_of_freedom():
    score, near, fold = rows(5, seen=9.0)
    score = Score(score.surplus, np.array([2.0, 0.1, 0.1, 0.1, 0.2]), 0 * score.third)
    p, _ = p_of_sums(score, near, fold)
    worth = 4 * 2.5**2 / (4 + 0.03 + 0.04)
    assert p[0] == pytest.approx(2 * t.sf(5 / np.sqrt(2.5 * 4), df=worth))


def test_a_school_without_groups_of_its_own_borrows_the_others_ratio():
    score, near, fold = rows(20)
    gone = np.arange(20) == 3
    bare = Amounts(
        near.place, near.period,
        *(np.where(gone, 0.0, getattr(near, f)) for f in Amounts.__slots__[2:]),
    )  # fmt: skip
    assert p_of_sums(score, bare, fold)[0] == pytest.approx(
        p_of_sums(score, near, fold)[0], rel=0.1
    )


@pytest.mark.parametrize(
    ("count", "changes"),
    [
        (3, {"seen": (FEWEST_SEEN - 1) / 3}),  # hardly anything happened anywhere
        (20, {"whole": 34.0}),  # schools of almost one group
        (20, {"squares": 0.0}),  # every group exactly at its school's mean
    ],
)
def test_what_cannot_be_told_is_not_told(count, changes):
    p, known = p_of_sums(*rows(count, **changes))
    assert (p[0], known[0]) == (1.0, False)
