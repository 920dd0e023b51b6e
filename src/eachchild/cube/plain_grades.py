"""The slow, obvious way to the grade grain: one student-year after the other.

The oracle of `grades`: it shares with it only the plans. Student-years come from `plain_year`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from eachchild.cube.plain_rows import Row
from eachchild.terms.expressions import evaluate
from eachchild.terms.factors import NOT_REPORTED, Factor
from eachchild.terms.outcomes import Outcome

GradeCell = tuple[str, str, str, str]  # period, school, group, grade


def count_grades_plainly(
    factor: Factor, outcome: Outcome, student_years: Sequence[Row]
) -> Mapping[GradeCell, tuple[int, int]]:
    """By cell, how many students have an answer, and for how many of these it is yes."""
    if outcome.event is None:
        raise ValueError("students of a grade are counted for rates, and a mean was asked for")
    students: Counter[GradeCell] = Counter()
    events: Counter[GradeCell] = Counter()
    for row in student_years:
        inside = True if outcome.population is None else evaluate(outcome.population, row)
        answer = evaluate(outcome.event, row)
        if not inside or answer is None:
            continue
        group = str(row[factor.id] or NOT_REPORTED)
        cell = (str(row["period"]), str(row.get("school_id") or ""), group,
                str(row.get("grade") or ""))  # fmt: skip
        students[cell] += 1
        events[cell] += answer
    return {cell: (n, events[cell]) for cell, n in students.items()}
