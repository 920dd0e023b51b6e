"""The search for witnesses: whole-number tables that agree with every fact and stand apart.

From the facts alone. A witness need not be best at anything: any table that agrees, checked in
exact integers, is one. What a relaxation says of a cell limits the attacker from outside and can
only show that a cell is not safe: those are not searched for, and no relaxation is kept.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from eachchild.release.family import Key
from eachchild.release.proof.facts import NO_LIMIT, Facts, Whole
from eachchild.release.proof.overlaps import Overlap, overlaps
from eachchild.release.proof.solve import RELAXED, Part, bound, solve, solver_of

Real = NDArray[np.float64]
_SWEEPS = 40
_NEARS = (350, 1_400, 10**9)  # unknowns that may move together around one cell
_REMEMBERED = 2_000  # parts asked lately: a table more leaves most parts of a proof as they were
_SLACK = 1e-4  # of what a relaxation says
_SIDES = 20  # from which a first table is looked for, where students must stand behind it
_AGAIN = 12  # times that a table is asked for again, when no students stood behind the last


@dataclass
class Witnesses:
    """Tables found for one part, and how far apart they stand in each cell."""

    part: Part
    width: Whole  # asked of each cell; 0: nothing
    tables: list[Whole] = field(default_factory=list)
    low: Whole = field(init=False)
    high: Whole = field(init=False)
    asked: Part = field(init=False)  # the part, with what the search must keep to besides
    shut: NDArray[np.bool_] = field(init=False)  # cells that no tables can hold apart
    _overlaps: set[Overlap] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Nothing is known of any cell."""
        self.asked = self.part
        self.shut = np.zeros(self.part.cells.size, dtype=bool)
        self.low = np.full(self.part.cells.size, NO_LIMIT)
        self.high = np.full(self.part.cells.size, -NO_LIMIT)

    @property
    def unproved(self) -> NDArray[np.bool_]:
        """Cells whose tables do not stand apart far enough, though some might."""
        return (self.width > 0) & (self.high - self.low < self.width) & ~self.shut

    def look(self, find: Callable[[Part], Real | None]) -> bool:
        """Look for a table, and again when no students stood behind the last; whether one is kept.

        A table is kept if it agrees exactly and serves a cell.
        """
        for _ in range(_AGAIN):
            table = find(self.asked)
            if table is None:
                return False
            whole = np.round(table[: self.part.cells.size]).astype(np.int64)
            serves = ((whole > self.high) | (whole < self.low)) & self.unproved
            if not self.part.agrees(whole) or (self.tables and not serves.any()):
                return False
            if all(each.hold(whole) for each in self.part.crossed):
                self._keep(whole)
                return True
            if not self._learn(whole):
                return False
        return False

    def _keep(self, table: Whole) -> None:
        self.tables.append(table)
        np.maximum(self.high, table, out=self.high)
        np.minimum(self.low, table, out=self.low)

    def _learn(self, table: Whole) -> bool:
        """Ask for those who have two outcomes where they cannot be; whether that is new."""
        known = len(self._overlaps)
        for at, each in enumerate(self.part.crossed):
            self._overlaps |= {(at, pair) for pair in each.without(table)}
        if len(self._overlaps) > known:
            self.asked = _with_overlaps(self.part, sorted(self._overlaps))
        return len(self._overlaps) > known


def parts_of(facts: Facts) -> list[Part]:
    """The facts in parts that do not touch each other."""
    n = len(facts.unknowns)
    tied = sp.vstack([abs(facts.matrix), _of_same(facts)]).tocsr()
    links = sp.csr_array(tied.T @ tied) if n else sp.csr_array((0, 0))
    count, label = connected_components(links, directed=False) if n else (0, np.zeros(0))
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(count + 1))
    by_cell = sp.csc_array(facts.matrix)
    place = _places(facts.unknowns)
    found = []
    for at in range(count):
        cells = order[bounds[at] : bounds[at + 1]]
        piece = sp.csr_array(by_cell[:, cells])
        rows = np.flatnonzero(np.diff(piece.indptr))
        here = tuple(c.within(cells) for c in facts.crossed if label[c.unknown[0]] == at)
        found.append(
            Part(cells, place[cells], piece[rows], facts.low[rows], facts.high[rows],
                 facts.least[cells], facts.most[cells], here)
        )  # fmt: skip
    return found


