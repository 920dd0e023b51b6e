"""Referrals and what follows: the chances of every student, and rows drawn from them.

A student's referrals are a Poisson process whose rate is the student's own propensity (gamma, mean
1) times a known rate, so that chances over propensities have a closed form: with L(x) = (1 + x /
k)^-k, the mean of exp(-x * propensity) where k is the gamma's shape.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.worlds.causes.parts import (
    Carrier,
    CauseWorld,
    Clause,
    Grades,
    Harsher,
    Meeting,
    Missing,
    More,
    Schools,
    Unrecorded,
)
from eachchild.worlds.causes.roster import MIDDLE, Roster, drawn
from eachchild.worlds.model import Index, Mask, Numbers
from eachchild.worlds.streams import stream

# Each with how often it is written, and how often a referral for it ends in a suspension.
_BEHAVIORS = {
    "defiance": (22, 0.10), "disruption": (20, 0.09), "disrespect": (12, 0.08),
    "inappropriate_language": (8, 0.06), "dress_code": (5, 0.03), "technology": (7, 0.03),
    "tardy_skip": (9, 0.04), "fighting": (7, 0.50), "threat": (3, 0.45), "theft": (3, 0.30),
    "property_damage": (2, 0.30), "tobacco": (2, 0.35),
}  # fmt: skip
BEHAVIORS = tuple(_BEHAVIORS)
SUBJECTIVE = ("defiance", "disruption", "disrespect")
LOCATIONS = ("classroom", "hallway", "cafeteria", "bus", "restroom")
PERIODS = ("before", "1", "2", "3", "4", "lunch", "5", "6", "7", "after")
STARTS = (430, 480, 530, 580, 630, 680, 720, 770, 820, 875)  # minutes; a period lasts 45
_CLASS = (0.0, 1.0, 1.1, 1.1, 1.3, 0.2, 1.2, 1.1, 1.0, 0.0)
_PLACES = {
    "classroom": _CLASS,
    "hallway": (0.4, 0.2, 0.2, 0.2, 0.2, 0.5, 0.2, 0.2, 0.2, 0.4),
    "cafeteria": (0.1, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0),
    "bus": (0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5),
    "restroom": (0.0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.0),
}
ACTIONS = ("none", "conference", "detention", "iss", "oss")
OSS = ACTIONS.index("oss")
_MILD = (0.20, 0.38, 0.30, 0.12)
_DAYS = ((1, 2, 3, 5, 10), (0.38, 0.24, 0.20, 0.13, 0.05))
_USUAL, _BY_LEVEL, _MOST = 0.30, np.array([0.6, 1.4, 1.1]), 0.95
STUDENTS_PER_ADULT = 14
FIRST, LATER, SUSPENDED = range(3)
_SAME = 1e-9  # answers no further apart are one


@dataclass(frozen=True, slots=True)
class Adults:
    """One entry an adult, by school; `loud` is the log of how often an adult refers."""

    school: Index
    ids: tuple[str, ...]
    first: Index
    number: Index
    loud: Numbers
    pull: float  # the group meets an adult exp(pull x loud score) times as often


@dataclass(frozen=True, slots=True)
class Stream:
    """Referrals of one origin: the rate of each row, and from what its marks are drawn."""

    rate: Numbers
    behaviors: Numbers
    cells: Numbers  # [periods, locations]
    adults: float
    written_only: bool = False
    part: More | None = None


@dataclass(frozen=True, slots=True)
class Chances:
    """What is expected of each row: a student and year."""

    streams: tuple[Stream, ...]
    suspended: Numbers  # [rows, behaviors, states]: chance that a referral ends in a suspension
    referred: Numbers
    oss_any: Numbers
    oss_twice: Numbers


def draw_adults(world: CauseWorld, seed: int, roster: Roster) -> Adults:
    """The adults of each school, at least four."""
    rng = stream(seed, "cause", "adults")
    homes = np.bincount(roster.school[roster.year == 0], minlength=len(roster.sites.ids))
    number = np.maximum(4, np.round(homes / STUDENTS_PER_ADULT)).astype(np.int64)
    school = np.repeat(np.arange(number.size), number)
    score = rng.normal(0.0, 1.0, school.size)
    spread = pull = 0.0
    for part in world.parts:
        if isinstance(part, Meeting):
            spread, pull = (
                drawn(seed, part, "spread", part.spread),
                drawn(seed, part, "pull", part.pull),
            )
    codes = rng.permutation(school.size) + 20_001
    ids = tuple(f"T{c:06d}" for c in codes)
    return Adults(school, ids, np.cumsum(number) - number, number, spread * score, pull)


def chances_of(world: CauseWorld, seed: int, roster: Roster, adults: Adults) -> Chances:
    """Each row's chances in the world as it is declared."""
    base = _base_rate(world, seed, roster, adults)
    streams = [Stream(base, _shares(()), _cells((), ()), 1.0)]
    for part in world.parts:
        if isinstance(part, More):
            who = _whose(roster, part)
            rate = base * who * drawn(seed, part, "times", part.times)
            cells = _cells(part.locations, part.periods)
            streams.append(
                Stream(rate, _shares(part.behaviors), cells, part.adults, part.written_only, part)
            )
    suspended = _suspended(world, seed, roster)
    return _told(world, seed, roster, streams=tuple(streams), suspended=suspended)


