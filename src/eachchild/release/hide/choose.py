"""From counts and a policy to the cells that are hidden."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from eachchild.release.family import Family, Key, Table, family
from eachchild.release.hide.large import hide_many
from eachchild.release.hide.pattern import Pattern, Search
from eachchild.release.hide.problem import Problem, Whole

_AT_ONCE = 1_500  # cells up to which a table is protected whole
_WITH_INSIDERS = 600  # the same where insiders are many more readers


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
    shown: Iterable[Key] = (),
    above_nought: Collection[Key] = (),
) -> Choice:
    """Choose what to hide beside the primary cells, so that every hidden cell keeps its width.

    `unions` are sets of hidden cells to be protected as one more cell, their sum; `wider` asks
    some cells for more than the common width; `shown` are cells that stay as they are, and
    `above_nought` those of which a reader knows, once hidden, that they are no nought. Zero
    cells are never hidden beside others: a reader who knows that nobody is there would learn
    nothing from it, and would see through it. Raises UnprotectableError, whose `cells` are places
    in the tables' cells, where nothing protects.
    """
    cells = family(tables)
    at = cells.index()
    problem = _problem(cells, counts, {at[key] for key in primary}, width)
    for key, more in (wider or {}).items():
        problem.width[at[key]] += more
    fixed = {at[key] for key in shown}
    problem.may[list(fixed)] = False
    problem.least[[at[key] for key in above_nought if counts[key]]] = 1
    alone = _insiders(cells, problem, fixed) if insiders else []
    problem = problem.with_insiders(alone)
    problem = problem.with_unions([np.array([at[key] for key in keys]) for keys in unions])
    pattern = _pattern(problem)
    hidden = {cells.keys[c] for c in np.flatnonzero(pattern.hidden[: len(cells.keys)])}
    first = frozenset(cells.keys[c] for c in np.flatnonzero(problem.must[: len(cells.keys)]))
    inside = tuple(tuple(cells.keys[c] for c in known) for known in alone)
    return Choice(first, frozenset(hidden - first), pattern.cost, pattern.bound, inside)


def _pattern(problem: Problem) -> Pattern:
    if not problem.must.any():
        return Pattern(problem.must, 0.0, 0.0)
    if len(problem) <= (_WITH_INSIDERS if problem.alone.shape[0] else _AT_ONCE):
        return Search(problem).run()
    return hide_many(problem)


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
        least=np.zeros(n, dtype=np.int64),
    )


def _insiders(cells: Family, problem: Problem, fixed: set[int]) -> list[Whole]:
    """For each student who is alone in a cell: the cells of one that hold that student, and theirs.

    A part of a cell in which somebody is alone holds that student or nobody: known as well. So is
    the rest of a count that is told to all and has two parts: of 17 students one was suspended,
    and that one knows that 16 were not. Only another count of the 17 could help, and it is told.
    """
    ones = problem.count == 1
    wholes: dict[int, set[int]] = {}
    parts: dict[int, set[int]] = {}
    inner = set(np.flatnonzero(ones).tolist())
    for whole, within in cells.wholes():
        if ones[whole]:
            parts.setdefault(whole, set()).update(within)
            for part in within:
                if ones[part]:
                    wholes.setdefault(part, set()).add(whole)
                    inner.discard(whole)  # its part of one student stands for both
    rest = {a: {b} for whole, within in cells.wholes() if whole in fixed and len(within) == 2
            for a, b in (within, within[::-1])}  # fmt: skip
    found = dict.fromkeys(
        tuple(sorted(_closure(_closure(_closure({cell}, wholes), parts), rest)))
        for cell in sorted(inner)
    )
    return [np.array(known, dtype=np.int64) for known in found]


def _closure(known: set[int], following: Mapping[int, set[int]]) -> set[int]:
    """What is reached from some cells by going on and on."""
    reached = set(known)
    edge = list(known)
    while edge:
        fresh = following.get(edge.pop(), set()) - reached
        reached |= fresh
        edge.extend(fresh)
    return reached
