"""Identity that changes, as spans of time: from which day to which a value holds."""

from dataclasses import dataclass

import numpy as np

from eachchild.worlds.days import Days
from eachchild.worlds.district import District
from eachchild.worlds.model import Codes, Index, Mask
from eachchild.worlds.people import MISSING


@dataclass(frozen=True, slots=True)
class Spans:
    """One entry a span of one factor, by student and time; students not reported have none."""

    student: Index
    value: Codes
    begin: Days
    end: Days
    has_begin: Mask  # False: from the start
    has_end: Mask  # False: still


def spans_of(district: District, factor: str) -> Spans:
    """The spans of one factor, from each student's year of arrival on."""
    people, days = district.people, district.calendar
    years = len(days.periods)
    status, change = people.status[factor], people.changes[factor]
    reported = status[:, 0] != MISSING
    left = _last_year(district)
    students, values, begins = [], [], []
    for year in range(years):
        came = reported & (people.entered == year)
        students.append(np.flatnonzero(came))
        values.append(status[came, year])
        begins.append(np.full(int(came.sum()), np.datetime64("NaT"), "datetime64[D]"))
        in_summer = change[:, year] < 0
        # Nothing is written of a student who has left, so a summer counts only before a year here.
        known = (people.entered <= year) & (np.where(in_summer, year + 1, year) <= left)
        who = np.flatnonzero(reported & known & (status[:, year + 1] != status[:, year]))
        dated = days.days[year][np.maximum(change[who, year], 0)]
        summer = days.summer(min(year + 1, years - 1))
        students.append(who)
        values.append(status[who, year + 1])
        begins.append(np.where(in_summer[who], summer, dated))
    return _closed(np.concatenate(students), np.concatenate(values), np.concatenate(begins))


def _last_year(district: District) -> Index:
    last = np.zeros(district.people.size, np.int64)
    for spells in district.years:
        last[spells.student] = spells.year
    return last


def _closed(student: Index, value: Codes, begin: Days) -> Spans:
    """Sort by student and time; each span ends on the day before the next."""
    has_begin = ~np.isnat(begin)
    order = np.lexsort((np.where(has_begin, begin, np.datetime64("0001-01-01", "D")), student))
    begin, student = begin[order], student[order]
    followed = np.zeros(student.size, np.bool_)
    followed[:-1] = student[1:] == student[:-1]
    end = np.full(student.size, np.datetime64("NaT"), "datetime64[D]")
    end[:-1] = np.where(followed[:-1], begin[1:] - np.timedelta64(1, "D"), end[:-1])
    return Spans(student, value[order], begin, end, has_begin[order], followed)
