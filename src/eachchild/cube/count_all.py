"""All counts of a plan: records in one pass, published counts as they are."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from eachchild.cube.cells import Cube
from eachchild.cube.enter import enter
from eachchild.plan import Plan, PlanError
from eachchild.tables import CountFacts


def count_all(
    plan: Plan, tables: Mapping[str, Path], facts: Sequence[CountFacts], *, folder: Path
) -> Cube:
    """Count everything an audit asks; `folder` is where derived rows may be kept (the vault).

    Raises PlanError where a plan mixes records and published counts: they cover different people,
    so they are audited apart.
    """
    if tables and facts:
        raise PlanError(
            "this plan has both records and published counts. They do not cover the same students: "
            "make one plan of each, and compare their reports."
        )
    if facts:
        return enter(facts, plan)
    from eachchild.cube.derive import derive_student_year
    from eachchild.cube.onepass import count
    from eachchild.cube.plan import student_plans

    rows = derive_student_year(tables, plan, out=folder)
    cube = count(student_plans(plan), rows, plan=plan)
    from eachchild.cube.engine import duck
    from eachchild.cube.finer_grains import (
        add_course_grain,
        add_finer_grains,
        add_grade_grain,
        add_month_grain,
    )

    with duck(folder, rows, *tables.values()) as engine:
        cube = add_course_grain(engine, cube, plan, student_year=rows)
        cube = add_grade_grain(engine, cube, plan, student_year=rows)
        cube = add_month_grain(engine, cube, plan, tables=tables, student_year=rows)
        return add_finer_grains(engine, cube, plan, tables=tables, student_year=rows)
