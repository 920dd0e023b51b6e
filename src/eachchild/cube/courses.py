"""The course grain: who is enrolled in advanced courses, by school, year, one factor and score."""

from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa

from eachchild.cube.arrange import arrange
from eachchild.cube.cells import CourseBlock, Whole
from eachchild.cube.codes import coded, placed_among, value_codes, whole
from eachchild.cube.conditions import Schema, asked
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.plan import CoursePlan
from eachchild.cube.referrals import PERIOD, PLACE, group_column
from eachchild.terms.factors import NOT_REPORTED
from eachchild.terms.years import starting

UNSCORED = -1  # the bin of students without a score
_STUDENT, _SCHOOL, _GRADE, _SCORE = "student_id", "school_id", "grade", "score"
_SAME, _BEFORE, _BIN = "same", "before", "bin"
_BY_YEAR = [_STUDENT, PERIOD]


@dataclass(frozen=True, slots=True)
class _Scored:
    """The student-years with their `bin`, and how many went from which bin to which."""

    rows: Frame
    again: Whole


def count_courses(
    engine: Engine, student_year: Path, plans: tuple[CoursePlan, ...], periods: tuple[str, ...]
) -> tuple[CourseBlock, ...]:
    """Count each breakdown over the student-years; `periods` are the cube's.

    Nothing is counted of an outcome whose columns no source fills, nor where nobody has a score.
    """
    frame = engine.scan(student_year)
    schema = frame.collect_schema()
    able = [p for p in plans if {_SCORE, *p.outcome.columns, p.factor.id} <= set(schema)]
    bins = {p.bins for p in able}
    scored = {n: _scored(engine, frame, schema, n, periods) for n in sorted(bins)}
    return tuple(_block(p, scored[p.bins], schema, periods) for p in able)


def _scored(
    engine: Engine, frame: Frame, schema: Schema, bins: int, periods: tuple[str, ...]
) -> _Scored:
    """Student-years with the bin of the year before, else of the year."""
    same = engine.keep(_binned(frame, schema, bins))
    following = pa.table(
        {
            PERIOD: pa.array(periods, pa.string()),
            "next": pa.array([_next(p) for p in periods], pa.string()),
        }
    )
    later = same.join(engine.table(following), on=PERIOD)
    before = later.select(_STUDENT, "next", **{_BEFORE: nw.col(_SAME)}).rename({"next": PERIOD})
    rows = frame.join(same, on=_BY_YEAR, how="left").join(before, on=_BY_YEAR, how="left")
    school = nw.col(_SCHOOL) if _SCHOOL in schema else nw.lit(None)
    number = nw.coalesce(nw.col(_BEFORE), nw.col(_SAME)).fill_null(UNSCORED)
    rows = rows.with_columns(
        **{_BIN: number.cast(nw.Int64), PLACE: school.cast(nw.String).fill_null("")}
    )
    both = same.join(before, on=_BY_YEAR).group_by(_BEFORE, _SAME).agg(students=nw.len())
    return _Scored(engine.keep(rows), _matrix(both.collect("pyarrow").to_native(), bins))


def _matrix(both: pa.Table, bins: int) -> Whole:
    again = np.zeros((bins, bins), np.int64)
    again[whole(both, _BEFORE), whole(both, _SAME)] = whole(both, "students")
    return again


def _binned(frame: Frame, schema: Schema, bins: int) -> Frame:
    """By student and year, the number of the part of the year's and grade's scores it lies in.

    Equal scores have equal ranks, the lowest of theirs, and so stand in one bin.
    """
    grade = nw.col(_GRADE) if _GRADE in schema else nw.lit(None)
    scores = frame.select(*_BY_YEAR, _SCORE, **{_GRADE: grade.cast(nw.String).fill_null("")})
    scores = scores.filter(~nw.col(_SCORE).is_null())
    each = scores.group_by(_BY_YEAR).agg(  # a student of several schools has the score once
        **{_SCORE: nw.col(_SCORE).max(), _GRADE: nw.col(_GRADE).min()}
    )
    cohort = (PERIOD, _GRADE)
    below = nw.col(_SCORE).rank("min").over(*cohort).cast(nw.Int64) - 1
    size = nw.col(_SCORE).count().over(*cohort).cast(nw.Int64)
    ranked = each.with_columns(below=below, size=size)
    part = (nw.col("below") * bins) // nw.col("size")
    return ranked.select(*_BY_YEAR, **{_SAME: part.cast(nw.Int64)})


def _next(period: str) -> str | None:
    """The school year after; none after a month or `all`, which no year precedes."""
    year = period[:4]
    if not year.isdecimal() or starting(int(year)) != period:
        return None
    return starting(int(year) + 1)


def _block(
    plan: CoursePlan, scored: _Scored, schema: Schema, periods: tuple[str, ...]
) -> CourseBlock:
    group = group_column(plan.factor)
    answers = scored.rows.select(
        PERIOD, PLACE, _BIN,
        **{group: nw.col(plan.factor.id).cast(nw.String).fill_null(NOT_REPORTED)},
        answer=asked(plan.outcome, schema).answer.cast(nw.Int64),
    ).filter(~nw.col("answer").is_null())  # fmt: skip
    cells = answers.group_by(PERIOD, PLACE, group, _BIN).agg(
        students=nw.len().cast(nw.Int64), enrolled=nw.col("answer").sum().cast(nw.Int64)
    )
    table: pa.Table = cells.collect("pyarrow").to_native()
    schools, place = coded(table[PLACE])
    keys = (placed_among(table[PERIOD], periods), place, value_codes(table[group], plan.factor),
            whole(table, _BIN))  # fmt: skip
    order = arrange(keys)
    return CourseBlock(
        plan.factor.id, plan.factor.all_values, plan.outcome.name, plan.bins, schools,
        place=order.cells[:, 1], period=order.cells[:, 0], group=order.cells[:, 2],
        bin=order.cells[:, 3], students=order.add(whole(table, "students")),
        enrolled=order.add(whole(table, "enrolled")), again=scored.again,
    )  # fmt: skip
