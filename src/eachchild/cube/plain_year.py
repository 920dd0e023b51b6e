"""The slow, obvious way from linked tables to student-years: dictionaries, loops, day by day.

It is the oracle that the engines are held against, so it is written from the rules ("who is
counted where") and shares none of their code. Rows are dictionaries with every declared column;
a missing value is None. Use it on small districts only.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from eachchild.cube.plain_facts import (
    add_absences,
    add_completion,
    add_courses,
    add_discipline,
    add_scores,
)
from eachchild.cube.plain_rows import (
    FOREVER,
    LONG_AGO,
    Calendar,
    Row,
    Tables,
    Unit,
    day_of,
    is_complete,
    spells_of,
    text_of,
)
from eachchild.cube.rules import RULES
from eachchild.plan import Plan
from eachchild.terms.factors import ANY_RACES, FACTORS, NO, NOT_REPORTED, YES, Factor


def student_years(tables: Tables, plan: Plan) -> list[dict[str, object]]:
    """Derive student-years row by row; absent tables leave their columns out."""
    calendar = Calendar(tables)
    units = _units(tables, plan, calendar)
    for unit in units:
        _identity(unit, tables, plan)
    add_absences(units, tables, plan, calendar)
    add_discipline(units, tables, plan)
    add_courses(units, tables, plan)
    add_scores(units, tables)
    add_completion(units, tables, plan)
    return [_result(unit, tables) for unit in units]


def _result(unit: Unit, tables: Tables) -> dict[str, object]:
    row: dict[str, object] = {
        "student_id": unit.student,
        "period": unit.period,
        "school_id": unit.school,
    }
    row |= unit.found
    for name, value in unit.given.items():
        if name not in row or (value is not None and name not in FACTORS):
            row[name] = value
    schools = {s["school_id"]: s for s in tables.get("school", ())}
    if schools:
        school = schools.get(unit.school or "", {})
        row["school_name"] = school.get("school_name")
        row["district_id"] = row.get("district_id") or school.get("district_id")
        if school.get("meals_for_all") == YES and "frl" in row:
            row["frl"] = None
    return row


def _period(year: int) -> str:
    return f"{year}-{str(year + 1)[-2:]}"


def _days_between(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))


def _enrolled(tables: Tables, calendar: Calendar) -> dict[tuple[str, int], dict[str, set[date]]]:
    """For each student and year, by school, the days enrolled within the school year."""
    enrolled: dict[tuple[str, int], dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    for student, school, entry, exit_, _ in spells_of(tables):
        for year in calendar.years:
            opens, closes = calendar.window(school, year)
            if entry <= closes and exit_ >= opens:
                days = _days_between(max(entry, opens), min(exit_, closes))
                enrolled[student, year][school].update(days)
    return enrolled


def _home(days: Mapping[str, set[date]], year: int, calendar: Calendar) -> str:
    known = all(calendar.school_days(school, year) for school in days)

    def merit(school: str) -> tuple[int, date, date]:
        mine = days[school]
        counted = mine & calendar.school_days(school, year) if known else mine
        return len(counted), max(mine), min(mine)

    best = max(merit(school) for school in days)
    return min(school for school in days if merit(school) == best)


def _grade(tables: Tables, calendar: Calendar, unit: Unit) -> str | None:
    """The grade of the latest entry whose first school year this is."""
    grades = []
    for student, school, entry, exit_, grade in spells_of(tables):
        if (student, school) != (unit.student, unit.school) or grade is None:
            continue
        windows = {y: calendar.window(school, y) for y in calendar.years}
        years = [y for y, (a, b) in windows.items() if entry <= b and exit_ >= a]
        if years and min(years) == unit.year:
            grades.append((entry, grade))
    return max(grades)[1] if grades else None


def _from_days(unit: Unit, days: Mapping[str, set[date]], calendar: Calendar) -> None:
    every = set().union(*days.values())
    unit.days = days
    unit.found |= {"first": min(every), "last": max(every)}
    year = unit.year or 0
    known = all(calendar.school_days(school, year) for school in days)
    school_days = {
        d for school, mine in days.items() for d in mine & calendar.school_days(school, year)
    }
    unit.found["days_enrolled"] = float(len(school_days)) if known else None


def _units(tables: Tables, plan: Plan, calendar: Calendar) -> list[Unit]:
    enrolled = _enrolled(tables, calendar)
    homes = {key: _home(days, key[1], calendar) for key, days in enrolled.items()}
    units: list[Unit] = []
    if "student_year" in tables:
        return _ready_units(tables, enrolled, homes, calendar)
    for (student, year), days in sorted(enrolled.items()):
        home = homes[student, year]
        if plan.membership == "attended":
            places = {
                s: {s: mine} for s, mine in sorted(days.items()) if _stayed(s, mine, year, calendar)
            }
        else:
            places = {home: dict(days)}
        for school, part in places.items():
            unit = Unit(student, year, _period(year), school, home)
            _from_days(unit, part, calendar)
            unit.found |= {"schools_attended": len(days), "grade": _grade(tables, calendar, unit)}
            units.append(unit)
    return units


def _stayed(school: str, days: set[date], year: int, calendar: Calendar) -> bool:
    counted = days & calendar.school_days(school, year) or days
    if calendar.school_days(school, year):
        counted = days & calendar.school_days(school, year)
    return len(counted) >= RULES.attended_days


def _ready_units(
    tables: Tables,
    enrolled: Mapping[tuple[str, int], Mapping[str, set[date]]],
    homes: Mapping[tuple[str, int], str],
    calendar: Calendar,
) -> list[Unit]:
    units = []
    for row in tables["student_year"]:
        student, period = str(row["student_id"]), str(row["period"])
        start = int(period[:4])
        year = start if period == _period(start) else None
        key = (student, start)
        school = text_of(row.get("school_id"))
        days = enrolled.get(key, {}) if year is not None else {}
        school = school or (homes[key] if days else None)
        given = {k: v for k, v in row.items() if k not in ("student_id", "period", "school_id")}
        unit = Unit(student, year, period, school, school, given=given)
        if "enrollment" in tables:
            unit.found |= {"days_enrolled": None, "schools_attended": None, "grade": None}
        if days:
            _from_days(unit, days, calendar)
            home = Unit(student, year, period, homes[key], None)
            unit.found |= {"schools_attended": len(days), "grade": _grade(tables, calendar, home)}
        units.append(unit)
    return units


def _as_of(unit: Unit, plan: Plan) -> date | None:
    first, last = unit.found.get("first"), unit.found.get("last")
    if "-" not in plan.as_of:
        chosen = last if plan.as_of == "last_day" else first
        return chosen if isinstance(chosen, date) else None
    if unit.year is None:
        return None
    month, day = (int(part) for part in plan.as_of.split("-")[1:])
    return date(unit.year + (month < 7), month, 28 if (month, day) == (2, 29) else day)


def _identity(unit: Unit, tables: Tables, plan: Plan) -> None:
    factors = {**FACTORS, **{f.id: f for f in plan.recorded}}
    student = next((r for r in tables.get("student", ()) if r["student_id"] == unit.student), None)
    dated = [r for r in tables.get("identity", ()) if r["student_id"] == unit.student]
    kept = {r["factor"] for r in tables.get("identity", ())}
    changes = 0
    for name, factor in factors.items():
        value = _dated_value(unit, [r for r in dated if r["factor"] == name], factor, plan)
        is_flag = sorted(factor.values) == [NO, YES]
        if value is None and name in kept and is_flag and is_complete(plan, "identity"):
            value = NO
        if value is None:
            value = _race(unit, tables) if name == "race" else _said(student, name)
        given = unit.given.get(name)
        unit.found[name] = given if given not in (None, NOT_REPORTED) else value
        if name in {f.id for f in plan.factors}:
            mine = [r for r in dated if r["factor"] == name]
            values = {_clean(r["value"], factor) for r in _during(unit, mine)}
            changes += len(values) > 1 or (is_flag and _began_or_ended(unit, mine))
    for race in ANY_RACES:
        said = _said(student, f"race_any_{race}") if student else None
        unit.found[f"race_any_{race}"] = said or _any_race(unit, tables, race)
    if student and "birth_country" in student:
        unit.found["birth_country"] = student["birth_country"]
    if "enrollment" in tables:
        unit.found["identity_changes"] = changes


def _clean(value: object, factor: Factor) -> str:
    return str(value) if value in factor.values else NOT_REPORTED


def _said(student: Row | None, name: str) -> str | None:
    value = student.get(name) if student else None
    return None if value == NOT_REPORTED else text_of(value)


def _holds(row: Row, first: date, last: date) -> bool:
    return day_of(row["begin_date"], LONG_AGO) <= last and day_of(row["end_date"], FOREVER) >= first


def _during(unit: Unit, rows: Sequence[Row]) -> list[Row]:
    first, last = unit.found.get("first"), unit.found.get("last")
    if not isinstance(first, date) or not isinstance(last, date):
        return []
    return [r for r in rows if _holds(r, first, last)]


def _began_or_ended(unit: Unit, rows: Sequence[Row]) -> bool:
    """Whether a program was on record on the first day enrolled or the last, and not on both."""
    ends = (unit.found.get("first"), unit.found.get("last"))
    yes = [r for r in rows if r["value"] == YES]
    on = [isinstance(day, date) and any(_holds(r, day, day) for r in yes) for day in ends]
    return on[0] != on[1]


def _dated_value(unit: Unit, rows: Sequence[Row], factor: Factor, plan: Plan) -> str | None:
    if plan.as_of == "ever" and sorted(factor.values) == [NO, YES]:
        held = {r["value"] for r in _during(unit, rows)}
        return YES if YES in held else NO if NO in held else None
    day = _as_of(unit, plan)
    if day is None:
        return None
    held_on = [r for r in rows if _holds(r, day, day)]
    ranked = [(day_of(r["begin_date"], LONG_AGO), _clean(r["value"], factor)) for r in held_on]
    value = max(ranked)[1] if ranked else None
    return None if value == NOT_REPORTED else value


def _named(unit: Unit, tables: Tables) -> set[str]:
    rows = tables.get("student_race", ())
    return {str(r["race"]) for r in rows if r["student_id"] == unit.student} - {
        NOT_REPORTED,
        "None",
    }


def _own_race(unit: Unit, tables: Tables) -> str | None:
    student = next((r for r in tables.get("student", ()) if r["student_id"] == unit.student), None)
    return _said(student, "race")


def _race(unit: Unit, tables: Tables) -> str | None:
    named, own = _named(unit, tables), _own_race(unit, tables)
    races = named - {"hispanic", "two_or_more"}
    if "hispanic" in named or own == "hispanic":
        return "hispanic"
    if "two_or_more" in named or own == "two_or_more" or len(races) > 1:
        return "two_or_more"
    return races.pop() if races else own


def _any_race(unit: Unit, tables: Tables, race: str) -> str | None:
    named, own = _named(unit, tables), _own_race(unit, tables)
    if not named and own is None:
        return None
    if race in named or (race == "hispanic" and own == "hispanic") or (not named and own == race):
        return YES
    if race == "hispanic":
        return NO
    if not named and own == "hispanic":
        return None  # the federal code hides the races
    several = own == "two_or_more" or "two_or_more" in named
    return None if several and len(named - {"hispanic", "two_or_more"}) < 2 else NO
