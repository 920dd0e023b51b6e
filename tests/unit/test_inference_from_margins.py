"""Inside schools by totals, where schools' own counts of a group are hidden."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eachchild.cube import EVERYWHERE, Block, Cube, Places, Rollups, Tally
from eachchild.measures.inference import LEVEL, assess
from eachchild.plan import COMPLEMENT, plan_from
from eachchild.release.audits.released import ReleasedRollups
from eachchild.terms.factors import FACTORS

RACES = ("black", "hispanic", "white")
VALUES = FACTORS["race"].all_values
GROUP = 0


def plan():
    return plan_from(
        {
            "source": [{"path": "none", "table": "student_year"}],
            "identity": [{"factor": "race", "reference": "white"}],
            "outcome": [{"name": "oss_any"}],
        },
        Path(),
    )


def district(rng, schools=14, black_odds=1.0):
    """Students and events `[school, race]` of a segregated district whose schools differ."""
    share = rng.dirichlet([1.0, 1.0, 2.0], schools)
    n = rng.multinomial(600, share).astype(np.int64)
    odds = np.exp(rng.normal(-2.2, 0.5, schools))[:, None] * np.array([black_odds, 1.0, 1.0])
    return n, rng.binomial(n, odds / (1 + odds))


def bounded(values, hidden, slack):
    """Least and most of counts: the count itself where it is not hidden."""
    least = np.where(hidden, np.maximum(values - slack, 0), values)
    return least, np.where(hidden, values + slack, values)


def tally(n, events):
    (n, n_high), (events, events_high) = n, events
    none = np.zeros_like(n)
    hidden = (n < n_high) | (events < events_high)
    return Tally(n, events, n_high, events_high, none, none == 0, suppressed=hidden)


def released(n, events, *, hide_n=False, hide_events=False, hide_all=False):
    """What a reader has: schools' cells and totals as least and most, exact ones of the whole."""
    schools = len(n)
    places = np.r_[np.full(len(RACES), EVERYWHERE), np.repeat(np.arange(schools), len(RACES))]
    value = np.tile([VALUES.index(r) for r in RACES], schools + 1)[:, None]
    shown = np.zeros(len(RACES), np.bool_)

    def cells(counts, hidden, slack):
        every = np.concatenate([counts.sum(axis=0), counts.ravel()])
        return bounded(every, np.concatenate([shown, (hidden & (counts > 0)).ravel()]), slack)

    of_students, of_events = cells(n, n < hide_n, 6), cells(events, events < hide_events, 8)
    of_events = of_events[0], np.minimum(of_events[1], of_students[1])
    by_race = Block(
        ("race",), places, np.zeros_like(places), value, of_students[0],
        {"oss_any": tally(of_students, of_events)},
    )  # fmt: skip
    everybody, every_event = n.sum(axis=1), events.sum(axis=1)
    at = np.r_[EVERYWHERE, np.arange(schools)]
    total = np.r_[everybody.sum(), everybody]
    hidden = np.r_[False, every_event < hide_all]
    low, high = bounded(np.r_[every_event.sum(), every_event], hidden, 8)
    whole = tally((total, total), (low, high))
    nobody_apart = np.zeros((at.size, 0), np.int64)
    alone = Block((), at, np.zeros_like(at), nobody_apart, total, {"oss_any": whole})
    ids = tuple(f"{k:03d}" for k in range(schools))
    return Cube(Places("school", ids), ("2024-25",), {"race": VALUES}, (alone, by_race))


def at(one, reference=COMPLEMENT):
    asked = one.asked
    rows = asked.group.is_("race=black") & asked.reference.is_(reference) & (asked.level == 0)
    (found,) = np.flatnonzero(rows)
    return int(found)


def told(n, events, **hide):
    """p inside schools by all counts, and by what is left of them."""
    full = assess(plan(), Rollups(released(n, events)))
    part = assess(plan(), ReleasedRollups(released(n, events, **hide)))
    return full, part


def test_a_groups_events_in_schools_are_not_needed():
    n, events = district(np.random.default_rng(1), black_odds=1.6)
    full, part = told(n, events, hide_events=10**6)
    assert part.tests.has_inside[at(part)]
    assert part.tests.p_inside[at(part)] == pytest.approx(full.tests.p_inside[at(full)], rel=1e-9)
    assert part.tests.surplus[at(part)] == pytest.approx(full.tests.surplus[at(full)])
    assert part.q[at(part)] <= LEVEL


def test_two_groups_beside_each_other_cannot_be_told_so():
    n, events = district(np.random.default_rng(1), black_odds=1.6)
    full, part = told(n, events, hide_events=10**6)
    assert full.tests.has_inside[at(full, "race=white")]
    assert not part.tests.has_inside[at(part, "race=white")]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_hidden_never_makes_a_gap_surer(seed):
    """The p by totals is no smaller than that of all counts; above 0.2 no procedure selects any."""
    rng = np.random.default_rng([1959, seed])
    n, events = district(rng, int(rng.integers(4, 24)), rng.choice([1.0, 1.0, 1.4, 2.0]))
    hide = {"hide_n": int(rng.choice([0, 12, 40])), "hide_events": int(rng.choice([5, 20])),
            "hide_all": int(rng.choice([0, 30, 50]))}  # fmt: skip
    full, part = told(n, events, **hide)
    ours, theirs = part.tests, full.tests
    if ours.has_inside[at(part)]:
        assert ours.p_inside[at(part)] >= min(theirs.p_inside[at(full)], 0.2) * (1 - 1e-9)
        assert abs(ours.surplus[at(part)]) <= abs(theirs.surplus[at(full)]) + 1e-9


def test_most_of_a_plain_gap_is_still_told():
    """Of districts in which black students' odds are twice as high, with small counts hidden."""
    found = 0
    for seed in range(40):
        n, events = district(np.random.default_rng([77, seed]), 20, 2.0)
        _full, part = told(n, events, hide_n=10, hide_events=10, hide_all=20)
        found += bool(part.q[at(part)] <= LEVEL)
    assert found >= 36


def test_students_who_count_in_two_schools_are_not_told_by_totals():
    """Schools that add up to more than the whole say nothing of how many events a group had."""
    n, events = district(np.random.default_rng(1), black_odds=1.6)
    cube = released(n, events, hide_events=10**6)
    alone, by_race = cube.blocks
    whole = alone.tallies["oss_any"]
    fewer = np.where(alone.place == EVERYWHERE, whole.n - 9, whole.n)
    moved = replace(alone, tallies={"oss_any": replace(whole, n=fewer, n_high=fewer)})
    part = assess(plan(), ReleasedRollups(replace(cube, blocks=(moved, by_race))))
    assert not part.tests.has_inside[at(part)]
