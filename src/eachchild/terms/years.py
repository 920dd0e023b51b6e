"""School years and other periods, written one way: `2021-22`, `2021-10`, or `all`."""

import re
from datetime import date

ALL = "all"
_YEAR_PAIR = re.compile(r"(\d{4})\s*[-/–]\s*(\d{4}|\d{2})")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class PeriodError(ValueError):
    """A school-year label that could mean two things, or none."""


def school_year(text: str) -> str:
    """Write a school-year label our way.

    >>> school_year("2021-2022"), school_year("2021/22"), school_year("2021-22")
    ('2021-22', '2021-22', '2021-22')

    A single year does not say whether it is the one a school year starts or ends in (vendors use
    both), so it raises PeriodError; the plan's `year_is = "start"` or `"end"` settles it.
    """
    match = _YEAR_PAIR.fullmatch(text.strip())
    if match:
        start, end = int(match[1]), match[2]
        if int(end) % 100 == (start + 1) % 100 and (len(end) == 2 or int(end) == start + 1):
            return starting(start)
        # Reached by '2021-10' too: a month, not a pair of years.
        if len(end) == 2 and _MONTH.fullmatch(text.strip()):
            return text.strip()
    raise PeriodError('write school years as 2021-22, or say year_is = "start" or "end"')


def starting(year: int) -> str:
    """The school year that starts in this calendar year.

    >>> starting(1999)
    '1999-00'
    """
    return f"{year}-{(year + 1) % 100:02d}"


def years_between(first: str, last: str) -> int:
    """How many school years lie between two, neither counted; 0 where one is no school year.

    >>> years_between("2018-19", "2021-22"), years_between("2021-22", "2022-23")
    (2, 0)
    """
    if any(starting(int(p[:4])) != p for p in (first, last) if p != ALL) or ALL in (first, last):
        return 0
    return max(int(last[:4]) - int(first[:4]) - 1, 0)


def of_date(day: date, first_month: int = 7) -> str:
    """The school year a date falls in; by default years turn in July.

    >>> of_date(date(2022, 3, 1))
    '2021-22'
    """
    return starting(day.year if day.month >= first_month else day.year - 1)
