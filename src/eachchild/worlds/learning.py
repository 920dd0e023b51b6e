"""Courses and marks, the state assessment, who is kept back and who graduates, and supports."""

from dataclasses import dataclass

import numpy as np

from eachchild.worlds.enrollment import DROPPED_OUT, MOVED_AWAY, SchoolYear, seniors
from eachchild.worlds.happening import Expectations, Expected, spread
from eachchild.worlds.model import Codes, Index, Mask, Numbers
from eachchild.worlds.streams import stream

SUBJECTS = ("ENG", "MAT", "SCI", "SOC", "ART", "LAN", "ELE")
COURSE_LEVELS = ("general", "honors", "ap", "remedial")
GENERAL, HONORS, AP, REMEDIAL = range(4)
TESTED = ("math", "ela")
CUT, _SCORE_UNIT = 2500, 55.0
FIRST_WITH_MARKS, _SEVENTH_COURSE, FIRST_WITH_AP = 6, 9, 10  # grades
_FEWEST_DAYS = 20  # who is there fewer days stands in no course
_MARK_STEPS = 3  # marks of 1 to 4 points
_MARK_SPREAD = 0.26  # how far students of one chance differ, either way
_FAILED_COURSES = spread({1: 0.62, 2: 0.25, 3: 0.13})
_TEST_DAY, _TEST_TAKEN = 150, 0.97
SUPPORTS = ("reading_intervention", "math_intervention", "check_in_check_out", "counseling")
TIERS = (2, 2, 2, 3)


@dataclass(frozen=True, slots=True)
class Courses:
    """One entry a student and course; marks only for who stays to the end."""

    row: Index
    subject: Index
    level: Codes
    points: Codes
    failed: Mask
    marked: Mask


@dataclass(frozen=True, slots=True)
class Scores:
    """One entry a student and assessment; `taken` False: enrolled that day, not tested."""

    row: Index
    subject: Index
    score: Index
    proficient: Mask
    taken: Mask


@dataclass(frozen=True, slots=True)
class Completion:
    """One entry a student of the year."""

    retained: Mask
    cohort: Mask
    graduated: Mask
    gifted: Mask


@dataclass(frozen=True, slots=True)
class Supports:
    """One entry a support begun in the year, whoever the student is."""

    row: Index
    support: Index
    begin: Index
    end: Index  # school day; -1: still


def draw_courses(
    seed: int, spells: SchoolYear, *, honors: Numbers, ap: Numbers, marks: Numbers, failure: Numbers
) -> tuple[Courses, Expectations]:
    """Draw courses with marks; chances are of being in, or failing, at least one."""
    rng = stream(seed, "course", spells.year)
    n, stays = spells.student.size, spells.days >= _FEWEST_DAYS
    number = np.where(spells.grade >= _SEVENTH_COURSE, 7, 6)
    number = np.where(stays & (spells.grade >= FIRST_WITH_MARKS), number, 0)
    honors, ap = honors * stays, ap * stays
    level = _levels(rng, rng.random(n) < honors, rng.random(n) < ap)
    failed = _failed(rng, rng.random(n) < failure, number)
    narrow = np.minimum(np.minimum(marks, 1 - marks), _MARK_SPREAD)
    own = marks + narrow * rng.uniform(-1, 1, n)
    points = 1 + rng.binomial(_MARK_STEPS, own[:, None], (n, len(SUBJECTS)))
    takes = np.arange(len(SUBJECTS)) < number[:, None]
    row, subject = np.nonzero(takes)
    courses = Courses(
        row,
        subject,
        level[takes],
        np.where(failed, 0, points)[takes].astype(np.int8),
        failed[takes],
        spells.to_the_end[row],
    )
    marked = spells.to_the_end & (number > 0)
    lost = failure * _FAILED_COURSES.mean / np.maximum(number, 1)
    return courses, {
        "ap_enrolled": Expected(ap, spells.grade >= FIRST_WITH_AP),
        "honors_enrolled": Expected(1 - (1 - honors) * (1 - ap), spells.grade >= FIRST_WITH_MARKS),
        "course_failure": Expected(failure, marked),
        "gpa": Expected((1 + _MARK_STEPS * marks) * (1 - lost), marked),
    }


