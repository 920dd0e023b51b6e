"""Which entries of a series lie before a change and which after it."""

from dataclasses import dataclass

import numpy as np

from eachchild.progress.model import Known, Series
from eachchild.terms.years import starting

FIRST_MONTH = 7  # a school year turns in July, as everywhere in the program
LATEST_START = 10  # a change that begins later than October leaves that year neither here nor there


@dataclass(frozen=True, slots=True)
class Split:
    """Masks over a series: entries known before a change, and since."""

    before: Known
    after: Known


def split(series: Series, begins: str, *, until: str = "9999") -> Split:
    """Part a series at the first month of a change; `until` leaves out what came later.

    A school year in which the change begins counts as after where it begins by October, and as
    neither where it begins later.

    >>> import numpy as np
    >>> n = np.array([9, 9, 9])
    >>> years = Series(("2023-24", "2024-25", "2025-26"), n, n, n * 0, n > 0)
    >>> split(years, "2025-09").after, split(years, "2026-01").after
    (array([False, False,  True]), array([False, False, False]))
    """
    labels = np.array(series.label, np.str_)
    if series.is_monthly:
        before, after = labels < begins, labels >= begins
    else:
        year = year_of(begins)
        before = labels < year
        after = labels >= year if is_early(begins) else labels > year
    seen = series.known & (labels <= until) & (series.n > 0)
    return Split(before & seen, after & seen)


def is_early(begins: str) -> bool:
    """Whether a change begins so early that its school year counts as after it.

    >>> is_early("2025-09"), is_early("2026-01")
    (True, False)
    """
    return FIRST_MONTH <= int(begins[5:7]) <= LATEST_START


def year_of(label: str) -> str:
    """The school year of a month; a school year is its own.

    >>> year_of("2026-03"), year_of("2025-26")
    ('2025-26', '2025-26')
    """
    first, second = int(label[:4]), int(label[5:7])
    if second == (first + 1) % 100 and second > 12:
        return label
    return starting(first if second >= FIRST_MONTH else first - 1)


def next_month(label: str) -> str:
    """The month after a month.

    >>> next_month("2025-12")
    '2026-01'
    """
    year, month = int(label[:4]), int(label[5:7])
    return f"{year + month // 12}-{month % 12 + 1:02d}"
