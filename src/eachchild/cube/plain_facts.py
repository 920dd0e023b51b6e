"""The slow, obvious way to what happened in a year: absences, discipline, courses, scores."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import floor

from eachchild.cube.plain_rows import (
    FOREVER,
    Calendar,
    Row,
    Tables,
    Unit,
    day_of,
    is_complete,
    number_of,
    text_of,
    year_of,
)
from eachchild.cube.rules import RULES
from eachchild.plan import Plan
from eachchild.terms.factors import NO, YES

_MISSED = ("days_absent", "absence_share", "absence_percent")


def _placed(unit: Unit, row: Row, home: str | None) -> bool:
    """For an audit of schools one by one: whether a row belongs to this school's unit."""
    return (text_of(row["school_id"]) or home) == unit.school


def add_absences(units: Sequence[Unit], tables: Tables, plan: Plan, calendar: Calendar) -> None:
    if "absence" not in tables:
        return
    if "enrollment" not in tables and all("days_enrolled" not in u.given for u in units):
        return
    reporting = _absence_schools(units, tables)
    reasons = {str(r["reason"]) for r in tables["absence"] if r["reason"] is not None}
    if any(column in u.given for u in units for column in _MISSED) or (
        "enrollment" in tables and any("days_enrolled" in u.given for u in units)
    ):
        reasons = set()
    covered = _years(tables["absence"])
    for unit in units:
        enrolled, by_reason, schools = _attendance(unit, tables, plan, calendar)
        missed = sum(by_reason.values())
        silent = any((school, unit.year) not in reporting for school in schools)
        if is_complete(plan, "absence"):
            silent = unit.year not in covered
        known = enrolled is not None and not silent
        of = (enrolled or 0.0) * RULES.micro
        unit.found["days_absent"] = missed / RULES.micro if known else None
        unit.found["absence_share"] = missed / of if known and of else None
        unit.found["absence_percent"] = missed * 100 / of if known and of else None
        for reason in reasons:
            unit.found[f"absent for {reason}"] = by_reason[reason] if known else None


def _attendance(
    unit: Unit, tables: Tables, plan: Plan, calendar: Calendar
) -> tuple[float | None, Counter[object], set[str | None]]:
    """Days enrolled, millionths of days missed by reason, and schools that should have reported."""
    rows = [r for r in tables["absence"] if r["student_id"] == unit.student]
    rows = [r for r in rows if year_of(day_of(r["date"], FOREVER)) == unit.year]
    missed: Counter[object] = Counter()
    if "enrollment" not in tables:
        for row in rows:
            missed[row["reason"]] += _missed(row)
        return number_of(unit.given["days_enrolled"]), missed, {unit.school}
    year = unit.year or 0
    open_days = {s: d & calendar.school_days(s, year) for s, d in unit.days.items()}
    for row in rows:
        at = {s for s, days in open_days.items() if row["date"] in days}
        if plan.membership == "attended" and row["school_id"] not in (None, unit.school):
            continue
        missed[row["reason"]] += _missed(row) if at else 0
    enrolled = number_of(unit.found["days_enrolled"])
    return enrolled, missed, {s for s, days in open_days.items() if days}


def _missed(row: Row) -> int:
    fraction = number_of(row["fraction"])
    return floor(min(1.0 if fraction is None else fraction, 1.0) * RULES.micro + 0.5)


def _absence_schools(units: Sequence[Unit], tables: Tables) -> set[tuple[str | None, int | None]]:
    """Schools and years with some absence; a row without a school is of where the student was."""
    reporting: set[tuple[str | None, int | None]] = set()
    for row in tables["absence"]:
        day = day_of(row["date"], FOREVER)
        reporting.add((None, year_of(day)))  # for students whose school is not known
        if row["school_id"] is not None:
            reporting.add((text_of(row["school_id"]), year_of(day)))
            continue
        for unit in units:
            if (unit.student, unit.year) == (row["student_id"], year_of(day)):
                at = {s for s, days in unit.days.items() if day in days}
                homes = set() if "enrollment" in tables else {unit.home}
                reporting |= {(school, unit.year) for school in at | homes}
    return reporting


