"""What the slow way works with: a unit to be counted, the calendar, and plain readings of cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from eachchild.cube.rules import RULES
from eachchild.plan import Plan

Row = Mapping[str, object]
Tables = Mapping[str, Sequence[Row]]
FOREVER = date(9999, 12, 31)
LONG_AGO = date(1, 1, 1)


@dataclass(slots=True)
class Unit:
    """One row of the result as it grows: a student in a school year, perhaps at one school."""

    student: str
    year: int | None
    period: str
    school: str | None
    home: str | None
    days: Mapping[str, set[date]] = field(default_factory=dict)  # days enrolled, by school
    found: dict[str, object] = field(default_factory=dict)
    given: Row = field(default_factory=dict)


def year_of(day: date) -> int:
    return day.year if day.month >= 7 else day.year - 1


def text_of(value: object) -> str | None:
    return None if value is None else str(value)


def day_of(value: object, blank: date) -> date:
    return value if isinstance(value, date) else blank


def number_of(value: object) -> float | None:
    return None if value is None else float(str(value))


def is_complete(plan: Plan, table: str) -> bool:
    return any(s.table == table and s.complete for s in plan.sources)


class Calendar:
    """Which days are school days where, and from when to when a school year runs."""

    def __init__(self, tables: Tables) -> None:
        rows = [
            (text_of(r["school_id"]), day_of(r["date"], LONG_AGO))
            for r in tables.get("calendar", ())
        ]
        spells = spells_of(tables)
        self.rows = rows
        if rows:
            self.years = sorted({year_of(d) for _, d in rows})
        else:
            entries = sorted({year_of(entry) for _, _, entry, _, _ in spells})
            self.years = list(range(entries[0], entries[-1] + 1)) if entries else []

    def school_days(self, school: str, year: int) -> set[date]:
        return {d for s, d in self.rows if s in (None, school) and year_of(d) == year}

    def window(self, school: str, year: int) -> tuple[date, date]:
        days = self.school_days(school, year) or {d for _, d in self.rows if year_of(d) == year}
        if not days:
            return date(year, 8, 1), date(year + 1, 6, 30)
        return min(days), max(days)


def spells_of(tables: Tables) -> list[tuple[str, str, date, date, str | None]]:
    spells = []
    for row in tables.get("enrollment", ()):
        entry, exit_ = day_of(row["entry_date"], FOREVER), day_of(row["exit_date"], FOREVER)
        if row["exit_type"] not in RULES.no_spell and entry <= exit_:
            grade = text_of(row["grade"])
            spells.append((str(row["student_id"]), str(row["school_id"]), entry, exit_, grade))
    return spells
