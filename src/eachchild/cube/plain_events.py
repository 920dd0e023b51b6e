"""The slow, obvious way to referrals and to the adults who make them: one row after the other.

The oracle of `events` and `adults`: it shares with them only the plans and the published list of
behaviors. Student-years come from `plain_year`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import floor

from eachchild.cube.plain_rows import FOREVER, LONG_AGO, Row, Tables, day_of, number_of, year_of
from eachchild.cube.plan import AdultPlan, EventPlan
from eachchild.plan import Plan
from eachchild.terms.discretion import discretion_of
from eachchild.terms.factors import NOT_REPORTED

EventCell = tuple[str, str, str, tuple[str, ...]]  # period, school, group, dimensions
Kind = tuple[str, str, tuple[int, ...], tuple[int, ...] | None]  # period, school, made, taught
_SEVERITY = {"none": 0, "conference": 2, "detention": 3, "iss": 4, "oss": 5, "expulsion": 6}
_BESIDE, _IN, _OUT = 1, 4, 5  # restorative, other or police alone; in-school; out of school
_ANSWERS = ("none", "off_ladder", "conference", "detention", "iss", "oss", "expulsion")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p")


@dataclass(slots=True)
class PlainEvents:
    """What is counted in one cell."""

    rows: int = 0
    referrals: int = 0
    oss: int = 0
    unsaid: int = 0
    police: int = 0
    days: int = 0
    undated: int = 0
    who: set[str] = field(default_factory=set)


@dataclass(slots=True)
class PlainAdults:
    """Adults by what they did, and referrals that no adult answers for, by period and school."""

    adults: Counter[Kind] = field(default_factory=Counter)
    unnamed: Counter[tuple[str, str]] = field(default_factory=Counter)
    set_aside: Counter[tuple[str, str]] = field(default_factory=Counter)


def count_events_plainly(
    asked: EventPlan, tables: Tables, student_years: Sequence[Row], plan: Plan
) -> tuple[dict[EventCell, PlainEvents], int]:
    """The cells of one breakdown, and how many rows have no student-year."""
    cells: dict[EventCell, PlainEvents] = defaultdict(PlainEvents)
    unplaced = 0
    every = _referrals(tables["discipline"], plan)
    for key, rows in every.items():
        student = _student_of(key, student_years, plan)
        if student is None:
            unplaced += len(rows)
            continue
        words = tuple(_word(d, key, rows, every, plan) for d in asked.dimensions)
        group = str(student[asked.factor.id] or NOT_REPORTED)
        school = "" if asked.whole else _school_of(rows, student)
        _add(cells[str(student["period"]), school, group, words], key[0], rows)
    return dict(cells), unplaced


def count_adults_plainly(
    asked: AdultPlan, tables: Tables, student_years: Sequence[Row], plan: Plan
) -> PlainAdults:
    """Adults one by one, and then only how many did the same."""
    made: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    found = PlainAdults()
    aside = {login.lower() for login in asked.set_aside}
    for key, rows in _referrals(tables["discipline"], plan).items():
        student = _student_of(key, student_years, plan)
        if student is None:
            continue
        where = (str(student["period"]), _school_of(rows, student))
        named = {str(r["staff_id"]) for r in rows if r["staff_id"] is not None}
        if len(named) != 1:
            found.unnamed[where] += 1
        elif named & {n for n in named if n.lower() in aside}:
            found.set_aside[where] += 1
        else:
            made[(*where, named.pop())][str(student[asked.factor.id] or NOT_REPORTED)] += 1
    taught = _taught(asked, tables, student_years, plan, aside)
    groups = asked.factor.all_values
    for adult in {*made, *(taught or ())}:
        counts = tuple(made[adult][g] for g in groups) if adult in made else (0,) * len(groups)
        of = None
        if taught is not None:
            of = tuple(len({s for s, mine in taught[adult] if mine == g}) for g in groups)
        found.adults[adult[0], adult[1], counts, of] += 1
    return found


_Referral = tuple[str, int, str, str]  # student, year, incident or day, school where by school


def _referrals(log: Sequence[Row], plan: Plan) -> dict[_Referral, list[Row]]:
    found: dict[_Referral, list[Row]] = defaultdict(list)
    for row in log:
        day = day_of(row["date"], LONG_AGO)
        incident = row["incident_id"]
        named = f"day {day}" if incident is None else f"incident {incident}"
        school = str(row["school_id"] or "") if plan.membership == "attended" else ""
        found[str(row["student_id"]), year_of(day), named, school].append(row)
    return dict(found)


def _student_of(key: _Referral, student_years: Sequence[Row], plan: Plan) -> Row | None:
    student, year, _, school = key
    period = f"{year}-{str(year + 1)[-2:]}"
    for row in student_years:
        here = plan.membership != "attended" or row["school_id"] == school
        if (row["student_id"], row["period"]) == (student, period) and here:
            return row
    return None


def _school_of(rows: Sequence[Row], student: Row) -> str:
    said = sorted(str(r["school_id"]) for r in rows if r["school_id"] is not None)
    return said[0] if said else str(student.get("school_id") or "")


def _word(
    dimension: str,
    key: _Referral,
    rows: Sequence[Row],
    every: Mapping[_Referral, Sequence[Row]],
    plan: Plan,
) -> str:
    if dimension in ("behavior", "location"):
        said = {str(r[dimension]) for r in rows if r[dimension] is not None}
        return said.pop() if len(said) == 1 else "several" if said else NOT_REPORTED
    if dimension == "discretion":
        named = [str(r["behavior"]) for r in rows if r["behavior"] is not None]
        kinds = {discretion_of(n, plan.discretion) for n in named}
        if not kinds or NOT_REPORTED in kinds:
            return NOT_REPORTED
        return kinds.pop() if len(kinds) == 1 else "mixed"
    if dimension == "hour":
        hours = [h for h in (_hour(r["time"]) for r in rows) if h is not None]
        return str(min(hours)) if hours else NOT_REPORTED
    if dimension == "answer":
        worst = _severity(rows)
        blank = any(r["action"] is None for r in rows)
        return NOT_REPORTED if blank and worst < _IN else _ANSWERS[worst]
    first = _first(rows)
    mine = [k for k in every if k[:2] == key[:2]]
    earlier = sum(_first(every[k]) < first for k in mine)
    return str(earlier) if earlier < 3 else "3+"


def _severity(rows: Sequence[Row]) -> int:
    done = [str(r["action"]) for r in rows if r["action"] is not None]
    return max((_SEVERITY.get(action, _BESIDE) for action in done), default=0)


def _first(rows: Sequence[Row]) -> date:
    return min(day_of(r["date"], FOREVER) for r in rows)


def _hour(text: object) -> int | None:
    for clock in _CLOCKS:
        try:
            return datetime.strptime(str(text), clock).hour
        except ValueError:
            continue
    return None


def _add(cell: PlainEvents, student: str, rows: Sequence[Row]) -> None:
    suspended = [number_of(r["days"]) for r in rows if r["action"] == "oss"]
    cell.rows += len(rows)
    cell.referrals += 1
    cell.oss += _severity(rows) >= _OUT
    cell.unsaid += any(r["action"] is None for r in rows) and _severity(rows) < _IN
    cell.police += any(r["action"] == "police" for r in rows)
    cell.days += sum(floor(d * 1_000_000 + 0.5) for d in suspended if d is not None)
    cell.undated += None in suspended
    cell.who.add(student)


def _taught(
    asked: AdultPlan,
    tables: Tables,
    student_years: Sequence[Row],
    plan: Plan,
    aside: set[str],
) -> dict[tuple[str, str, str], set[tuple[str, str]]] | None:
    """By period, school and adult the students taught, each with the group; None: not told."""
    if not any(row["staff_id"] is not None for row in tables.get("course", ())):
        return None
    taught: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in tables["course"]:
        staff, student, period = row["staff_id"], row["student_id"], str(row["period"])
        if staff is None or str(staff).lower() in aside:
            continue
        for one in student_years:
            here = plan.membership != "attended" or one["school_id"] == row["school_id"]
            if (one["student_id"], one["period"]) == (student, period) and here:
                school = str(row["school_id"] or one.get("school_id") or "")
                group = str(one[asked.factor.id] or NOT_REPORTED)
                taught[period, school, str(staff)].add((str(student), group))
    return taught
