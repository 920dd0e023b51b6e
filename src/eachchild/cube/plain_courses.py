"""The slow, obvious way to the course grain: one student after the other.

The oracle of `courses`: it shares with it only the plans. Student-years come from `plain_year`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from eachchild.cube.plain_rows import Row, number_of
from eachchild.cube.plan import CoursePlan
from eachchild.terms.expressions import evaluate
from eachchild.terms.factors import NOT_REPORTED

CourseCell = tuple[str, str, str, int]  # period, school, group, bin (-1: no score)


def count_courses_plainly(
    asked: CoursePlan, student_years: Sequence[Row]
) -> Mapping[CourseCell, tuple[int, int]]:
    """By cell, how many students have an answer, and how many of these are enrolled."""
    bins = _bins(asked.bins, student_years)
    students: Counter[CourseCell] = Counter()
    enrolled: Counter[CourseCell] = Counter()
    outcome, event = asked.outcome, asked.outcome.event
    if event is None:
        raise ValueError("enrollment in courses is a rate, and a mean was asked for")
    for row in student_years:
        inside = True if outcome.population is None else evaluate(outcome.population, row)
        answer = evaluate(event, row)
        if not inside or answer is None:
            continue
        who, period = str(row["student_id"]), str(row["period"])
        place = bins.get((who, _before(period)), bins.get((who, period), -1))
        group = str(row[asked.factor.id] or NOT_REPORTED)
        cell = (period, str(row.get("school_id") or ""), group, place)
        students[cell] += 1
        enrolled[cell] += answer
    return {cell: (n, enrolled[cell]) for cell, n in students.items()}


def count_again_plainly(bins: int, student_years: Sequence[Row]) -> Mapping[tuple[int, int], int]:
    """Of students with scores in two years running, how many went from which bin to which."""
    found = _bins(bins, student_years)
    pairs = (
        (found[who, _before(period)], now)
        for (who, period), now in found.items()
        if (who, _before(period)) in found
    )
    return Counter(pairs)


def _bins(bins: int, student_years: Sequence[Row]) -> Mapping[tuple[str, str], int]:
    cohorts: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for row in student_years:
        score = number_of(row.get("score"))
        if score is not None:
            cohort = cohorts[str(row["period"]), str(row.get("grade") or "")]
            cohort[str(row["student_id"])] = score
    found = {}
    for (period, _), scores in cohorts.items():
        for who, score in scores.items():
            below = sum(other < score for other in scores.values())
            found[who, period] = below * bins // len(scores)
    return found


def _before(period: str) -> str:
    """2020-21 for 2021-22."""
    start, _, end = period.partition("-")
    if len(end) != 2 or (int(start) + 1) % 100 != int(end):
        return ""
    return f"{int(start) - 1}-{start[-2:]}"
