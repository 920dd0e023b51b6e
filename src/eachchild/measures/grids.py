"""Groups laid out over schools or districts: what a look through places starts from."""

from dataclasses import dataclass, field

import numpy as np

from eachchild.cube import POOLED, Block, Cube, Margin, Rollups, Tally
from eachchild.cube.margins import POOLED_YEARS
from eachchild.measures.aligned import minus
from eachchild.measures.counts import Whole
from eachchild.measures.stratified import Fold
from eachchild.plan import COMPLEMENT


@dataclass(frozen=True, slots=True)
class Grid:
    """Every group in every place where anybody is, one row each; `fold` leads to the group."""

    group: Tally
    others: Tally
    fold: Fold


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a layout depends on: all outcomes that one block answers share it."""

    block: int
    factors: tuple[str, ...]
    level: str
    pooled: bool
    apart: bool  # years of a pooled margin kept apart


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the rows of a grid are found."""

    fold: Fold
    at: Whole  # a row of the grid: its row among the places' wholes
    group: Whole  # and its row among the places' groups; one past the end: nobody


@dataclass(slots=True)
class Grids:
    """The grids of one cube; where their rows are found is looked up once for all outcomes."""

    rollups: Rollups
    _layouts: dict[tuple[_Asked, str], _Layout] = field(default_factory=dict)

    def spread_out(
        self, outcome: str, cells: Margin, *, level: str, reference: str, by_year: bool
    ) -> Grid | None:
        """Lay the groups of a whole place out over the places of a level.

        `reference` is `complement` or one of the margin's groups by its row number as text;
        `by_year` keeps the years of a pooled margin apart, so that a stratum is a school and year.
        None where numbers are hidden: a hidden cell has no part in a sum over schools.
        """
        pooled = bool(cells.place.size) and bool((cells.period == POOLED).all())
        apart = pooled and by_year
        merged = pooled and not apart
        fine = self.rollups.cells(outcome, cells.factors, level=level, pooled=merged)
        if fine is None or not fine.tallies[outcome].is_exact.all():
            return None
        whole = self.rollups.totals(outcome, cells.factors, level=level, pooled=merged)
        if not whole.place.size:
            return None
        asked = _Asked(
            id(_block(self.rollups.cube, cells, outcome)), cells.factors, level, pooled, apart
        )
        layout = self._layout(asked, COMPLEMENT, _Sources(self.rollups.cube, cells, fine, whole))
        group = _found(fine.tallies[outcome], layout.group)
        if reference == COMPLEMENT:
            return Grid(group, minus(whole.tallies[outcome].take(layout.at), group), layout.fold)
        other = self._layout(asked, reference, _Sources(self.rollups.cube, cells, fine, whole))
        return Grid(group, _found(fine.tallies[outcome], other.group), layout.fold)

    def _layout(self, asked: _Asked, reference: str, sources: "_Sources") -> _Layout:
        if (asked, reference) not in self._layouts:
            row = None if reference == COMPLEMENT else int(reference)
            self._layouts[asked, reference] = _laid_out(sources, asked, row)
        return self._layouts[asked, reference]


@dataclass(frozen=True, slots=True)
class _Sources:
    cube: Cube
    cells: Margin
    fine: Margin
    whole: Margin


def _block(cube: Cube, cells: Margin, outcome: str) -> Block | None:
    return cube.block_for(cells.factors, outcome)


def _laid_out(sources: _Sources, asked: _Asked, row: int | None) -> _Layout:
    """Each target group takes all places of its period, those without a student of it too."""
    cells, whole = sources.cells, sources.whole
    period = np.full(whole.period.shape, POOLED) if asked.pooled else whole.period
    late = np.ones(whole.period.shape, np.bool_)
    if asked.apart:
        late = whole.period >= len(sources.cube.periods) - POOLED_YEARS
    pairs = [np.flatnonzero(late & (period == p)) for p in cells.period]
    fold = Fold.runs(np.array([len(p) for p in pairs], np.int64))
    at = np.concatenate(pairs) if pairs else np.zeros(0, np.int64)
    target = fold.cell if row is None else np.full(at.shape, row)
    return _Layout(fold, at, _rows_of(sources, target=target, at=at))


def _rows_of(sources: _Sources, *, target: Whole, at: Whole) -> Whole:
    """The row of each target group at a place and period; one past the end where it has none."""
    cells, fine, whole = sources.cells, sources.fine, sources.whole
    low, sizes = _radix(fine, cells)
    have = _code(low, sizes, fine.place, fine.period, fine.value)
    want = _code(low, sizes, whole.place[at], whole.period[at], cells.value[target])
    order = np.argsort(have)
    near = np.minimum(np.searchsorted(have[order], want), max(len(have) - 1, 0))
    return np.where(have[order[near]] == want, order[near], len(have))


def _found(tally: Tally, row: Whole) -> Tally:
    """The tally at each row, and nobody at the row one past the end."""
    n, events, missing = (np.append(x, 0)[row] for x in (tally.n, tally.events, tally.missing))
    squares = None if tally.squares is None else np.append(tally.squares, 0)[row]
    return Tally.exact(n, events, missing=missing, squares=squares)


def _radix(fine: Margin, cells: Margin) -> tuple[int, list[int]]:
    top = [
        int(max(fine.value[:, c].max(), cells.value[:, c].max())) + 1
        for c in range(fine.value.shape[1])
    ]
    return int(fine.period.min()), [int(fine.period.max()) + 2, *top]


def _code(low: int, sizes: list[int], place: Whole, period: Whole, value: Whole) -> Whole:
    code = (place + 1) * (sizes[0] + 1) + (period - low)
    for column, size in enumerate(sizes[1:]):
        code = code * size + value[:, column]
    return code
