"""The slow, obvious way from linked tables to student-years: dictionaries, loops, day by day.

It is the oracle that the engines are held against, so it is written from the rules ("who is
counted where") and shares none of their code. Rows are dictionaries with every declared column;
a missing value is None. Use it on small districts only.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import floor

from eachchild.cube.rules import RULES
from eachchild.plan import Plan
from eachchild.terms.factors import ANY_RACES, FACTORS, NO, NOT_REPORTED, YES, Factor

Row = Mapping[str, object]
Tables = Mapping[str, Sequence[Row]]
_FOREVER = date(9999, 12, 31)
_LONG_AGO = date(1, 1, 1)


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


def student_years(tables: Tables, plan: Plan) -> list[dict[str, object]]:
    """Derive student-years row by row; absent tables leave their columns out."""
    calendar = _Calendar(tables)
    units = _units(tables, plan, calendar)
    for unit in units:
        _identity(unit, tables, plan)
    _absences(units, tables, plan, calendar)
    _discipline(units, tables, plan)
    _courses(units, tables, plan)
    _scores(units, tables)
    _completion(units, tables, plan)
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


def _year(day: date) -> int:
    return day.year if day.month >= 7 else day.year - 1


def _period(year: int) -> str:
    return f"{year}-{str(year + 1)[-2:]}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _day(value: object, blank: date) -> date:
    return value if isinstance(value, date) else blank


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _is_complete(plan: Plan, table: str) -> bool:
    return any(s.table == table and s.complete for s in plan.sources)


class _Calendar:
    """Which days are school days where, and from when to when a school year runs."""

    def __init__(self, tables: Tables) -> None:
        rows = [
            (_text(r["school_id"]), _day(r["date"], _LONG_AGO)) for r in tables.get("calendar", ())
        ]
        spells = _spells(tables)
        self.rows = rows
        if rows:
            self.years = sorted({_year(d) for _, d in rows})
        else:
            entries = sorted({_year(entry) for _, _, entry, _, _ in spells})
            self.years = list(range(entries[0], entries[-1] + 1)) if entries else []

    def school_days(self, school: str, year: int) -> set[date]:
        return {d for s, d in self.rows if s in (None, school) and _year(d) == year}

    def window(self, school: str, year: int) -> tuple[date, date]:
        days = self.school_days(school, year) or {d for _, d in self.rows if _year(d) == year}
        if not days:
            return date(year, 8, 1), date(year + 1, 6, 30)
        return min(days), max(days)


def _spells(tables: Tables) -> list[tuple[str, str, date, date, str | None]]:
    spells = []
    for row in tables.get("enrollment", ()):
        entry, exit_ = _day(row["entry_date"], _FOREVER), _day(row["exit_date"], _FOREVER)
        if row["exit_type"] not in RULES.no_spell and entry <= exit_:
            grade = _text(row["grade"])
            spells.append((str(row["student_id"]), str(row["school_id"]), entry, exit_, grade))
    return spells


def _days_between(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))


def _enrolled(tables: Tables, calendar: _Calendar) -> dict[tuple[str, int], dict[str, set[date]]]:
    """For each student and year, by school, the days enrolled within the school year."""
    enrolled: dict[tuple[str, int], dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    for student, school, entry, exit_, _ in _spells(tables):
        for year in calendar.years:
            opens, closes = calendar.window(school, year)
            if entry <= closes and exit_ >= opens:
                days = _days_between(max(entry, opens), min(exit_, closes))
                enrolled[student, year][school].update(days)
    return enrolled


def _home(days: Mapping[str, set[date]], year: int, calendar: _Calendar) -> str:
    known = all(calendar.school_days(school, year) for school in days)

    def merit(school: str) -> tuple[int, date, date]:
        mine = days[school]
        counted = mine & calendar.school_days(school, year) if known else mine
        return len(counted), max(mine), min(mine)

    best = max(merit(school) for school in days)
    return min(school for school in days if merit(school) == best)


def _grade(tables: Tables, calendar: _Calendar, unit: Unit) -> str | None:
    """The grade of the latest entry whose first school year this is."""
    grades = []
    for student, school, entry, exit_, grade in _spells(tables):
        if (student, school) != (unit.student, unit.school) or grade is None:
            continue
        windows = {y: calendar.window(school, y) for y in calendar.years}
        years = [y for y, (a, b) in windows.items() if entry <= b and exit_ >= a]
        if years and min(years) == unit.year:
            grades.append((entry, grade))
    return max(grades)[1] if grades else None


def _from_days(unit: Unit, days: Mapping[str, set[date]], calendar: _Calendar) -> None:
    every = set().union(*days.values())
    unit.days = days
    unit.found |= {"first": min(every), "last": max(every)}
    year = unit.year or 0
    known = all(calendar.school_days(school, year) for school in days)
    school_days = {
        d for school, mine in days.items() for d in mine & calendar.school_days(school, year)
    }
    unit.found["days_enrolled"] = float(len(school_days)) if known else None


def _units(tables: Tables, plan: Plan, calendar: _Calendar) -> list[Unit]:
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


def _stayed(school: str, days: set[date], year: int, calendar: _Calendar) -> bool:
    counted = days & calendar.school_days(school, year) or days
    if calendar.school_days(school, year):
        counted = days & calendar.school_days(school, year)
    return len(counted) >= RULES.attended_days


def _ready_units(
    tables: Tables,
    enrolled: Mapping[tuple[str, int], Mapping[str, set[date]]],
    homes: Mapping[tuple[str, int], str],
    calendar: _Calendar,
) -> list[Unit]:
    units = []
    for row in tables["student_year"]:
        student, period = str(row["student_id"]), str(row["period"])
        start = int(period[:4])
        year = start if period == _period(start) else None
        key = (student, start)
        school = _text(row.get("school_id"))
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


# Identity


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
    factors = {**FACTORS, **{f.id: f for f in plan.factors}}
    student = next((r for r in tables.get("student", ()) if r["student_id"] == unit.student), None)
    dated = [r for r in tables.get("identity", ()) if r["student_id"] == unit.student]
    kept = {r["factor"] for r in tables.get("identity", ())}
    changes = 0
    for name, factor in factors.items():
        value = _dated_value(unit, [r for r in dated if r["factor"] == name], factor, plan)
        is_flag = sorted(factor.values) == [NO, YES]
        if value is None and name in kept and is_flag and _is_complete(plan, "identity"):
            value = NO
        if value is None:
            value = _race(unit, tables) if name == "race" else _said(student, name)
        given = unit.given.get(name)
        unit.found[name] = given if given not in (None, NOT_REPORTED) else value
        if name in {f.id for f in plan.factors}:
            mine = [r for r in dated if r["factor"] == name]
            values = {_clean(r["value"], factor) for r in _during(unit, mine)}
            changes += len(values) > 1
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
    return None if value == NOT_REPORTED else _text(value)


def _holds(row: Row, first: date, last: date) -> bool:
    return _day(row["begin_date"], _LONG_AGO) <= last and _day(row["end_date"], _FOREVER) >= first


def _during(unit: Unit, rows: Sequence[Row]) -> list[Row]:
    first, last = unit.found.get("first"), unit.found.get("last")
    if not isinstance(first, date) or not isinstance(last, date):
        return []
    return [r for r in rows if _holds(r, first, last)]


def _dated_value(unit: Unit, rows: Sequence[Row], factor: Factor, plan: Plan) -> str | None:
    if plan.as_of == "ever" and sorted(factor.values) == [NO, YES]:
        held = {r["value"] for r in _during(unit, rows)}
        return YES if YES in held else NO if NO in held else None
    day = _as_of(unit, plan)
    if day is None:
        return None
    held_on = [r for r in rows if _holds(r, day, day)]
    ranked = [(_day(r["begin_date"], _LONG_AGO), _clean(r["value"], factor)) for r in held_on]
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


# What happened in the year


def _placed(unit: Unit, row: Row, home: str | None) -> bool:
    """For an audit of schools one by one: whether a row belongs to this school's unit."""
    return (_text(row["school_id"]) or home) == unit.school


