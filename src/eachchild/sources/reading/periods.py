"""School years, written our way; a single year that could be the first or last is no guess."""

import re

import numpy as np
import pyarrow as pa

from eachchild.sources.reading.asked import (
    MISSING_WORDS,
    SAYS_NOTHING,
    Asked,
    Fault,
    Reading,
    faults_of,
)
from eachchild.terms.years import PeriodError, school_year, starting

_SINGLE = re.compile(r"(?:19|20)\d\d(?:\.0)?")
_AROUND = re.compile(r"^(sy|school year)\s*|\s*school year$", re.IGNORECASE)


def read_periods(texts: pa.Array, asked: Asked) -> Reading:
    """School years and months; a label that could mean two things is missing (V04)."""
    words = texts.to_pylist()
    values = [_period(asked.codes.get(word, word), asked.year_is) for word in words]
    blank = np.fromiter(
        (
            word.casefold() in MISSING_WORDS or asked.codes.get(word) in SAYS_NOTHING
            for word in words
        ),
        dtype=bool,
        count=len(words),
    )
    unread = np.array([v is None for v in values], dtype=bool) & ~blank
    return Reading(pa.array(values, pa.string()), faults_of(Fault("V04", "blank", unread)))


def _period(text: str, year_is: str | None) -> str | None:
    """One label; None where it cannot be told.

    >>> _period("SY 2021-2022", None), _period("2022", "end"), _period("2022", None)
    ('2021-22', '2021-22', None)
    """
    text = _AROUND.sub("", text.strip())
    if _SINGLE.fullmatch(text):
        year = int(text[:4])
        return None if year_is is None else starting(year - (year_is == "end"))
    try:
        return school_year(text)
    except PeriodError:
        return None
