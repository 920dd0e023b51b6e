"""Discipline: what is written down about a student, by whom, where, when, and what followed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eachchild.worlds.attendance import Absences
from eachchild.worlds.enrollment import SchoolYear
from eachchild.worlds.happening import Expectations, Expected, spread
from eachchild.worlds.model import Index, Numbers
from eachchild.worlds.staff import Staff
from eachchild.worlds.streams import stream

ACTIONS = ("none", "conference", "detention", "restorative", "iss", "oss", "expulsion", "police")
ISS, OSS, EXPULSION, POLICE = (ACTIONS.index(a) for a in ("iss", "oss", "expulsion", "police"))
BEHAVIORS = (
    "defiance", "disruption", "disrespect", "inappropriate_language", "dress_code", "technology",
    "tardy_skip", "physical_contact", "fighting", "physical_aggression", "harassment", "bullying",
    "threat", "theft", "property_damage", "tobacco", "alcohol_drugs", "weapon",
)  # fmt: skip
LOCATIONS = (
    "classroom", "hallway", "cafeteria", "playground", "bus", "restroom", "parking_lot", "gym",
)  # fmt: skip
_PLACE_SHARES = (0.52, 0.15, 0.10, 0.07, 0.05, 0.04, 0.02, 0.05)
# How often each behavior is written, for actions up to detention, for suspensions, and beyond.
_BEHAVIOR_SHARES = np.array(
    [
        [22, 20, 12, 9, 6, 7, 9, 6, 2, 2, 1, 1, 0.5, 1, 1, 0.5, 0, 0],
        [12, 10, 7, 5, 1, 2, 5, 5, 17, 12, 5, 4, 4, 3, 3, 2, 3, 0],
        [1, 1, 1, 0, 0, 0, 0, 0, 14, 18, 4, 2, 14, 6, 6, 1, 20, 12],
    ]
)
_MINOR_ACTION = spread({0: 0.20, 1: 0.40, 2: 0.32, 3: 0.08})  # places in ACTIONS
_TIMES = {
    "minor": spread({1: 0.55, 2: 0.22, 3: 0.11, 4: 0.06, 6: 0.04, 9: 0.02}),
    "iss_any": spread({1: 0.68, 2: 0.20, 3: 0.08, 5: 0.04}),
    "oss_any": spread({1: 0.66, 2: 0.20, 3: 0.09, 4: 0.03, 6: 0.02}),
}
_ACTION_OF = {"iss_any": ISS, "oss_any": OSS, "expelled": EXPULSION, "police_referral": POLICE}
OUTCOMES = (*_TIMES, "expelled", "police_referral")
_GRAVITY = np.array([0, 0, 0, 0, 1, 1, 2, 2])  # of each action: a row of _BEHAVIOR_SHARES
_DAYS = {
    ISS: spread({0.5: 0.2, 1: 0.55, 2: 0.2, 3: 0.05}),
    OSS: spread({0.5: 0.03, 1: 0.36, 2: 0.22, 3: 0.20, 5: 0.13, 10: 0.06}),
}
MINUTES_OF_DAY = range(465, 900, 5)
TIMES_OF_DAY = tuple(f"{m // 60:02d}:{m % 60:02d}" for m in MINUTES_OF_DAY)


@dataclass(frozen=True, slots=True)
class Acts:
    """One entry an incident, in the order of days: what was seen, by whom, where and when."""

    row: Index  # place of the student in the year
    day: Index
    behavior: Index
    location: Index
    time: Index
    staff: Index


@dataclass(frozen=True, slots=True)
class Actions:
    """One entry an action, in the order of incidents: what was done about an act."""

    act: Index
    action: Index
    days: Numbers  # 0: the action has no length


@dataclass(frozen=True, slots=True)
class Incidents:
    """A year's incidents and the actions taken."""

    acts: Acts
    actions: Actions


