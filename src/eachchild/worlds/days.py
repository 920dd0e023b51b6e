"""The district's calendar: which days there is school."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from eachchild.terms.years import starting

Days = NDArray[np.datetime64]
_LAST_START = 2024
_LENGTH = 178


@dataclass(frozen=True, slots=True)
class Calendar:
    """Instructional days of each year, in order; a day is known by its place among them."""

    periods: tuple[str, ...]
    days: tuple[Days, ...]

    def summer(self, year: int) -> np.datetime64:
        """The first of July before a year, when what changes in the summer begins to hold."""
        return np.datetime64(f"{self.periods[year][:4]}-07-01", "D")


def calendar(years: int) -> Calendar:
    """The last `years` school years up to 2024-25.

    >>> calendar(2).periods
    ('2023-24', '2024-25')
    """
    starts = range(_LAST_START - years + 1, _LAST_START + 1)
    return Calendar(tuple(starting(y) for y in starts), tuple(_school_days(y) for y in starts))


def _school_days(year: int) -> Days:
    first = date(year, 8, 25)
    all_days = (first + timedelta(days=i) for i in range(310))
    kept = [d for d in all_days if d.weekday() < 5 and not _closed(d)]
    return np.array(kept[:_LENGTH], "datetime64[D]")


def _closed(day: date) -> bool:
    """Labor Day, Thanksgiving, winter, two Mondays, a week in spring, and Memorial Day."""
    monday = day.weekday() == 0
    if day.month in (9, 11):
        first_week = day.day <= 7 and monday
        return first_week if day.month == 9 else day.weekday() in (3, 4) and 22 <= day.day <= 29
    winter = (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 2)
    king_presidents = monday and day.month in (1, 2) and 15 <= day.day <= 21
    memorial = monday and day.month == 5 and day.day >= 25
    return winter or king_presidents or memorial or (day.month == 4 and 1 <= day.day <= 5)
