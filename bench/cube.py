"""Times the cube on 10 million made-up student-years beside a hand-written query, as a ratio.

Runs in turn; the cells are compared and must be equal before a time is printed.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from eachchild.cube import student_plans
from eachchild.cube.onepass import count
from eachchild.plan import plan_from

HERE = Path(__file__).parent
OUTCOMES = (
    "chronic_absence", "iss_any", "oss_any", "expelled", "police_referral", "ap_enrolled",
    "gifted", "course_failure", "gpa",
)  # fmt: skip
PLAN = plan_from(
    {
        "source": [{"path": "none", "table": "student_year"}],
        "identity": [{"factor": f} for f in ("race", "sex", "idea", "el", "frl")],
        "outcome": [{"name": name} for name in OUTCOMES],
    },
    Path(),
)
_MAKE = """
COPY (SELECT
  lpad(i::VARCHAR, 9, '0') AS student_id, '2023-24' AS period,
  lpad((floor(power(u(i, 1), 1.3) * 3000))::INT::VARCHAR, 6, '0') AS school_id,
  ['black', 'white', 'hispanic', 'asian', 'two_or_more', 'native', 'pacific'][
    1 + floor(7 * power(u(i, 2), 1.6))::INT] AS race,
  CASE WHEN u(i, 3) < .49 THEN 'female' WHEN u(i, 3) < .995 THEN 'male' ELSE 'nonbinary' END AS sex,
  CASE WHEN u(i, 4) < .14 THEN 'yes' ELSE 'no' END AS idea,
  CASE WHEN u(i, 5) < .11 THEN 'yes' ELSE 'no' END AS el,
  CASE WHEN u(i, 6) < .02 THEN NULL WHEN u(i, 6) < .5 THEN 'yes' ELSE 'no' END AS frl,
  floor(180 * sqrt(u(i, 7))) AS days_enrolled, power(u(i, 8), 8) AS absence_share,
  (u(i, 9) < .05)::BIGINT AS iss_count, (u(i, 10) < .06)::BIGINT AS oss_count,
  CASE WHEN u(i, 11) < .001 THEN 'yes' ELSE 'no' END AS expelled,
  CASE WHEN u(i, 12) < .004 THEN 'yes' ELSE 'no' END AS police_referral,
  CASE WHEN u(i, 13) < .2 THEN 'yes' ELSE 'no' END AS ap_enrolled,
  CASE WHEN u(i, 14) < .08 THEN 'yes' ELSE 'no' END AS gifted,
  6::BIGINT AS courses_taken, floor(1.1 * u(i, 15))::BIGINT AS courses_failed,
  round(4 * sqrt(u(i, 16)), 2) AS gpa
FROM range({rows}) AS t(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def make(path: Path, rows: int) -> None:
    """Write the student-years, the same for the same number of rows."""
    engine = duckdb.connect()
    engine.execute("SET threads = 2")
    engine.execute("CREATE MACRO u(i, k) AS (hash(i * 31 + k) % 1000003) / 1000003.0")
    engine.execute(_MAKE.format(rows=rows, path=path))


def by_hand(path: Path) -> tuple[int, ...]:
    """The hand-written query: how many cells, and their totals."""
    engine = duckdb.connect()
    engine.execute(
        "SET threads = 2; SET memory_limit = '1GB'; SET preserve_insertion_order = false"
    )
    found = engine.execute((HERE / "cube.sql").read_text("utf-8"), [str(path)]).to_arrow_table()
    sums = [
        sum(found[c].to_numpy()) for c in ("students", "oss_events", "failed_events", "gpa_squares")
    ]
    return (found.num_rows, *(int(s) for s in sums))


def by_cube(path: Path) -> tuple[int, ...]:
    """The same through the cube."""
    block = count(student_plans(PLAN), path, plan=PLAN).blocks[0]
    gpa = block.tallies["gpa"].squares
    sums = (
        block.students.sum(),
        block.tallies["oss_any"].events.sum(),
        block.tallies["course_failure"].events.sum(),
        0 if gpa is None else gpa.sum(),
    )
    return (len(block.place), *(int(s) for s in sums))


def decode(path: Path) -> tuple[int, ...]:
    """Only decoding the needed columns once: the limit."""
    engine = duckdb.connect()
    engine.execute("SET threads = 2")
    columns = (
        "max(school_id), max(race), max(sex), max(idea), max(el), max(frl), max(gpa), max(gifted)"
    )
    query = f"SELECT count(*), {columns} FROM read_parquet(?)"
    return (int(engine.execute(query, [str(path)]).fetchone()[0]),)


def seconds(function: Callable[[Path], object], path: Path) -> float:
    """Wall seconds of one run."""
    start = time.perf_counter()
    function(path)
    return time.perf_counter() - start


def main() -> None:
    """Make, compare, time in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=HERE / "out")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    path = chosen.folder / f"student_year-{chosen.rows}.parquet"
    if not path.exists():
        make(path, chosen.rows)
    if by_hand(path) != by_cube(path):
        raise SystemExit("the two counts differ, so no time is printed")
    runs = [[seconds(f, path) for f in (by_cube, by_hand, decode)] for _ in range(chosen.runs)]
    cube, hand, least = (statistics.median(r[i] for r in runs) for i in range(3))
    found = {
        "rows": chosen.rows,
        "cells": by_cube(path)[0],
        "cube_seconds": round(cube, 2),
        "hand_written_seconds": round(hand, 2),
        "decode_seconds": round(least, 2),
        "cube_over_hand_written": round(statistics.median(r[0] / r[1] for r in runs), 2),
    }
    print(json.dumps(found, indent=None if chosen.json else 1))


if __name__ == "__main__":
    main()
