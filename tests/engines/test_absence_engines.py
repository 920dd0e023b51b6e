"""Absences by reason counted plainly, by DuckDB and by polars: the same cells."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
from drawn import (
    READY,
    TABLE_ROWS,
    PolarsEngine,
    Rows,
    plan_of,
    small_thresholds,
    so_often,
    write,
)
from hypothesis import given
from hypothesis import strategies as st

from eachchild.cube import AbsenceBlock, Cube, absence_plans, student_plans
from eachchild.cube.derive import write_student_year
from eachchild.cube.engine import Engine, duck
from eachchild.cube.finer_grains import add_finer_grains
from eachchild.cube.onepass import count
from eachchild.cube.plain_absences import AbsenceCell, count_absences_plainly
from eachchild.cube.plain_year import student_years
from eachchild.plan import Plan
from eachchild.terms.outcomes import built_in, outcome_from

OFTEN = {"event": "days_absent >= 1", "population": "days_enrolled >= 2", "direction": "lower"}
SHARE = {"mean": "absence_share", "decimals": 4, "direction": "lower"}
OUTCOMES = (
    replace(built_in()["chronic_absence"], population=None),
    replace(built_in()["absence_rate"], population=None),
    outcome_from("absent_often", OFTEN),
    outcome_from("mean_share", SHARE),
    outcome_from("mean_days", {"mean": "days_absent", "direction": "lower"}),  # no share: not asked
    built_in()["oss_any"],
)
BROUGHT = ("days_absent", "absence_share", "absence_percent")


@st.composite
def districts(draw: st.DrawFn) -> dict[str, Rows]:
    name, of = draw(st.sampled_from([("enrollment", TABLE_ROWS["enrollment"]), (
        "student_year", READY)]))  # fmt: skip
    given = [{c: v for c, v in row.items() if c not in BROUGHT} for row in draw(of)]
    tables = {name: given, "absence": draw(TABLE_ROWS["absence"])}
    tables["student"] = draw(TABLE_ROWS["student"])
    return tables | ({"calendar": draw(TABLE_ROWS["calendar"])} if draw(st.booleans()) else {})


def told(cube: Cube, block: AbsenceBlock) -> dict[AbsenceCell, Counter[str]]:
    cells: dict[AbsenceCell, Counter[str]] = {}
    for i in range(block.place.size):
        cell = (
            cube.periods[block.period[i]], block.schools[block.place[i]],
            block.groups[block.group[i]],
        )  # fmt: skip
        assert cell not in cells
        names = ("students", "value", "enrolled", "absent", "unrecorded")
        found = {name: int(getattr(block, name)[i]) for name in names}
        for at, reason in enumerate(block.reasons):
            for name in ("days", "without", "without_both"):
                found[f"{name} {reason}"] = int(getattr(block, name)[i, at])
        cells[cell] = Counter(found)
    return cells


@so_often(30)
@given(
    districts(),
    st.builds(
        plan_of,
        st.just("first_day"),
        st.sampled_from(["home", "attended"]),
        st.sampled_from([(), ("absence",)]),
    ),
)
def test_absences_by_reason_are_counted_alike(tables: dict[str, Rows], plan: Plan) -> None:
    plan = replace(plan, outcomes=OUTCOMES)
    if "student_year" in tables:
        plan = replace(plan, membership="home")

    def finer(engine: Engine, cube: Cube) -> Cube:
        return add_finer_grains(engine, cube, plan, tables=paths, student_year=path)

    with TemporaryDirectory() as name, small_thresholds():
        folder = Path(name)
        paths, path = write(tables, folder), folder / "rows.parquet"
        if "student_year" in paths:
            ready = pq.read_table(paths["student_year"]).drop_columns(list(BROUGHT))
            pq.write_table(ready, paths["student_year"])
        with duck(folder) as engine:
            write_student_year(engine, paths, plan, path)
        cube = count(student_plans(plan), path, plan=plan)
        with duck(folder) as engine:
            by_duck = finer(engine, cube)
        by_polars = finer(PolarsEngine(), cube)
        plain_rows = student_years(tables, plan)
    asked = absence_plans(plan)
    assert len(asked) == 3 * 4
    reasons = {r["reason"] for r in tables["absence"]} - {None}
    assert len(by_duck.absences) == len(by_polars.absences) == (len(asked) if reasons else 0)
    for one, block, again in zip(asked, by_duck.absences, by_polars.absences, strict=False):
        assert set(block.reasons) == reasons
        plain = count_absences_plainly(one, block.reasons, plain_rows)
        assert told(cube, block) == told(cube, again) == plain
        keys = zip(block.period, block.place, block.group, strict=True)
        cells = [tuple(map(int, key)) for key in keys]
        assert cells == sorted(set(cells))
        (tally,) = [b.tallies[one.outcome.name] for b in cube.blocks if len(b.factors) > 1]
        assert block.students.sum() == tally.n.sum()
        assert block.value.sum() == tally.events.sum()
        assert (block.days.sum(axis=1) + block.unrecorded == block.absent).all()
        assert (block.without_both <= block.without).all()
        assert (block.without <= block.value[:, None]).all()


def test_days_that_a_ready_table_brought_are_of_no_recorded_reason() -> None:
    ready: Rows = [
        {"student_id": "1", "period": "2020-21", "days_enrolled": 10.0, "days_absent": 2.0}
    ]
    away: Rows = [{"student_id": "1", "date": date(2020, 9, 1), "reason": "transport"}]
    plan = replace(plan_of("first_day"), outcomes=(outcome_from("often", OFTEN),))
    with TemporaryDirectory() as name:
        folder = Path(name)
        paths = write({"student_year": ready, "absence": away}, folder)
        with duck(folder) as engine:
            write_student_year(engine, paths, plan, folder / "rows.parquet")
            cube = count(student_plans(plan), folder / "rows.parquet", plan=plan)
            found = add_finer_grains(
                engine, cube, plan, tables=paths, student_year=folder / "rows.parquet"
            )
    assert found.absences == ()
