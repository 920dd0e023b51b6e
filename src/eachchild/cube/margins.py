"""Roll-ups: the cube's cells added up to the places, periods and factors a question asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eachchild.cube.cells import EVERYWHERE, POOLED, Block, Cube, Known, Tally, Whole
from eachchild.cube.keys import grouped

ALL_PLACES = "all"
POOLED_YEARS = 3  # older years are another time; three are what rules on small groups pool


@dataclass(frozen=True, slots=True)
class Margin:
    """Cells of one roll-up: `level` says what `place` counts over, EVERYWHERE at `all`."""

    level: str
    factors: tuple[str, ...]
    place: Whole
    period: Whole
    value: Whole  # [cells, factors]
    students: Whole
    tallies: Mapping[str, Tally]

    def where(self, rows: Known) -> "Margin":
        """The cells a mask keeps."""
        return Margin(
            self.level,
            self.factors,
            self.place[rows],
            self.period[rows],
            self.value[rows],
            self.students[rows],
            {name: tally.take(rows) for name, tally in self.tallies.items()},
        )


def margin(
    cube: Cube, block: Block, factors: tuple[str, ...], *, level: str, pooled: bool = False
) -> Margin:
    """Add a block up to some of its factors, at one level of place.

    `pooled` adds the latest three periods too: their sum counts student-years, not students.
    `level` is `all`, the cube's own level, or the level above it. A published whole (a total row)
    answers for `all` in place of the sum of its parts, and is never added to them.
    """
    place, keep = _places(cube, block, level)
    if pooled:
        keep = keep & (block.period >= len(cube.periods) - POOLED_YEARS)
    period = np.full(block.period.shape, POOLED) if pooled else block.period
    columns = [block.factors.index(f) for f in factors]
    rows = slice(None) if keep.all() else np.flatnonzero(keep)
    keys = [place[rows], period[rows], *(block.value[rows, c] for c in columns)]
    inverse, cells = grouped(keys)
    size = len(cells)
    return Margin(
        level,
        factors,
        cells[:, 0],
        cells[:, 1],
        cells[:, 2:],
        _added(block.students[rows], inverse, size),
        {name: _added_tally(t, rows, inverse, size) for name, t in block.tallies.items()},
    )


def _places(cube: Cube, block: Block, level: str) -> tuple[Whole, Known]:
    whole = block.place == EVERYWHERE
    if level == ALL_PLACES:
        # Where the source publishes the whole of a period, that is the answer for the period.
        published = np.isin(block.period, np.unique(block.period[whole]))
        return np.full(block.place.shape, EVERYWHERE), whole | ~published
    if level == cube.places.level:
        return block.place, ~whole
    if level != cube.places.parent_level:
        raise ValueError(f"the cube has no level '{level}'")
    parents = np.append(cube.places.parent_index, EVERYWHERE)  # the last for a published whole
    place = parents[block.place]
    return place, ~whole & (place != EVERYWHERE)


def _added(values: Whole, inverse: Whole, size: int) -> Whole:
    if not values.any():  # as of who is missing, where nobody is
        return np.zeros(size, np.int64)
    # bincount adds in float64, which is exact for whole numbers below 2 ** 53.
    return np.bincount(inverse, weights=values, minlength=size).astype(np.int64)


def _any(flags: Known, inverse: Whole, size: int) -> Known:
    """A sum over cells some of which were never collected is still the source's number."""
    if flags.all():
        return np.ones(size, np.bool_)
    found: Known = np.bincount(inverse, weights=flags, minlength=size) > 0
    return found


def _added_tally(tally: Tally, rows: Whole | slice, inverse: Whole, size: int) -> Tally:
    n, events = (_added(x[rows], inverse, size) for x in (tally.n, tally.events))
    exact = tally.n_high is tally.n and tally.events_high is tally.events
    return Tally(
        n,
        events,
        n if exact else _added(tally.n_high[rows], inverse, size),
        events if exact else _added(tally.events_high[rows], inverse, size),
        _added(tally.missing[rows], inverse, size),
        _any(tally.collected[rows], inverse, size),
        None if tally.squares is None else _added(tally.squares[rows], inverse, size),
        tally.has_n,
        None
        if tally.suppressed is None
        else ~np.isin(np.arange(size), inverse[~tally.suppressed[rows]]),
    )
