"""The grains beside the students': what is counted by more than identity, outcome and school."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from eachchild.cube.absences import count_absences
from eachchild.cube.adults import count_adults
from eachchild.cube.cells import Cube
from eachchild.cube.courses import count_courses
from eachchild.cube.engine import Engine
from eachchild.cube.events import count_events
from eachchild.cube.grades import count_grades
from eachchild.cube.months import count_months
from eachchild.cube.notes import count_words
from eachchild.cube.plan import (
    CoursePlan,
    EventPlan,
    absence_plans,
    adult_plans,
    course_plans,
    event_plans,
    grade_plans,
    month_plans,
    support_plans,
    word_plans,
)
from eachchild.cube.referrals import Students, referrals_of
from eachchild.cube.supports import count_supports
from eachchild.plan import Plan


def add_finer_grains(
    engine: Engine,
    cube: Cube,
    plan: Plan,
    *,
    tables: Mapping[str, Path],
    student_year: Path,
    events: Sequence[EventPlan] | None = None,
) -> Cube:
    """The cube with its referrals, and where plan or records speak of them the rest.

    That is adults, words, supports and absences by reason.

    `events` are counted in place of the usual breakdowns. The discipline log is read once for all
    of them.
    """
    if "support" in tables:
        supports = count_supports(
            engine, support_plans(plan), tables=tables, student_year=student_year,
            periods=cube.periods,
        )  # fmt: skip
        cube = replace(cube, supports=supports)
    if "absence" in tables:
        absences = count_absences(
            engine, absence_plans(plan), student_year=student_year, periods=cube.periods
        )
        cube = replace(cube, absences=absences)
    if "discipline" not in tables:
        return cube
    wanted = event_plans(plan) if events is None else tuple(events)
    adults, words = adult_plans(plan), word_plans(plan)
    factors = [p.factor for p in wanted] + [p.factor for p in adults] + [p.factor for p in words]
    if not factors:
        return cube
    students = Students.read(engine, student_year, plan, factors)
    found = referrals_of(engine, tables["discipline"], students, discretion=plan.discretion)
    periods = cube.periods
    return replace(
        cube,
        events=tuple(count_events(p, found, periods) for p in wanted),
        adults=tuple(
            count_adults(engine, p, found, students, tables=tables, periods=periods) for p in adults
        ),
        words=count_words(engine, words, tables["discipline"], students, periods=periods),
    )


def add_course_grain(
    engine: Engine,
    cube: Cube,
    plan: Plan,
    *,
    student_year: Path,
    courses: Sequence[CoursePlan] | None = None,
) -> Cube:
    """The cube with enrollment by score, where the rows have scores and an outcome asks for it."""
    wanted = course_plans(plan) if courses is None else tuple(courses)
    if not wanted:
        return cube
    return replace(cube, courses=count_courses(engine, student_year, wanted, cube.periods))


def add_grade_grain(engine: Engine, cube: Cube, plan: Plan, *, student_year: Path) -> Cube:
    """The cube with its outcomes by grade, where the rows tell grades."""
    return replace(cube, grades=count_grades(engine, student_year, grade_plans(plan), cube.periods))


def add_month_grain(
    engine: Engine, cube: Cube, plan: Plan, *, tables: Mapping[str, Path], student_year: Path
) -> Cube:
    """The cube with its months, where enrollment is told by dates."""
    months = count_months(
        engine, month_plans(plan), tables=tables, plan=plan, student_year=student_year
    )
    return replace(cube, months=months)