def draw_incidents(
    seed: int, spells: SchoolYear, staff: Staff, *, chances: Mapping[str, Numbers], away: Absences
) -> tuple[Incidents, Expectations]:
    """Draw a year's incidents, on days the student was there, and tell what could be expected."""
    rng = stream(seed, "discipline", spells.year)
    row, act, action = _drawn(rng, chances)
    day = _day_present(rng, spells, row, away=away)
    order = np.lexsort((row, day))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    gravest = np.zeros(order.size, np.int64)
    np.maximum.at(gravest, act, _GRAVITY[action])
    row, day = row[order], day[order]
    acts = Acts(
        row,
        day,
        _weighted(rng, _BEHAVIOR_SHARES[gravest[order]]),
        _weighted(rng, np.broadcast_to(_PLACE_SHARES, (row.size, len(_PLACE_SHARES)))),
        rng.integers(0, len(TIMES_OF_DAY), row.size),
        staff.referrer(rng, spells.school_on(row, day)),
    )
    by_act = np.lexsort((action, place[act]))
    act, action = place[act][by_act], action[by_act]
    return Incidents(acts, Actions(act, action, _lengths(rng, action))), _expected(spells, chances)


def _drawn(rng: np.random.Generator, chances: Mapping[str, Numbers]) -> tuple[Index, Index, Index]:
    """The student of each act; then the act and the kind of each action."""
    n = chances["oss_any"].size
    happened = {name: np.flatnonzero(rng.random(n) < chances[name]) for name in OUTCOMES}
    rows, kinds = [], []
    for name, times in _TIMES.items():
        rows.append(
            np.repeat(happened[name], times.draw(rng, happened[name].size).astype(np.int64))
        )
        kinds.append(np.full(rows[-1].size, _ACTION_OF.get(name, 0)))
    row, action = np.concatenate(rows), np.concatenate(kinds)
    minor = np.arange(row.size) < rows[0].size
    action[minor] = _MINOR_ACTION.draw(rng, rows[0].size).astype(np.int64)
    act = np.arange(row.size)
    for name in ("expelled", "police_referral"):
        # An act that led to a suspension is the one that also leads further, where there is one.
        suspended = np.full(n, -1, np.int64)
        suspended[row[act[action == OSS]][::-1]] = act[action == OSS][::-1]
        who = happened[name]
        alone = who[suspended[who] < 0]
        suspended[alone] = row.size + np.arange(alone.size)
        row, act = np.r_[row, alone], np.r_[act, suspended[who]]
        action = np.r_[action, np.full(who.size, _ACTION_OF[name])]
    return row, act, action


def _day_present(
    rng: np.random.Generator, spells: SchoolYear, row: Index, *, away: Absences
) -> Index:
    """A day enrolled on which the student is not absent; after six tries, any day enrolled."""
    day = np.zeros(row.size, np.int64)
    left = np.arange(row.size)
    for _ in range(6):
        nth = (rng.random(left.size) * spells.days[row[left]]).astype(np.int64)
        day[left] = spells.day_of(row[left], nth)
        left = left[away.include(row[left], day[left])]
    return day


def _weighted(rng: np.random.Generator, shares: NDArray[np.float64]) -> Index:
    """Draw a column for each row of shares."""
    edges = np.cumsum(shares, axis=1)
    drawn = rng.random(len(shares)) * edges[:, -1]
    return np.asarray((edges <= drawn[:, None]).sum(axis=1))


def _lengths(rng: np.random.Generator, action: Index) -> Numbers:
    days = np.zeros(action.size)
    for kind, lengths in _DAYS.items():
        mine = action == kind
        days[mine] = lengths.draw(rng, int(mine.sum()))
    return days


def _expected(spells: SchoolYear, chances: Mapping[str, Numbers]) -> Expectations:
    everybody = np.ones(spells.student.size, np.bool_)
    expected = {name: Expected(chances[name], everybody) for name in OUTCOMES if name != "minor"}
    lost = chances["oss_any"] * _TIMES["oss_any"].mean * _DAYS[OSS].mean
    return expected | {"days_lost": Expected(lost, everybody)}
