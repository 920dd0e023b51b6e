"""Problems for the tests of hiding, and a check of patterns that shares no code with the search.

The check counts students by all dimensions at once and asks scipy how far a cell can lie from
itself while every published cell stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

from eachchild.release.family import TOTAL, Family, Key, Table, Tree, family
from eachchild.release.hide.problem import Problem
from eachchild.release.published import key_of

WIDTH = 5
SMALL = 10  # counts below it must be hidden
Students = Mapping[tuple[str, ...], int]  # for each combination of innermost values how many


@dataclass(frozen=True)
class Case:
    """Published tables over some dimensions, and the students in them."""

    trees: tuple[Tree, ...]
    tables: tuple[Table, ...]
    students: Students

    def counts(self, keys: Iterable[Key]) -> NDArray[np.int64]:
        """How many students each cell has."""
        everyone = np.array(list(self.students.values()), dtype=np.int64)
        return np.asarray(self.sums(keys) @ everyone)

    def sums(self, keys: Iterable[Key]) -> sp.csr_array:
        """Each cell (a row) as a sum of combinations."""
        at = {combination: column for column, combination in enumerate(self.students)}
        inside = {tree.name: {node: list(_below(tree, node)) for node in tree.nodes}
                  for tree in self.trees}  # fmt: skip
        rows, columns, count = [], [], 0
        for row, key in enumerate(keys):
            asked = dict(key)
            values = (inside[t.name][asked.get(t.name, TOTAL)] for t in self.trees)
            found = [at[combination] for combination in product(*values)]
            rows += [row] * len(found)
            columns += found
            count = row + 1
        return sp.csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), (count, len(at)))


@dataclass(frozen=True)
class Asked:
    """A case as it is put to the search; cells beyond `published` are in nobody's hand."""

    case: Case
    cells: Family
    problem: Problem
    published: NDArray[np.bool_]


def ask(
    case: Case, *, primary: frozenset[Key] | None = None, width: int = WIDTH, least: int = 0
) -> Asked:
    """All that is not nought may be hidden, save cells of fewer dimensions than `least`.

    Linked tables are parts of one table of all dimensions. Its other cells are open to everything,
    and yet not below nought, so they stand in the problem: hidden, and with no width of their own.
    """
    shown = family(case.tables)
    cells = family((*case.tables, Table("unseen", case.trees)))
    n = len(cells.keys)
    published = np.arange(n) < len(shown.keys)
    count = case.counts(cells.keys)
    small = (count > 0) & (count < SMALL)
    if primary is not None:
        small = np.array([key in primary for key in cells.keys])
    deep = np.array([len(key) >= least for key in cells.keys])
    s = cells.sums
    problem = Problem(
        count=count,
        cost=np.where(published, count, 0).astype(float),
        width=np.where(published, width, 0),
        must=small | ~published,
        may=(count > 0) & deep,
        sums=sp.csr_array((s.sign.astype(float), (s.row, s.cell)), (s.count, n)),
        alone=sp.csr_array((0, n)),
        least=np.zeros(n, dtype=np.int64),
    )
    return Asked(case, cells, problem, published)


class Check:
    """How far a cell can lie from itself, with all that is published as it is."""

    def __init__(self, asked: Asked, hidden: NDArray[np.bool_]) -> None:
        self._sums = asked.case.sums(asked.cells.keys)
        told = np.flatnonzero(asked.published & ~hidden)
        self._told, self._as_is = self._sums[told], asked.problem.count[told]

    def ends(self, cell: int) -> tuple[float, float]:
        """The lowest and the highest value."""
        low, high = (self._least(sign * self._sums[[cell]].toarray()[0]) for sign in (1, -1))
        return low, -high

    def width(self, cell: int) -> float:
        """The distance of the two."""
        low, high = self.ends(cell)
        return high - low

    def narrow(self, cells: Iterable[int], width: int = WIDTH) -> list[int]:
        """Which of some cells have less room than asked."""
        return [cell for cell in cells if self.width(int(cell)) < width - 1e-5]

    def _least(self, cost: NDArray[np.float64]) -> float:
        if not self._told.shape[0]:
            return 0.0 if cost.max() > 0 else -np.inf
        found = linprog(cost, A_eq=self._told, b_eq=self._as_is, bounds=(0, None))
        if found.status == 3:  # without end
            return -np.inf
        assert found.status == 0, found.message
        return float(found.fun)


def exposed(asked: Asked) -> list[int]:
    """Cells that must be hidden and stay narrow whatever else is hidden."""
    problem = asked.problem
    hidden = problem.must | problem.may
    while narrow := Check(asked, hidden).narrow(np.flatnonzero(hidden & asked.published)):
        if small := [cell for cell in narrow if problem.must[cell]]:
            return small
        hidden[narrow] = False
    return []


def schools(count: int, seed: int) -> Case:
    """Invented schools x race x sex x suspended or not, 72 cells a school."""
    chance = np.random.default_rng(seed)
    trees = (
        Tree("school", {TOTAL: tuple(f"s{i:02}" for i in range(count))}),
        Tree("race", {TOTAL: ("amind", "asian", "black", "hispanic", "multi", "pacific", "white")}),
        Tree("sex", {TOTAL: ("f", "m")}),
        Tree("outcome", {TOTAL: ("suspended", "not_suspended")}),
    )
    share = np.array([0.01, 0.05, 0.2, 0.22, 0.05, 0.01, 0.46])
    students: dict[tuple[str, ...], int] = {}
    for school in trees[0].children[TOTAL]:
        races = chance.multinomial(chance.integers(200, 900), chance.dirichlet(20 * share))
        for race, n in zip(trees[1].children[TOTAL], races, strict=True):
            girls = int(chance.binomial(n, 0.49))
            for sex, of in (("f", girls), ("m", int(n) - girls)):
                out = int(chance.binomial(of, 0.1 if race == "black" else 0.05))
                students[school, race, sex, "suspended"] = out
                students[school, race, sex, "not_suspended"] = of - out
    return Case(trees, (Table("all", trees),), students)


def innermost(tree: Tree) -> tuple[str, ...]:
    """The values without parts."""
    return tuple(node for node in tree.nodes if node not in tree.children)


def case_of(table: Table, counts: Mapping[Key, int]) -> Case:
    """A table with the counts of all its cells."""
    names = [tree.name for tree in table.trees]
    students = {values: counts[key_of(dict(zip(names, values, strict=True)))]
                for values in product(*map(innermost, table.trees))}  # fmt: skip
    return Case(table.trees, (table,), students)


def _below(tree: Tree, node: str) -> Iterator[str]:
    if node not in tree.children:
        yield node
    for part in tree.children.get(node, ()):
        yield from _below(tree, part)
