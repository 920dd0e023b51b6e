"""Dates, by our own rules: month and day are told apart for a whole column of a file at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from eachchild.sources.reading.asked import MISSING_WORDS, Asked, Fault, Reading, faults_of, mark

_TIME = r"(?:[T ]+\d.*)?"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d\d)" + _TIME)
_DAY_FIRST = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})\.?[- ,]+(\d{4}|\d\d)" + _TIME)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?[- ]+(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})" + _TIME)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_FIRST, _LAST = date(1980, 1, 1), date(2079, 12, 31)  # no school record of today is dated outside
# What systems write for "no date yet"; in a column where a blank says "still", they say the same.
_STILL = (date(1900, 1, 1), date(1899, 12, 30))
_STILL_FROM = 2090
_DAY_ZERO = date(1899, 12, 30)  # of Excel's count of days


@dataclass(frozen=True, slots=True)
class _Read:
    """One text: how it is written, and the date, or the two numbers that may be month and day."""

    how: str = ""  # iso, numeric, named, serial; empty: not a date
    day: date | None = None
    numbers: tuple[int, int, int] | None = None  # first, second, year


def read_dates(texts: pa.Array, asked: Asked) -> Reading:
    """Dates; what is none, or lies before 1980 or after 2079, is missing (V03).

    Where month and day may stand in either order, texts that can only be one way decide for the
    column; where they disagree (V01) the others are missing; where none decides, the plan's
    `date_order` does, and else they are read month first and noted (V02).
    """
    words = texts.to_pylist()
    reads = [_classify(word) for word in words]
    order, faults = _order(reads, asked.date_order)
    days = [_day(read, order) for read in reads]
    blank = mark(words, lambda word: word.casefold() in MISSING_WORDS)
    still = np.array([_is_still(d) for d in days], dtype=bool) & asked.blank_speaks
    outside = np.array([d is not None and not _FIRST <= d <= _LAST for d in days], dtype=bool)
    unread = np.array([d is None for d in days], dtype=bool) & ~blank & ~faults.conflict
    wrong = unread | (outside & ~still)
    mixed = _minority(reads) & ~wrong
    known = [
        None if d is None or o or s else d for d, o, s in zip(days, outside, still, strict=True)
    ]
    return Reading(
        pa.array(known, pa.date32()),
        faults_of(
            Fault("V01", "blank", faults.conflict, {"order": "unknown"}),
            Fault(
                "V01", "note", mixed, {"read_as": "month first"} if faults.ambiguous.any() else {}
            ),
            Fault("V02", "note", faults.ambiguous & ~wrong & ~mixed, {"read_as": "month first"}),
            Fault("V03", "blank", wrong),
            Fault("V03", "note", still, {"placeholder": True}),
            Fault("V03", "note", _is(reads, "serial") & ~wrong, {"serial": True}),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Order:
    ambiguous: np.ndarray[tuple[int], np.dtype[np.bool_]]
    conflict: np.ndarray[tuple[int], np.dtype[np.bool_]]


def _order(reads: Sequence[_Read], given: str | None) -> tuple[str | None, _Order]:
    """The order of month and day in the column; None: each text that can be only one way is."""
    pairs = [r.numbers for r in reads]
    either = np.array([p is not None and p[0] <= 12 and p[1] <= 12 for p in pairs], dtype=bool)
    alike = np.array([p is not None and p[0] == p[1] for p in pairs], dtype=bool)
    none = np.zeros(len(reads), dtype=bool)
    if given in ("mdy", "dmy"):
        return given, _Order(none, none)
    day_first = any(p is not None and p[0] > 12 for p in pairs)
    month_first = any(p is not None and p[1] > 12 for p in pairs)
    if day_first and month_first:
        return None, _Order(none, either & ~alike)
    if day_first or month_first:
        return ("dmy" if day_first else "mdy"), _Order(none, none)
    return "mdy", _Order(either & ~alike, none)


def _day(read: _Read, order: str | None) -> date | None:
    if read.numbers is None:
        return read.day
    first, second, year = read.numbers
    if order is None:
        order = "dmy" if first > 12 else "mdy"
        if first <= 12 and second <= 12 and first != second:
            return None
    month, day = (first, second) if order == "mdy" else (second, first)
    return _date(year, month, day)


def _classify(text: str) -> _Read:
    """How one text is written.

    >>> _classify("2021-09-03").day, _classify("9/3/21").numbers, _classify("3-Jan").how
    (datetime.date(2021, 9, 3), (9, 3, 2021), '')
    """
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _Read("iso", _date(*(int(g) for g in match.groups())))
    if match := _NUMERIC.fullmatch(text):
        return _Read("numeric", numbers=(int(match[1]), int(match[2]), _year(match[3])))
    if match := _DAY_FIRST.fullmatch(text):
        return _Read("named", _date(_year(match[3]), _month(match[2]), int(match[1])))
    if match := _MONTH_FIRST.fullmatch(text):
        return _Read("named", _date(_year(match[3]), _month(match[1]), int(match[2])))
    if match := _SERIAL.fullmatch(text):
        return _Read("serial", _DAY_ZERO + timedelta(days=int(match[1])))
    return _Read()


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 80 else 1900)


def _month(name: str) -> int:
    short = name[:3].casefold()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _is_still(day: date | None) -> bool:
    return day is not None and (day in _STILL or day.year >= _STILL_FROM)


def _is(reads: Sequence[_Read], how: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([r.how == how for r in reads], dtype=bool)


def _minority(reads: Sequence[_Read]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Texts not written as most of the column is; day counts have a rule of their own."""
    ways = [r.how for r in reads if r.how not in ("", "serial")]
    usual = max(sorted(set(ways)), key=ways.count, default="")
    return np.array([r.how not in ("", "serial", usual) for r in reads], dtype=bool)