def _base_rate(world: CauseWorld, seed: int, roster: Roster, adults: Adults) -> Numbers:
    usual = _USUAL * drawn(seed, world, "rate", world.rate)
    rate = usual * _BY_LEVEL[roster.level]
    if world.grades_alike:
        rate = np.full(rate.size, usual)
    return rate * common_factor(world, seed, roster) * _met(roster, adults)


def common_factor(world: CauseWorld, seed: int, roster: Roster) -> Numbers:
    """What schools, statuses, grades and things nobody recorded do to a row's rate."""
    factor = np.ones(roster.student.size)
    for part in world.parts:
        if isinstance(part, Schools):
            z = stream(seed, "cause", "schools").normal(0.0, 1.0, len(roster.sites.ids))
            spread = drawn(seed, part, "spread", part.spread)
            slope = drawn(seed, part, "slope", part.slope)
            factor *= np.exp(spread * z + slope * roster.sites.lean)[roster.school]
        elif isinstance(part, Carrier):
            people = roster.students
            has = people.status["frl"] if part.recorded else people.hidden
            factor *= np.where(has[roster.student], drawn(seed, part, "times", part.times), 1.0)
        elif isinstance(part, Grades):
            middle = roster.level == MIDDLE
            factor *= np.where(middle, drawn(seed, part, "times", part.times), 1.0)
        elif isinstance(part, Unrecorded):
            factor *= np.where(roster.group, drawn(seed, part, "times", part.times), 1.0)
    return factor


def _met(roster: Roster, adults: Adults) -> Numbers:
    """How much the adults a row meets refer, over the school's adults met alike."""
    alike, group = (
        _by_school(adults, w) for w in (_weights(adults, False), _weights(adults, True))
    )
    ratio = group / alike
    return np.where(roster.group, ratio[roster.school], 1.0)


def _weights(adults: Adults, group: bool) -> Numbers:
    """Referrals of each adult: how often met (a mean of 1 a school) times how often referring."""
    score = adults.loud / max(float(adults.loud.std()), 1e-9)
    met = np.exp(adults.pull * score * group)
    met = met / _by_school(adults, met)[adults.school]
    return np.asarray(met * np.exp(adults.loud))


def _by_school(adults: Adults, values: Numbers) -> Numbers:
    return np.asarray(np.bincount(adults.school, values) / adults.number)


def _shares(chosen: tuple[str, ...]) -> Numbers:
    shares = np.array([_BEHAVIORS[b][0] * (not chosen or b in chosen) for b in BEHAVIORS], float)
    return np.asarray(shares / shares.sum())


def _cells(locations: tuple[str, ...], periods: tuple[str, ...]) -> Numbers:
    cells = np.array([_PLACES[place] for place in LOCATIONS]).T
    cells = cells * np.array([not locations or place in locations for place in LOCATIONS])
    cells = cells * np.array([[not periods or p in periods] for p in PERIODS])
    return np.asarray(cells / cells.sum())


