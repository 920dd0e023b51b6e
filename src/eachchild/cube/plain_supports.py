"""The slow, obvious way to lists and supports: one student after the other.

The oracle of `supports`: it shares with it only the plans. Student-years come from `plain_year`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from eachchild.cube.plain_rows import LONG_AGO, Row, Tables, day_of, number_of, text_of, year_of
from eachchild.cube.plan import SupportPlan
from eachchild.terms.factors import NOT_REPORTED

# Period, school, group, need, listed, served, week.
SupportCell = tuple[str, str, str, int, int, int, int]


def count_supports_plainly(
    asked: SupportPlan, tables: Tables, student_years: Sequence[Row]
) -> tuple[Counter[SupportCell], int]:
    """The cells of one breakdown, and how many rows have no student-year."""
    given = [
        (_who(row), _is_list(row, asked), day_of(row["begin_date"], LONG_AGO))
        for row in tables["support"]
    ]
    cells: Counter[SupportCell] = Counter()
    for row in student_years:
        who = str(row["student_id"]), str(row["period"])
        mine = [is_list for of, is_list, _ in given if of == who]
        began = [day for of, is_list, day in given if of == who and not is_list]
        school = str(row.get("school_id") or "")
        cells[
            who[1], school, str(row[asked.factor.id] or NOT_REPORTED),
            _need(asked, who, student_years), int(True in mine), int(False in mine),
            _week(began, school, tables),
        ] += 1  # fmt: skip
    there = {(str(row["student_id"]), str(row["period"])) for row in student_years}
    return cells, sum(of not in there for of, _, _ in given)


def _week(began: Sequence[date], school: str, tables: Tables) -> int:
    """Seven days at a time from the first school day; 0 where there is no such day."""
    if not began:
        return 0
    first = min(began)
    open_days = [
        day_of(row["date"], LONG_AGO) for row in tables.get("calendar", ())
        if text_of(row["school_id"]) in (None, school)
    ]  # fmt: skip
    same_year = [day for day in open_days if year_of(day) == year_of(first)]
    if not same_year:
        return 0
    week, last = 1, min(same_year) + timedelta(6)
    while first > last:
        week, last = week + 1, last + timedelta(7)
    return week


def _who(row: Row) -> tuple[str, str]:
    year = year_of(day_of(row["begin_date"], LONG_AGO))
    return str(row["student_id"]), _named(year)


def _named(year: int) -> str:
    return f"{year}-{str(year + 1)[-2:]}"


def _is_list(row: Row, asked: SupportPlan) -> bool:
    return str(row["support"]).strip().lower() in {n.strip().lower() for n in asked.lists}


def _need(asked: SupportPlan, who: tuple[str, str], student_years: Sequence[Row]) -> int:
    student, period = who
    last = "" if not period[:4].isdigit() else _named(int(period[:4]) - 1)
    if period != ("" if not last else _named(int(period[:4]))):
        return _unknown(asked)
    told = _told(asked, student_years)
    if (student, last) not in told:
        return _unknown(asked)
    grade, value = told[student, last]
    if asked.need == "score":
        same = [v for (_, p), (g, v) in told.items() if (p, g) == (last, grade)]
        return sum(v < value for v in same) * 10 // len(same)
    lines = {"courses_failed": (2, 1), "absence_share": (0.20, 0.10, 0.05)}[asked.need]
    return next((n for n, line in enumerate(lines) if value >= line), len(lines))


def _unknown(asked: SupportPlan) -> int:
    return {"score": 10, "courses_failed": 3, "absence_share": 4}[asked.need]


def _told(
    asked: SupportPlan, student_years: Sequence[Row]
) -> Mapping[tuple[str, str], tuple[str, float]]:
    """By student and period the grade and the value of whoever has one."""
    found: dict[tuple[str, str], tuple[str, float]] = {}
    for row in student_years:
        value = number_of(row.get(asked.need))
        if value is not None:
            key = str(row["student_id"]), str(row["period"])
            grade, before = str(row.get("grade") or ""), found.get(key)
            found[key] = (
                (grade, value) if before is None else (min(grade, before[0]), min(value, before[1]))
            )
    return found
