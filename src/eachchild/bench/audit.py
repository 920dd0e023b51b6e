"""Times a whole audit of ten million student-years beside the least a machine could do.

Each step runs in a process of its own, in turn, several times: decoding the columns once, the
hand-written query of `bench/cube.sql`, the cube, all that follows the cube (roll-ups, measures,
findings, `measures.csv`), and the audit from rows to the written report. Query and cube must give
the same cells before a time is printed.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from eachchild.bench.state import OUTCOMES, ROWS, make_state, state_plan
from eachchild.cube import Cube, Rollups, student_plans
from eachchild.cube.onepass import count
from eachchild.findings import Known, phrases_of, tell
from eachchild.measures.measured import measured_beside
from eachchild.report.bundle import write_measures
from eachchild.sources import Loaded
from eachchild.story import audited

RUNS = 5
FOLDER = Path("bench/out")
_SQL = Path(__file__).parents[3] / "bench" / "cube.sql"
_COLUMNS = (
    "school_id", "race", "sex", "idea", "el", "frl", "days_enrolled", "absence_share", "iss_count",
    "oss_count", "expelled", "police_referral", "ap_enrolled", "gifted", "courses_failed", "gpa",
)  # fmt: skip
_Timed = Mapping[str, float]


def run(*, seed: int, rows: int = ROWS, runs: int = RUNS, folder: Path = FOLDER) -> _Timed:
    """Make the rows, hold the two counts against each other, time every step, and put it in ratios.

    Raises SystemExit where the counts differ, and FileNotFoundError outside a checkout, where the
    hand-written query is missing.
    """
    path = make_state(folder, rows=rows, seed=seed)
    if _child("hand_totals", path) != _child("cube_totals", path):
        raise SystemExit("the query and the cube differ in their cells, so no time is printed")
    rounds = [{s: _child(s, path) for s in ("decode", "hand", "cube")} for _ in range(runs)]
    cube, hand, after = (_wall(rounds, *x) for x in _TIMED)
    whole = _child("whole", path)
    return {
        "rows": rows,
        "cells": _child("cube_totals", path)["cells"],
        "decode_seconds": _wall(rounds, "decode", "wall"),
        "hand_written_seconds": hand,
        "cube_seconds": cube,
        "cube_over_hand_written": _ratio(rounds, ("cube", "wall"), ("hand", "wall")),
        "measures_to_csv_seconds": after,
        "measures_over_cube": _ratio(rounds, ("cube", "after_wall"), ("cube", "wall")),
        "measures_over_cube_cpu": _ratio(rounds, ("cube", "after_cpu"), ("cube", "cpu")),
        "audit_seconds": round(whole["wall"], 1),
        "audit_cpu_seconds": round(whole["cpu"], 1),
        "audit_peak_gib": round(whole["peak"], 2),
    }


_TIMED = (("cube", "wall"), ("hand", "wall"), ("cube", "after_wall"))


def _wall(rounds: list[dict[str, _Timed]], step: str, figure: str) -> float:
    return round(statistics.median(r[step][figure] for r in rounds), 2)


def _ratio(rounds: list[dict[str, _Timed]], over: tuple[str, str], under: tuple[str, str]) -> float:
    """The median of the rounds' own ratios, so that a busy minute touches both sides."""
    each = [r[over[0]][over[1]] / r[under[0]][under[1]] for r in rounds]
    return round(statistics.median(each), 2)


def _child(step: str, path: Path) -> _Timed:
    """One step in a process of its own, so that its time and its memory are its own."""
    words = [sys.executable, "-m", "eachchild.bench.audit", step, str(path)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _decode(path: Path) -> _Timed:
    columns = ", ".join(f"max({c})" for c in _COLUMNS)
    with duckdb.connect() as engine:
        return _clocked(lambda: engine.execute(f"SELECT {columns} FROM read_parquet('{path}')"))  # noqa: S608


def _by_hand(path: Path) -> duckdb.DuckDBPyRelation:
    engine = duckdb.connect()
    engine.execute("SET memory_limit = '1GB'; SET preserve_insertion_order = false")
    return engine.sql(_SQL.read_text("utf-8").replace("?", f"'{path}'"))


def _hand(path: Path) -> _Timed:
    return _clocked(lambda: _by_hand(path).to_arrow_table())


def _hand_totals(path: Path) -> _Timed:
    cells = _by_hand(path).to_arrow_table()
    columns = ("students", "chronic_events", "oss_events", "failed_events", "gpa_squares")
    return {"cells": cells.num_rows, **{c: int(sum(cells[c].to_numpy())) for c in columns}}


def _cube_totals(path: Path) -> _Timed:
    block = _counted(path).blocks[0]
    events = {name: int(tally.events.sum()) for name, tally in block.tallies.items()}
    squares = block.tallies["gpa"].squares
    return {
        "cells": len(block.place),
        "students": int(block.students.sum()),
        "chronic_events": events["chronic_absence"],
        "oss_events": events["oss_any"],
        "failed_events": events["course_failure"],
        "gpa_squares": 0 if squares is None else int(squares.sum()),
    }


def _counted(path: Path) -> Cube:
    plan = state_plan()
    return count(student_plans(plan), path, plan=plan)


def _cube(path: Path) -> _Timed:
    """The cube, and then all that follows from it but predictability."""
    made: list[Cube] = []
    first = _clocked(lambda: made.append(_counted(path)))
    with tempfile.TemporaryDirectory() as folder:
        then = _clocked(lambda: _after(made[0], Path(folder) / "measures.csv"))
    return {**first, "after_wall": then["wall"], "after_cpu": then["cpu"]}


def _after(cube: Cube, out: Path) -> None:
    plan = state_plan()
    measured = measured_beside((), plan, Rollups(cube), lambda what, share: None)
    tell(plan, phrases_of(plan), measured, Known(cube.periods, True, (), ()))
    write_measures(measured.table, out)


def _whole(path: Path) -> _Timed:
    """From rows to the written report, HTML and PDF, with predictability of every outcome."""
    ready = Loaded({"student_year": path}, (), (), (), (), (), (), {})
    with tempfile.TemporaryDirectory() as folder:
        vault, out = Path(folder) / "vault", Path(folder) / "out"
        vault.mkdir()
        quiet: Callable[[str, float], None] = lambda what, share: None  # noqa: E731
        timed = _clocked(lambda: audited(state_plan(), ready, vault=vault, told=quiet).report(out))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {**timed, "peak": peak, "outcomes": len(OUTCOMES)}


def _clocked(work: Callable[[], object]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


_STEPS: Mapping[str, Callable[[Path], _Timed]] = {
    "decode": _decode,
    "hand": _hand,
    "hand_totals": _hand_totals,
    "cube": _cube,
    "cube_totals": _cube_totals,
    "whole": _whole,
}

if __name__ == "__main__":
    print(json.dumps(_STEPS[sys.argv[1]](Path(sys.argv[2]))))
