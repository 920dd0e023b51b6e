"""The grade grain: outcomes of students by school, year, grade and one factor."""

from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from eachchild.cube.arrange import arrange
from eachchild.cube.cells import GradeBlock
from eachchild.cube.codes import coded, placed_among, value_codes, whole
from eachchild.cube.conditions import asked
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.plan import GradePlan
from eachchild.cube.referrals import PERIOD, PLACE, group_column
from eachchild.terms.factors import NOT_REPORTED
from eachchild.terms.outcomes import Outcome

_GRADE, _STUDENTS, _EVENTS = "grade", "students", "events"


def count_grades(
    engine: Engine, student_year: Path, plans: tuple[GradePlan, ...], periods: tuple[str, ...]
) -> tuple[GradeBlock, ...]:
    """Count each breakdown over the student-years, which are read once a factor.

    `periods` are the cube's. Nothing is counted where no source fills the grade, nor of an outcome
    whose columns no source fills.
    """
    frame = engine.scan(student_year)
    filled = set(frame.collect_schema())
    if _GRADE not in filled:
        return ()
    return tuple(
        block
        for plan in plans if plan.factor.id in filled
        for block in _blocks(frame, plan, _able(plan.outcomes, filled), periods)
    )  # fmt: skip


def _able(outcomes: tuple[Outcome, ...], filled: set[str]) -> tuple[Outcome, ...]:
    return tuple(outcome for outcome in outcomes if set(outcome.columns) <= filled)


def _blocks(
    frame: Frame, plan: GradePlan, outcomes: tuple[Outcome, ...], periods: tuple[str, ...]
) -> tuple[GradeBlock, ...]:
    schema, group = frame.collect_schema(), group_column(plan.factor)
    school = nw.col("school_id") if "school_id" in schema else nw.lit(None)
    answers = {
        _answer(i): asked(outcome, schema).answer.cast(nw.Int64)
        for i, outcome in enumerate(outcomes)
    }
    rows = frame.select(
        PERIOD,
        **{
            PLACE: school.cast(nw.String).fill_null(""),
            group: nw.col(plan.factor.id).cast(nw.String).fill_null(NOT_REPORTED),
            _GRADE: nw.col(_GRADE).cast(nw.String).fill_null(""),
        },
        **answers,
    )
    sums = {_name(_STUDENTS, i): nw.col(a).count() for i, a in enumerate(answers)}
    sums |= {_name(_EVENTS, i): nw.col(a).sum() for i, a in enumerate(answers)}
    cells = rows.group_by(PERIOD, PLACE, group, _GRADE).agg(
        **{name: found.cast(nw.Int64) for name, found in sums.items()}
    )
    table: pa.Table = cells.collect("pyarrow").to_native()
    return tuple(_block(table, plan, i, o.name, periods) for i, o in enumerate(outcomes))


def _block(
    table: pa.Table, plan: GradePlan, number: int, outcome: str, periods: tuple[str, ...]
) -> GradeBlock:
    students = _name(_STUDENTS, number)
    told = table.filter(pc.greater(table[students], 0))
    schools, place = coded(told[PLACE])
    grades, grade = coded(told[_GRADE])
    keys = (placed_among(told[PERIOD], periods), place,
            value_codes(told[group_column(plan.factor)], plan.factor), grade)  # fmt: skip
    order = arrange(keys)
    return GradeBlock(
        plan.factor.id, plan.factor.all_values, outcome, grades, schools,
        place=order.cells[:, 1], period=order.cells[:, 0], group=order.cells[:, 2],
        grade=order.cells[:, 3], students=order.add(whole(told, students)),
        events=order.add(whole(told, _name(_EVENTS, number))),
    )  # fmt: skip


def _answer(number: int) -> str:
    return f"answer {number}"


def _name(what: str, number: int) -> str:
    return f"{what} {number}"