def _of_same(facts: Facts) -> sp.csr_array:
    """The unknowns of the same students: one row for each, so that they stay together."""
    rows = [each.unknown for each in facts.crossed]
    size = [row.size for row in rows]
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    ones = np.ones(columns.size, dtype=np.int64)
    shape = (len(rows), len(facts.unknowns))
    return sp.csr_array((ones, (np.repeat(np.arange(len(rows)), size), columns)), shape=shape)


def _with_overlaps(part: Part, asked: Sequence[Overlap]) -> Part:
    size = part.cells.size
    matrix, low, high = overlaps(part.crossed, asked, size)
    beside = matrix.shape[1] - size
    before = sp.csr_array((part.matrix.shape[0], beside), dtype=np.int64)
    return replace(
        part,
        matrix=sp.vstack([sp.hstack([part.matrix, before]), matrix]).tocsr(),
        low=np.concatenate([part.low, low]),
        high=np.concatenate([part.high, high]),
        least=np.concatenate([part.least, np.zeros(beside, dtype=np.int64)]),
        most=np.concatenate([part.most, np.full(beside, NO_LIMIT)]),
        beside=beside,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """A part and the widths asked of it; the same where all that is known of its cells is."""

    part: Part
    width: Whole

    @property
    def _known(self) -> bytes:
        part = self.part
        arrays = (part.place, part.matrix.indptr, part.matrix.indices, part.matrix.data,
                  part.low, part.high, part.least, part.most, self.width,
                  *(array for each in part.crossed for array in each.known))  # fmt: skip
        return hashlib.sha256(b"".join(np.asarray(a, np.int64).tobytes() for a in arrays)).digest()

    def __hash__(self) -> int:
        return hash(self._known)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Question) and self._known == other._known


def search(part: Part, width: Whole) -> tuple[Whole, ...]:
    """Witness tables of every cell that asks for a width, as many as were found.

    None: no table agrees with all that is known. The same question gets the same answer without
    another search.
    """
    return _searched(_Question(part, width))


def forget() -> None:
    """Forget every answer, so that the next search can be timed."""
    _searched.cache_clear()


@lru_cache(_REMEMBERED)
def _searched(asked: _Question) -> tuple[Whole, ...]:
    part, width = asked.part, asked.width
    found = Witnesses(part, width)
    if _begun(found) and (width > 0).any():
        _sweep(found)
        found.shut = _shut(found)
        _one_by_one(found)
    return tuple(found.tables)


def _begun(found: Witnesses) -> bool:
    """Look for a first table, from many sides where it is students that are not found."""
    chance = np.random.default_rng(1)
    pulls = [np.zeros(found.width.size)]
    if found.part.crossed:
        pulls += [chance.standard_normal(found.width.size) for _ in range(_SIDES)]
    return any(found.look(partial(solve, pull=pull)) for pull in pulls)