def draw_scores(seed: int, spells: SchoolYear, proficient: Numbers) -> tuple[Scores, Expectations]:
    """Draw scores whose share above the cut is each student's chance."""
    rng = stream(seed, "score", spells.year)
    there = (spells.first[:, 0] <= _TEST_DAY) & (spells.final_day >= _TEST_DAY)
    who = np.flatnonzero(there & (proficient > 0))
    row = np.repeat(who, len(TESTED))
    subject = np.tile(np.arange(len(TESTED)), who.size)
    drawn, chance = rng.uniform(1e-9, 1, row.size), proficient[row]
    above = np.log(chance / (1 - chance)) - np.log(drawn / (1 - drawn))
    passed = drawn < chance
    # Whole points on the right side of the cut, whatever rounding does.
    points = np.where(passed, np.ceil(above * _SCORE_UNIT), np.floor(above * _SCORE_UNIT) - 1)
    taken = rng.random(row.size) < _TEST_TAKEN
    asked = np.zeros(proficient.size, np.bool_)
    asked[row[taken & (subject == 0)]] = True
    scores = Scores(row, subject, (CUT + points).astype(np.int64), passed, taken)
    return scores, {"proficient": Expected(proficient, asked)}


def draw_completion(
    seed: int,
    spells: SchoolYear,
    *,
    retained: Mask,
    kept: Numbers,
    graduated: Numbers,
    gifted: Numbers,
) -> tuple[Completion, Expectations]:
    """Draw who graduates and who is in a gifted program; `retained` was drawn with the years."""
    rng = stream(seed, "completion", spells.year)
    n = spells.student.size
    cohort = seniors(spells) & (spells.leaving != MOVED_AWAY)
    graduated = np.where(cohort & (spells.leaving != DROPPED_OUT), graduated, 0.0)
    everybody = np.ones(n, np.bool_)
    completion = Completion(retained, cohort, rng.random(n) < graduated, rng.random(n) < gifted)
    return completion, {
        "retained": Expected(kept, everybody),
        "graduated": Expected(graduated, cohort),
        "gifted": Expected(gifted, everybody),
    }


def draw_supports(seed: int, spells: SchoolYear, given: Numbers) -> Supports:
    """Draw supports; a quarter of them is still given when the year ends."""
    rng = stream(seed, "support", spells.year)
    row = np.flatnonzero((rng.random(given.size) < given) & (spells.days >= _FEWEST_DAYS))
    nth = (rng.random(row.size) * (spells.days[row] - 10)).astype(np.int64)
    begin = spells.day_of(row, nth)
    left = spells.final_day[row] - begin
    end = begin + (rng.random(row.size) * (left + 1)).astype(np.int64)
    still = rng.random(row.size) < 0.25
    return Supports(row, rng.integers(0, len(SUPPORTS), row.size), begin, np.where(still, -1, end))


def _levels(rng: np.random.Generator, honors: Mask, ap: Mask) -> Codes:
    """One or two honors courses from the first subject on, AP courses from the fourth backwards."""
    n, column = honors.size, np.arange(len(SUBJECTS))
    level = np.zeros((n, column.size), np.int8)
    many = rng.integers(1, 3, (2, n))
    level[(column < many[0][:, None]) & honors[:, None]] = HONORS
    level[(column <= 3) & (column > 3 - many[1][:, None]) & ap[:, None]] = AP
    level[(rng.random(n) < 0.03) & (level[:, 0] == GENERAL), 0] = REMEDIAL
    return level


def _failed(rng: np.random.Generator, any_failed: Mask, number: Index) -> Mask:
    """Which courses are failed: one to three in a row, from a random one on, around the end."""
    column, n = np.arange(len(SUBJECTS)), any_failed.size
    many = np.where(any_failed, _FAILED_COURSES.draw(rng, n), 0)
    size = np.maximum(number, 1)
    start = (rng.random(n) * size).astype(np.int64)
    place = (column - start[:, None]) % size[:, None]
    return np.asarray((place < many[:, None]) & (column < number[:, None]))