def _absences(units: Sequence[Unit], tables: Tables, plan: Plan, calendar: _Calendar) -> None:
    if "absence" not in tables:
        return
    if "enrollment" not in tables and all("days_enrolled" not in u.given for u in units):
        return
    reporting = _absence_schools(units, tables)
    for unit in units:
        enrolled, missed, schools = _attendance(unit, tables, plan, calendar)
        silent = any((school, unit.year) not in reporting for school in schools)
        known = enrolled is not None and (not silent or _is_complete(plan, "absence"))
        of = (enrolled or 0.0) * RULES.micro
        unit.found["days_absent"] = missed / RULES.micro if known else None
        unit.found["absence_share"] = missed / of if known and of else None
        unit.found["absence_percent"] = missed * 100 / of if known and of else None


def _attendance(
    unit: Unit, tables: Tables, plan: Plan, calendar: _Calendar
) -> tuple[float | None, int, set[str | None]]:
    """Days enrolled, millionths of days missed, and the schools that should have reported."""
    rows = [r for r in tables["absence"] if r["student_id"] == unit.student]
    rows = [r for r in rows if _year(_day(r["date"], _FOREVER)) == unit.year]
    if "enrollment" not in tables:
        missed = sum(_missed(r) for r in rows)
        return _number(unit.given["days_enrolled"]), missed, {unit.school}
    year = unit.year or 0
    open_days = {s: d & calendar.school_days(s, year) for s, d in unit.days.items()}
    missed = 0
    for row in rows:
        at = {s for s, days in open_days.items() if row["date"] in days}
        if plan.membership == "attended" and row["school_id"] not in (None, unit.school):
            continue
        missed += _missed(row) if at else 0
    enrolled = _number(unit.found["days_enrolled"])
    return enrolled, missed, {s for s, days in open_days.items() if days}


