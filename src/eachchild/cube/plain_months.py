"""The slow, obvious way to months: one student after the other, day by day.

The oracle of `months`: it shares with it only the plans. Student-years come from `plain_year`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import floor

from eachchild.cube.plain_rows import (
    FOREVER,
    Calendar,
    Row,
    Tables,
    day_of,
    number_of,
    spells_of,
    year_of,
)
from eachchild.cube.plan import MonthPlan
from eachchild.cube.rules import RULES
from eachchild.terms.factors import NOT_REPORTED

MonthCell = tuple[str, str, str]  # month, home school, group
_KNOWN_BY = {
    "oss": "oss_count", "iss": "iss_count", "referred": "referrals", "referrals": "referrals",
    "lost": "oss_days", "absent": "days_absent",
}  # fmt: skip


def count_months_plainly(
    asked: MonthPlan, tables: Tables, student_years: Sequence[Row]
) -> Mapping[MonthCell, Counter[str]]:
    """By cell the students enrolled, their days, and of each measure of whom it is told."""
    calendar = Calendar(tables)
    found: dict[MonthCell, Counter[str]] = defaultdict(Counter)
    by_school_days = _whole(tables, calendar)
    for row in student_years:
        student, year = str(row["student_id"]), int(str(row["period"])[:4])
        enrolled = _days(student, year, tables, calendar)
        held = {d for school, days in enrolled.items()
                for d in days & calendar.school_days(school, year)}  # fmt: skip
        every = {d for days in enrolled.values() for d in days}
        for month in sorted({_month(d) for d in every}):
            group = str(row[asked.factor.id] or NOT_REPORTED)
            cell = found[month, str(row.get("school_id") or ""), group]
            days = sum(_month(d) == month for d in (held if by_school_days else every))
            cell["students"] += 1
            cell["days"] += days
            for name, value in _happened(student, year, month, tables, held).items():
                column = _KNOWN_BY[name]
                table = "absence" if name == "absent" else "discipline"
                if row.get(column) is None or month > _until(tables, table, year, calendar):
                    continue
                cell[f"of {name}"] += days if name in ("referrals", "absent") else 1
                cell[f"in {name}"] += value
    return found


def _month(day: date) -> str:
    return f"{day.year}-{day.month:02d}"


def _days(student: str, year: int, tables: Tables, calendar: Calendar) -> Mapping[str, set[date]]:
    """The days that a student was enrolled in each school within a school year."""
    found: dict[str, set[date]] = defaultdict(set)
    for who, school, entry, left, _ in spells_of(tables):
        opens, closes = calendar.window(school, year)
        first, last = max(entry, opens), min(left, closes)
        if who == student:
            found[school] |= {first + timedelta(n) for n in range((last - first).days + 1)}
    return found


def _whole(tables: Tables, calendar: Calendar) -> bool:
    """Whether every school has a calendar in every year."""
    schools = {school for _, school, _, _, _ in spells_of(tables)}
    return all(calendar.school_days(s, year) for s in schools for year in calendar.years)


def _until(tables: Tables, table: str, year: int, calendar: Calendar) -> str:
    """The last month of a year of which a table tells all; empty: none."""
    days = [day for r in tables[table] if year_of(day := day_of(r["date"], FOREVER)) == year]
    if not days:
        return ""
    months = sorted({_month(d) for d in days})
    schools = {school for _, school, _, _, _ in spells_of(tables)}
    closes = max(calendar.window(school, year)[1] for school in schools)
    if months[-1] >= _month(closes):
        return months[-1]
    first = max(days).replace(day=1)
    return _month(first - timedelta(1))


def _happened(
    student: str, year: int, month: str, tables: Tables, held: set[date]
) -> Mapping[str, int]:
    """What the tables tell of a student in a month, by measure."""
    found: dict[str, int] = {}
    if "discipline" in tables:
        mine = [r for r in tables["discipline"] if r["student_id"] == student]
        mine = [r for r in mine if year_of(day_of(r["date"], FOREVER)) == year]
        here = [r for r in mine if _month(day_of(r["date"], FOREVER)) == month]
        acts: dict[str, list[date]] = defaultdict(list)
        for r in mine:
            named = r["incident_id"]
            acts[f"day {r['date']}" if named is None else f"incident {named}"].append(
                day_of(r["date"], FOREVER)
            )
        begun = sum(_month(min(days)) == month for days in acts.values())
        found["oss"] = int(any(r["action"] == "oss" for r in here))
        found["iss"] = int(any(r["action"] == "iss" for r in here))
        found["referred"], found["referrals"] = int(begun > 0), begun
        found["lost"] = sum(_lost(r) for r in here if r["action"] == "oss")
    if "absence" in tables:
        away = [r for r in tables["absence"] if r["student_id"] == student]
        away = [
            r for r in away if r["date"] in held and _month(day_of(r["date"], FOREVER)) == month
        ]
        found["absent"] = sum(_missed(r) for r in away)
    return found


def _lost(row: Row) -> int:
    return floor((number_of(row["days"]) or 0.0) * RULES.micro + 0.5)


def _missed(row: Row) -> int:
    fraction = number_of(row["fraction"])
    return floor(min(1.0 if fraction is None else fraction, 1.0) * RULES.micro + 0.5)
