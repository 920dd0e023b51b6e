"""Small districts drawn at random, and a second engine, for the tests that compare engines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from eachchild.cube import Cube, plain_facts, plain_year, reporting, student_plans, units
from eachchild.cube.derive import write_student_year
from eachchild.cube.engine import Engine, duck
from eachchild.cube.onepass import count
from eachchild.cube.rules import RULES
from eachchild.plan import Identity, Plan, Source
from eachchild.tables import TABLES, Kind
from eachchild.terms.factors import FACTORS

Rows = list[dict[str, object]]


def so_often(number: int) -> settings:
    """So many districts, the same every time; a slow machine fails none."""
    return settings(
        max_examples=number, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


KINDS = {Kind.DATE: pa.date32(), Kind.NUMBER: pa.float64(), Kind.WHOLE: pa.int64()}
STUDENTS, SCHOOLS = ("1", "02", "3", "04"), ("A", "B", "C")
PERIODS = ("2020-21", "2021-22")
# A short school year, so that the plain way can walk through it day by day.
SCHOOL_DAYS = [date(y, 9, 1) + timedelta(d) for y in (2020, 2021) for d in (0, 1, 2, 5, 6, 9, 12)]
DAYS = sorted({d + timedelta(o) for d in SCHOOL_DAYS for o in (-1, 0, 1)} | {date(2021, 7, 5)})


class PolarsEngine:
    """What deriving asks of an engine, answered by polars."""

    def scan(self, path: Path) -> nw.LazyFrame[Any]:
        return nw.from_native(pl.scan_parquet(path)).lazy()

    def table(self, rows: pa.Table) -> nw.LazyFrame[Any]:
        return nw.from_native(pl.from_arrow(rows)).lazy()

    def keep(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return frame.collect().lazy()

    def batches(self, frame: nw.LazyFrame[Any]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        table = frame.collect().to_arrow()
        return table.schema, iter(table.to_batches())


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


yes_no = st.sampled_from(["yes", "no"])
students, schools = st.sampled_from(STUDENTS), st.sampled_from(SCHOOLS)
days, periods = st.sampled_from(DAYS), st.sampled_from(PERIODS)
halves = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.5, 2.345])


def rows(table: str, unique: tuple[str, ...] = (), most: int = 8, **columns: Any) -> Any:
    """Rows of a table with every declared column; those not drawn are blank."""
    names = {c.name: columns.get(c.name, st.none()) for c in TABLES[table].columns}
    by = (lambda r: tuple(r[c] for c in unique)) if unique else None
    return st.lists(st.fixed_dictionaries(names), max_size=most, unique_by=by)


races = st.sampled_from(["black", "white", "hispanic", "asian", "two_or_more", "not_reported"])
TABLE_ROWS = {
    "enrollment": rows(
        "enrollment",
        student_id=students,
        school_id=schools,
        entry_date=days,
        exit_date=maybe(days),
        grade=maybe(st.sampled_from(["K", "01"])),
        exit_type=st.sampled_from([None, None, "transfer", "no_show", "invalid"]),
        most=10,
    ).filter(lambda spells: any(_took_place(s) for s in spells)),
    "calendar": rows(
        "calendar",
        ("school_id", "date"),
        20,
        school_id=st.sampled_from([None, None, "A", "B"]),
        date=st.sampled_from(SCHOOL_DAYS),
    ),
    "student": rows(
        "student",
        ("student_id",),
        student_id=students,
        race=maybe(races),
        sex=maybe(st.sampled_from(["female", "male", "not_reported"])),
        el=maybe(yes_no),
        frl=maybe(yes_no),
        race_any_black=maybe(yes_no),
    ),
    "student_race": rows("student_race", ("student_id", "race"), student_id=students, race=races),
    "identity": rows(
        "identity",
        ("student_id", "factor", "value", "begin_date"),
        student_id=students,
        factor=st.sampled_from(["el", "frl", "language"]),
        value=st.sampled_from(["yes", "no", "not_reported", "spanish", "english"]),
        begin_date=maybe(days),
        end_date=maybe(days),
        most=12,
    ).map(lambda found: [r for r in found if _fits(r)]),
    "absence": rows(
        "absence",
        ("student_id", "date"),
        student_id=students,
        school_id=maybe(schools),
        date=days,
        fraction=maybe(halves),
        reason=maybe(st.sampled_from(["transport", "illness", "other"])),
        most=12,
    ),
    "discipline": rows(
        "discipline",
        student_id=students,
        school_id=maybe(schools),
        date=days,
        incident_id=maybe(st.sampled_from(["i1", "i2"])),
        action=maybe(st.sampled_from(["oss", "iss", "expulsion", "police", "none"])),
        days=maybe(halves),
    ),
    "course": rows(
        "course",
        student_id=students,
        school_id=maybe(schools),
        period=periods,
        course_id=st.just("c"),
        level=maybe(st.sampled_from(["ap", "honors", "gifted", "general"])),
        points=maybe(st.sampled_from([0.0, 1.3, 2.7, 4.0])),
        failed=maybe(yes_no),
    ),
    "score": rows(
        "score",
        student_id=students,
        period=periods,
        subject=st.just("s"),
        score=maybe(st.sampled_from([-1.5, 400.0, 411.25])),
        proficient=maybe(yes_no),
    ),
    "completion": rows(
        "completion",
        ("student_id", "period"),
        student_id=students,
        period=periods,
        retained=maybe(yes_no),
        cohort=maybe(yes_no),
        graduated=maybe(yes_no),
        gifted=maybe(yes_no),
    ),
    "school": rows(
        "school",
        ("school_id",),
        school_id=schools,
        school_name=maybe(st.just("Name")),
        district_id=maybe(st.just("D")),
        meals_for_all=maybe(yes_no),
    ),
}
READY = rows(
    "student_year",
    ("student_id", "period"),
    student_id=students,
    period=st.sampled_from([*PERIODS, "2021-10"]),
    school_id=maybe(schools),
    days_enrolled=maybe(st.sampled_from([0.0, 10.0, 170.0])),
    oss_count=maybe(st.sampled_from([0, 3])),
    frl=maybe(yes_no),
    race=maybe(races),
).filter(bool)


def _took_place(spell: Mapping[str, Any]) -> bool:
    ends = spell["exit_date"] or date.max
    return spell["exit_type"] not in RULES.no_spell and spell["entry_date"] <= ends


def _fits(row: Mapping[str, object]) -> bool:
    return (row["value"] in FACTORS[str(row["factor"])].all_values) or row["factor"] == "language"


@st.composite
def districts(draw: st.DrawFn, ready: bool) -> dict[str, Rows]:
    optional = [t for t in TABLE_ROWS if ready or t != "enrollment"]
    chosen = draw(st.sets(st.sampled_from(optional)))
    tables = {name: draw(TABLE_ROWS[name]) for name in TABLE_ROWS if name in chosen}
    if not ready:
        return {"enrollment": draw(TABLE_ROWS["enrollment"]), **tables}
    return {"student_year": draw(READY), **tables}


def plan_of(as_of: str, membership: str = "home", complete: Sequence[str] = ()) -> Plan:
    sources = tuple(Source("x.csv", "records", t, complete=True) for t in complete)
    identity = tuple(Identity(FACTORS[f]) for f in ("race", "el", "frl"))
    plan = Plan("District", Path(), sources, identity, (), as_of=as_of)
    return replace(plan, membership=membership)  # type: ignore[arg-type]


plans = st.builds(
    plan_of,
    st.sampled_from(["first_day", "last_day", "ever", "2020-09-03"]),
    st.sampled_from(["home", "attended"]),
    st.sets(st.sampled_from(["identity", "absence", "discipline", "course", "completion"])),
)


def write(tables: Mapping[str, Rows], folder: Path) -> dict[str, Path]:
    paths = {}
    for name, found in tables.items():
        columns = {c.name: KINDS.get(c.kind, pa.string()) for c in TABLES[name].columns}
        schema = pa.schema(list(columns.items()))
        paths[name] = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(found, schema), paths[name])
    return paths


@contextmanager
def small_thresholds() -> Iterator[None]:
    """Ten days and three hundred students are out of a small district's reach."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (units, reporting, plain_year, plain_facts):
            patch.setattr(module, "RULES", replace(RULES, silent_school=1, attended_days=2))
        yield


def by_every_engine(
    tables: Mapping[str, Rows],
    plan: Plan,
    finer: Callable[[Engine, Cube, Mapping[str, Path], Path], Cube],
) -> tuple[Cube, Cube, Cube, list[plain_year.Row], set[str]]:
    """The students' cube; with `finer` by DuckDB and by polars; the plain rows; filled columns."""
    with TemporaryDirectory() as name, small_thresholds():
        folder = Path(name)
        paths, path = write(tables, folder), folder / "rows.parquet"
        with duck(folder) as engine:
            write_student_year(engine, paths, plan, path)
        cube = count(student_plans(plan), path, plan=plan)
        with duck(folder) as engine:
            by_duck = finer(engine, cube, paths, path)
        by_polars = finer(PolarsEngine(), cube, paths, path)
        filled = set(pq.read_schema(path).names)
        return cube, by_duck, by_polars, plain_year.student_years(tables, plan), filled