def _missed(row: Row) -> int:
    fraction = _number(row["fraction"])
    return floor(min(1.0 if fraction is None else fraction, 1.0) * RULES.micro + 0.5)


def _absence_schools(units: Sequence[Unit], tables: Tables) -> set[tuple[str | None, int | None]]:
    """Schools and years with some absence; a row without a school is of where the student was."""
    reporting: set[tuple[str | None, int | None]] = set()
    for row in tables["absence"]:
        day = _day(row["date"], _FOREVER)
        reporting.add((None, _year(day)))  # for students whose school is not known
        if row["school_id"] is not None:
            reporting.add((_text(row["school_id"]), _year(day)))
            continue
        for unit in units:
            if (unit.student, unit.year) == (row["student_id"], _year(day)):
                at = {s for s, days in unit.days.items() if day in days}
                homes = set() if "enrollment" in tables else {unit.home}
                reporting |= {(school, unit.year) for school in at | homes}
    return reporting


def _of_year(unit: Unit, rows: Iterable[Row], plan: Plan) -> list[Row]:
    """A student's dated rows of the year; for schools one by one those of this school."""
    mine = [r for r in rows if r["student_id"] == unit.student]
    mine = [r for r in mine if _year(_day(r["date"], _FOREVER)) == unit.year]
    if plan.membership == "attended":
        mine = [r for r in mine if (_text(r["school_id"]) or unit.home) == unit.school]
    return mine


def _discipline(units: Sequence[Unit], tables: Tables, plan: Plan) -> None:
    if "discipline" not in tables:
        return
    rows = tables["discipline"]
    with_days = {_year(_day(r["date"], _FOREVER)) for r in rows if r["days"] is not None}
    for unit in units:
        mine = _of_year(unit, rows, plan)
        zero = _is_complete(plan, "discipline") or _reports(unit, units, rows)
        actions = [r["action"] for r in mine]
        settled = zero and None not in actions
        incidents = {
            ("on", r["date"]) if r["incident_id"] is None else ("no", r["incident_id"])
            for r in mine
        }
        unit.found["referrals"] = len(incidents) if mine or zero else None
        for column, action in (("iss_count", "iss"), ("oss_count", "oss")):
            number = actions.count(action)
            unit.found[column] = number if number or settled else None
        for column, action in (("expelled", "expulsion"), ("police_referral", "police")):
            unit.found[column] = YES if action in actions else NO if settled else None
        unit.found["oss_days"] = None
        days = [_number(r["days"]) for r in mine if r["action"] == "oss"]
        if unit.year in with_days and None not in days and (days or settled):
            micro = sum(floor((d or 0.0) * RULES.micro + 0.5) for d in days)
            unit.found["oss_days"] = micro / RULES.micro


