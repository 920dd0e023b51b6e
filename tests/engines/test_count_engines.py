"""One question, three answers: DuckDB, polars and the plain way count the same."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eachchild.cube import EVERYWHERE, Cube, student_plans
from eachchild.cube.onepass import count
from eachchild.cube.plain import count_plainly
from eachchild.plan import plan_from

PLAN = plan_from(
    {
        "source": [{"path": "none", "table": "student_year"}],
        "identity": [
            {"factor": "race", "reference": "white"},
            {"factor": "idea"},
            {"factor": "race_any_black"},
        ],
        "outcome": [
            {"name": "oss_any"},
            {"name": "gpa"},
            {"name": "proficient"},
            {
                "name": "lost",
                "direction": "lower",
                "event": "oss_days >= 5 or not expelled == 'no'",
                "population": "days_enrolled >= 10 and grade in ['09', '10']",
            },
        ],
    },
    Path(),
)
_MAYBE = st.none()
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "period": st.sampled_from(["2022-23", "2023-24"]),
            "school_id": _MAYBE | st.sampled_from(["001", "01", "2"]),
            "race": _MAYBE | st.sampled_from(["black", "white", "native"]),
            "idea": _MAYBE | st.sampled_from(["yes", "no"]),
            "race_any_black": _MAYBE | st.sampled_from(["yes", "no"]),
            "oss_count": _MAYBE | st.integers(0, 3),
            "oss_days": _MAYBE | st.sampled_from([0.0, 4.5, 5.0, 20.0]),
            "expelled": _MAYBE | st.sampled_from(["yes", "no"]),
            "gpa": _MAYBE | st.sampled_from([0.0, 2.345, 2.5, 3.999, -1.25]),
            "tested": _MAYBE | st.sampled_from(["yes", "no"]),
            "proficient": _MAYBE | st.sampled_from(["yes", "no"]),
            "days_enrolled": _MAYBE | st.sampled_from([9.0, 10.0, 180.0]),
            "grade": _MAYBE | st.sampled_from(["08", "09", "10"]),
        }
    ),
    min_size=1,
    max_size=40,
)
SCHEMA = {
    "student_id": pl.String,
    "period": pl.String,
    "school_id": pl.String,
    "race": pl.String,
    "idea": pl.String,
    "race_any_black": pl.String,
    "oss_count": pl.Int64,
    "oss_days": pl.Float64,
    "expelled": pl.String,
    "gpa": pl.Float64,
    "tested": pl.String,
    "proficient": pl.String,
    "days_enrolled": pl.Float64,
    "grade": pl.String,
}
Told = dict[tuple[object, ...], tuple[int, ...]]


def _told(cube: Cube, number: int) -> Told:
    """A block's cells by name: students, then n, events, squares and missing of each outcome."""
    block, found = cube.blocks[number], {}
    for i in range(len(block.place)):
        place = block.place[i]
        school = "" if place == EVERYWHERE else cube.places.ids[place]
        values = tuple(
            cube.values[f][v] for f, v in zip(block.factors, block.value[i], strict=True)
        )
        numbers = [int(block.students[i])]
        for outcome in PLAN.outcomes:
            t = block.tallies[outcome.name]
            squares = 0 if t.squares is None else int(t.squares[i])
            numbers += [int(t.n[i]), int(t.events[i]), squares, int(t.missing[i])]
        found[cube.periods[block.period[i]], school, values] = tuple(numbers)
    return found


def _plainly(rows: list[dict[str, object]], number: int) -> Told:
    students, tallies = count_plainly(student_plans(PLAN)[number], rows)
    found = {}
    for cell, n in students.items():
        numbers = [n]
        for outcome in PLAN.outcomes:
            t = tallies[outcome.name][cell]
            squares = 0 if outcome.is_rate else t.squares
            numbers += [t.n, t.events, squares, t.missing]
        found[cell] = tuple(numbers)
    return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS)
def test_three_ways_count_the_same(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    rows = [{"student_id": f"{i:04d}", **row} for i, row in enumerate(rows)]
    frame = pl.DataFrame(rows, schema=SCHEMA)
    path = tmp_path / "student_year.parquet"
    frame.write_parquet(path)
    plans = student_plans(PLAN)
    by_duckdb = count(plans, path, plan=PLAN)
    by_polars = count(plans, frame.lazy(), plan=PLAN)
    for number in range(len(plans)):
        assert _told(by_duckdb, number) == _told(by_polars, number) == _plainly(rows, number)


def test_means_are_counted_in_whole_units_away_from_zero(tmp_path: Path) -> None:
    rows = [
        {"student_id": str(i), "period": "2023-24", "gpa": g} for i, g in enumerate([2.345, -1.25])
    ]
    path = tmp_path / "student_year.parquet"
    pl.DataFrame(rows, schema=SCHEMA).write_parquet(path)
    tally = count(student_plans(PLAN), path, plan=PLAN).blocks[0].tallies["gpa"]
    assert (int(tally.n.sum()), tally.n.dtype) == (2, np.int64)
    assert int(tally.events.sum()) == pytest.approx(235 - 125)
