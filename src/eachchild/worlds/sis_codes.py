"""Local codes of the made-up student information system, and how it writes dates."""

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from eachchild.worlds.days import Days
from eachchild.worlds.incidents import MINUTES_OF_DAY

KEY = "Student_Number"
BOM = b"\xef\xbb\xbf"
ETHNICITIES = ("I", "A", "B", "H", "P", "W", "M")
RACES = ("I", "A", "B", "H", "P", "W")  # in the order of ANY_RACES
GENDERS = ("F", "M", "X")
LANGUAGES = ("00", "01", "98")
LEVELS = MappingProxyType(
    {
        "elementary": "Elementary School",
        "middle": "Middle School",
        "high": "High School",
        "other": "Alternative",
    }
)
EXITS = ("EOY", "W1", "D1", "G1", "T1", "NS")  # in the order of canonical EXITS
PROGRAMS = MappingProxyType(
    {
        "el": "ELL",
        "idea": "SPED",
        "section504": "504",
        "homeless": "MKV",
        "foster": "FC",
        "migrant": "MIG",
    }
)
# Attendance codes: the first four are absences, excused, not, unknown, and of half a day.
CODES = ("E", "A", "U", "H", "T", "FT", "IS")
MEANINGS = (
    "Absent excused", "Absent unexcused", "Absent reason unknown", "Absent half day", "Tardy",
    "Field trip", "In-school suspension",
)  # fmt: skip
HALF_DAY, TARDY, LAST_ABSENT = 3, 4, 3
PRESENT = ("Absent", "Present")
TARDIES = 0.25  # present-type entries for one absence
# In the orders of BEHAVIORS, LOCATIONS and ACTIONS.
INCIDENTS = (
    "DEF", "DIS", "DSR", "LANG", "DRESS", "TECH", "SKIP", "PHYC", "FIGHT", "PHYA", "HAR", "BUL",
    "THR", "THEFT", "PROP", "TOB", "ALCDRG", "WEAP",
)  # fmt: skip
PLACES = ("CLS", "HALL", "CAF", "PLAY", "BUS", "REST", "PARK", "GYM")
ANSWERS = ("NONE", "CONF", "DET", "RJ", "ISS", "OSS", "EXP", "LAW")
DISCIPLINE, NOTE = "-100000", "2002"  # LogTypeID
NOTES_EACH_YEAR = 0.05  # log entries that are no discipline, for one student
COURSES = ("Regular", "Honors", "Advanced Placement", "Basic")  # in the order of COURSE_LEVELS
GRADES = ("F", "D", "C", "B", "A")
CLOCK = tuple(
    f"{(m // 60 + 11) % 12 + 1}:{m % 60:02d} {'AM' if m < 720 else 'PM'}" for m in MINUTES_OF_DAY
)


def us_dates(days: Days) -> NDArray[np.str_]:
    """Dates as m/d/yyyy without leading zeros; an empty text where there is none.

    >>> us_dates(np.array(["2024-09-05"], "datetime64[D]")).tolist()
    ['9/5/2024']
    """
    texts = [f"{d.month}/{d.day}/{d.year}" if d else "" for d in days.tolist()]
    return np.array(texts, np.str_)


def long_year(period: str) -> str:
    """A school year with both years in full.

    >>> long_year("2021-22")
    '2021-2022'
    """
    return f"{period[:4]}-{int(period[:4]) + 1}"


def with_closed_days(days: Days) -> Days:
    """Every weekday from the first instructional day to the last."""
    every = np.arange(days[0], days[-1] + np.timedelta64(1, "D"))
    return every[np.is_busday(every)]
