"""Predictability on districts whose truth is known: how far off, how often covered or alarmed."""

from dataclasses import asdict

from eachchild.bench.predictability.grid import grid
from eachchild.bench.predictability.study import Row, read_rows, scenario_row, write_rows
from eachchild.bench.predictability.world import Scenario

__all__ = [
    "Row",
    "Scenario",
    "grid",
    "is_null",
    "read_rows",
    "run",
    "scenario_row",
    "write_rows",
]

QUICK = 20_000  # students up to which a scenario takes milliseconds a draw


def is_null(row: Row) -> bool:
    """Whether identity does nothing there, inside schools or in where students go."""
    return row.index == 0 and row.go_together == 0


def run(seed: int, draws: int = 20, *, students: int = QUICK) -> dict[str, object]:
    """Run every scenario up to a size and add up coverage and false alarms, in percent.

    `flagged` is the share of districts flagged where identity does nothing; each row is one
    scenario, as in the published table.
    """
    rows = [scenario_row(s, draws, seed=seed) for s in grid() if s.students <= students]
    null = [row for row in rows if is_null(row)]
    weight = sum(row.measured for row in null)
    return {
        "seed": seed,
        "draws": draws,
        "scenarios": len(rows),
        "coverage": sum(r.coverage * r.measured for r in rows) / sum(r.measured for r in rows),
        "flagged": sum(row.flagged * row.measured for row in null) / weight,
        "rows": [asdict(row) for row in rows],
    }
