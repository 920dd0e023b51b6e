"""School years and instructional days as small tables that spells are joined with.

A spell's instructional days are a difference of two running counts, so no row a student and day is
ever made for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eachchild.cube.cells import Whole
from eachchild.terms.years import starting

Days = NDArray[np.datetime64]
_Window = tuple[str, int, int, int, bool, np.datetime64, np.datetime64, np.datetime64 | None]
_TURN = 6  # school years turn in July, month 6 counted from 0


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """`windows`: for each school and year the first and last day that count, and its calendar;
    `closed_before` is the last day of the school's year before, null in its first.

    `days`: for each calendar every day from first to last, with the instructional days before it
    and up to it. `known` is False where no calendar covers the school: its days are not known.
    """

    windows: pa.Table  # school_id, place, year, calendar, known, opens, closes, closed_before
    days: pa.Table  # calendar, date, ordinal (in its year), before, upto, is_school_day
    years: pa.Table  # year, period, as_of (the date of the plan's as-of day in it; null: none)


def school_days(
    schools: Sequence[str], calendar: pa.Table | None, entries: tuple[date, date], as_of: str
) -> SchoolDays:
    """Lay out the school years of a district.

    With a calendar the years are those it has days in, and each runs from its first to its last
    instructional day: an exit recorded in July starts no new year. A school without days of its
    own or for all schools takes the district's first and last day, but its days are not known.
    Without a calendar the years are those in which somebody entered, August to June, days unknown.
    `entries` are the first and last date of entry; `schools` stand in the order of their names.
    """
    dates, owners = _calendar_rows(calendar)
    years = _years(dates, entries)
    rows: list[_Window] = []
    closed: dict[str, np.datetime64] = {}
    calendars: list[tuple[Days, Days]] = []  # every day, and whether it is a school day
    numbers: dict[tuple[int, bytes], int] = {}
    of_year = _school_year(dates)
    for year in years:
        within = of_year == year
        own = _by_school(dates[within], owners[within])
        district = np.unique(dates[within]) if within.any() else _whole_year(year)
        for place, school in enumerate(schools):
            days = np.union1d(own.get("", dates[:0]), own.get(school, dates[:0]))
            known = days.size > 0
            span = days if known else district
            key = (year, days.tobytes())
            if key not in numbers:
                numbers[key] = len(calendars)
                calendars.append((np.arange(span[0], span[-1] + 1), days))
            before = closed.get(school)
            rows.append((school, place, year, numbers[key], known, span[0], span[-1], before))
            closed[school] = span[-1]
    return SchoolDays(_windows(rows), _days(calendars), _year_table(years, as_of))


def _calendar_rows(calendar: pa.Table | None) -> tuple[Days, NDArray[np.str_]]:
    if calendar is None:
        return np.zeros(0, "M8[D]"), np.zeros(0, np.str_)
    dates = calendar["date"].to_numpy().astype("M8[D]")
    owners = np.array([s or "" for s in calendar["school_id"].to_pylist()], np.str_)
    return dates, owners


def _school_year(dates: Days) -> Whole:
    months = dates.astype("M8[M]").astype(np.int64)
    year: Whole = (months - _TURN) // 12 + 1970
    return year


def _years(dates: Days, entries: tuple[date, date]) -> list[int]:
    if dates.size:
        return [int(y) for y in np.unique(_school_year(dates))]
    first, last = _school_year(np.array(entries, "M8[D]")).tolist()
    return list(range(first, last + 1))


def _whole_year(year: int) -> Days:
    """Without a calendar: August to June, since spells are often closed or opened in July."""
    return np.array([f"{year}-08-01", f"{year + 1}-06-30"], "M8[D]")


def _by_school(dates: Days, owners: NDArray[np.str_]) -> dict[str, Days]:
    order = np.lexsort((dates, owners))
    dates, owners = dates[order], owners[order]
    new = np.append(dates.size > 0, owners[1:] != owners[:-1])[: dates.size]
    ends = [*np.flatnonzero(new).tolist(), dates.size]
    return {str(owners[a]): np.unique(dates[a:b]) for a, b in pairwise(ends)}


def _windows(rows: Sequence[_Window]) -> pa.Table:
    schools, places, years, calendars, known, opens, closes, before = zip(*rows, strict=True)
    return pa.table(
        {
            "school_id": pa.array(schools, pa.string()),
            "place": pa.array(places, pa.int64()),
            "year": pa.array(years, pa.int64()),
            "calendar": pa.array(calendars, pa.int64()),
            "known": pa.array(known, pa.bool_()),
            "opens": pa.array(np.array(opens, "M8[D]")),
            "closes": pa.array(np.array(closes, "M8[D]")),
            "closed_before": pa.array(np.array(before, "M8[D]")),
        }
    )


def _days(calendars: Sequence[tuple[Days, Days]]) -> pa.Table:
    every = [day for day, _ in calendars]
    school = [np.isin(day, days) for day, days in calendars]
    upto = [np.cumsum(s) for s in school]
    dates = np.concatenate([*every, np.zeros(0, "M8[D]")])
    begins = ((_school_year(dates) - 1970) * 12 + _TURN).astype("M8[M]").astype("M8[D]")
    is_school_day = np.concatenate([*school, np.zeros(0, np.bool_)])
    up = np.concatenate([*upto, np.zeros(0, np.int64)])
    return pa.table(
        {
            "calendar": np.repeat(np.arange(len(every)), [len(d) for d in every]),
            "date": pa.array(dates),
            "ordinal": (dates - begins).astype(np.int64),
            "before": up - is_school_day,
            "upto": up,
            "is_school_day": is_school_day,
        }
    )


def _year_table(years: Sequence[int], as_of: str) -> pa.Table:
    return pa.table(
        {
            "year": pa.array(years, pa.int64()),
            "period": pa.array([starting(y) for y in years], pa.string()),
            "as_of": pa.array([as_of_day(as_of, y) for y in years], pa.date32()),
        }
    )


def as_of_day(as_of: str, year: int) -> date | None:
    """The plan's as-of date in a school year: its month and day there; None for the other rules.

    >>> as_of_day("2021-10-01", 2022), as_of_day("2020-02-29", 2021), as_of_day("first_day", 2022)
    (datetime.date(2022, 10, 1), datetime.date(2022, 2, 28), None)
    """
    parts = as_of.split("-")
    if len(parts) != 3:
        return None
    month, day = int(parts[1]), int(parts[2])
    calendar_year = year if month > _TURN else year + 1
    if (month, day) == (2, 29):
        day = 28
    return date(calendar_year, month, day)
