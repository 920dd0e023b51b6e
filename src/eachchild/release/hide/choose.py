"""From counts and a policy to the cells that are hidden."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from eachchild.release.family import Family, Key, Table, family
from eachchild.release.hide.large import hide_many
from eachchild.release.hide.pattern import Pattern, Search
from eachchild.release.hide.problem import Problem, UnprotectableError, Whole

_AT_ONCE = 1_500  # cells up to which a table is protected whole


@dataclass(frozen=True, slots=True)
class Choice:
    """The cells hidden because they are small, those hidden beside them, and what that costs."""

    primary: frozenset[Key]
    secondary: frozenset[Key]
    cost: float
    bound: float  # no choice that protects costs less
    insiders: tuple[tuple[Key, ...], ...] = ()  # each: the cells one student knows from within

    @property
    def hidden(self) -> frozenset[Key]:
        """All of them; a reader cannot tell the two kinds apart."""
        return self.primary | self.secondary

    @property
    def gap(self) -> float:
        """The part of the cost that might be saved at most."""
        return (self.cost - self.bound) / self.cost if self.cost > 0 else 0.0


def choose(
    tables: Sequence[Table],
    counts: Mapping[Key, int],
    primary: Iterable[Key],
    *,
    width: int,
    insiders: bool = False,
    unions: Iterable[Iterable[Key]] = (),
    wider: Mapping[Key, int] | None = None,
) -> Choice:
    """Choose what to hide beside the primary cells, so that every hidden cell keeps its width.

    `unions` are sets of hidden cells to be protected as one more cell, their sum; `wider` asks
    some cells for more than the common width. Zero cells are never hidden: a reader who knows
    that nobody is there would learn nothing from it, and would see through it. Raises
    UnprotectableError, whose `cells` are places in the tables' cells, where nothing protects.
    """
    cells = family(tables)
    at = cells.index()
    problem = _problem(cells, counts, {at[key] for key in primary}, width)
    for key, more in (wider or {}).items():
        problem.width[at[key]] += more
    alone = _insiders(cells, problem) if insiders else []
    problem = problem.with_insiders(alone)
    problem = problem.with_unions([np.array([at[key] for key in keys]) for keys in unions])
    pattern = _pattern(problem, cells)
    hidden = {cells.keys[c] for c in np.flatnonzero(pattern.hidden[: len(cells.keys)])}
    first = frozenset(cells.keys[c] for c in np.flatnonzero(problem.must[: len(cells.keys)]))
    inside = tuple(tuple(cells.keys[c] for c in known) for known in alone)
    return Choice(first, frozenset(hidden - first), pattern.cost, pattern.bound, inside)


def _pattern(problem: Problem, cells: Family) -> Pattern:
    if not problem.must.any():
        return Pattern(problem.must, 0.0, 0.0)
    if len(problem) <= _AT_ONCE:
        return Search(problem).run()
    return hide_many(problem, cells)


def _problem(cells: Family, counts: Mapping[Key, int], primary: set[int], width: int) -> Problem:
    n = len(cells.keys)
    count = np.array([counts[key] for key in cells.keys], dtype=np.int64)
    must = np.zeros(n, dtype=bool)
    must[sorted(primary)] = True
    sums = sp.csr_array(
        (cells.sums.sign.astype(float), (cells.sums.row, cells.sums.cell)),
        shape=(cells.sums.count, n),
    )
    return Problem(
        count=count,
        cost=count.astype(float),
        width=np.full(n, width, dtype=np.int64),
        must=must,
        may=count > 0,
        sums=sums,
        alone=sp.csr_array((0, n)),
    )


def _insiders(cells: Family, problem: Problem) -> list[Whole]:
    """For each student who is alone in a cell: every cell of one that holds that student."""
    wholes: dict[int, set[int]] = {}
    ones = problem.count == 1
    start = np.flatnonzero(cells.sums.sign < 0)
    for row, first in enumerate(start):
        end = start[row + 1] if row + 1 < start.size else cells.sums.cell.size
        whole = int(cells.sums.cell[first])
        for part in cells.sums.cell[first + 1 : end]:
            if ones[part] and ones[whole]:
                wholes.setdefault(int(part), set()).add(whole)
    inner = np.flatnonzero(ones & ~np.isin(np.arange(ones.size), _wholes_of_one(cells, ones)))
    return [np.array(sorted(_upward(int(cell), wholes)), dtype=np.int64) for cell in inner]


def _wholes_of_one(cells: Family, ones: np.ndarray) -> Whole:
    """Cells of one student that have a part of one student: the part stands for both."""
    found = []
    start = np.flatnonzero(cells.sums.sign < 0)
    ends = [*start[1:], cells.sums.cell.size]
    for first, end in zip(start, ends, strict=True):
        if ones[cells.sums.cell[first]] and ones[cells.sums.cell[first + 1 : end]].any():
            found.append(int(cells.sums.cell[first]))
    return np.array(found, dtype=np.int64)


def _upward(cell: int, wholes: Mapping[int, set[int]]) -> set[int]:
    known = {cell}
    edge = [cell]
    while edge:
        fresh = wholes.get(edge.pop(), set()) - known
        known |= fresh
        edge.extend(fresh)
    return known


__all__ = ["Choice", "UnprotectableError", "choose"]