def _reports(unit: Unit, units: Sequence[Unit], rows: Sequence[Row]) -> bool:
    years = {_year(_day(r["date"], _FOREVER)) for r in rows}
    homes = {(u.student, u.year): u.home for u in units}
    schools = set()
    for row in rows:
        year = _year(_day(row["date"], _FOREVER))
        school = _text(row["school_id"]) or homes.get((str(row["student_id"]), year))
        schools.add((school, year))
    if unit.school is None:
        return unit.year in years
    size = sum((u.school, u.year) == (unit.school, unit.year) for u in units)
    small = size <= RULES.silent_school and unit.year in years
    return small or (unit.school, unit.year) in schools


def _filled(rows: Iterable[Row], column: str) -> set[object]:
    """The periods in which a column has any value."""
    return {r["period"] for r in rows if r[column] is not None}


def _of_period(unit: Unit, rows: Iterable[Row]) -> list[Row]:
    return [r for r in rows if r["student_id"] == unit.student and r["period"] == unit.period]


def _courses(units: Sequence[Unit], tables: Tables, plan: Plan) -> None:
    if "course" not in tables:
        return
    rows, complete = tables["course"], _is_complete(plan, "course")
    gifted_years = {r["period"] for r in rows if r["level"] == "gifted"}
    for unit in units:
        mine = _of_period(unit, rows)
        if plan.membership == "attended":
            mine = [r for r in mine if (_text(r["school_id"]) or unit.home) == unit.school]
        levels: list[object] = [r["level"] for r in mine]
        asked = bool(mine) or (complete and unit.period in _filled(rows, "level"))
        for column, above in (("ap_enrolled", {"ap"}), ("honors_enrolled", {"ap", "honors"})):
            unit.found[column] = _ever(levels, above) if asked else None
        gifted = _ever(levels, {"gifted"}) if asked and unit.period in gifted_years else None
        unit.found["gifted"] = gifted
        asked = bool(mine) or (complete and unit.period in _filled(rows, "failed"))
        marked = [r for r in mine if r["failed"] is not None or r["points"] is not None]
        failures = sum(r["failed"] == YES for r in marked)
        unsaid = any(r["failed"] is None for r in marked)
        unit.found["courses_taken"] = len(marked) if asked else None
        unit.found["courses_failed"] = failures if asked and (failures or not unsaid) else None
        unit.found["gpa"] = _mean(r["points"] for r in mine)


def _ever(values: Iterable[object], yes: set[str]) -> str | None:
    values = list(values)
    if any(v in yes for v in values):
        return YES
    return None if None in values else NO


def _mean(values: Iterable[object]) -> float | None:
    """The mean of what is there, added in millionths, halves away from zero."""
    numbers = [n for n in (_number(v) for v in values) if n is not None]
    micro = [floor(abs(n) * RULES.micro + 0.5) * (1 if n >= 0 else -1) for n in numbers]
    return sum(micro) / (len(micro) * float(RULES.micro)) if micro else None


def _scores(units: Sequence[Unit], tables: Tables) -> None:
    if "score" not in tables:
        return
    tested = _filled(tables["score"], "proficient")
    for unit in units:
        mine = _of_period(unit, tables["score"])
        answers = [r["proficient"] for r in mine if r["proficient"] is not None]
        unit.found["tested"] = (YES if answers else NO) if unit.period in tested else None
        unit.found["proficient"] = None if not answers else NO if NO in answers else YES
        unit.found["score"] = _mean(r["score"] for r in mine)


def _completion(units: Sequence[Unit], tables: Tables, plan: Plan) -> None:
    if "completion" not in tables:
        return
    rows, complete = tables["completion"], _is_complete(plan, "completion")
    for unit in units:
        mine = _of_period(unit, rows)
        by_course = unit.found.get("gifted")
        for column in ("retained", "cohort", "graduated", "gifted"):
            said = {r[column] for r in mine}
            value = YES if YES in said else NO if NO in said else None
            if not mine and complete and unit.period in _filled(rows, column):
                value = NO
            unit.found[column] = value
        if by_course == YES or unit.period not in _filled(rows, "gifted"):
            unit.found["gifted"] = unit.found["gifted"] or by_course
        if by_course == YES:
            unit.found["gifted"] = YES
