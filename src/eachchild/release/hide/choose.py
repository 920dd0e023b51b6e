"""From counts and a policy to the cells that are hidden."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from eachchild.release.family import Family, Key, Table, family
from eachchild.release.hide.large import hide_many
from eachchild.release.hide.pattern import Pattern, Search
from eachchild.release.hide.problem import Problem
from eachchild.release.published import Range

_AT_ONCE = 1_500  # cells up to which a table is protected whole
_WITH_INSIDERS = 600  # the same where insiders are many more readers


@dataclass(frozen=True, slots=True)
class Choice:
    """The cells hidden because they are small, those hidden beside them, and what that costs."""

    primary: frozenset[Key]
    secondary: frozenset[Key]
    cost: float
    bound: float  # no choice that protects costs less

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
    insiders: Iterable[Collection[Key]] = (),
    unions: Iterable[Iterable[Key]] = (),
    wider: Mapping[Key, int] | None = None,
    shown: Iterable[Key] = (),
    above_nought: Collection[Key] = (),
    spans: Mapping[Key, Range] | None = None,
) -> Choice:
    """Choose what to hide beside the primary cells, so that every hidden cell keeps its width.

    `insiders` are students who each know some cells from within; `unions` are sets of hidden
    cells to be protected as one more cell, their sum; `wider` asks some cells for more than the
    common width; `shown` are cells that stay as they are, and `above_nought` those of which a
    reader knows, once hidden, that they are no nought, and `spans` has what a reader takes others
    to be at least and at most (None: no end), once hidden. Zero cells are never hidden beside
    others: a reader who knows that nobody is there would learn nothing from it, and would see
    through it. Raises UnprotectableError, whose `cells` are places in the tables' cells, where
    nothing protects.
    """
    cells = family(tables)
    at = cells.index()
    problem = _problem(cells, counts, {at[key] for key in primary}, width)
    for key, more in (wider or {}).items():
        problem.width[at[key]] += more
    fixed = {at[key] for key in shown}
    problem.may[list(fixed)] = False
    problem.least[[at[key] for key in above_nought if counts[key]]] = 1
    problem = _within(problem, {at[key]: span for key, span in (spans or {}).items()})
    inside = dict.fromkeys(tuple(sorted(at[k] for k in known if k in at)) for known in insiders)
    problem = problem.with_insiders([np.array(known, dtype=np.int64) for known in inside if known])
    problem = problem.with_unions([np.array([at[key] for key in keys]) for keys in unions])
    pattern = _pattern(problem)
    hidden = {cells.keys[c] for c in np.flatnonzero(pattern.hidden[: len(cells.keys)])}
    first = frozenset(cells.keys[c] for c in np.flatnonzero(problem.must[: len(cells.keys)]))
    return Choice(first, frozenset(hidden - first), pattern.cost, pattern.bound)


def _within(problem: Problem, spans: Mapping[int, Range]) -> Problem:
    """The same problem to readers who have their own idea of what some cells can be."""
    if not spans:
        return problem
    least, most = problem.least.copy(), np.full(len(problem), np.iinfo(np.int64).max)
    for cell, (low, high) in spans.items():
        least[cell] = max(least[cell], low)
        most[cell] = most[cell] if high is None else high
    return replace(problem, least=least, most=most)


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
