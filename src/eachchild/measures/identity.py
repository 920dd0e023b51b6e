"""Predictability of every outcome of an audit, year by year, from the cube's cells."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from eachchild.cube import EVERYWHERE, Block, Cube, Tally
from eachchild.measures.counts import Known
from eachchild.measures.predictability.cells import (
    SchoolCells,
    sparse_number_cells,
    sparse_school_cells,
)
from eachchild.measures.predictability.columns import LEAN
from eachchild.measures.predictability.index import (
    Predictability,
    RoadTests,
    predictability,
    road_tests,
    variance_columns,
)
from eachchild.measures.predictability.number_outcomes import NumberFit, number_fit
from eachchild.measures.predictability.permutation import DRAWS
from eachchild.measures.predictability.verdict import Showing, showing
from eachchild.plan import Plan
from eachchild.terms.factors import NOT_REPORTED
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

    @property
    def total_p(self) -> float | None:
        """The p-value of predicting here by whatever road; None where it was not tested."""
        if self.rate is None or self.rate.evidence is None:
            return None
        return float(self.rate.evidence.tests.total.p[0])


def identity_predicts(plan: Plan, cube: Cube) -> tuple[Predicted, ...]:
    """Ask of every outcome and period how well the plan's factors together predict it.

    The same factors for every year, so that years can be compared. Cells the source does not
    collect, or in which it has more events than students, are left out; a single hidden cell
    leaves the question open, since dropping it would favor the groups whose numbers are shown.
    """
    return tuple(_predicted(one) for one in _questions(plan, cube))


def identity_tests(plan: Plan, cube: Cube) -> tuple[tuple[str, RoadTests], ...]:
    """The tests alone of every rate that can be tested, by outcome: what decides on a flag."""
    found = []
    for one in _questions(plan, cube):
        cells = _testable(one)
        if cells is None or not one.outcome.is_rate:
            continue
        place = cells.place()
        if showing(place) in (Showing.NUMBER, Showing.INTERVAL):
            lean = variance_columns(place, LEAN)
            rng = _seeded(one.outcome.name, one.period)
            tests = road_tests(cells, lean, rng=rng, draws=one.draws)
            found.append((one.outcome.name, tests))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Question:
    """One outcome in one period: the cells that answer, and how often to permute them.

    `told` has the columns of the block's factors that are on record of somebody.
    """

    outcome: Outcome
    block: Block
    period: str
    rows: Known
    draws: int
    told: tuple[int, ...]

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors that can predict anything."""
        return tuple(self.block.factors[column] for column in self.told)


def _questions(plan: Plan, cube: Cube) -> Iterator[_Question]:
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
                yield _Question(outcome, block, name, rows, draws, _told(cube, block))


def _told(cube: Cube, block: Block) -> tuple[int, ...]:
    """The columns of factors on record of somebody; of a factor nobody has, nothing can be said."""
    blank = [cube.values[name].index(NOT_REPORTED) for name in block.factors]
    told = (block.value != np.array(blank, np.int64)).any(axis=0)
    return tuple(np.flatnonzero(told).tolist()) or tuple(range(len(block.factors)))


def _finest(plan: Plan, cube: Cube, outcome: Outcome) -> Block | None:
    """The block with most of the plan's partition factors."""
    wanted = {f.id for f in plan.factors}
    able = [b for b in cube.blocks if outcome.name in b.tallies and b.factors]
    able = [b for b in able if set(b.factors) <= wanted]
    return max(able, key=lambda b: (len(b.factors), len(b.place)), default=None)


def _predicted(one: _Question) -> Predicted:
    tally, usable = _usable(one)
    n, events = int(tally.n[usable].sum()), int(tally.events[usable].sum())
    sums_only = tally.squares is None and not one.outcome.is_rate
    events = round(events / 10**one.outcome.decimals)
    known = Predicted(one.outcome.name, one.period, one.factors, n, events, sums_only=sums_only)
    cells = _testable(one)
    if cells is None:
        return known
    if one.outcome.is_rate:
        rng = _seeded(one.outcome.name, one.period)
        return replace(known, rate=predictability(cells, rng, draws=one.draws))
    try:
        return replace(known, number=number_fit(cells))
    except ValueError:  # every student has the same value: nothing to predict
        return known


def _usable(one: _Question) -> tuple[Tally, Known]:
    tally = one.block.tallies[one.outcome.name].take(one.rows)
    usable = tally.collected & (tally.n > 0) & tally.is_exact
    if one.outcome.is_rate:
        usable &= tally.events <= tally.n
    return tally, usable


def _testable(one: _Question) -> SchoolCells | None:
    """The cells of a question; None where numbers are hidden or a sum has no spread."""
    tally, usable = _usable(one)
    sums_only = tally.squares is None and not one.outcome.is_rate
    if not tally.is_exact.all() or not usable.any() or sums_only:
        return None
    return _cells(one, usable)


def _cells(one: _Question, usable: Known) -> SchoolCells:
    block, rows, outcome = one.block, one.rows, one.outcome
    value = block.value[rows][usable][:, list(one.told)]
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
