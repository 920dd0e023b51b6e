"""Every test of an audit at once: which stand, what carries them, and how gaps change."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from eachchild.cube import EVERYWHERE, POOLED, Block, Cube, Places, Rollups, Tally
from eachchild.measures.inference import CARRIED, LEVEL, assess
from eachchild.measures.multiple import two_steps
from eachchild.plan import COMPLEMENT, plan_from
from eachchild.terms.factors import FACTORS

RACES = ("black", "white")
VALUES = FACTORS["race"].all_values
YEARS = ("2021-22", "2022-23", "2023-24")


def plan(*outcomes, reference="white"):
    asked = [{"name": n} if isinstance(n, str) else n for n in outcomes or ("oss_any",)]
    return plan_from(
        {
            "source": [{"path": "none", "table": "student_year"}],
            "identity": [{"factor": "race", "reference": reference}],
            "outcome": asked,
        },
        Path(),
    )


def cube(n, events, *, races=RACES, outcome="oss_any", squares=None, schools=True, **tally):
    """Counts `[year, school, race]` as a cube; `tally` gives what is hidden or not collected."""
    n, events = (np.asarray(x, np.int64) for x in (n, events))
    period, place, race = (x.ravel() for x in np.indices(n.shape))
    there = n.ravel() > 0
    flat = [x.ravel()[there] for x in (n, events)]
    more = None if squares is None else np.asarray(squares, np.int64).ravel()[there]
    full = Tally.exact(*flat, missing=np.zeros_like(flat[0]), squares=more)
    changes = {k: np.asarray(v).ravel()[there] for k, v in tally.items()}
    fields = {f: getattr(full, f) for f in Tally.__dataclass_fields__} | changes
    where = place[there] if schools else np.full(int(there.sum()), EVERYWHERE)
    value = np.array([VALUES.index(races[r]) for r in race[there]])[:, None]
    block = Block(("race",), where, period[there], value, flat[0], {outcome: Tally(**fields)})
    ids = tuple(f"{k:03d}" for k in range(n.shape[1])) if schools else ()
    return Cube(Places("school", ids), YEARS[: n.shape[0]], {"race": VALUES}, (block,))


def row(one, group="race=black", reference=COMPLEMENT, *, level="all", period=0, place=EVERYWHERE):
    asked = one.asked
    rows = asked.group.is_(group) & asked.reference.is_(reference) & (asked.period == period)
    rows &= (asked.level == one.levels.index(level)) & (asked.place == place)
    (found,) = np.flatnonzero(rows)
    return int(found)


def carried(one, at):
    return CARRIED[one.carried[at]]


def same_gap(schools, students=200, ours=40, theirs=10):
    """A gap inside every school, in which nobody sorts anybody."""
    return np.full((1, schools, 2), students), np.tile([ours, theirs], (1, schools, 1))


def test_a_gap_inside_every_school_is_carried_inside():
    one = assess(plan(), Rollups(cube(*same_gap(6))))
    at = row(one)
    assert one.q[at] < 1e-6
    assert carried(one, at) == "inside schools"
    assert one.tests.surplus[at] == pytest.approx(6 * 15)
    assert one.inside.ratio[at] == pytest.approx(4.0)
    assert one.difference[at] == pytest.approx(0.15)
    assert one.tests.schools[at] == 6


def test_a_gap_between_schools_is_carried_between():
    n = np.array([[[180, 20], [150, 50], [120, 80], [80, 120], [50, 150], [30, 170], [10, 190]]])
    rate = np.array([0.30, 0.26, 0.21, 0.15, 0.11, 0.08, 0.05])
    one = assess(plan(), Rollups(cube(n, np.rint(n * rate[None, :, None]))))
    at = row(one)
    assert carried(one, at) == "between schools"
    assert one.tests.p_inside[at] > 0.5


def test_a_gap_inside_that_sorting_hides_does_not_carry_the_other_way():
    """Black students are suspended more in every school, but go to the gentler ones."""
    n = np.array([[[20, 180], [40, 160], [150, 50], [180, 20]]] * 1)
    events = np.array([[[12, 72], [20, 56], [15, 3], [18, 1]]])
    one = assess(plan(), Rollups(cube(n, events)))
    at = row(one)
    assert one.difference[at] < 0 < one.inside.difference[at]
    assert one.q_inside[at] <= LEVEL
    assert carried(one, at) == "between schools"
    assert one.q[at] == one.q_between[at]


def test_where_no_school_is_known_the_plain_test_stands_in():
    n, events = np.array([[[400, 600]]]), np.array([[[90, 60]]])
    one = assess(plan(), Rollups(cube(n, events, schools=False)))
    at = row(one)
    assert one.tests.stands_in[at]
    assert carried(one, at) == "plain"
    assert not one.tests.has_inside[at]


def test_the_qs_are_those_of_all_tests_of_the_family_together():
    rng = np.random.default_rng(1)
    n = rng.integers(20, 300, (2, 7, 2))
    one = assess(plan(), Rollups(cube(n, rng.binomial(n, 0.2))))
    tests, moved = one.tests, one.changes
    p = [tests.p_inside[tests.has_inside], tests.p_between[tests.has_between]]
    p += [one.excess.p[one.excess.known], moved.p]
    every = np.concatenate(p)
    q = two_steps(every, np.zeros(every.size, np.int64)).q
    found = [one.q_inside[tests.has_inside], one.q_between[tests.has_between]]
    found += [one.q_excess[one.excess.known], one.q_change]
    np.testing.assert_allclose(np.concatenate(found), q)
    assert every.size > 10


def test_one_hidden_school_hides_the_gap_inside_schools_and_not_between_the_lines():
    n, events = same_gap(6)
    bound = events.copy()
    bound[0, 2, 0] += 5
    one = assess(plan(), Rollups(cube(n, events, events_high=bound)))
    at = row(one)
    assert one.q[at] == 1.0
    assert not one.tests.has_inside[at]
    assert not one.inside.has_difference[at]
    other = row(one, level="school", place=4)
    assert one.tests.has_inside[other]


def test_a_group_that_was_not_collected_is_told_of_as_such():
    n, events = same_gap(6)
    collected = np.ones(n.shape, np.bool_)
    collected[..., 0] = False
    one = assess(plan(), Rollups(cube(n, np.where(collected, events, 0), collected=collected)))
    at = row(one)
    assert (one.q[at], one.tests.has_inside[at]) == (1.0, False)


def test_a_school_with_more_events_than_students_is_left_out_and_counted():
    n, events = same_gap(6)
    events[0, 3, 0] = 230
    one = assess(plan(), Rollups(cube(n, events)))
    at = row(one)
    assert one.tests.left_out[at] == 1
    assert one.tests.surplus[at] == pytest.approx(5 * 15)


def test_a_reference_too_small_gives_way_to_everybody_else():
    n, events = same_gap(5, students=200)
    n[..., 1], events[..., 1] = 5, 1
    one = assess(plan(), Rollups(cube(n, events)))
    assert one.asked.gave_way[row(one)]
    assert not (one.asked.reference.is_("race=white") & (one.asked.level == 0)).any()


def changing(first, last, *, schools=8, students=300):
    """Two years in which the group's chance moves and the others' stays at one in ten."""
    n = np.full((2, schools, 2), students)
    events = np.full((2, schools, 2), students // 10)
    events[0, :, 0], events[1, :, 0] = first, last
    return cube(n, events)


def test_a_change_is_the_difference_of_two_gaps_with_both_their_errors():
    one = assess(plan(), Rollups(changing(60, 90)))
    moved = one.changes
    (at,) = np.flatnonzero(
        (moved.level == 0) & moved.reference.is_(COMPLEMENT) & moved.group.is_("race=black")
    )
    before, after = row(one, period=0), row(one, period=1)
    gaps = one.inside.difference
    assert moved.before[at] == pytest.approx(0.1)
    assert moved.change[at] == pytest.approx(gaps[after] - gaps[before]) == pytest.approx(0.1)
    errors = [
        (one.inside.high[i] - one.inside.low[i]) / 2 / norm.ppf(0.975) for i in (before, after)
    ]
    half = norm.ppf(0.975) * np.hypot(*errors)
    assert moved.high[at] - moved.change[at] == pytest.approx(half)
    z = moved.change[at] / np.hypot(*errors)
    assert moved.p[at] >= 2 * norm.sf(z)
    assert one.q_change[at] <= LEVEL


def test_no_change_is_told_of_a_handful():
    one = assess(plan(), Rollups(changing(1, 9, schools=8, students=100)))
    assert not one.changes.p.size  # eight students with the outcome in the first year


def test_years_that_lie_apart_are_told_from_first_to_last_and_one_by_one():
    n = np.full((3, 6, 2), 300)
    events = np.full((3, 6, 2), 60)
    one = assess(plan(), Rollups(cube(n, events)))
    moved = one.changes
    rows = (moved.level == 0) & moved.reference.is_(COMPLEMENT) & moved.group.is_("race=black")
    assert sorted(zip(moved.first[rows], moved.last[rows], strict=True)) == [(0, 1), (0, 2), (1, 2)]
    assert moved.change[rows] == pytest.approx(0.0)
    assert (moved.p[rows] == 1.0).all()


def test_years_pooled_count_the_students_who_stay_once():
    rng = np.random.default_rng(2)
    n = np.full((3, 40, 2), 60)
    events = np.repeat(rng.binomial(60, 0.2, (1, 40, 2)), 3, axis=0)  # the same students each year
    one = assess(plan(), Rollups(cube(n, events)))
    once = one.tests.p_inside[row(one, period=2)]
    thrice = one.tests.p_inside[row(one, period=POOLED)]
    assert thrice == pytest.approx(once, rel=0.35)


def sums(schools, days, *, races=RACES, students=100, years=1):
    n = np.full((years, schools, len(races)), students)
    own = {"name": "days", "direction": "lower", "mean": "oss_days"}
    return plan(own), Rollups(cube(n, days, races=races, outcome="days"))


FOUR = ("black", "white", "hispanic", "asian")


def test_of_sums_alone_a_steady_gap_is_seen_inside_schools():
    rng = np.random.default_rng(3)
    days = rng.poisson(40, (1, 30, 4)) + 30 * (np.arange(4) == 0)
    one = assess(*sums(30, days, races=FOUR))
    at = row(one)
    assert carried(one, at) == "inside schools"
    assert not one.inside.has_difference[at]  # no interval can be had
    assert not one.tests.has_inside[row(one, level="school", place=3)]  # nor a single school judged


def test_of_sums_alone_one_wild_school_is_no_gap():
    rng = np.random.default_rng(4)
    days = rng.poisson(40, (1, 30, 4))
    days[0, 7, 0] = 2_000
    one = assess(*sums(30, days, races=FOUR))
    assert one.tests.has_inside[row(one)]
    assert one.q[row(one)] > LEVEL


def test_of_sums_alone_two_years_of_the_same_students_are_worth_one():
    rng = np.random.default_rng(5)
    days = np.repeat(rng.poisson(40, (1, 60, 4)) + 4 * (np.arange(4) == 0), 2, axis=0)
    one = assess(*sums(60, days, races=FOUR, years=2))
    once, twice = (one.tests.p_inside[row(one, period=p)] for p in (1, POOLED))
    assert 0.3 < np.log(twice) / np.log(once) < 1.3