def _years(rows: Iterable[Row]) -> set[int | None]:
    return {year_of(day_of(r["date"], FOREVER)) for r in rows}


def _of_year(unit: Unit, rows: Iterable[Row], plan: Plan) -> list[Row]:
    """A student's dated rows of the year; for schools one by one those of this school."""
    mine = [r for r in rows if r["student_id"] == unit.student]
    mine = [r for r in mine if year_of(day_of(r["date"], FOREVER)) == unit.year]
    if plan.membership == "attended":
        mine = [r for r in mine if (text_of(r["school_id"]) or unit.home) == unit.school]
    return mine


def add_discipline(units: Sequence[Unit], tables: Tables, plan: Plan) -> None:
    if "discipline" not in tables:
        return
    rows = tables["discipline"]
    with_days = {year_of(day_of(r["date"], FOREVER)) for r in rows if r["days"] is not None}
    named = {r["action"] for r in rows}
    told = named - {None} if None in named else {"iss", "oss", "expulsion", "police"}
    for unit in units:
        mine = _of_year(unit, rows, plan)
        if is_complete(plan, "discipline"):
            zero = unit.year in _years(rows)
        else:
            zero = _reports(unit, units, rows)
        actions = [r["action"] for r in mine]
        settled = {a for a in told if zero and None not in actions}
        incidents = {
            ("on", r["date"]) if r["incident_id"] is None else ("no", r["incident_id"])
            for r in mine
        }
        unit.found["referrals"] = len(incidents) if mine or zero else None
        for column, action in (("iss_count", "iss"), ("oss_count", "oss")):
            number = actions.count(action)
            unit.found[column] = number if number or action in settled else None
        for column, action in (("expelled", "expulsion"), ("police_referral", "police")):
            unit.found[column] = YES if action in actions else NO if action in settled else None
        unit.found["oss_days"] = None
        days = [number_of(r["days"]) for r in mine if r["action"] == "oss"]
        if unit.year in with_days and None not in days and (days or "oss" in settled):
            micro = sum(floor((d or 0.0) * RULES.micro + 0.5) for d in days)
            unit.found["oss_days"] = micro / RULES.micro


def _reports(unit: Unit, units: Sequence[Unit], rows: Sequence[Row]) -> bool:
    years = _years(rows)
    homes = {(u.student, u.year): u.home for u in units}
    schools = set()
    for row in rows:
        year = year_of(day_of(row["date"], FOREVER))
        school = text_of(row["school_id"]) or homes.get((str(row["student_id"]), year))
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


def add_courses(units: Sequence[Unit], tables: Tables, plan: Plan) -> None:
    if "course" not in tables:
        return
    rows, complete = tables["course"], is_complete(plan, "course")
    gifted_years = {r["period"] for r in rows if r["level"] == "gifted"}
    for unit in units:
        mine = _of_period(unit, rows)
        if plan.membership == "attended":
            mine = [r for r in mine if (text_of(r["school_id"]) or unit.home) == unit.school]
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
    numbers = [n for n in (number_of(v) for v in values) if n is not None]
    micro = [floor(abs(n) * RULES.micro + 0.5) * (1 if n >= 0 else -1) for n in numbers]
    return sum(micro) / (len(micro) * float(RULES.micro)) if micro else None


def add_scores(units: Sequence[Unit], tables: Tables) -> None:
    if "score" not in tables:
        return
    tested = _filled(tables["score"], "proficient")
    for unit in units:
        mine = _of_period(unit, tables["score"])
        answers = [r["proficient"] for r in mine if r["proficient"] is not None]
        unit.found["tested"] = (YES if answers else NO) if unit.period in tested else None
        unit.found["proficient"] = None if not answers else NO if NO in answers else YES
        unit.found["score"] = _mean(r["score"] for r in mine)


def add_completion(units: Sequence[Unit], tables: Tables, plan: Plan) -> None:
    if "completion" not in tables:
        return
    rows, complete = tables["completion"], is_complete(plan, "completion")
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
