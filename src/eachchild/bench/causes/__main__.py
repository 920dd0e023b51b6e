"""Planted causes, found or not, district by district: makes the table.

A run that was stopped goes on where it stood.
"""

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from eachchild.bench.causes.power import BY_SIZE, SIZES
from eachchild.bench.causes.study import Judged, judged, read_judged, worlds_of
from eachchild.bench.tables import added_to


def main(arguments: list[str] | None = None) -> int:
    """`python -m eachchild.bench.causes --out FILE`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=20, help="districts a world")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--by-size", action="store_true", help="a few worlds in several sizes")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--worlds", nargs="*", help="only these; default: all")
    chosen = parser.parse_args(arguments)
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    worlds = BY_SIZE if chosen.by_size else chosen.worlds
    asked = [
        one
        for one in worlds_of(seeds, SIZES if chosen.by_size else ())
        if not worlds or one[0] in worlds
    ]
    simulate(chosen.out, asked, workers=chosen.workers)
    return 0


def simulate(out: Path, asked: Iterable[tuple[str, int, int]], *, workers: int) -> None:
    """Add the districts the table does not hold yet, in order, each as soon as it is known."""
    done = {(row.world, row.seed, row.students) for row in read_judged(out)}
    todo = [one for one in asked if one not in done]
    with added_to(out, Judged) as add, ProcessPoolExecutor(workers) as pool:
        for number, row in enumerate(pool.map(judged, *zip(*todo, strict=True)) if todo else (), 1):
            add([row])
            print(f"{number}/{len(todo)} {row.world} {row.seed}", file=sys.stderr, flush=True)


if __name__ == "__main__":  # pragma: no cover - tests call main, which is all there is
    sys.exit(main())
