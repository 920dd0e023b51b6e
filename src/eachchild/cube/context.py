"""What every step of deriving works on: the linked tables, and one unit a row of the result."""

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals as nw

from eachchild.cube.engine import Engine, Frame
from eachchild.cube.schooldays import SchoolDays
from eachchild.cube.spells import Stays
from eachchild.plan import Plan
from eachchild.tables import TABLES, Kind
from eachchild.terms.factors import FACTORS, Factor

GIVEN = "given "  # before the name of a column that a ready student_year brought
_KINDS: Mapping[Kind, nw.dtypes.DType] = {
    Kind.DATE: nw.Date(),
    Kind.NUMBER: nw.Float64(),
    Kind.WHOLE: nw.Int64(),
}


@dataclass(frozen=True, slots=True)
class Context:
    """The tables of one district, ready to be joined.

    `units` has a row for each row of the result, numbered by `unit` in the order they are written:
    `student_id, period, school_id` (empty text where no school is known), `year` (null for a
    period that is no school year), `home_school`, `as_of`, and the columns of a ready student_year
    with GIVEN before their names; from spells also `first_day, last_day, days_enrolled,
    schools_attended, grade`. What later steps find is keyed by `unit`.
    """

    engine: Engine
    plan: Plan
    tables: Mapping[str, Frame]
    units: Frame
    given: frozenset[str]
    days: SchoolDays | None
    stays: Stays | None

    @property
    def complete(self) -> frozenset[str]:
        """The tables of which the plan says that no row means no."""
        return frozenset(s.table for s in self.plan.sources if s.complete)

    @property
    def factors(self) -> Mapping[str, Factor]:
        """Every factor a column may be about, the plan's own included."""
        return {**FACTORS, **{f.id: f for f in self.plan.recorded}}

    @property
    def year_keys(self) -> list[str]:
        """What facts with a date are joined on: the student, year and, where asked, school."""
        return ["student_id", "year", *self._school]

    @property
    def period_keys(self) -> list[str]:
        """What facts with a period and a school are joined on."""
        return ["student_id", "period", *self._school]

    @property
    def _school(self) -> list[str]:
        return ["school_id"] if self.plan.membership == "attended" else []


def declared(frame: Frame, table: str, *, all_columns: bool = True) -> Frame:
    """A canonical table with its declared columns typed; those that the file lacks are blank.

    Or left out, where a blank column would pretend that somebody asked.
    """
    schema = frame.collect_schema()
    columns = []
    for column in TABLES[table].columns:
        kind = _KINDS.get(column.kind, nw.String())
        if column.name not in schema and not all_columns:
            continue
        value = nw.col(column.name) if column.name in schema else nw.lit(None)
        if schema.get(column.name) != kind:
            value = value.cast(kind)
        columns.append(value.alias(column.name))
    return frame.select(*columns)


def distinct(frame: Frame, *columns: str) -> Frame:
    """The distinct rows of some columns; engines number every row for Narwhals' `unique`."""
    return frame.group_by(*columns).agg(_rows=nw.len()).drop("_rows")


def school_year_of(column: str) -> nw.Expr:
    """The calendar year in which the school year of a date begins; years turn in July."""
    date = nw.col(column).dt
    return date.year().cast(nw.Int64) - (date.month() < 7).cast(nw.Int64)
