"""The absence grain: days absent by reason, and what an outcome were without those of each."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa

from eachchild.cube.arrange import arrange
from eachchild.cube.attendance import reason_column, shares_of
from eachchild.cube.cells import AbsenceBlock, Whole
from eachchild.cube.codes import coded, placed_among, value_codes, whole
from eachchild.cube.conditions import Schema, asked
from eachchild.cube.engine import Engine, Frame
from eachchild.cube.plan import AbsencePlan
from eachchild.cube.referrals import PERIOD, PLACE, group_column
from eachchild.cube.rules import RULES
from eachchild.tables import ABSENCE_REASONS
from eachchild.terms.outcomes import Outcome

_ENROLLED, _ABSENT, _UNRECORDED = "n_enrolled", "n_absent", "n_unrecorded"
_SCHOOL, _STUDENTS, _VALUE = "school_id", "n_students", "n_value"


def count_absences(
    engine: Engine, plans: Sequence[AbsencePlan], *, student_year: Path, periods: Sequence[str]
) -> tuple[AbsenceBlock, ...]:
    """Count each breakdown over the student-years; `periods` are the cube's.

    Days are those that deriving wrote (`attendance.reason_column`); nothing is counted where it
    wrote none, since no absence has a reason.
    """
    rows = engine.scan(student_year)
    schema = rows.collect_schema()
    reasons = tuple(r for r in ABSENCE_REASONS if reason_column(r) in schema)
    able = [p for p in plans if {*p.outcome.columns, p.factor.id} <= set(schema)] if reasons else []
    outcomes = {p.outcome.name: p.outcome for p in able}
    answered = {
        name: engine.keep(_answered(rows, outcome, schema, reasons=reasons, plans=able))
        for name, outcome in outcomes.items()
    }
    return tuple(_block(p, answered[p.outcome.name], reasons, periods=periods) for p in able)


def _answered(
    rows: Frame,
    outcome: Outcome,
    schema: Schema,
    *,
    reasons: Sequence[str],
    plans: Sequence[AbsencePlan],
) -> Frame:
    """Student-years with a known answer: their days, and the answer without those of each reason.

    The columns about days absent are written anew from fewer days, so that the same condition
    answers.
    """
    school = nw.col(_SCHOOL) if _SCHOOL in schema else nw.lit(None)
    factors = {group_column(p.factor): nw.col(p.factor.id).cast(nw.String) for p in plans}
    place = school.cast(nw.String).fill_null("")
    found = rows.with_columns(
        **{PLACE: place, **factors},
        **{_ENROLLED: _micro("days_enrolled"), _ABSENT: _micro("days_absent")},
    )
    days = [nw.col(reason_column(r)) for r in reasons]
    found = found.with_columns(**{_UNRECORDED: nw.col(_ABSENT) - nw.sum_horizontal(*days)})
    answers = [_VALUE]
    for name, gone in _variants(reasons):
        found = found.with_columns(**shares_of(nw.col(_ABSENT) - gone))
        found = found.with_columns(**{name: asked(outcome, schema).answer.cast(nw.Int64)})
        answers.append(name)
    kept = [PERIOD, PLACE, *factors, _ENROLLED, _ABSENT, _UNRECORDED, *map(reason_column, reasons)]
    return found.select(*kept, *dict.fromkeys(answers)).filter(~nw.col(_VALUE).is_null())


def _variants(reasons: Sequence[str]) -> Iterator[tuple[str, nw.Expr]]:
    """The name of each answer and the days that it leaves out."""
    yield _VALUE, nw.lit(0)
    for reason in reasons:
        days = nw.col(reason_column(reason))
        yield f"without {reason}", days
        yield f"without_both {reason}", days + nw.col(_UNRECORDED)


def _micro(column: str) -> nw.Expr:
    return (nw.col(column) * float(RULES.micro) + 0.5).floor().cast(nw.Int64)


def _block(
    plan: AbsencePlan, answered: Frame, reasons: Sequence[str], *, periods: Sequence[str]
) -> AbsenceBlock:
    group = group_column(plan.factor)
    names = [_VALUE, _ENROLLED, _ABSENT, _UNRECORDED, *map(reason_column, reasons)]
    names += [name for name, _ in _variants(reasons) if name != _VALUE]
    sums = {name: nw.col(name).sum().cast(nw.Int64) for name in names}
    cells = answered.group_by(PERIOD, PLACE, group).agg(
        **{_STUDENTS: nw.len().cast(nw.Int64)}, **sums
    )
    table: pa.Table = cells.collect("pyarrow").to_native()
    schools, place = coded(table[PLACE])
    order = arrange([
        placed_among(table[PERIOD], periods), place, value_codes(table[group], plan.factor),
    ])  # fmt: skip

    def added(name: str) -> Whole:
        return order.add(whole(table, name))

    def by_reason(start: str) -> Whole:
        return np.column_stack([added(f"{start} {reason}") for reason in reasons])

    return AbsenceBlock(
        plan.factor.id, plan.factor.all_values, plan.outcome.name, tuple(reasons), schools,
        place=order.cells[:, 1], period=order.cells[:, 0], group=order.cells[:, 2],
        students=added(_STUDENTS), value=added(_VALUE), without=by_reason("without"),
        without_both=by_reason("without_both"), enrolled=added(_ENROLLED), absent=added(_ABSENT),
        days=by_reason("absent for"), unrecorded=added(_UNRECORDED),
    )  # fmt: skip
