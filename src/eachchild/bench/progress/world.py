"""Districts drawn as counts over time, in which a group is chosen and a change works or does not.

Rates have seasons, months share what they bring with the next, school years differ, terms are of
uneven length, and events come in clumps. The goal is the worst of all groups by the years before.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from eachchild.measures.counts import Numbers, Whole
from eachchild.progress import Baseline, Goal, Series, Watched, baseline_of
from eachchild.terms.years import starting

BEFORE, AFTER = 3, 3  # school years of a yearly series; of a monthly one a single year follows
FIRST = 2022
BEGINS = "2025-09"
CHOSEN_ON = tuple(starting(FIRST + i) for i in range(BEFORE))
MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
_SEASON = np.array([0.7, 1.0, 1.2, 0.9, 1.0, 1.1, 1.3, 1.1, 1.0, 0.7])
_DAYS = np.array([19, 21, 17, 14, 19, 18, 20, 17, 20, 10])
RATE = 0.10  # of students, in a school year
DAILY = 0.004  # events on a student's day
_DIFFER = 0.25  # how far groups' true rates differ, as a share, where they do
_LAG, _MONTHLY, _CLUMPS = 0.4, 0.10, 1.5  # of months: shared with the next, their sd, and clumps
SHARED = 0.5  # of the variance between years: what a year brings to all groups


@dataclass(frozen=True, slots=True)
class Scenario:
    """What districts have in common.

    `change` and `others` are what the chosen group's and the reference's rates are multiplied by;
    `years_differ` is the standard deviation between school years, as a share of the rate. `alone`:
    the verdict is given the group's series and the reference's, and no other group's.
    """

    monthly: bool
    groups: int
    size: int
    differ: bool = False
    years_differ: float = 0.10
    change: float = 1.0
    others: float = 1.0
    alone: bool = False


class Drawn(NamedTuple):
    """A district: its goal, what is watched, its baseline, and the change that is true."""

    goal: Goal
    watched: Watched
    baseline: Baseline
    true_rate: float  # beside the usual rate

    @property
    def rate_before(self) -> float:
        """The group's counted rate, over all years before."""
        return self.baseline.rate


def drawn(rng: np.random.Generator, scenario: Scenario) -> Drawn:
    """Draw one district; the last row is the reference, ten times as large and never chosen."""
    many = scenario.groups + 1
    size = np.append(np.full(scenario.groups, scenario.size), 10 * scenario.size)
    true = np.exp(rng.normal(0, _DIFFER, many)) if scenario.differ else np.ones(many)
    true[-1] = 1.0
    label, season = _entries(scenario)
    n, usual = _exposure(rng, scenario, size, season)
    level = true[:, None] * usual * _noise(rng, scenario, many, season.size)
    until = int((np.array(label) < _first_after(scenario)).sum())
    events = np.empty_like(n)
    events[:, :until] = _counted(rng, level[:, :until], n[:, :until], scenario)
    by_year = _yearly(events[:, :until], season), _yearly(n[:, :until], season)
    chosen = int(np.argmax(by_year[0][:-1].sum(axis=1) / by_year[1][:-1].sum(axis=1)))
    level[chosen, until:] *= scenario.change
    level[-1, until:] *= scenario.others
    events[:, until:] = _counted(rng, level[:, until:], n[:, until:], scenario)
    known = np.ones(season.size, np.bool_)

    def series(row: int) -> Series:
        return Series(label, n[row], events[row], season, known, scenario.monthly)

    baseline = baseline_of(
        by_year[0][:-1], by_year[1][:-1], chosen=chosen, is_count=scenario.monthly
    )
    rate = DAILY if scenario.monthly else RATE
    goal = Goal(
        "goal", "suspended", "group", "reference", "__all__", CHOSEN_ON, BEGINS, rate / 2, True
    )
    return Drawn(goal, Watched(series(chosen), series(many - 1)), baseline, float(true[chosen]))


def true_change(scenario: Scenario, one: Drawn, until: str) -> float:
    """What the change did to the group's rate in the entries up to `until`."""
    group = one.watched.group
    used = np.array([_first_after(scenario) <= t <= until for t in group.label])
    usual = np.full(int(used.sum()), RATE)
    if scenario.monthly:
        usual = DAILY * _SEASON[[MONTHS.index(m) for m in group.season[used]]]
    weight = group.n[used] / group.n[used].sum()
    return float(one.true_rate * (scenario.change - 1) * (weight @ usual))


def _first_after(scenario: Scenario) -> str:
    return BEGINS if scenario.monthly else starting(FIRST + BEFORE)


def _entries(scenario: Scenario) -> tuple[tuple[str, ...], Whole]:
    if not scenario.monthly:
        years = range(FIRST, FIRST + BEFORE + AFTER)
        return tuple(starting(y) for y in years), np.zeros(BEFORE + AFTER, np.int64)
    months = [(y + (m < 7), m) for y in range(FIRST, FIRST + BEFORE + 1) for m in MONTHS]
    return tuple(f"{y}-{m:02d}" for y, m in months), np.array([m for _, m in months])


def _exposure(
    rng: np.random.Generator, scenario: Scenario, size: Whole, season: Whole
) -> tuple[Whole, Numbers]:
    """Students, or their days, by group and entry; and the usual rate of an entry."""
    if not scenario.monthly:
        moving = rng.normal(1, 0.03, (size.size, season.size))
        return np.rint(size[:, None] * moving).astype(np.int64), np.full(season.size, RATE)
    at = np.array([MONTHS.index(m) for m in season])
    days = np.maximum(_DAYS[at] + rng.integers(-4, 3, season.size), 4)  # holidays move
    return size[:, None] * days[None, :], DAILY * _SEASON[at]


def _noise(rng: np.random.Generator, scenario: Scenario, groups: int, entries: int) -> Numbers:
    """What years and months bring beyond chance, to all groups and to each."""
    years = entries // (len(MONTHS) if scenario.monthly else 1)
    own, both = np.sqrt([1 - SHARED, SHARED]) * scenario.years_differ
    logs = rng.normal(0, both, (1, years)) + rng.normal(0, own, (groups, years))
    if not scenario.monthly:
        return np.asarray(np.exp(logs), np.float64)
    monthly = _lagged(rng, (1, entries)) + _lagged(rng, (groups, entries))
    return np.asarray(np.exp(np.repeat(logs, len(MONTHS), axis=1) + monthly), np.float64)


def _lagged(rng: np.random.Generator, shape: tuple[int, int]) -> Numbers:
    steps = rng.normal(0, _MONTHLY * np.sqrt((1 - _LAG**2) / 2), shape)
    steps[:, 0] /= np.sqrt(1 - _LAG**2)
    for i in range(1, shape[1]):
        steps[:, i] += _LAG * steps[:, i - 1]
    return steps


def _counted(rng: np.random.Generator, level: Numbers, n: Whole, scenario: Scenario) -> Whole:
    if not scenario.monthly:
        return np.asarray(rng.binomial(n, np.minimum(level, 1.0)), np.int64)
    mean = level * n
    return np.asarray(rng.poisson(rng.gamma(mean / (_CLUMPS - 1), _CLUMPS - 1)), np.int64)


def _yearly(values: Whole, season: Whole) -> Whole:
    if not season[0]:
        return values
    return np.asarray(values.reshape(len(values), -1, len(MONTHS)).sum(axis=2), np.int64)
