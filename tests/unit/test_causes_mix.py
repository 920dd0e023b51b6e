"""Do schools' rates follow their mix, and do grades part two groups: tests with known truth."""

import numpy as np
import pytest

from eachchild.causes.mix import dissimilarity, grade_test, mix_test

LEVEL_OF = np.array([0] * 9 + [1] * 4 + [2] * 3)  # sixteen schools
GRADES = (range(6), range(6, 9), range(9, 13))


def district(seed, *, spread=0.3, slope=0.0, within=1.0, later=1.0, apart=0.8, grades=False):
    """Both groups' students and events; rates differ by level, by school, and as asked.

    `slope` is how the logarithm of a school's rate follows its mix, `within` the group's rate to
    that of the others in the same school, `later` the rate of middle schools to all others.
    """
    rng = np.random.default_rng(seed)
    size, lean = rng.lognormal(0, 0.35, 16), rng.normal(size=16)
    share = 1 / (1 + np.exp(1 - apart * lean))
    own = np.exp(rng.normal(0, spread, 16) + slope * lean)
    n, events = np.zeros((2, 2, 16, 13), np.int64)
    for level, of_level in enumerate(GRADES):
        schools = np.flatnonzero(level == LEVEL_OF)
        for school in schools:
            each = int(10_000 * len(of_level) / 13 * size[school] / size[schools].sum())
            for grade in of_level:
                group = 0.2 + 0.25 * (level == 1) if grades else share[school]
                n[0, school, grade] = rng.binomial(each // len(of_level), group)
                n[1, school, grade] = each // len(of_level) - n[0, school, grade]
                rate = 0.06 * own[school] * (later if level == 1 else 1.0)
                events[0, school, grade] = rng.binomial(n[0, school, grade], min(rate * within, 1))
                events[1, school, grade] = rng.binomial(n[1, school, grade], min(rate, 1))
    return n, events


@pytest.mark.parametrize(("spread", "within"), [(0.1, 1.0), (0.6, 1.0), (0.4, 2.0)])
def test_schools_that_differ_by_chance_seldom_follow_their_mix(spread, within):
    p = [mix_test(*district(seed, spread=spread, within=within, later=2.0)).p
         for seed in range(150)]  # fmt: skip
    assert np.mean(np.array(p) <= 0.05) <= 0.09  # 0.05 and three standard errors are 0.10
    assert np.mean(np.array(p) <= 0.01) <= 0.03


def test_rates_that_follow_the_mix_are_found_whatever_the_gap_inside_schools():
    found = [mix_test(*district(seed, spread=0.15, slope=0.5, within=within, later=2.0))
             for seed in range(30) for within in (1.0, 2.0)]  # fmt: skip
    assert np.mean([one.p <= 0.01 for one in found]) >= 0.7
    assert all(one.slope > 0 and one.ratio > 1 for one in found)
    assert found[0].schools == 16


def test_where_no_school_has_both_groups_nothing_is_told():
    n, events = district(1)
    alone = np.arange(16) % 2 == 0
    n[0, alone], n[1, ~alone] = 0, 0
    events = np.minimum(events, n)
    assert mix_test(n, events) is None
    assert dissimilarity(n) == 1.0


def test_the_order_of_schools_and_grades_changes_nothing():
    n, events = district(3, slope=0.3)
    one = mix_test(n, events)
    other = mix_test(n[:, ::-1, ::-1], events[:, ::-1, ::-1])
    assert (other.p, other.slope) == pytest.approx((one.p, one.slope), rel=1e-9)
    empty = np.zeros((2, 2, 13), np.int64)
    padded = mix_test(np.concatenate([n, empty], 1), np.concatenate([events, empty], 1))
    assert padded.p == pytest.approx(one.p, rel=1e-9)
    assert padded.schools == 16


def test_one_school_and_no_events_tell_nothing():
    n, events = district(2)
    assert mix_test(n[:, :1], events[:, :1]) is None
    assert mix_test(n, np.zeros_like(events)) is None
    assert grade_test(n, np.zeros_like(events)) is None


@pytest.mark.parametrize("spread", [0.1, 0.6])
def test_grades_with_equal_rates_seldom_seem_to_part_the_groups(spread):
    p = [grade_test(*district(seed, spread=spread, grades=True)) for seed in range(150)]
    assert np.mean(np.array(p) <= 0.05) <= 0.10
    assert np.mean(np.array(p) <= 0.01) <= 0.03


def test_a_group_in_the_grades_with_other_rates_is_found():
    p = [grade_test(*district(seed, spread=0.2, later=3.0, grades=True)) for seed in range(30)]
    assert np.mean(np.array(p) <= 0.05) >= 0.8


def test_groups_spread_alike_are_not_apart():
    n = np.array([[[30], [60]], [[10], [20]]])
    assert dissimilarity(n) == pytest.approx(0)


def test_a_school_that_is_all_there_is_of_its_grades_is_not_told_from_them():
    n, events = district(4)
    n[:, 14:], events[:, 14:] = 0, 0  # one high school
    n[0, :, 9:] *= 3  # where the group is
    events[0, :, 9:] *= 3
    assert grade_test(n, events) is None


@pytest.mark.parametrize("spread", [0.3, 0.6])
def test_a_group_at_the_only_school_of_some_grades_seldom_seems_to_lift_its_rate(spread):
    """One middle and one high school, and a program for the group at one of eight others."""
    p = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        n = np.zeros((2, 10, 13), np.int64)
        for school, of in enumerate([GRADES[0]] * 8 + [GRADES[1], GRADES[2]]):
            n[1, school, list(of)] = 60
            n[0, school, list(of)] = 40 if school == 0 else 4 if school < 8 else 12
        own = np.exp(rng.normal(0, spread, 10))[:, None]
        events = rng.binomial(n, np.minimum(0.08 * own, 1)[None])
        found = mix_test(n, events)
        p.append(1.0 if found is None else found.p)
    assert np.mean(np.array(p) <= 0.05) <= 0.12
