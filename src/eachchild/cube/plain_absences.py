"""The slow, obvious way to absences by reason: one student after the other.

The oracle of `absences`: it shares with it only the plans. Student-years come from `plain_year`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from eachchild.cube.plain import answer_of
from eachchild.cube.plain_rows import Row, number_of
from eachchild.cube.plan import AbsencePlan
from eachchild.cube.rules import RULES
from eachchild.terms.expressions import evaluate
from eachchild.terms.factors import NOT_REPORTED

AbsenceCell = tuple[str, str, str]  # period, school, group


def count_absences_plainly(
    asked: AbsencePlan, reasons: Sequence[str], student_years: Sequence[Row]
) -> Mapping[AbsenceCell, Counter[str]]:
    """By cell the students with an answer, its sum, that without days of each reason, and days."""
    found: dict[AbsenceCell, Counter[str]] = {}
    for row in student_years:
        value = _answer(asked, row)
        if value is None:
            continue
        group = str(row[asked.factor.id] or NOT_REPORTED)
        cell = (str(row["period"]), str(row.get("school_id") or ""), group)
        sums = found.setdefault(cell, Counter())
        absent = round((number_of(row["days_absent"]) or 0.0) * RULES.micro)
        days = {r: int(number_of(row[f"absent for {r}"]) or 0) for r in reasons}
        unrecorded = absent - sum(days.values())
        sums["students"] += 1
        sums["value"] += value
        sums["enrolled"] += round((number_of(row["days_enrolled"]) or 0.0) * RULES.micro)
        sums["absent"] += absent
        sums["unrecorded"] += unrecorded
        for reason, gone in days.items():
            sums[f"days {reason}"] += gone
            sums[f"without {reason}"] += _answer(asked, _with(row, absent - gone)) or 0
            both = absent - gone - unrecorded
            sums[f"without_both {reason}"] += _answer(asked, _with(row, both)) or 0
    return found


def _answer(asked: AbsencePlan, row: Row) -> int | None:
    population = asked.outcome.population
    inside = True if population is None else evaluate(population, row)
    return answer_of(asked.outcome, row) if inside else None


def _with(row: Row, missed: int) -> Row:
    """The student-year had it so many millionths of days absent."""
    enrolled = (number_of(row["days_enrolled"]) or 0.0) * RULES.micro
    return {
        **row,
        "days_absent": missed / RULES.micro,
        "absence_share": missed / enrolled if enrolled else None,
        "absence_percent": missed * 100 / enrolled if enrolled else None,
    }
