"""Predictability of every outcome of an audit, year by year, from the cube's cells."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from eachchild.cube import EVERYWHERE, Block, Cube
from eachchild.measures.counts import Known
from eachchild.measures.predictability.cells import (
    SchoolCells,
    sparse_number_cells,
    sparse_school_cells,
)
from eachchild.measures.predictability.index import Predictability, predictability
from eachchild.measures.predictability.number_outcomes import NumberFit, number_fit
from eachchild.measures.predictability.permutation import DRAWS
from eachchild.plan import Plan
from eachchild.terms.outcomes import Outcome

EARLIER_DRAWS = 199  # earlier years stand beside the latest; only that one opens the report


@dataclass(frozen=True, slots=True)
class Predicted:
    """How well identity tells one outcome in one period; `rate` or `number` by the kind of outcome.

    Both are None where the counts cannot be used: hidden cells, or no squares behind a sum.
    """

    outcome: str
    period: str
    factors: tuple[str, ...]
    n: int
    events: int
    rate: Predictability | None = None
    number: NumberFit | None = None
    sums_only: bool = False  # the source gives no spread within groups

    @property
    def p(self) -> float | None:
        """The p-value of its tests inside and between schools; None where it was not tested."""
        if self.rate is None or self.rate.evidence is None:
            return None
        return float(self.rate.evidence.tests.p[0])


def identity_predicts(plan: Plan, cube: Cube) -> tuple[Predicted, ...]:
    """Ask of every outcome and period how well the plan's factors together predict it.

    The same factors for every year, so that years can be compared. Cells the source does not
    collect, or in which it has more events than students, are left out; a single hidden cell
    leaves the question open, since dropping it would favor the groups whose numbers are shown.
    """
    found = []
    for outcome in plan.outcomes:
        block = _finest(plan, cube, outcome)
        if block is None or not block.tallies[outcome.name].has_n:
            continue
        for period, name in enumerate(cube.periods):
            rows = (block.period == period) & (block.place != EVERYWHERE)
            if not rows.any():
                rows = block.period == period
            if rows.any():
                draws = DRAWS if period == len(cube.periods) - 1 else EARLIER_DRAWS
                found.append(_predicted(outcome, block, name, rows=rows, draws=draws))
    return tuple(found)


def _finest(plan: Plan, cube: Cube, outcome: Outcome) -> Block | None:
    """The block with most of the plan's partition factors."""
    wanted = {f.id for f in plan.factors}
    able = [b for b in cube.blocks if outcome.name in b.tallies and b.factors]
    able = [b for b in able if set(b.factors) <= wanted]
    return max(able, key=lambda b: (len(b.factors), len(b.place)), default=None)


def _predicted(
    outcome: Outcome, block: Block, period: str, *, rows: Known, draws: int
) -> Predicted:
    tally = block.tallies[outcome.name].take(rows)
    usable = tally.collected & (tally.n > 0)
    if outcome.is_rate:
        usable &= tally.events <= tally.n
    n, events = int(tally.n[usable].sum()), int(tally.events[usable].sum())
    sums_only = tally.squares is None and not outcome.is_rate
    scale = 10**outcome.decimals
    known = Predicted(
        outcome.name, period, block.factors, n, round(events / scale), sums_only=sums_only
    )
    hidden = not tally.is_exact.all()
    if hidden or not usable.any() or sums_only:
        return known
    cells = _cells(block, rows, usable, outcome)
    if outcome.is_rate:
        return replace(
            known, rate=predictability(cells, _seeded(outcome.name, period), draws=draws)
        )
    try:
        return replace(known, number=number_fit(cells))
    except ValueError:  # every student has the same value: nothing to predict
        return known


def _cells(block: Block, rows: Known, usable: Known, outcome: Outcome) -> SchoolCells:
    value = block.value[rows][usable]
    levels, cell = np.unique(value, axis=0, return_inverse=True)
    tally = block.tallies[outcome.name].take(rows).take(usable)
    school = block.place[rows][usable] + 1  # EVERYWHERE, where no school is known, is one place
    if outcome.is_rate:
        return sparse_school_cells(
            school, cell.ravel(), n=tally.n, events=tally.events, levels=levels
        )
    squares = tally.squares if tally.squares is not None else np.zeros_like(tally.n)
    return sparse_number_cells(
        school, cell.ravel(), n=tally.n, total=tally.events, squares=squares, levels=levels
    )


def _seeded(outcome: str, period: str) -> np.random.Generator:
    # Seeded by what is asked, so that one question's answer does not hang on which others are.
    return np.random.default_rng(zlib.crc32(f"{outcome}\x1f{period}".encode()))