def _sweep(found: Witnesses) -> None:
    """Tables that take many cells to their ends at once, until that stops paying."""
    chance = np.random.default_rng(1)
    size = found.part.cells.size
    sign = np.ones(size)
    idle = 0
    for sweep in range(_SWEEPS):
        open_ = found.unproved
        before = int(open_.sum())
        if not before or idle > 3:
            return
        sign = np.where(chance.random(size) < 0.5, 1.0, -1.0) if sweep % 2 == 0 else -sign
        pull = np.exp(2.0 * chance.standard_normal(size))
        pulled = -sign * open_ * np.minimum(pull, 50.0)
        found.look(partial(solve, pull=pulled))
        gained = before - int(found.unproved.sum())
        idle = idle + 1 if gained < max(2, before // 40) and sweep > 3 else 0


def _shut(found: Witnesses) -> NDArray[np.bool_]:
    """Unproved cells that a relaxation keeps narrower than they must be: none need be searched."""
    part = found.part
    shut = np.zeros(part.cells.size, dtype=bool)
    if part.cells.size > RELAXED:
        return shut
    solver = solver_of(part, np.zeros(part.cells.size))
    solver.setOptionValue("presolve", "off")  # each end starts where the last one was
    for cell in np.flatnonzero(found.unproved):
        most, least = (bound(solver, int(cell), sign) for sign in (1.0, -1.0))
        shut[cell] = np.floor(most + _SLACK) - np.ceil(least - _SLACK) < found.width[cell]
    return shut


def _one_by_one(found: Witnesses) -> None:
    part = found.part
    columns = sp.csc_array(part.matrix)
    for cell in np.flatnonzero(found.unproved):
        if not found.unproved[cell]:
            continue
        for size in _NEARS:
            _stretch(found, int(cell), _around(part, columns, int(cell), size))
            if not found.unproved[cell] or size >= part.cells.size:
                break


def _stretch(found: Witnesses, cell: int, near: Whole) -> None:
    """Move one cell to both its ends, with only the cells near it moving."""
    for sign in (1, -1):
        if not found.unproved[cell]:
            return
        here = [table[cell] * sign for table in found.tables]
        base = found.tables[int(np.argmax(here))]
        least, most = base.copy(), base.copy()
        least[near], most[near] = found.part.least[near], found.part.most[near]
        if sign > 0:
            most[cell] = min(most[cell], found.low[cell] + found.width[cell])
        else:
            least[cell] = max(least[cell], found.high[cell] - found.width[cell])
        pull = np.zeros(found.part.cells.size)
        pull[cell] = -sign
        found.look(partial(_solve_near, pull=pull, base=base, near=near, least=least, most=most))


def _around(part: Part, columns: sp.csc_array, cell: int, size: int) -> Whole:
    """The cells nearest to one by shared facts, short facts first."""
    if size >= part.cells.size:
        return np.arange(part.cells.size)
    length = np.diff(part.matrix.indptr)
    inside = {cell}
    edge = [cell]
    while edge and len(inside) < size:
        rows = {r for c in edge for r in columns.indices[columns.indptr[c] : columns.indptr[c + 1]]}
        edge = []
        for row in sorted(rows, key=lambda r: (length[r], r)):
            start, end = part.matrix.indptr[row : row + 2]
            fresh = [int(c) for c in part.matrix.indices[start:end] if int(c) not in inside]
            fresh = fresh[: max(0, size - len(inside))]
            inside.update(fresh)
            edge.extend(fresh)
    return np.array(sorted(inside))


def _solve_near(
    part: Part, *, pull: Real, base: Whole, near: Whole, least: Whole, most: Whole
) -> Real | None:
    answer = solve(_near(part, base, near, least=least, most=most), pull[near])
    if answer is None:
        return None
    table = base.astype(float)
    table[near] = answer[: near.size]
    return table


def _near(part: Part, base: Whole, near: Whole, *, least: Whole, most: Whole) -> Part:
    """The part in which only some cells move and all others stay as in a table."""
    beside = np.arange(base.size, base.size + part.beside)
    moving = np.concatenate([near, beside])
    piece = sp.csr_array(sp.csc_array(part.matrix)[:, moving])
    rows = np.flatnonzero(np.diff(piece.indptr))
    held = np.concatenate([base, np.zeros_like(beside)])
    held[moving] = 0
    rest = (part.matrix @ held)[rows]
    return Part(near, part.place[near], piece[rows], part.low[rows] - rest, part.high[rows] - rest,
                np.concatenate([least[near], part.least[beside]]),
                np.concatenate([most[near], part.most[beside]]), (), part.beside)  # fmt: skip


def _places(unknowns: tuple[Key, ...]) -> Whole:
    pairs = Counter(pair for key in unknowns for pair in key)
    dimensions = Counter(dimension for dimension, _ in pairs)
    longest = dimensions.most_common(1)[0][0] if dimensions else ""
    at: dict[str, int] = {}
    values = (dict(key).get(longest) for key in unknowns)
    return np.array(
        [-1 if v is None else at.setdefault(v, len(at)) for v in values], dtype=np.int64
    )
