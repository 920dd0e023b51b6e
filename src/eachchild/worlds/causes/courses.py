"""Access to courses, supports and marks, and days absent: chances of every student, and rows.

A student's readiness is standard normal and lasts; each spring's test reads it with an error, so
that the chance to pass a cut is a normal probability.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from eachchild.worlds.causes.parts import CauseWorld, Gate, LateBuses, NotOffered, Support
from eachchild.worlds.causes.referrals import common_factor
from eachchild.worlds.causes.roster import Roster, drawn
from eachchild.worlds.model import Index, Mask, Numbers
from eachchild.worlds.streams import stream

FIRST_GRADE = {"ap_enrolled": 10, "honors_enrolled": 6, "course_failure": 6}
LEVEL_OF = {"ap_enrolled": "ap", "honors_enrolled": "honors"}
SUBJECTS = ("ENG", "MAT", "SCI", "SOC")
SUPPORTS, LIST = ("tutoring", "counseling"), "early_warning_list"
_RELIABLE = 0.85  # correlation of a test with readiness
_CUT, _NEED = 0.3, -0.6  # test scores, in standard deviations, for a course and for a support
_RECOMMENDED, _TAKES = (0.12, 0.80), 0.85  # below the cut and from it on
_LISTED, _GIVEN = (0.04, 0.90), 0.85  # without need and with it; then of those listed
_FAILS, _HELPED = (0.06, 0.50), 0.35  # without need and with it; times, where supported
_ABSENT, _MOST_ABSENT, _BUS_STOPS = 0.05, 0.15, 4
_MOST = 0.97
REASONS = ("transport", "illness", "family", "skipping", "other")
_ORDINARY = (0.55, 0.20, 0.15, 0.10)  # of ordinary days with a reason, in the order of the rest
_BLANK = (0.10, 0.25)  # of ordinary days, by district


@dataclass(frozen=True, slots=True)
class Ways:
    """The chance of each step of a row; `shift` is what the test reads lower."""

    shift: Numbers
    low: Numbers  # below the cut
    high: Numbers
    after: Numbers  # of those, who get what it leads to
    asked: Mask  # who is counted


def access_of(world: CauseWorld, seed: int, roster: Roster) -> tuple[Ways, Numbers]:
    """The steps to a course, and the chance to be in it."""
    n = roster.student.size
    shift, recommended, offered = np.zeros(n), np.ones(n), np.ones(n, np.bool_)
    for part in world.parts:
        if isinstance(part, Gate):
            who = roster.group & roster.at(part.schools)
            shift += who * drawn(seed, part, "shift", part.shift)
            share = drawn(seed, part, "recommended", part.recommended)
            recommended = np.where(who, recommended * share, recommended)
        elif isinstance(part, NotOffered):
            offered &= ~_closed(seed, part, roster)[roster.school]
    take = np.minimum(_TAKES * common_factor(world, seed, roster), _MOST) * offered
    cut = any(isinstance(p, Gate) and p.cut for p in world.parts)
    low = 0.0 if cut else _RECOMMENDED[0]
    ways = Ways(
        shift, low * recommended, _RECOMMENDED[1] * recommended, take,
        roster.grade >= FIRST_GRADE[world.outcome],
    )  # fmt: skip
    passes = 1 - norm.cdf(_CUT + shift)
    return ways, (ways.low * (1 - passes) + ways.high * passes) * take


def _closed(seed: int, part: NotOffered, roster: Roster) -> Mask:
    """The schools that do not offer it; of the schools chosen, those that lean furthest."""
    sites, closed = roster.sites, np.zeros(len(roster.sites.ids), np.bool_)
    share = drawn(seed, part, "share", part.share)
    for level in np.unique(sites.level):
        chosen = np.flatnonzero(sites.chosen(part.schools) & (sites.level == level))
        ranked = chosen[np.argsort(-np.abs(sites.lean[chosen]), kind="stable")]
        closed[ranked[: int(np.ceil(share * ranked.size))]] = True
    return closed


@dataclass(frozen=True, slots=True)
class Helped:
    """The chances around a support: to be listed by need, supported, and to fail."""

    listed: Numbers  # [rows, without need | with it]
    given: Numbers
    fails: Numbers  # [rows, without need | with it]
    asked: Mask


def support_of(world: CauseWorld, seed: int, roster: Roster) -> tuple[Helped, Numbers]:
    """The steps to a support, and the chance to fail a course."""
    n = roster.student.size
    listed, given = np.tile(_LISTED, (n, 1)), np.full(n, _GIVEN)
    for part in world.parts:
        if isinstance(part, Support):
            who = roster.group & roster.at(part.schools)
            times = np.where(who, drawn(seed, part, "given", part.given), 1.0)
            if part.listed:
                listed[:, 1] *= times
            else:
                given *= times
    fails = np.minimum(np.array(_FAILS) * common_factor(world, seed, roster)[:, None], _MOST)
    helped = Helped(listed, given, fails, roster.grade >= FIRST_GRADE[world.outcome])
    need = np.array([1 - norm.cdf(_NEED), norm.cdf(_NEED)])
    supported = listed * given[:, None]
    return helped, (need * fails * (1 - supported * (1 - _HELPED))).sum(axis=1)


@dataclass(frozen=True, slots=True)
class Days:
    """The chance to be absent on a day, and which days a row's bus comes late."""

    chance: Numbers
    rides: Numbers  # chance to ride
    late_days: int
    recorded: bool  # whether the reason of an absence is