def _suspended(world: CauseWorld, seed: int, roster: Roster) -> Numbers:
    usual = np.array([_BEHAVIORS[b][1] for b in BEHAVIORS])
    chance = np.broadcast_to(usual[None, :, None], (roster.student.size, len(BEHAVIORS), 3)).copy()
    states = {"any": [FIRST, LATER, SUSPENDED], "first": [FIRST], "suspended": [SUSPENDED]}
    for part in world.parts:
        if isinstance(part, Harsher):
            who = np.flatnonzero(_whose(roster, part))
            times = drawn(seed, part, "times", part.times)
            chosen = _places(part.behaviors or BEHAVIORS)
            chance[np.ix_(who, chosen, np.array(states[part.at]))] *= times
        elif isinstance(part, Clause):
            who = np.flatnonzero(roster.at(part.schools))
            chance[np.ix_(who, _places(part.behaviors))] = drawn(seed, part, "chance", part.chance)
    return np.asarray(np.minimum(chance, _MOST))


def _whose(roster: Roster, part: More | Harsher | Missing) -> Mask:
    return np.asarray(roster.at(part.schools) & (roster.group | (not part.group)))


def _places(behaviors: tuple[str, ...]) -> Index:
    return np.array([BEHAVIORS.index(b) for b in behaviors])


def _kept(world: CauseWorld, seed: int, roster: Roster, column: str) -> Numbers:
    """The share of a row's referrals in which a column is filled in."""
    kept = np.ones(roster.student.size)
    for part in world.parts:
        if isinstance(part, Missing) and part.column == column:
            who = _whose(roster, part)
            kept = np.where(who, kept * (1 - drawn(seed, part, "share", part.share)), kept)
    return kept


def _told(
    world: CauseWorld, seed: int, roster: Roster, *, streams: tuple[Stream, ...], suspended: Numbers
) -> Chances:
    rate = np.sum([s.rate for s in streams], axis=0)
    kept = _kept(world, seed, roster, "action")
    answers = [
        s.rate[:, None] * np.einsum("b,nbs->ns", s.behaviors, suspended) * (not s.written_only)
        for s in streams
    ]
    # What is on record; exact where answers do not depend on what came before a blank row.
    q = np.sum(answers, axis=0) / rate[:, None] * kept[:, None]

    first, later, again = q.T
    shape = roster.evenness
    no_oss = no_suspension(rate, first, later, evenness=shape)
    twice = (
        1
        - no_suspension(rate, later, later, evenness=shape)
        - one_suspension(rate, later, again, evenness=shape)
    )
    return Chances(streams, suspended, 1 - _none(rate, shape), 1 - no_oss, twice)


def _none(rate: Numbers, shape: float) -> Numbers:
    """The chance of no event, over gamma propensities with mean 1."""
    return np.asarray((1 + rate / shape) ** -shape)


def no_suspension(
    rate: Numbers, first: Numbers | float, later: Numbers | float, *, evenness: float
) -> Numbers:
    """The chance of no suspension, where a first referral is answered unlike later ones.

    >>> float(no_suspension(np.array([1.0]), 0.0, 0.0, evenness=2.0)[0])
    1.0
    """
    no_referral = _none(rate, evenness)
    others = _none(rate * later, evenness) - no_referral
    return np.asarray(no_referral + (1 - first) / (1 - later) * others)


def one_suspension(
    rate: Numbers, before: Numbers | float, after: Numbers | float, *, evenness: float
) -> Numbers:
    """The chance of exactly one, where a student once suspended is answered unlike before."""
    alike = np.abs(np.subtract(before, after)) < _SAME
    apart = np.where(alike, 1.0, np.subtract(before, after))
    steady = rate * before * (1 + rate * before / evenness) ** (-evenness - 1)
    changing = before / apart * (_none(rate * after, evenness) - _none(rate * before, evenness))
    return np.asarray(np.where(alike, steady, changing))


@dataclass(frozen=True, slots=True)
class Referrals:
    """One entry a referral, in the order of years and days."""

    row: Index
    day: Index
    behavior: Index
    location: Index
    minute: Index
    staff: Index
    action: Index
    days: Numbers
    known: dict[str, Mask]  # by column: is it filled in


