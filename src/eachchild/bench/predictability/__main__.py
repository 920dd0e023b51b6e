"""Makes the published table; a run that was stopped goes on where it stood."""

import argparse
import sys
from pathlib import Path

from eachchild.bench.predictability.grid import grid
from eachchild.bench.predictability.study import Row, read_rows, scenario_rows, write_rows
from eachchild.bench.predictability.world import Scenario


def main(arguments: list[str] | None = None) -> int:
    """Run the scenarios that are not yet in the table with as many draws."""
    parser = argparse.ArgumentParser(prog="python -m eachchild.bench.predictability")
    parser.add_argument("--out", type=Path, required=True, help="the table, a CSV file")
    parser.add_argument("--draws", type=int, default=200, help="districts a scenario")
    chosen = parser.parse_args(arguments)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    simulate(chosen.out, chosen.draws, grid())
    return 0


def simulate(out: Path, draws: int, scenarios: list[Scenario]) -> None:
    """Fill the table scenario by scenario, writing it after each."""
    done: dict[str, list[Row]] = {}
    for row in read_rows(out):
        done.setdefault(row.scenario.name, []).append(row)
    for number, scenario in enumerate(scenarios, 1):
        rows = done.get(scenario.name, [])
        if max((row.draws for row in rows), default=0) < draws:
            done[scenario.name] = scenario_rows(scenario, draws)
            write_rows(out, [row for s in scenarios for row in done.get(s.name, [])])
        print(f"{number}/{len(scenarios)} {scenario.name}", file=sys.stderr, flush=True)


if __name__ == "__main__":  # pragma: no cover - tests call main, which is all there is
    sys.exit(main())
