"""Which schools keep a table at all: a school that never reported has no zeros."""

import narwhals as nw

from eachchild.cube.context import Context, distinct
from eachchild.cube.engine import Frame
from eachchild.cube.rules import RULES

_PLACE = ["school_id", "year"]


def _reporting(context: Context, facts: Frame) -> Frame:
    """The school-years that a table has rows of; a row without a school is its home school's."""
    school = nw.col("school_id")
    said = distinct(facts.filter(~school.is_null()), *_PLACE)
    home = distinct(context.units, "student_id", "year", "home_school")
    blank = facts.filter(school.is_null()).select("student_id", "year")
    placed = blank.join(home, on=["student_id", "year"]).select("year", school_id="home_school")
    placed = placed.filter(~school.is_null()).select(*_PLACE)
    return distinct(nw.concat([said, placed]), *_PLACE)


def silent_units(context: Context, facts: Frame) -> Frame:
    """The units whose school has no row in a table in the year, with a column `silent`.

    A unit whose school is not known goes by the year alone.
    """
    somewhere = distinct(facts, "year").select(school_id=nw.lit(""), year="year")
    reporting = nw.concat([_reporting(context, facts), somewhere])
    silent = context.units.join(reporting, on=_PLACE, how="anti")
    return silent.select("unit", silent=nw.lit(1))


def units_that_report(context: Context, facts: Frame) -> Frame:
    """Every unit with `reports`: whether no row in a table means that nothing happened.

    It does where the school has some row in the year, and where the school is too small
    (`Rules.silent_school`) for its silence to say that it did not report, in a year that the
    table covers. A unit whose school is not known goes by the year alone.
    """
    reporting = _reporting(context, facts).with_columns(has_rows=nw.lit(1))
    years = distinct(facts, "year").with_columns(covered=nw.lit(1))
    sizes = context.units.group_by(_PLACE).agg(size=nw.len().cast(nw.Int64))
    places = sizes.join(reporting, on=_PLACE, how="left").join(years, on="year", how="left")
    small = (nw.col("size") <= RULES.silent_school) | (nw.col("school_id") == "")
    reports = ~nw.col("has_rows").is_null() | (~nw.col("covered").is_null() & small)
    places = places.with_columns(reports=reports.cast(nw.Int64)).select(*_PLACE, "reports")
    units = context.units.select("unit", *dict.fromkeys([*context.year_keys, *_PLACE]))
    units = units.join(places, on=_PLACE, how="left")
    return units.with_columns(reports=(nw.col("reports") > 0).fill_null(value=False))


def units_of_covered_years(context: Context, facts: Frame) -> Frame:
    """Every unit with `reports`, for a log that the plan calls complete.

    It speaks for each year of which it has a row. A year without one was not exported, or not yet.
    """
    years = distinct(facts, "year").with_columns(covered=nw.lit(1))
    keys = list(dict.fromkeys([*context.year_keys, "year"]))
    units = context.units.select("unit", *keys).join(years, on="year", how="left")
    return units.with_columns(reports=~nw.col("covered").is_null()).drop("covered")
