"""The support grain: who was on a list and who was supported, by need of the year before."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa

from eachchild.cube.arrange import arrange
from eachchild.cube.cells import SupportBlock
from eachchild.cube.codes import coded, placed_among, value_codes, whole
from eachchild.cube.context import declared, distinct, school_year_of
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.plan import NEEDS, SupportPlan
from eachchild.cube.referrals import PERIOD, PLACE, group_column
from eachchild.cube.weeks import BEGIN, WEEK, with_week
from eachchild.plan import Need
from eachchild.terms.years import starting

_STUDENT, _GRADE, _NEED, _YEAR = "student_id", "grade", "need", "year"
_WHO = [_STUDENT, PERIOD]
_FLAGS = ("listed", "served")
_MARKS = (*_FLAGS, WEEK)


def count_supports(
    engine: Engine,
    plans: Sequence[SupportPlan],
    *,
    tables: Mapping[str, Path],
    student_year: Path,
    periods: Sequence[str],
) -> tuple[SupportBlock, ...]:
    """Count students by need, whether a list had them, and when a support was first given.

    All plans are of the same lists and the same need, so that the tables are read once. A row of
    the support table counts in the school year in which it begins; a student stands at the school
    of the student-year row, with what any school gave. Nothing is counted where no column tells
    the need.
    """
    rows = engine.scan(student_year)
    if not plans or plans[0].need not in rows.collect_schema():
        return ()
    given = declared(engine.scan(tables["support"]), "support")
    years = engine.table(_years(periods))
    marks = engine.keep(_marks(given, plans[0].lists, years))
    need = engine.keep(_need_before(rows, plans[0].need, years))
    students = _students(rows, plans)
    found = students.join(need, on=_WHO, how="left").join(marks, on=_WHO, how="left")
    found = with_week(engine, engine.keep(found), tables.get("calendar"))
    found = engine.keep(found.with_columns(
        need=nw.col(_NEED).fill_null(len(NEEDS[plans[0].need].classes)).cast(nw.Int64),
        **{name: nw.col(name).fill_null(0).cast(nw.Int64) for name in _FLAGS},
    ))  # fmt: skip
    unplaced = _unplaced(given, marks, students)
    return tuple(_block(plan, found, periods, unplaced) for plan in plans)


def _years(periods: Sequence[str]) -> pa.Table:
    """The calendar year in which each school year of the cube begins."""
    years = [int(p[:4]) for p in periods if p[:4].isdigit() and starting(int(p[:4])) == p]
    names = [starting(year) for year in years]
    return pa.table({_YEAR: pa.array(years, pa.int64()), PERIOD: pa.array(names, pa.string())})


def _students(rows: Frame, plans: Sequence[SupportPlan]) -> Frame:
    school = nw.col("school_id") if "school_id" in rows.collect_schema() else nw.lit(None)
    factors = {group_column(p.factor): nw.col(p.factor.id).cast(nw.String) for p in plans}
    return rows.select(*_WHO, **{PLACE: school.cast(nw.String).fill_null("")}, **factors)


def _marks(given: Frame, lists: Sequence[str], years: Frame) -> Frame:
    """By student and year, whether a list had the student, and since when a support was given."""
    named = sorted({name.strip().lower() for name in lists})
    is_list = nw.col("support").str.strip_chars().str.to_lowercase().is_in(named)
    listed = is_list.fill_null(value=False).cast(nw.Int64)
    begin = nw.when(listed == 0).then(nw.col("begin_date"))
    dated = given.select(
        _STUDENT, begin.alias(BEGIN), year=school_year_of("begin_date"), listed=listed
    )
    dated = dated.join(years, on=_YEAR, how="inner")
    return dated.group_by(_WHO).agg(
        listed=nw.col("listed").max(),
        served=(1 - nw.col("listed")).max(),
        rows=nw.len().cast(nw.Int64),
        begin=nw.col(BEGIN).min(),
    )


def _need_before(rows: Frame, need: Need, years: Frame) -> Frame:
    """The class of need of the school year before, by student and the year that it counts for."""
    has_grade = _GRADE in rows.collect_schema()
    grade = nw.col(_GRADE).cast(nw.String).fill_null("") if has_grade else nw.lit("")
    told = rows.filter(~nw.col(need).is_null()).select(
        *_WHO, grade=grade, value=nw.col(need).cast(nw.Float64)
    )
    # A student of several schools has one score in a year: the same in each row.
    once = told.group_by(_WHO).agg(value=nw.col("value").min(), grade=nw.col(_GRADE).min())
    classed = once.with_columns(need=_class_of(need)).join(years, on=PERIOD, how="inner")
    after = classed.select(_STUDENT, _NEED, year=nw.col(_YEAR) + 1)
    return after.join(years, on=_YEAR, how="inner").select(*_WHO, _NEED)


def _class_of(need: Need) -> nw.Expr:
    """The class of need of each value, 0 the most need: see `NEEDS`."""
    value, kind = nw.col("value"), NEEDS[need]
    if kind.ranked:
        same = (PERIOD, _GRADE)
        below = value.rank("min").over(*same).cast(nw.Int64) - 1
        return (below * len(kind.classes)) // value.count().over(*same).cast(nw.Int64)
    found = nw.lit(len(kind.classes) - 1)
    for number, line in reversed(tuple(enumerate(kind.lines))):
        found = nw.when(value >= line).then(nw.lit(number)).otherwise(found)
    return found


def _unplaced(given: Frame, marks: Frame, students: Frame) -> int:
    """Rows whose student has no student-year in the school year in which they begin."""
    total = given.select(nw.len()).collect("pyarrow").item()
    placed = marks.join(distinct(students, *_WHO), on=_WHO, how="inner")
    found = placed.select(nw.col("rows").sum().cast(nw.Int64)).collect("pyarrow").item()
    return int(total) - int(found or 0)


def _block(
    plan: SupportPlan, found: Frame, periods: Sequence[str], unplaced_rows: int
) -> SupportBlock:
    group = group_column(plan.factor)
    keys = [PERIOD, PLACE, group, _NEED, *_MARKS]
    cells = found.group_by(keys).agg(students=nw.len().cast(nw.Int64))
    table: pa.Table = cells.collect("pyarrow").to_native()
    schools, place = coded(table[PLACE])
    numbers = [whole(table, name) for name in (_NEED, *_MARKS)]
    order = arrange([
        placed_among(table[PERIOD], periods), place, value_codes(table[group], plan.factor),
        *numbers,
    ])  # fmt: skip
    period, where, who, need, listed, served, week = np.ascontiguousarray(order.cells.T)
    return SupportBlock(
        factor=plan.factor.id,
        groups=plan.factor.all_values,
        measure=plan.need,
        has_lists=bool(plan.lists),
        schools=schools,
        place=where,
        period=period,
        group=who,
        need=need,
        listed=listed,
        served=served,
        week=week,
        students=whole(table, "students")[order.order],
        unplaced_rows=unplaced_rows,
    )
