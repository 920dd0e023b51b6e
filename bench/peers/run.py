"""Asks EachChild and its peers the same questions of a million students, and prints the ratios.

Each tool answers in a process of its own, in turn, several times; imports are not counted, reading
the file is. The answers must be the same before a time is printed. fairlearn is asked about a
hundred thousand students and its time is scaled. Peers live in `bench/.venv`, made from the lock
beside this file.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
PEER_PYTHON = HERE.parent / ".venv" / "bin" / "python"
FOLDER = HERE.parent / "out"
ROWS, FEW = 1_000_000, 100_000
PEERS = ("polars", "pandas", "aequitas", "fairlearn")
TOLERANCE = 1e-9
_MAKE = """
COPY (SELECT '2023-24' AS period,
  ['black', 'white', 'hispanic', 'asian', 'two_or_more', 'native', 'pacific'][
    1 + floor(7 * power(u(i, 2), 1.6))::INT] AS race,
  CASE WHEN u(i, 3) < .49 THEN 'female' WHEN u(i, 3) < .995 THEN 'male' ELSE 'nonbinary' END AS sex,
  CASE WHEN u(i, 4) < .14 THEN 'yes' ELSE 'no' END AS idea,
  CASE WHEN u(i, 5) < .11 THEN 'yes' ELSE 'no' END AS el,
  CASE WHEN u(i, 6) < .5 THEN 'yes' ELSE 'no' END AS frl,
  (u(i, 9) < .05)::BIGINT AS o1, (u(i, 10) < .06)::BIGINT AS o2, (u(i, 11) < .01)::BIGINT AS o3,
  (u(i, 12) < .2)::BIGINT AS o4, (u(i, 13) < .15)::BIGINT AS o5, (u(i, 14) < .5)::BIGINT AS o6
FROM range({rows}) AS t(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def made(rows: int) -> Path:
    """The students, the same for the same number of them."""
    path = FOLDER / f"peers-{rows}.parquet"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as engine:
            engine.execute("CREATE MACRO u(i, k) AS (hash(i * 31 + k) % 1000003) / 1000003.0")
            engine.execute(_MAKE.format(rows=rows, path=path))
    return path


def asked(tool: str, rows: int) -> tuple[dict[str, float], dict[str, list[float]]]:
    """A tool's seconds and its answer."""
    python = sys.executable if tool == "eachchild" else str(PEER_PYTHON)
    out = FOLDER / f"peers-{tool}.json"
    words = [python, str(HERE / f"ask_{tool}.py"), str(made(rows)), str(out)]
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=quiet)
    return json.loads(done.stdout.splitlines()[-1]), json.loads(out.read_text("utf-8"))


def size(tool: str) -> int:
    """How many students a tool is asked about."""
    return FEW if tool == "fairlearn" else ROWS


def held_equal(tool: str) -> None:
    """Stop where a tool's answers are not ours."""
    ours, theirs = (asked(t, size(tool))[1] for t in ("eachchild", tool))
    if ours.keys() != theirs.keys():
        raise SystemExit(f"{tool} and eachchild speak of different groups, so no time is printed")
    apart = max(abs(a - b) for k in ours for a, b in zip(ours[k], theirs[k], strict=True))
    if apart > TOLERANCE:
        raise SystemExit(f"{tool} and eachchild differ by {apart}, so no time is printed")


def main() -> None:
    """Compare, time in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for tool in PEERS:
        held_equal(tool)
    tools = ("eachchild", *PEERS)
    runs = [{t: asked(t, size(t))[0] for t in tools} for _ in range(chosen.runs)]
    cpu, wall = ({t: _median(runs, t, x) for t in tools} for x in ("cpu", "wall"))
    found = {
        "rows": ROWS,
        "cpu_seconds": {t: round(s, 3) for t, s in cpu.items()},
        "wall_seconds": {t: round(s, 3) for t, s in wall.items()},
        "cpu_times_ours": {t: round(cpu[t] / cpu["eachchild"], 1) for t in PEERS},
        "scaled": ["fairlearn"],
    }
    print(json.dumps(found) if chosen.json else _table(found))


def _median(runs: list[dict[str, dict[str, float]]], tool: str, figure: str) -> float:
    return statistics.median(r[tool][figure] for r in runs) * ROWS / size(tool)


def _table(found: dict[str, dict[str, float]]) -> str:
    lines = ["15 groupings x 6 outcomes of a million students: CPU seconds, wall, times ours"]
    for tool, cpu in found["cpu_seconds"].items():
        times = found["cpu_times_ours"].get(tool, 1.0)
        note = " (100,000 students, scaled)" if tool in found["scaled"] else ""
        lines.append(f"{tool:10} {cpu:9.3f} {found['wall_seconds'][tool]:9.3f} {times:8.1f}{note}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
