"""One district, derived plainly, by DuckDB and by polars: the same student-years."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
from drawn import PolarsEngine, Rows, districts, plans, small_thresholds, write
from hypothesis import HealthCheck, Phase, given, settings

from eachchild.cube.derive import write_student_year
from eachchild.cube.engine import duck
from eachchild.cube.plain_year import student_years
from eachchild.plan import Plan


def key(row: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(row[c]) for c in ("student_id", "period", "school_id"))


def hold_equal(tables: dict[str, Rows], plan: Plan) -> None:
    with TemporaryDirectory() as name, small_thresholds():
        folder = Path(name)
        paths = write(tables, folder)
        with duck(folder) as engine:
            write_student_year(engine, paths, plan, folder / "duck.parquet")
        write_student_year(PolarsEngine(), paths, plan, folder / "polars.parquet")
        by_duck, by_polars = (
            sorted(pq.read_table(folder / f"{n}.parquet").to_pylist(), key=key)
            for n in ("duck", "polars")
        )
        plainly = sorted(student_years(tables, plan), key=key)
    assert by_duck == by_polars
    assert [key(r) for r in plainly] == [key(r) for r in by_duck]
    for plain, row in zip(plainly, by_duck, strict=True):
        assert {c: plain.get(c) for c in row} == row
        left_out = {c: v for c, v in plain.items() if c not in row and c not in ("first", "last")}
        assert not any(v is not None for v in left_out.values()), left_out


slow = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # an example runs twenty queries: shrinking would take minutes
    suppress_health_check=list(HealthCheck),
)


@slow
@given(districts(ready=False), plans)
def test_spells_become_the_same_student_years(tables: dict[str, Rows], plan: Plan) -> None:
    hold_equal(tables, plan)


@slow
@given(districts(ready=True), plans)
def test_ready_rows_are_filled_alike(tables: dict[str, Rows], plan: Plan) -> None:
    if "identity" in tables and "enrollment" not in tables:
        plan = replace(plan, as_of="2020-09-03")
    hold_equal(tables, replace(plan, membership="home"))
