"""Series made of counts: put together, and one taken from another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from eachchild.progress.model import Known, Series, Whole
from eachchild.terms.years import of_date


def yearly(
    periods: Sequence[str], n: Whole, events: Whole, *, known: Known, is_count: bool = False
) -> Series:
    """A series of whole school years; what is not known counts nothing.

    >>> one = yearly(("2023-24",), np.array([10]), np.array([2]), known=np.array([False]))
    >>> one.n.tolist(), one.season.tolist()
    ([0], [0])
    """
    season = np.zeros(len(periods), np.int64)
    kept = (np.where(known, n, 0), np.where(known, events, 0))
    return Series(tuple(periods), *kept, season, known, is_count)


def minus(whole: Series, part: Series) -> Series:
    """Everybody but a part; known where both are."""
    known = whole.known & part.known
    n, events = (np.where(known, a - b, 0) for a, b in (
        (whole.n, part.n), (whole.events, part.events),
    ))  # fmt: skip
    return replace(whole, n=n, events=events, known=known & (n > 0))


def added(parts: Sequence[Series]) -> Series:
    """Several places as one; known where all are.

    Raises ValueError where there is none.
    """
    if not parts:
        raise ValueError("no series to add")
    known = np.logical_and.reduce([p.known for p in parts])
    n, events = (np.sum([getattr(p, name) for p in parts], axis=0) for name in ("n", "events"))
    return replace(
        parts[0], n=np.where(known, n, 0), events=np.where(known, events, 0), known=known
    )


def rates(series: Series) -> list[float | None]:
    """The rate of each entry; None where it is not known."""
    return [
        float(e) / float(n) if k and n else None
        for n, e, k in zip(series.n, series.events, series.known, strict=True)
    ]


def by_years(months: Series, periods: Sequence[str]) -> Series:
    """Months added up to school years; a year is known where all of its months are.

    Students add up to student-months: for what is counted by days alone.
    """
    of = np.array([_year_of(label, periods) for label in months.label], np.int64)
    size = len(periods)
    inside = of >= 0
    n, events, unknown, some = (
        np.bincount(of[inside], numbers[inside], size).astype(np.int64)
        for numbers in (months.n, months.events, ~months.known, np.ones_like(months.n))
    )
    known = (some > 0) & (unknown == 0)
    return yearly(periods, n, events, known=known, is_count=months.is_count)


def _year_of(month: str, periods: Sequence[str]) -> int:
    period = of_date(date(int(month[:4]), int(month[5:]), 1))
    return periods.index(period) if period in periods else -1
