"""The code lists that a person filled in beside a plan: codes/NAME.csv, theirs and ours."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eachchild.plan.errors import PlanError


@dataclass(frozen=True, slots=True)
class FilledCode:
    """One row of a code list; `ours` is empty where nobody has filled it in."""

    row: int  # counted from 1 with the heading as row 1
    value: str
    ours: str


def read_code_file(file: Path) -> tuple[FilledCode, ...]:
    """The rows of a code list, spaces around both words left out.

    PlanError, with file and row, where it cannot be read or one value has two meanings.
    """
    try:
        found = tuple(_rows(file))
    except (UnicodeDecodeError, csv.Error):
        raise PlanError(
            f"codes/{file.name}: it cannot be read as text. Save it as CSV in UTF-8."
        ) from None
    _refuse_two_meanings(file, found)
    return found


def meanings(rows: Sequence[FilledCode]) -> Mapping[str, str]:
    """What each filled value means."""
    return {row.value: row.ours for row in rows if row.ours}


def _rows(file: Path) -> list[FilledCode]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if not {"value", "ours"} <= set(rows.fieldnames or ()):
            raise PlanError(f"codes/{file.name}: needs the columns value and ours.")
        return [
            FilledCode(number, (row["value"] or "").strip(), (row["ours"] or "").strip())
            for number, row in enumerate(rows, 2)
        ]


def _refuse_two_meanings(file: Path, rows: Sequence[FilledCode]) -> None:
    first: dict[str, FilledCode] = {}
    for row in (r for r in rows if r.ours):
        known = first.setdefault(row.value, row)
        if row.ours.casefold() != known.ours.casefold():
            raise PlanError(
                f"codes/{file.name}, rows {known.row} and {row.row}: one value stands twice, with "
                "two meanings. Keep one of the rows."
            )
