"""Lists and supports counted plainly, by DuckDB and by polars: the same cells."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from drawn import (
    TABLE_ROWS,
    PolarsEngine,
    Rows,
    days,
    maybe,
    plan_of,
    rows,
    schools,
    small_thresholds,
    students,
    write,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from eachchild.cube import Cube, SupportBlock, student_plans, support_plans
from eachchild.cube.derive import write_student_year
from eachchild.cube.engine import Engine, duck
from eachchild.cube.finer_grains import add_finer_grains
from eachchild.cube.onepass import count
from eachchild.cube.plain_supports import SupportCell, count_supports_plainly
from eachchild.cube.plain_year import student_years
from eachchild.plan import Need, Plan
from eachchild.plan.model import Supports
from eachchild.terms.outcomes import built_in

GIVEN = rows(
    "support",
    student_id=students,
    school_id=maybe(schools),
    support=st.sampled_from(["tutoring", "Early List ", "early list", "flag"]),
    begin_date=days,
    most=12,
)


@st.composite
def districts(draw: st.DrawFn) -> dict[str, Rows]:
    tables = {"enrollment": draw(TABLE_ROWS["enrollment"]), "support": draw(GIVEN)}
    tables["student"] = draw(TABLE_ROWS["student"])
    more = ("calendar", "course", "score", "absence", "identity")
    return tables | {n: draw(TABLE_ROWS[n]) for n in more if draw(st.booleans())}


plans = st.builds(
    plan_of, st.sampled_from(["first_day", "last_day"]), st.sampled_from(["home", "attended"])
)


def told(cube: Cube, block: SupportBlock) -> Counter[SupportCell]:
    cells: Counter[SupportCell] = Counter()
    for i in range(block.place.size):
        where = cube.periods[block.period[i]], block.schools[block.place[i]]
        marks = (int(x[i]) for x in (block.need, block.listed, block.served))
        cell = (*where, block.groups[block.group[i]], *marks)
        assert cell not in cells
        cells[cell] = int(block.students[i])  # type: ignore[index]
    return cells


@pytest.mark.parametrize("need", ["score", "courses_failed", "absence_share"])
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(tables=districts(), plan=plans)
def test_supports_are_counted_alike(need: Need, tables: dict[str, Rows], plan: Plan) -> None:
    said = Supports(("Early list", "FLAG"), need)
    plan = replace(plan, outcomes=(built_in()["oss_any"],), supports=said)

    def finer(engine: Engine, cube: Cube) -> Cube:
        return add_finer_grains(engine, cube, plan, tables=paths, student_year=rows_file)

    with TemporaryDirectory() as name, small_thresholds():
        folder = Path(name)
        paths, rows_file = write(tables, folder), folder / "rows.parquet"
        with duck(folder) as engine:
            write_student_year(engine, paths, plan, rows_file)
        cube = count(student_plans(plan), rows_file, plan=plan)
        with duck(folder) as engine:
            by_duck = finer(engine, cube)
        by_polars = finer(PolarsEngine(), cube)
        plain_rows = student_years(tables, plan)
    assert not by_duck.events
    told_need = any(need in row for row in plain_rows)
    assert len(by_duck.supports) == len(by_polars.supports)
    assert len(by_duck.supports) == 3 or not told_need
    for one, block, again in zip(
        support_plans(plan), by_duck.supports, by_polars.supports, strict=False
    ):
        cells, unplaced = count_supports_plainly(one, tables, plain_rows)
        assert told(cube, block) == told(cube, again) == cells
        assert block.unplaced_rows == again.unplaced_rows == unplaced
        keys = [block.period, block.place, block.group, block.need, block.listed, block.served]
        found = list(zip(*(k.tolist() for k in keys), strict=True))
        assert found == sorted(set(found))
        assert block.students.sum() == len(plain_rows)


def test_nothing_is_counted_where_nobody_says_what_is_a_list() -> None:
    assert support_plans(plan_of("first_day")) == ()
