"""Enrollment by score, and outcomes by grade, counted plainly, by DuckDB and by polars."""

from dataclasses import replace
from pathlib import Path

from drawn import (
    PERIODS,
    READY,
    TABLE_ROWS,
    Rows,
    by_every_engine,
    maybe,
    plan_of,
    rows,
    schools,
    so_often,
    students,
)
from hypothesis import given
from hypothesis import strategies as st

from eachchild.cube import (
    CourseBlock,
    Cube,
    GradeBlock,
    course_plans,
    grade_plans,
)
from eachchild.cube.engine import Engine
from eachchild.cube.finer_grains import add_course_grain, add_grade_grain
from eachchild.cube.plain_courses import (
    CourseCell,
    count_again_plainly,
    count_courses_plainly,
)
from eachchild.cube.plain_grades import GradeCell, count_grades_plainly
from eachchild.plan import Plan
from eachchild.terms.outcomes import built_in, outcome_from

AMONG = {"event": "ap_enrolled == 'yes'", "population": "grade in ['01']", "direction": "higher"}
OUTCOMES = (
    built_in()["ap_enrolled"],
    built_in()["honors_enrolled"],
    outcome_from("ap_in_first", AMONG),
    built_in()["oss_any"],
)
SCORES = rows(
    "score",
    ("student_id", "period", "subject"),
    student_id=students,
    period=st.sampled_from(PERIODS),
    subject=st.sampled_from(["s", "t"]),
    score=maybe(st.sampled_from([-1.5, 400.0, 411.25, 500.0])),
    most=16,
)
COURSES = rows(
    "course",
    student_id=students,
    school_id=maybe(schools),
    period=st.sampled_from(PERIODS),
    course_id=st.just("c"),
    level=maybe(st.sampled_from(["ap", "honors", "general"])),
    most=12,
)


@st.composite
def districts(draw: st.DrawFn) -> dict[str, Rows]:
    name, of = draw(st.sampled_from([("enrollment", TABLE_ROWS["enrollment"]), (
        "student_year", READY)]))  # fmt: skip
    return {
        name: draw(of),
        "score": draw(SCORES),
        "course": draw(COURSES),
        "student": draw(TABLE_ROWS["student"]),
    }


def told(cube: Cube, block: CourseBlock) -> dict[CourseCell, tuple[int, int]]:
    cells = {}
    for i in range(block.place.size):
        where = cube.periods[block.period[i]], block.schools[block.place[i]]
        cell = (*where, block.groups[block.group[i]], int(block.bin[i]))
        assert cell not in cells
        cells[cell] = int(block.students[i]), int(block.enrolled[i])
    return cells


def told_by_grade(cube: Cube, block: GradeBlock) -> dict[GradeCell, tuple[int, int]]:
    cells = {}
    for i in range(block.place.size):
        where = cube.periods[block.period[i]], block.schools[block.place[i]]
        cell = (*where, block.groups[block.group[i]], block.grades[block.grade[i]])
        assert cell not in cells
        cells[cell] = int(block.students[i]), int(block.events[i])
    assert list(cells) == sorted(cells, key=lambda c: (*c[:2], block.groups.index(c[2]), c[3]))
    return cells


@so_often(40)
@given(districts(), st.builds(plan_of, st.just("first_day"), st.sampled_from(["home", "attended"])))
def test_outcomes_by_grade_are_counted_alike(tables: dict[str, Rows], plan: Plan) -> None:
    plan = replace(plan, outcomes=OUTCOMES if "enrollment" in tables else OUTCOMES[:2])
    if "student_year" in tables:
        plan = replace(plan, membership="home")

    def finer(engine: Engine, cube: Cube, _: object, rows: Path) -> Cube:
        return add_grade_grain(engine, cube, plan, student_year=rows)

    cube, by_duck, by_polars, plain_rows, filled = by_every_engine(tables, plan, finer)
    asked = [(p.factor, outcome) for p in grade_plans(plan) for outcome in p.outcomes]
    counted = {(b.factor, b.outcome): b for b in by_duck.grades}
    again = {(b.factor, b.outcome): b for b in by_polars.grades}
    assert set(counted) == set(again)
    assert {name for _, name in counted} >= {"ap_enrolled", "honors_enrolled"}
    for factor, outcome in asked:
        pair = factor.id, outcome.name
        if pair not in counted:
            assert not set(outcome.columns) <= filled
            continue
        plain = dict(count_grades_plainly(factor, outcome, plain_rows))
        assert told_by_grade(cube, counted[pair]) == told_by_grade(cube, again[pair]) == plain


@so_often(60)
@given(
    districts(),
    st.builds(plan_of, st.just("first_day"), st.sampled_from(["home", "attended"])),
    st.sampled_from([2, 3, 20]),
)
def test_enrollment_by_score_is_counted_alike(
    tables: dict[str, Rows], plan: Plan, bins: int
) -> None:
    plan = replace(plan, outcomes=OUTCOMES if "enrollment" in tables else OUTCOMES[:2])
    if "student_year" in tables:
        plan = replace(plan, membership="home")
    asked = [replace(p, bins=bins) for p in course_plans(plan)]

    def finer(engine: Engine, cube: Cube, _: object, rows: Path) -> Cube:
        return add_course_grain(engine, cube, plan, student_year=rows, courses=asked)

    cube, by_duck, by_polars, plain_rows, _ = by_every_engine(tables, plan, finer)
    assert len(asked) == 3 * (len(plan.outcomes) - ("enrollment" in tables))
    assert len(by_duck.courses) == len(asked)
    for one, block, again in zip(asked, by_duck.courses, by_polars.courses, strict=True):
        plain = count_courses_plainly(one, plain_rows)
        assert told(cube, block) == told(cube, again) == plain
        again_plain = count_again_plainly(bins, plain_rows)
        assert dict(again_plain) == {
            (int(a), int(b)): int(block.again[a, b])
            for a, b in zip(*block.again.nonzero(), strict=True)
        }
        assert (block.again == again.again).all()
        keys = zip(block.period, block.place, block.group, block.bin, strict=True)
        cells = [tuple(map(int, key)) for key in keys]
        assert cells == sorted(set(cells))
        (tally,) = [b.tallies[one.outcome.name] for b in cube.blocks if len(b.factors) > 1]
        assert block.students.sum() == tally.n.sum()
        assert block.enrolled.sum() == tally.events.sum()
