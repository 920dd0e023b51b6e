"""Days absent: who is chronically absent by chance, then how many days, then which.

Suspensions are not written here: these are the absences that an attendance office records.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from eachchild.worlds.enrollment import SchoolYear
from eachchild.worlds.happening import Expectations, Expected, ranks
from eachchild.worlds.model import Codes, Index, Mask, Numbers
from eachchild.worlds.streams import stream

_DAYS = 512  # more than a year has, so that student and day fit into one number
_STEPS = 1024  # a draw is one of so many equal steps, so that its mean is known exactly
_USUAL, _CHRONIC = 1.6, 0.08  # powers that shape the days of the others and of the chronic
_HALF_DAYS = 0.08
_EXCUSED = (0.60, 0.95)  # below the first: yes; below the second: no; else blank
FEWEST_DAYS = 10  # who is enrolled fewer days is in no attendance rate


@dataclass(frozen=True, slots=True)
class Absences:
    """One entry an absence, by student and day."""

    row: Index  # place of the student in the year
    day: Index
    half: Mask
    excused: Codes  # 0 yes, 1 no, 2 blank

    def include(self, row: Index, day: Index) -> Mask:
        """Whether a student is absent on a day."""
        known, asked = self.row * _DAYS + self.day, row * _DAYS + day
        if not known.size:
            return np.zeros(asked.size, np.bool_)
        found = np.searchsorted(known, asked)
        return np.asarray(np.take(known, found, mode="clip") == asked)


def draw_absences(
    seed: int, spells: SchoolYear, chronic_chance: Numbers
) -> tuple[Absences, Expectations]:
    """Draw a year's absences and tell what each student could expect."""
    rng = stream(seed, "absence", spells.year)
    days = spells.days
    chronic = (rng.random(days.size) < chronic_chance).astype(np.int64)
    count = _table(spells.length)[chronic, days, rng.integers(0, _STEPS, days.size)]
    row = np.repeat(np.arange(days.size), count)
    spare = days[row] - count[row] + 1
    # Sorted draws from the days less the absences, each moved by its rank, never meet.
    key = np.sort(row * _DAYS + (rng.random(row.size) * spare).astype(np.int64))
    nth = key % _DAYS + ranks(row)
    half = (rng.random(row.size) < _HALF_DAYS) & (chronic[row] == 0)
    excused = np.searchsorted(_EXCUSED, rng.random(row.size), side="right").astype(np.int8)
    absences = Absences(row, spells.day_of(row, nth), half, excused)
    return absences, _expected(days, chronic_chance, spells.length)


def _expected(days: Index, chronic: Numbers, length: int) -> Expectations:
    usual, many = _table(length).mean(axis=2)
    mean_days = (1 - chronic) * usual[days] * (1 - _HALF_DAYS / 2) + chronic * many[days]
    asked = days >= FEWEST_DAYS
    return {
        "chronic_absence": Expected(chronic, asked),
        "absence_rate": Expected(100 * mean_days / days, asked),
    }


@cache
def _table(length: int) -> Index:
    """Days absent [chronic or not, days enrolled, step]: chronic is a tenth of the days or more."""
    step = (np.arange(_STEPS) + 0.5) / _STEPS
    days = np.arange(length + 1)
    limit = -(-days // 10)
    usual = np.floor(limit[:, None] * step**_USUAL)
    many = limit[:, None] + np.floor((days - limit + 1)[:, None] * (1 - (1 - step) ** _CHRONIC))
    many[0] = 0
    return np.stack([usual, many]).astype(np.int64)
