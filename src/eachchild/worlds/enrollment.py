"""One school year: who is enrolled, where, from which day to which, and as whom."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eachchild.worlds.makeup import chosen
from eachchild.worlds.model import LEVELS, SENIOR, Codes, Index, Mask, World
from eachchild.worlds.people import MISSING, YES_CODE, People, status_on
from eachchild.worlds.schools import Schools, grade_level
from eachchild.worlds.streams import stream

STAYED, MOVED_AWAY, DROPPED_OUT = 0, 1, 2
NO_SPELL = -1
_NO_SHOWS = 0.004
_HIGH = LEVELS.index("high")


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """Arrays have one entry a student enrolled in the year, spells in two columns.

    Days are places in the year's calendar; a student without a second spell has NO_SPELL there.
    `identity` is what the records say on the first day enrolled.
    """

    year: int
    student: Index
    grade: Index
    school: Index
    first: Index
    last: Index
    leaving: Codes
    length: int  # instructional days of the year
    identity: Mapping[str, Codes]
    no_show: Index  # [rows, 2]: student, school of a spell that never began

    @property
    def days_by_spell(self) -> Index:
        """School days of each spell."""
        return np.where(self.school == NO_SPELL, 0, self.last - self.first + 1)

    @property
    def days(self) -> Index:
        """School days enrolled."""
        return np.asarray(self.days_by_spell.sum(axis=1))

    @property
    def home(self) -> Index:
        """The school with most days; ties go to the later one."""
        days = self.days_by_spell
        second = (self.school[:, 1] != NO_SPELL) & (days[:, 1] >= days[:, 0])
        return np.where(second, self.school[:, 1], self.school[:, 0])

    @property
    def final_school(self) -> Index:
        """The school of the last spell."""
        return np.where(self.school[:, 1] == NO_SPELL, self.school[:, 0], self.school[:, 1])

    @property
    def final_day(self) -> Index:
        """The last day enrolled."""
        return np.where(self.school[:, 1] == NO_SPELL, self.last[:, 0], self.last[:, 1])

    @property
    def to_the_end(self) -> Mask:
        """Who is there on the last day of the year, and so gets final marks."""
        return np.asarray(self.final_day == self.length - 1)

    def day_of(self, row: Index, nth: Index) -> Index:
        """The calendar day of a student's nth day enrolled, counted from 0."""
        days, gap = self.days_by_spell[row, 0], self.first[row, 1] - self.last[row, 0] - 1
        return np.asarray(self.first[row, 0] + nth + np.where(nth >= days, gap, 0))

    def school_on(self, row: Index, day: Index) -> Index:
        """The school a student attends on a calendar day inside a spell."""
        second = (self.school[row, 1] != NO_SPELL) & (day >= self.first[row, 1])
        return np.asarray(np.where(second, self.school[row, 1], self.school[row, 0]))


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who comes back or arrives for a year, before their spells are drawn."""

    year: int
    student: Index
    grade: Index
    length: int


def draw_year(
    world: World, seed: int, enrolled: Enrolled, *, schools: Schools, people: People
) -> SchoolYear:
    """Draw the spells of one year; whether a student moves has nothing to do with identity."""
    rng = stream(seed, "enrollment", enrolled.year)
    n, level = enrolled.student.size, grade_level(enrolled.grade)
    begin, end = _stay(world, rng, enrolled)
    left = end < enrolled.length - 1
    moves = (rng.random(n) < world.movers) & (end - begin >= 40)
    race = people.fixed["race"][enrolled.student].astype(np.int64)
    here = people.school[enrolled.student, level]
    there = _another(rng, schools, race=race, level=level)
    planned = _another(rng, schools, race=race, level=level)
    cut = begin + 10 + (rng.random(n) * (end - begin - 30)).astype(np.int64)
    gap = np.where(there == here, rng.integers(2, 12, n), rng.integers(0, 6, n))
    dropped = left & (level == _HIGH) & (rng.random(n) < 0.3)
    return SchoolYear(
        year=enrolled.year,
        student=enrolled.student,
        grade=enrolled.grade,
        school=np.stack([here, np.where(moves, there, NO_SPELL)], axis=1),
        first=np.stack([begin, np.where(moves, cut + 1 + gap, 0)], axis=1),
        last=np.stack([np.where(moves, cut, end), np.where(moves, end, 0)], axis=1),
        leaving=np.where(dropped, DROPPED_OUT, np.where(left, MOVED_AWAY, STAYED)).astype(np.int8),
        length=enrolled.length,
        identity=_identity(people, enrolled, begin),
        no_show=_no_shows(rng, enrolled.student, here=here, there=planned),
    )


def with_meals_for_all(people: People, enrolled: Enrolled, schools: Schools) -> Codes:
    """The `frl` record with every student of a school with free meals for all written as free."""
    recorded = people.status["frl"].copy()
    here = people.school[enrolled.student, grade_level(enrolled.grade)]
    free = enrolled.student[schools.meals_for_all[here]]
    known = free[recorded[free, enrolled.year] != MISSING]
    recorded[known, enrolled.year] = YES_CODE
    return recorded


def seniors(spells: SchoolYear) -> Mask:
    """The students of the last grade."""
    return np.asarray(spells.grade == SENIOR)


def _stay(world: World, rng: np.random.Generator, enrolled: Enrolled) -> tuple[Index, Index]:
    n, length = enrolled.student.size, enrolled.length
    begin = np.where(rng.random(n) < world.late, rng.integers(4, 130, n), 0)
    away = (rng.random(n) * (length - 1 - begin)).astype(np.int64)
    end = np.where(rng.random(n) < world.withdrawn, begin + away, length - 1)
    return begin, end


def _another(rng: np.random.Generator, schools: Schools, *, race: Index, level: Index) -> Index:
    """A school of the level, drawn as at arrival; the same one again is a re-entry."""
    found = np.zeros(race.size, np.int64)
    for i in range(len(LEVELS)):
        rows = np.flatnonzero(level == i)
        found[rows] = schools.at(i)[chosen(rng, schools.joint[i], race[rows])]
    return found


def _identity(people: People, enrolled: Enrolled, first_day: Index) -> dict[str, Codes]:
    fixed = {name: values[enrolled.student] for name, values in people.fixed.items()}
    varying = {
        name: status_on(people, name, year=enrolled.year, students=enrolled.student, day=first_day)
        for name in people.status
    }
    return fixed | varying


def _no_shows(rng: np.random.Generator, student: Index, *, here: Index, there: Index) -> Index:
    rows = np.flatnonzero((rng.random(student.size) < _NO_SHOWS) & (here != there))
    return np.stack([student[rows], there[rows]], axis=1)
