"""EachChild: the cube once, then roll-ups, rates and differences with their intervals."""

from pathlib import Path

import numpy as np
from questions import FACTORS, GROUPINGS, OUTCOMES, Answer, answer, key

from eachchild.cube import Cube, Margin, Rollups, student_plans
from eachchild.cube.onepass import count
from eachchild.measures.comparisons import difference_from_overall
from eachchild.measures.counts import Counts
from eachchild.measures.rates import rate
from eachchild.plan import plan_from

PLAN = plan_from(
    {
        "source": [{"path": "none", "table": "student_year"}],
        "identity": [{"factor": f} for f in FACTORS],
        "outcome": [
            {"name": o, "label": o, "unit": "student", "event": f"{o} >= 1", "direction": "lower"}
            for o in OUTCOMES
        ],
    },
    Path(),
)


def ask(path: str) -> Answer:
    """What an audit does with the same file, without what it does besides."""
    cube = count(student_plans(PLAN), Path(path), plan=PLAN)
    rollups, found = Rollups(cube), {}
    for grouping in GROUPINGS:
        cells = rollups.cells(OUTCOMES[0], grouping, level="all")
        if cells is not None:
            whole = rollups.totals(OUTCOMES[0], grouping, level="all")
            found.update(_told(cube, cells, whole))
    return found


def _told(cube: Cube, cells: Margin, whole: Margin) -> Answer:
    names = [tuple(cube.values[f][v] for f, v in zip(cells.factors, row, strict=True))
             for row in cells.value.tolist()]  # fmt: skip
    found = {}
    for outcome in OUTCOMES:
        ours, all_of_them = cells.tallies[outcome], whole.tallies[outcome]
        group = Counts(ours.events, ours.n)
        overall = Counts(*(np.repeat(x, len(ours.n)) for x in (all_of_them.events, all_of_them.n)))
        rates, gaps = rate(group), difference_from_overall(group, overall)
        for name, one, gap in zip(
            names, rates.rate.tolist(), gaps.difference.tolist(), strict=True
        ):
            found[key(outcome, cells.factors, name)] = (one, gap)
    return found


if __name__ == "__main__":
    answer(ask)
