"""The two tests of a gap on districts of known truth, beside simpler ones: makes the table.

A run that was stopped goes on where it stood.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from eachchild.bench.tables import added_to
from eachchild.bench.two_tests.study import Row, grid, read_rows, scenario_of, scenario_rows
from eachchild.bench.two_tests.world import Scenario

LARGE = 100  # schools; more take long and differ little


def main(arguments: list[str] | None = None) -> int:
    """`python -m eachchild.bench.two_tests --out FILE`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--draws",
        type=int,
        default=4_000,
        help="districts a scenario; a quarter of them with a planted gap, or over 100 schools",
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
                large = scenario.group or scenario.schools > LARGE
                size = draws // 4 if large else draws
                add(scenario_rows(scenario, draws=size))
            print(f"{number}/{len(scenarios)} {scenario}", file=sys.stderr, flush=True)


if __name__ == "__main__":  # pragma: no cover - tests call main, which is all there is
    sys.exit(main())
