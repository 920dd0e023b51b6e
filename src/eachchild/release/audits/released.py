"""What was released, as a cube: measures and findings made of it depend on nothing hidden."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from eachchild.cube import EVERYWHERE, Block, Cube, Places, Tally
from eachchild.plan import Plan
from eachchild.release.audits.tables import breakdowns, split
from eachchild.release.family import Key
from eachchild.release.published import Publication

Cell = tuple[int, int, tuple[int, ...]]  # period, place, values
_UNTOLD = 10**6  # the most a hidden count of students is taken for; never shown
_Released = Mapping[str, Mapping[str, str]]  # outcome -> period -> students


def released_cube(cube: Cube, plan: Plan, publication: Publication, released: _Released) -> Cube:
    """The cube a reader could make of a publication; hidden counts are marked as suppressed.

    `released` says for each outcome and period under which name its students stand.
    """
    places = _places(cube, publication)
    shown = replace(cube, places=places, blocks=(), turnover=())
    blocks = (
        _block(shown, factors, by_place, publication, released)
        for factors, by_place in _shown_by(plan)
    )
    return replace(shown, blocks=tuple(block for block in blocks if block is not None))


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


def _block(
    cube: Cube, factors: tuple[str, ...], by_place: bool, publication: Publication,
    released: _Released,
) -> Block | None:  # fmt: skip
    cells = list(_cells(cube, factors, by_place))
    outcomes = {
        name: _tally(cube, factors, cells, (name, periods), publication)
        for name, periods in released.items()
    }
    present = np.zeros(len(cells), dtype=bool)
    for tally in outcomes.values():
        present |= tally.n_high > 0
    if not present.any():
        return None
    rows = np.flatnonzero(present)
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
    outcome: tuple[str, Mapping[str, str]], publication: Publication,
) -> Tally:  # fmt: skip
    name, periods = outcome
    found = [_read(_key(cube, factors, cell, periods), name, publication) for cell in cells]
    columns = [np.array(column, dtype=np.int64) for column in zip(*found, strict=True)]
    n, n_high, events, events_high, collected, suppressed = columns
    return Tally(
        n, events, n_high, events_high, np.zeros(n.size, np.int64), collected > 0,
        suppressed=suppressed > 0 if suppressed.any() else None,
    )  # fmt: skip


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


def _read(key: Key | None, outcome: str, publication: Publication) -> tuple[int, ...]:
    """n and events as least and most, whether the cell is collected, and whether it is hidden."""
    if key is None:
        return 0, 0, 0, 0, 0, 0
    yes = split(key, outcome, "yes")
    if key in publication.hidden or yes in publication.hidden:
        students = publication.told.get(key)
        least, most = (students[0], students[0]) if students else (0, _UNTOLD)
        return least, most, 0, most, 1, 1
    if key not in publication.told or yes not in publication.told:
        return 0, 0, 0, 0, 0, 0
    n, events = publication.told[key][0], publication.told[yes][0]
    return n, n, events, events, 1, 0