def absence_of(
    world: CauseWorld, seed: int, roster: Roster, *, length: int
) -> tuple[Days, Numbers]:
    """The chance of an absence, and the days absent of every hundred."""
    usual = _ABSENT * drawn(seed, world, "rate", world.rate)
    chance = np.minimum(usual * common_factor(world, seed, roster), _MOST_ABSENT)
    rides, late, recorded = np.zeros(roster.student.size), 0, False
    for part in world.parts:
        if isinstance(part, LateBuses):
            rides = np.where(roster.group, *part.riding)
            late, recorded = round(drawn(seed, part, "days", part.days)), part.recorded
    return Days(chance, rides, late, recorded), 100 * (
        chance + rides * late / length * (1 - chance) / 2
    )


@dataclass(frozen=True, slots=True)
class CourseRows:
    """One entry a row of the roster, of those asked, in `row`."""

    row: Index
    score: Numbers  # this spring's, of every row of the roster
    advanced: Mask
    failed: Mask


@dataclass(frozen=True, slots=True)
class SupportRows:
    """Lists and supports: one entry a row."""

    row: Index
    support: Index  # place in (LIST, *SUPPORTS)
    day: Index


def _ready(seed: int, roster: Roster, shift: Numbers) -> tuple[Numbers, Numbers]:
    """Last spring's and this spring's test score of each row, in standard deviations."""
    rng = stream(seed, "cause", "tests")
    ready = rng.normal(0.0, 1.0, roster.students.own.size)
    springs = rng.normal(0.0, 1.0, (ready.size, roster.years + 1)) * np.sqrt(1 - _RELIABLE**2)
    scores = _RELIABLE * ready[:, None] + springs
    student, year = roster.student, roster.year
    return scores[student, year] - shift, scores[student, year + 1] - shift


def draw_courses(seed: int, roster: Roster, ways: Ways) -> CourseRows:
    """Draw tests, and who is in the advanced course."""
    rng = stream(seed, "cause", "courses")
    before, spring = _ready(seed, roster, ways.shift)
    chance = np.where(before >= _CUT, ways.high, ways.low) * ways.after
    advanced = rng.random(chance.size) < chance
    row = np.flatnonzero(roster.grade >= 6)
    failed = rng.random(row.size) < 0.08
    return CourseRows(row, spring, (advanced & ways.asked)[row], failed)


def draw_supports(seed: int, roster: Roster, helped: Helped) -> tuple[CourseRows, SupportRows]:
    """Draw tests, who is listed, who is supported, and who fails a course."""
    rng = stream(seed, "cause", "supports")
    before, spring = _ready(seed, roster, np.zeros(roster.student.size))
    need = (before < _NEED).astype(np.int64)
    rows = np.arange(need.size)
    listed = helped.asked & (rng.random(need.size) < helped.listed[rows, need])
    given = listed & (rng.random(need.size) < helped.given)
    fails = helped.fails[rows, need] * np.where(given, _HELPED, 1.0)
    failed = rng.random(need.size) < fails
    row = np.flatnonzero(helped.asked)
    who, day = np.flatnonzero(listed), rng.integers(5, 20, need.size)
    got = np.flatnonzero(given)
    support = SupportRows(
        np.r_[who, got],
        np.r_[np.zeros(who.size, np.int64), 1 + rng.integers(0, len(SUPPORTS), got.size)],
        np.r_[day[who], day[got] + rng.integers(5, 40, got.size)],
    )
    return CourseRows(row, spring, np.zeros(row.size, np.bool_), failed[row]), support


@dataclass(frozen=True, slots=True)
class AbsenceRows:
    """One entry an absence, by year, student and day."""

    row: Index
    day: Index
    half: Mask
    reason: Index | None  # place in REASONS, -1 where blank; None: nothing is recorded


def draw_absences(seed: int, roster: Roster, days: Days, *, length: int) -> AbsenceRows:
    """Draw absences day by day; a late bus costs all who ride it half of the same day."""
    rng = stream(seed, "cause", "absences")
    own = np.clip(rng.gamma(2.0, 0.5, roster.students.own.size), 0, None)
    chance = days.chance * own[roster.student]
    parts = []
    late, route = _late(rng, roster, days, length=length), rng.integers(0, _BUS_STOPS, chance.size)
    rides = rng.random(chance.size) < days.rides
    for start in range(0, chance.size, 20_000):  # a day's draw for every row would fill memory
        piece = slice(start, start + 20_000)
        whole = rng.random((chance[piece].size, length), np.float32) < chance[piece, None]
        half = late[roster.school[piece] * _BUS_STOPS + route[piece], roster.year[piece]]
        half = half & rides[piece, None] & ~whole
        row, day = np.nonzero(whole | half)
        parts.append((row + start, day, half[row, day]))
    row, day, half = (np.concatenate(c) for c in zip(*parts, strict=True))
    return AbsenceRows(row, day, half, _reasons(seed, half) if days.recorded else None)


def _reasons(seed: int, half: Mask) -> Index:
    """Why: of half days a late bus, of others what is usual, for some of which nothing is said."""
    rng = stream(seed, "cause", "reasons")
    blank = rng.random(half.size) < rng.uniform(*_BLANK)
    usual = 1 + rng.choice(len(_ORDINARY), half.size, p=_ORDINARY)
    return np.where(half, REASONS.index("transport"), np.where(blank, -1, usual))


def _late(rng: np.random.Generator, roster: Roster, days: Days, *, length: int) -> Mask:
    """On which days of which year a route of a school comes late: [routes, years, days]."""
    shape = (len(roster.sites.ids) * _BUS_STOPS, roster.years, length)
    order = np.argsort(rng.random(shape), axis=2)
    return np.asarray(order < days.late_days)
