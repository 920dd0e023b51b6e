"""What was released, as a cube: measures and findings made of it depend on nothing hidden."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from eachchild.cube import EVERYWHERE, Block, Cube, Margin, Places, Rollups, Tally
from eachchild.plan import Plan
from eachchild.release.audits.nearest import Bounds
from eachchild.release.audits.part import split
from eachchild.release.audits.tables import breakdowns
from eachchild.release.family import Key
from eachchild.release.published import Publication

Cell = tuple[int, int, tuple[int, ...]]  # period, place, values
Whole = NDArray[np.int64]
_NONE = -1  # no row
_UNTOLD = 10**9  # the most a hidden count of students is taken for, where no total tells
_NOBODY, _NOT_THERE = (0, 0, 0, 0, 1, 0), (0, 0, 0, 0, 0, 0)
_Released = Mapping[str, Mapping[str, str]]  # outcome -> period -> students


def released_cube(
    cube: Cube, plan: Plan, publication: Publication, released: _Released, bounds: Bounds
) -> Cube:
    """The cube a reader could make of a publication; hidden counts are marked as suppressed.

    `released` says for each outcome and period under which name its students stand; `bounds` has
    the least and the most that a reader can work out for each cell.
    """
    shown = Cube(_places(cube, publication), cube.periods, cube.values, ())  # nothing else of it
    blocks = (
        block
        for breakdown in _shown_by(plan)
        for block in _blocks(shown, breakdown, publication, released, bounds)
    )
    return replace(shown, blocks=tuple(blocks))


class ReleasedRollups(Rollups):
    """Roll-ups of released cells, in which everybody is told where single groups are hidden."""

    def totals(
        self, outcome: str, factors: tuple[str, ...], *, level: str, pooled: bool = False
    ) -> Margin:
        """All students, as the release itself tells them wherever it does.

        Its tables have their totals, so nothing is added up over a hidden group; where a total is
        hidden, too, it lies in its own bounds and in those of its groups together. Years together
        stay sums of the years in which these groups are shown.
        """
        added = super().totals(outcome, factors, level=level, pooled=pooled)
        if pooled or not factors:
            return added
        tallies = {name: self._told(name, added, level) for name in added.tallies}
        return replace(added, tallies=tallies)

    def _told(self, outcome: str, added: Margin, level: str) -> Tally:
        tally, told = added.tallies[outcome], self.cells(outcome, (), level=level)
        if told is None:
            return tally
        own = told.tallies[outcome]
        there = np.flatnonzero(own.collected)
        at = {where: row for row, where in zip(there, _where(told, there), strict=True)}
        found = [at.get(where, _NONE) for where in _where(added, slice(None))]
        row = np.array(found, dtype=np.int64)
        exact = (row != _NONE) & own.is_exact[row]

        def least(mine: Whole, theirs: Whole) -> Whole:
            return np.where(row == _NONE, mine, np.maximum(mine, theirs[row]))

        def most(mine: Whole, theirs: Whole) -> Whole:
            return np.where(row == _NONE, mine, np.minimum(mine, theirs[row]))

        return replace(
            tally, n=least(tally.n, own.n), n_high=most(tally.n_high, own.n_high),
            events=least(tally.events, own.events),
            events_high=most(tally.events_high, own.events_high),
            suppressed=None if tally.suppressed is None else tally.suppressed & ~exact,
        )  # fmt: skip


def _where(cells: Margin, rows: NDArray[np.intp] | slice) -> list[tuple[int, int]]:
    """Place and period of some cells."""
    columns = (column[rows].tolist() for column in (cells.place, cells.period))
    return list(zip(*columns, strict=True))


def _shown_by(plan: Plan) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """The breakdowns of a release: its tables, and each side of a crossing alone."""
    crossed = breakdowns(plan)
    alone = tuple(((factors[-1],), False) for factors, _ in crossed if len(factors) > 1)
    return (((), True), *alone, *crossed) if crossed != (((), True),) else crossed


def _places(cube: Cube, publication: Publication) -> Places:
    told = {tree.name for table in publication.tables for tree in table.trees}
    own = cube.places
    if own.level in told:
        return own
    if own.parent_level in told:
        return Places(own.parent_level, own.parent_ids, "", names=own.parent_ids)
    return Places(own.level, (), own.parent_level)


def _blocks(
    cube: Cube, breakdown: tuple[tuple[str, ...], bool], publication: Publication,
    released: _Released, bounds: Bounds,
) -> Iterator[Block]:  # fmt: skip
    """One block for all outcomes that are released for the same years and places."""
    factors, by_place = breakdown
    cells = list(_cells(cube, factors, by_place))
    together: dict[bytes, dict[str, Tally]] = {}
    for name, periods in released.items():
        tally = _tally(cube, factors, cells, (name, periods), publication, bounds)
        together.setdefault(tally.collected.tobytes(), {})[name] = tally
    for tallies in together.values():
        there = np.any([tally.collected & (tally.n_high > 0) for tally in tallies.values()], axis=0)
        if there.any():
            yield _block(factors, cells, tallies, np.flatnonzero(there))


def _block(
    factors: tuple[str, ...], cells: Sequence[Cell], outcomes: Mapping[str, Tally],
    rows: NDArray[np.intp],
) -> Block:  # fmt: skip
    tallies = {name: tally.take(rows) for name, tally in outcomes.items()}
    period, place, values = (
        np.array([cells[r][i] for r in rows], dtype=np.int64) for i in range(3)
    )
    students = np.max([tally.n for tally in tallies.values()], axis=0)
    return Block(factors, place, period, values.reshape(len(rows), len(factors)), students, tallies)


def _cells(cube: Cube, factors: tuple[str, ...], by_place: bool) -> Iterator[Cell]:
    places = [EVERYWHERE, *(range(len(cube.places.ids)) if by_place else ())]
    values = [range(len(cube.values[f])) for f in factors]
    return (
        (period, place, tuple(at))
        for period, place, *at in product(range(len(cube.periods)), places, *values)
    )


def _tally(
    cube: Cube, factors: tuple[str, ...], cells: Sequence[Cell],
    outcome: tuple[str, Mapping[str, str]], publication: Publication, bounds: Bounds,
) -> Tally:  # fmt: skip
    name, periods = outcome
    read = [_read(_key(cube, factors, cell, periods), name, publication, bounds) for cell in cells]
    asked = {_table(cell) for cell, found in zip(cells, read, strict=True) if found}
    found = [
        known or (_NOBODY if _table(cell) in asked else _NOT_THERE)
        for cell, known in zip(cells, read, strict=True)
    ]
    columns = [np.array(column, dtype=np.int64) for column in zip(*found, strict=True)]
    n, n_high, events, events_high, collected, suppressed = columns
    return Tally(
        n, events, n_high, events_high, np.zeros(n.size, np.int64), collected > 0,
        suppressed=suppressed > 0 if suppressed.any() else None,
    )  # fmt: skip


def _table(cell: Cell) -> tuple[int, bool]:
    """The year of a cell, and whether it is of one place: so far a table is released or not."""
    period, place, _ = cell
    return period, place == EVERYWHERE


def _key(
    cube: Cube, factors: tuple[str, ...], cell: Cell, periods: Mapping[str, str]
) -> Key | None:
    period, place, values = cell
    name = cube.periods[period]
    if name not in periods:
        return None
    pairs = [(f, cube.values[f][v]) for f, v in zip(factors, values, strict=True)]
    if place >= 0:
        pairs.append((cube.places.level, cube.places.ids[place]))
    return tuple(sorted((*pairs, ("period", name), ("students", periods[name]))))


def _read(
    key: Key | None, outcome: str, publication: Publication, bounds: Bounds
) -> tuple[int, ...] | None:
    """n and events as least and most, whether collected, whether hidden; None: not released."""
    if key is None:
        return None
    yes = split(key, outcome, "yes")
    told, hidden = publication.told, publication.hidden
    if not all(cell in told or cell in hidden for cell in (key, yes)):
        return None
    (n, n_high), (events, events_high) = (bounds[cell] for cell in (key, yes))
    is_hidden = key in hidden or yes in hidden
    return n, min(n_high, _UNTOLD), events, min(events_high, n_high, _UNTOLD), 1, int(is_hidden)
