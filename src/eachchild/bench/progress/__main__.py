"""Verdicts on districts of known truth: makes the table.

A run that was stopped goes on where it stood.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from eachchild.bench.progress.study import Row, grid, is_null, read_rows, scenario_of, scenario_rows
from eachchild.bench.progress.world import Scenario
from eachchild.bench.tables import added_to


def main(arguments: list[str] | None = None) -> int:
    """`python -m eachchild.bench.progress --out FILE`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--draws",
        type=int,
        default=500,
        help="districts a scenario; half of them where a change works",
    )
    chosen = parser.parse_args(arguments)
    simulate(chosen.out, grid(), draws=chosen.draws)
    return 0


def simulate(out: Path, scenarios: Sequence[Scenario], *, draws: int) -> None:
    """Add the scenarios the table does not hold yet, each as soon as it is known."""
    done = {scenario_of(row) for row in read_rows(out)}
    with added_to(out, Row) as add:
        for number, scenario in enumerate(scenarios, 1):
            if scenario not in done:
                size = draws if is_null(scenario) else draws // 2
                add(scenario_rows(scenario, draws=size))
            print(f"{number}/{len(scenarios)} {scenario}", file=sys.stderr, flush=True)


if __name__ == "__main__":  # pragma: no cover - tests call main, which is all there is
    sys.exit(main())
