"""Enrollment spells into one row a student and year: where, from when to when, how many days."""

from dataclasses import dataclass
from datetime import date

import narwhals as nw

from eachchild.cube.engine import Engine, Frame
from eachchild.cube.rules import RULES
from eachchild.cube.schooldays import SchoolDays

STUDENT_YEAR = ["student_id", "year"]
STAY = [*STUDENT_YEAR, "school_id"]
_STILL = date(9999, 12, 31)
_DATE_LENGTH = len("2021-08-23")
_DAY = 1 << 10  # a day of the year, or a number of them, as one digit of a score
_PLACE = 1 << 30


@dataclass(frozen=True, slots=True)
class Stays:
    """Spells cut into school years.

    `pieces`: a row a spell and school year; `clashes` is filled for students with two spells on
    one day of it. `stays`: a row a student, year and school. `home`: a row a student and year,
    with the home school.
    """

    pieces: Frame
    stays: Frame
    home: Frame


def stays_of(engine: Engine, enrollment: Frame, days: SchoolDays) -> Stays:
    """Cut spells into years, count their instructional days, and choose home schools."""
    calendar = engine.table(days.days)
    cut = engine.keep(_cut(valid_spells(enrollment), engine.table(days.windows), calendar))
    pieces = engine.keep(cut.join(_clashing(cut), on=STUDENT_YEAR, how="left"))
    clashing = pieces.filter(~nw.col("clashes").is_null())
    overlapping = engine.keep(_day_by_day(clashing, calendar))
    stays = engine.keep(_by_school(pieces, overlapping))
    schools = engine.table(days.windows).group_by("place", "school_id").agg(years=nw.len())
    return Stays(pieces, stays, engine.keep(_home(stays, overlapping, schools)))


def valid_spells(enrollment: Frame) -> Frame:
    """Spells that took place; one still open ends in the far future."""
    exit_type = nw.col("exit_type")
    return enrollment.with_columns(nw.col("exit_date").fill_null(_STILL)).filter(
        exit_type.is_null() | ~exit_type.is_in(RULES.no_spell),
        nw.col("entry_date") <= nw.col("exit_date"),
    )


def _cut(spells: Frame, windows: Frame, calendar: Frame) -> Frame:
    """Spells cut at the first and last day of each school year, with their instructional days.

    The grade at entry is good for the first of those years only.
    """
    cut = spells.join(windows, on="school_id").filter(
        nw.col("entry_date") <= nw.col("closes"), nw.col("exit_date") >= nw.col("opens")
    )
    is_first = nw.col("closed_before").is_null() | (nw.col("entry_date") > nw.col("closed_before"))
    entered = nw.concat_str([nw.col("entry_date").cast(nw.String), nw.col("grade")])
    cut = cut.select(
        *(*STAY, "place", "calendar", "known"),
        entered=nw.when(is_first).then(entered),
        start=nw.max_horizontal("entry_date", "opens"),
        stop=nw.min_horizontal("exit_date", "closes"),
    )
    first = calendar.select("calendar", "before", start="date", first="ordinal")
    last = calendar.select("calendar", "upto", stop="date", last="ordinal")
    cut = cut.join(first, on=["calendar", "start"]).join(last, on=["calendar", "stop"])
    return cut.with_columns(
        days=nw.col("upto") - nw.col("before"), span=nw.col("last") - nw.col("first") + 1
    ).drop("before", "upto")


def _clashing(pieces: Frame) -> Frame:
    """Students and years with two spells on one day, in one school or in two."""
    several = pieces.group_by(STUDENT_YEAR).agg(pieces=nw.len()).filter(nw.col("pieces") > 1)
    order = {"order_by": ["start", "stop"]}
    marked = pieces.join(several, on=STUDENT_YEAR).select(*STUDENT_YEAR, "start", "stop")
    marked = marked.with_columns(reach=nw.col("stop").cum_max().over(*STUDENT_YEAR, **order))
    marked = marked.with_columns(reached=nw.col("reach").shift(1).over(*STUDENT_YEAR, **order))
    clashing = marked.filter(nw.col("start") <= nw.col("reached"))
    return clashing.group_by(STUDENT_YEAR).agg(clashes=nw.len())


def _day_by_day(pieces: Frame, calendar: Frame) -> Frame:
    every = pieces.join(calendar.select("calendar", "date", "is_school_day"), on="calendar")
    within = every.filter(nw.col("date") >= nw.col("start"), nw.col("date") <= nw.col("stop"))
    return within.group_by(*STAY, "date").agg(
        is_school_day=nw.col("is_school_day").cast(nw.Int64).max()
    )


def _by_school(pieces: Frame, overlapping: Frame) -> Frame:
    """Days of each stay: a sum of differences, or counted one by one where spells overlap."""
    stays = pieces.group_by(*STAY, "place").agg(
        first_day=nw.col("start").min(),
        last_day=nw.col("stop").max(),
        first=nw.col("first").min(),
        last=nw.col("last").max(),
        days=nw.col("days").sum().cast(nw.Int64),
        span=nw.col("span").sum().cast(nw.Int64),
        known=nw.col("known").cast(nw.Int64).min(),
        entered=nw.col("entered").max(),
    )
    counted = overlapping.group_by(STAY).agg(
        school_days=nw.col("is_school_day").sum().cast(nw.Int64), all_days=nw.len().cast(nw.Int64)
    )
    return stays.join(counted, on=STAY, how="left").with_columns(
        days=nw.coalesce("school_days", "days"),
        span=nw.coalesce("all_days", "span"),
        grade=nw.col("entered").str.slice(_DATE_LENGTH),
    )


def _home(stays: Frame, overlapping: Frame, schools: Frame) -> Frame:
    """One row a student and year: most days enrolled; then the latest; then by name.

    Where a school of the student's year has no calendar, all days are compared, not school days.
    The order of preference is one number, whose last digit is the school.
    """
    rest = nw.col("last") * _DAY + nw.col("first")
    by_name = _PLACE - 1 - nw.col("place")
    scores = {n: (nw.col(n) * _DAY * _DAY + rest) * _PLACE + by_name for n in ("days", "span")}
    rated = stays.with_columns(by_days=scores["days"], by_span=scores["span"])
    home = rated.group_by(STUDENT_YEAR).agg(
        by_days=nw.col("by_days").max(),
        by_span=nw.col("by_span").max(),
        first_day=nw.col("first_day").min(),
        last_day=nw.col("last_day").max(),
        schools_attended=nw.len().cast(nw.Int64),
        days=nw.col("days").sum().cast(nw.Int64),
        known=nw.col("known").min(),
    )
    best = nw.when(nw.col("known") > 0).then(nw.col("by_days")).otherwise(nw.col("by_span"))
    home = home.with_columns(place=_PLACE - 1 - best % _PLACE)
    home = home.join(schools.select("place", "school_id"), on="place")
    home = home.join(stays.select(*STUDENT_YEAR, "place", "grade"), on=[*STUDENT_YEAR, "place"])
    once = (
        overlapping.filter(nw.col("is_school_day") > 0)
        .group_by(STUDENT_YEAR)
        .agg(once=nw.col("date").n_unique().cast(nw.Int64))
    )
    home = home.join(once, on=STUDENT_YEAR, how="left")
    return home.select(
        *(*STAY, "grade", "schools_attended", "first_day", "last_day", "known"),
        days=nw.coalesce("once", "days"),
    )