def draw_referrals(
    world: CauseWorld, seed: int, roster: Roster, *, chances: Chances, adults: Adults, length: int
) -> Referrals:
    """Draw every referral of every year, and what was done."""
    rng = stream(seed, "cause", "referrals")
    own = roster.students.own[roster.student]
    marks = []
    for k, s in enumerate(chances.streams):
        row = np.repeat(np.arange(own.size), rng.poisson(own * s.rate))
        behavior = rng.choice(len(BEHAVIORS), row.size, p=s.behaviors)
        cell = rng.choice(s.cells.size, row.size, p=s.cells.ravel())
        staff = _referrer(rng, adults, roster, row=row, share=s.adults)
        marks.append(np.stack([row, behavior, cell, staff, np.full(row.size, k)]))
    drawn_marks = np.concatenate(marks, axis=1)
    time = _times(rng, drawn_marks[0], own.size, bursts=world.bursts)
    order = np.lexsort((time, drawn_marks[0]))
    time, (row, behavior, cell, staff, origin) = time[order], drawn_marks[:, order]
    quiet = np.array([s.written_only for s in chances.streams])[origin]
    out = _outs(rng, row, chances.suspended[row, behavior] * ~quiet[:, None])
    action = np.where(quiet, 0, rng.choice(len(_MILD), row.size, p=_MILD))
    action = np.where(out, OSS, action)
    known = {
        c: rng.random(row.size) < _kept(world, seed, roster, c)[row]
        for c in ("action", "behavior", "location")
    }
    days = np.where(out, rng.choice(_DAYS[0], row.size, p=_DAYS[1]), 0) + (action == OSS - 1)
    period, location = np.divmod(cell, len(LOCATIONS))
    minute = np.array(STARTS)[period] + 5 * rng.integers(0, 9, row.size)
    day = np.minimum((time * length).astype(np.int64), length - 1)
    by_day = np.lexsort((minute, day, roster.year[row]))
    return Referrals(
        row[by_day], day[by_day], behavior[by_day], location[by_day], minute[by_day],
        staff[by_day], action[by_day], days[by_day].astype(np.float64),
        {c: v[by_day] for c, v in known.items()},
    )  # fmt: skip


def _times(rng: np.random.Generator, row: Index, rows: int, *, bursts: bool) -> Numbers:
    """When in the year, from 0 to 1; the number of referrals does not depend on it."""
    even = rng.random(row.size)
    middle = rng.random(rows)[row]
    near = np.abs(middle + rng.normal(0.0, 0.02, row.size)) % 1.0
    return np.where(rng.random(row.size) < 0.8 * bursts, near, even)


def _outs(rng: np.random.Generator, row: Index, chance: Numbers) -> Mask:
    """Which referrals, sorted by student and time, end in a suspension."""
    draw, place = rng.random(row.size), np.arange(row.size)
    starts = np.r_[True, row[1:] != row[:-1]] if row.size else np.zeros(0, np.bool_)
    before = draw < np.where(starts, chance[:, FIRST], chance[:, LATER])
    began = np.maximum.accumulate(np.where(starts, place, 0))
    earlier: Index = np.cumsum(before) - before  # those ahead of it, of all students
    since: Index = earlier - earlier[began]
    return np.where(since > 0, draw < chance[:, SUSPENDED], before)


def _referrer(
    rng: np.random.Generator, adults: Adults, roster: Roster, *, row: Index, share: float
) -> Index:
    place = np.arange(adults.school.size) - adults.first[adults.school]
    few = place < np.ceil(share * adults.number)[adults.school]
    staff = np.zeros(row.size, np.int64)
    for group in (False, True):
        who = np.flatnonzero(roster.group[row] == group)
        ends = np.cumsum(_weights(adults, group) * few)
        starts = np.r_[0.0, ends][adults.first]
        school = roster.school[row[who]]
        last = adults.first + adults.number - 1
        width = ends[last] - starts
        at = starts[school] + rng.random(who.size) * width[school]
        found = np.searchsorted(ends, at, side="right")
        staff[who] = np.minimum(found, last[school])
    return staff
