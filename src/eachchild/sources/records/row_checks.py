"""Rules that one row can break by itself: an end before its beginning, a share above one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from eachchild.sources.reading.codes import INVALID, NO_SHOW
from eachchild.sources.reading.typed import MISSING, TypedColumn
from eachchild.tables import Severity

Columns = Mapping[str, TypedColumn]
_YEAR_OF_DAYS = (
    180  # a school year in the United States; a longer suspension is in hours, or a slip
)


@dataclass(frozen=True, slots=True)
class RowHit:
    """A rule and the rows that broke it; `ignored` names them where they are no rows of the table.

    `blank` names the column to be emptied where the severity is `blank`.
    """

    rule: str
    severity: Severity
    rows: NDArray[np.bool_]
    column: str = ""
    ignored: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


def check_rows(table: str, columns: Columns) -> tuple[RowHit, ...]:
    """Every rule of the table's rows that fired, in the order in which they decide."""
    found = [hit for check in _CHECKS.get(table, ()) for hit in check(columns)]
    return tuple(hit for hit in found if hit.rows.any())


def numbers_of(column: TypedColumn) -> NDArray[np.float64]:
    """The values as numbers, not-a-number where missing; dates as days."""
    values = column.values
    if str(values.type) == "date32[day]":
        values = values.cast("int32")
    plain = values.cast("float64").to_numpy(zero_copy_only=False)
    return np.append(plain, np.nan)[column.index]


def _where(column: TypedColumn | None, words: tuple[str, ...]) -> NDArray[np.bool_] | None:
    if column is None:
        return None
    hit = np.append(np.asarray(pc.is_in(column.values, pc.pa.array(words))), False)
    return hit[column.index]


def _no_show(columns: Columns) -> list[RowHit]:
    rows = _where(columns.get("exit_type"), (NO_SHOW, INVALID))
    if rows is None:
        return []
    return [RowHit("E07", "note", rows, "exit_type", ignored="E07 no-show or invalid spell")]


def _order(begin: str, end: str, rule: str) -> Callable[[Columns], list[RowHit]]:
    def check(columns: Columns) -> list[RowHit]:
        if begin not in columns or end not in columns:
            return []
        first, last = numbers_of(columns[begin]), numbers_of(columns[end])
        return [RowHit(rule, "quarantine", last < first, end)]

    return check


def _above(
    column: str, limit: float, rule: str, *, severity: Severity
) -> Callable[[Columns], list[RowHit]]:
    """Amounts above a limit, or below zero where the column may hold such."""

    def check(columns: Columns) -> list[RowHit]:
        if column not in columns:
            return []
        numbers = numbers_of(columns[column])
        return [RowHit(rule, severity, (numbers > limit) | (numbers < 0), column)]

    return check


_CHECKS: Mapping[str, tuple[Callable[[Columns], list[RowHit]], ...]] = MappingProxyType(
    {
        "enrollment": (_no_show, _order("entry_date", "exit_date", "V06")),
        "absence": (_above("fraction", 1, "V12", severity="quarantine"),),
        "discipline": (_above("days", _YEAR_OF_DAYS, "V14", severity="blank"),),
        "identity": (_order("begin_date", "end_date", "D11"),),
        "support": (_order("begin_date", "end_date", "D11"),),
        "student_year": (
            _above("oss_days", _YEAR_OF_DAYS, "V14", severity="blank"),
            _above("absence_share", 1, "V12", severity="blank"),
            _above("absence_percent", 100, "V12", severity="blank"),
        ),
    }
)
MAY_BE_NEGATIVE = frozenset(("days", "oss_days", "fraction"))  # read so that V14 and V12 see them


def emptied(column: TypedColumn, rows: NDArray[np.bool_]) -> TypedColumn:
    """The column without its values in some rows."""
    return TypedColumn(column.values, np.where(rows, np.int32(MISSING), column.index))
