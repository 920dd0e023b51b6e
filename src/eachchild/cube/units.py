"""The rows of the result before anything is known of them: who, when, and where."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import narwhals as nw
import pyarrow as pa

from eachchild.cube.context import GIVEN, Context, declared, distinct
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.errors import CubeError
from eachchild.cube.rules import RULES
from eachchild.cube.schooldays import SchoolDays, as_of_day, school_days
from eachchild.cube.spells import STAY, STUDENT_YEAR, Stays, stays_of, valid_spells
from eachchild.plan import Plan
from eachchild.terms.years import PeriodError, school_year, starting

_READY = "student_year"
# Keys are joined by; where a row was read is for messages about files, not for student-years.
_NOT_BROUGHT = {"student_id", "period", "school_id", "source_file", "source_row"}


def context_of(engine: Engine, paths: Mapping[str, Path], plan: Plan) -> tuple[Context, int]:
    """Open the tables, cut spells into years, and lay out the units of the result.

    Also gives the number of enrollments that fall in no school year.
    """
    if _READY not in paths and "enrollment" not in paths:
        raise CubeError(
            "no source says who was enrolled when. Give a ready student_year (a row a student and "
            "school year) or an enrollment table (a row a spell), as [[source]] of that table."
        )
    if _READY in paths and plan.membership == "attended":
        raise CubeError(
            'membership = "attended" is made from enrollment spells, and a ready student_year has '
            "one school a student and year. Leave one of the two out."
        )
    tables = {
        n: declared(engine.scan(p), n, all_columns=n != "student")
        for n, p in paths.items()
        if n != _READY
    }
    days, stays, outside = _spells(engine, tables, plan)
    if _READY in paths:
        ready = engine.scan(paths[_READY])
        units, given = _ready_units(engine, ready, stays, plan), _brought(ready)
    elif stays is not None and days is not None:
        units, given = _spell_units(engine, stays, days, plan), frozenset[str]()
    units = units.with_row_index("unit", order_by=["student_id", "period", "school_id"])
    return Context(engine, plan, tables, engine.keep(units), given, days, stays), outside


def _spells(
    engine: Engine, tables: Mapping[str, Frame], plan: Plan
) -> tuple[SchoolDays | None, Stays | None, int]:
    if "enrollment" not in tables:
        return None, None, 0
    valid = valid_spells(tables["enrollment"])
    entry = nw.col("entry_date")
    ends = valid.group_by("school_id").agg(first=entry.min(), last=entry.max(), spells=nw.len())
    found = ends.sort("school_id").collect("pyarrow").to_native()
    if not found.num_rows:
        raise CubeError("the enrollment table has no spell that took place. Check its dates.")
    calendar = None
    if "calendar" in tables:
        calendar = tables["calendar"].collect("pyarrow").to_native()
    schools = found["school_id"].to_pylist()
    entries: tuple[date, date] = min(found["first"].to_pylist()), max(found["last"].to_pylist())
    days = school_days(schools, calendar, entries, plan.as_of)
    stays = stays_of(engine, tables["enrollment"], days)
    return days, stays, _outside(engine, valid, days)


def _outside(engine: Engine, valid: Frame, days: SchoolDays) -> int:
    """Spells that touch no school year: before, after or between those of the calendar."""
    counted = valid.join(engine.table(days.windows), on="school_id").filter(
        nw.col("entry_date") <= nw.col("closes"), nw.col("exit_date") >= nw.col("opens")
    )
    key = ["student_id", "school_id", "entry_date", "exit_date"]
    outside = distinct(valid, *key).join(distinct(counted, *key), on=key, how="anti")
    return int(outside.select(nw.len()).collect("pyarrow").item())


def _spell_units(engine: Engine, stays: Stays, days: SchoolDays, plan: Plan) -> Frame:
    home = stays.home.with_columns(home_school=nw.col("school_id"))
    if plan.membership == "attended":
        whole = home.select(*STUDENT_YEAR, "home_school", "schools_attended")
        measure = nw.when(nw.col("known") > 0).then(nw.col("days")).otherwise(nw.col("span"))
        stayed = stays.stays.filter(measure >= RULES.attended_days)
        home = stayed.join(whole, on=STUDENT_YEAR)
    units = home.join(engine.table(days.years), on="year")
    return units.select(
        *STAY, "period", "home_school", "as_of", "first_day", "last_day", "schools_attended",
        "grade", days_enrolled=_days_enrolled(),
    )  # fmt: skip


def _days_enrolled() -> nw.Expr:
    return nw.when(nw.col("known") > 0).then(nw.col("days")).cast(nw.Float64)


def _brought(ready: Frame) -> frozenset[str]:
    return frozenset(ready.collect_schema().names()) - _NOT_BROUGHT


def _ready_units(engine: Engine, ready: Frame, stays: Stays | None, plan: Plan) -> Frame:
    """Ready rows as units; spells, where there are some, add the days and a missing school."""
    _refuse_twice(ready)
    schema = ready.collect_schema()
    school = nw.col("school_id") if "school_id" in schema else nw.lit(None).cast(nw.String)
    given = {GIVEN + name: nw.col(name) for name in sorted(_brought(ready))}
    units = ready.select("student_id", "period", school_id=school, **given)
    units = units.join(_years_of(engine, ready, plan), on="period", how="left")
    if stays is not None:
        spells = stays.home.select(
            *STUDENT_YEAR, "first_day", "last_day", "schools_attended", "grade",
            spell_school="school_id", days_enrolled=_days_enrolled(),
        )  # fmt: skip
        units = units.join(spells, on=STUDENT_YEAR, how="left")
        units = units.with_columns(school_id=nw.coalesce("school_id", "spell_school"))
        units = units.drop("spell_school")
    elif "days_enrolled" in schema:
        units = units.with_columns(days_enrolled=nw.col(GIVEN + "days_enrolled").cast(nw.Float64))
    units = units.with_columns(nw.col("school_id").fill_null(""))
    home = nw.when(nw.col("school_id") != "").then(nw.col("school_id"))
    return units.with_columns(home_school=home)


def _refuse_twice(ready: Frame) -> None:
    counts = ready.group_by("student_id", "period").agg(rows=nw.len())
    twice = counts.filter(nw.col("rows") > 1).select(nw.len()).collect("pyarrow").item()
    if twice:
        raise CubeError(
            f"student_year: {twice} students have two rows in one period, so other tables can't "
            "be joined to it. Keep one row a student and period."
        )


def _years_of(engine: Engine, ready: Frame, plan: Plan) -> Frame:
    """The school year that a period's text names; none for a month or for `all`."""
    found = distinct(ready, "period").collect("pyarrow").to_native()["period"].to_pylist()
    rows = [(p, y) for p in sorted(p for p in found if p) if (y := _first_year(p)) is not None]
    return engine.table(
        pa.table(
            {
                "period": pa.array([p for p, _ in rows], pa.string()),
                "year": pa.array([y for _, y in rows], pa.int64()),
                "as_of": pa.array([as_of_day(plan.as_of, y) for _, y in rows], pa.date32()),
            }
        )
    )


def _first_year(period: str) -> int | None:
    try:
        year = int(school_year(period)[:4])
    except PeriodError:
        return None
    return year if starting(year) == period else None
