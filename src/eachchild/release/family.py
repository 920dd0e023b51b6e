"""Tables that belong together: their cells, and the sums that tie the cells to each other."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product

import numpy as np
from numpy.typing import NDArray

TOTAL = "__all__"
Key = tuple[tuple[str, str], ...]  # ((dimension, value), …), totals left out, sorted by dimension


@dataclass(frozen=True, slots=True)
class Tree:
    """One dimension of a table: which values add up to which."""

    name: str
    children: Mapping[str, tuple[str, ...]]  # parent -> its parts

    @property
    def root(self) -> str:
        """What all of it adds up to: the total, or a sum that has a name of its own.

        >>> Tree("period", {"2023-24 + 2024-25": ("2023-24", "2024-25")}).root
        '2023-24 + 2024-25'
        """
        parts = {part for parts in self.children.values() for part in parts}
        return next((parent for parent in self.children if parent not in parts), TOTAL)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every value, each after its parent.

        >>> Tree("sex", {"__all__": ("female", "male")}).nodes
        ('__all__', 'female', 'male')
        """
        found = [self.root]
        for node in found:
            found.extend(self.children.get(node, ()))
        return tuple(found)


@dataclass(frozen=True)  # no slots: cells and sums are kept once they were asked for
class Table:
    """The full cross of its dimensions, totals included.

    `of` says whom all of it counts, as pairs that every cell's key has: a year, say. Cells of
    different years are different cells, and cells of one key are one cell wherever they stand.
    """

    name: str
    trees: tuple[Tree, ...]
    of: Key = ()

    def cells(self) -> tuple[Key, ...]:
        """Every cell of the table."""
        return self._cells

    def sums(self) -> tuple[tuple[Key, tuple[Key, ...]], ...]:
        """Every cell that is a sum within one dimension, with its parts."""
        return self._sums

    @cached_property
    def _cells(self) -> tuple[Key, ...]:
        return tuple(self._key(values) for values in product(*(t.nodes for t in self.trees)))

    @cached_property
    def _sums(self) -> tuple[tuple[Key, tuple[Key, ...]], ...]:
        found = []
        for place, tree in enumerate(self.trees):
            others = [t.nodes if i != place else ("",) for i, t in enumerate(self.trees)]
            for values in product(*others):
                for parent, parts in tree.children.items():
                    whole = self._key(_at(values, place, parent))
                    within = tuple(self._key(_at(values, place, part)) for part in parts)
                    found.append((whole, within))
        return tuple(found)

    def _key(self, values: tuple[str, ...]) -> Key:
        named = zip((t.name for t in self.trees), values, strict=True)
        return joined(self.of, tuple((d, v) for d, v in named if v != TOTAL))


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a family: in each, the parts less the whole are nought.

    One entry a term: `row` the sum, `cell` the place of the cell in the family, `sign` -1 for the
    whole and 1 for a part.
    """

    row: NDArray[np.int64]
    cell: NDArray[np.int64]
    sign: NDArray[np.int64]
    count: int


@dataclass(frozen=True, slots=True)
class Family:
    """Cells of linked tables, each once however many tables show it."""

    keys: tuple[Key, ...]
    sums: Sums

    def index(self) -> dict[Key, int]:
        """Where each cell stands."""
        return {key: at for at, key in enumerate(self.keys)}


def family(tables: Iterable[Table]) -> Family:
    """Link tables over the cells they share; a sum told by two tables is kept once.

    >>> sex = Tree("sex", {"__all__": ("female", "male")})
    >>> school = Tree("school", {"__all__": ("n", "s")})
    >>> linked = family([Table("a", (sex, school)), Table("b", (sex,))])
    >>> len(linked.keys), linked.sums.count
    (9, 6)
    """
    tables = tuple(tables)
    at: dict[Key, int] = {}
    for key in chain.from_iterable(table.cells() for table in tables):
        at.setdefault(key, len(at))
    sums: dict[tuple[int, ...], None] = {}
    for table in tables:
        for whole, parts in table.sums():
            sums.setdefault((at[whole], *sorted(at[part] for part in parts)))
    return Family(tuple(at), _terms(tuple(sums)))


def joined(key: Key, more: Key) -> Key:
    """A cell's key with some pairs more.

    >>> joined((("sex", "male"),), (("period", "2024-25"),))
    (('period', '2024-25'), ('sex', 'male'))
    """
    return tuple(sorted((*key, *more)))


def circle(tables: Iterable[Table]) -> list[str]:
    """The dimensions in which tables of the same students hang together in a circle; none: [].

    Race by sex, sex by grade and grade by race agree on every margin and may still have no cross of
    all three behind them, so a reader could rule out tables that agree with each. Tables that can
    be taken away one after the other, each by the dimensions it alone has (Graham 1979, Yu and
    Ozsoyoglu 1979), have such a cross whenever their margins agree.

    >>> race, sex, grade = (Tree(name, {TOTAL: ("a", "b")}) for name in ("race", "sex", "grade"))
    >>> two = [Table("1", (race, sex)), Table("2", (race, grade))]
    >>> circle(two), circle([*two, Table("3", (sex, grade))])
    ([], ['grade', 'race', 'sex'])
    """
    by_students: dict[Key, set[frozenset[str]]] = {}
    for table in tables:
        edge = frozenset(tree.name for tree in table.trees)
        by_students.setdefault(table.of, set()).add(edge)
    left = map(left_in_circle, by_students.values())
    return next((sorted(frozenset.union(*edges)) for edges in left if edges), [])


def left_in_circle(left: set[frozenset[str]]) -> set[frozenset[str]]:
    """What tables tell apart, where they hang together in a circle, without those that do not.

    >>> race_by = [frozenset(("race", name)) for name in ("sex", "grade")]
    >>> left_in_circle({*race_by})
    set()
    """
    while True:
        shared = Counter(name for edge in left for name in edge)
        fewer = {frozenset(name for name in edge if shared[name] > 1) for edge in left}
        fewer = {edge for edge in fewer if not any(edge < other for other in fewer)}
        if fewer == left:
            return left if len(left) > 1 else set()
        left = fewer


def _terms(sums: tuple[tuple[int, ...], ...]) -> Sums:
    sizes = np.array([len(s) for s in sums], dtype=np.int64)
    cells = np.array([cell for s in sums for cell in s], dtype=np.int64)
    row = np.repeat(np.arange(len(sums)), sizes)
    sign = np.ones(cells.size, dtype=np.int64)
    sign[np.cumsum(sizes) - sizes] = -1
    return Sums(row, cells, sign, len(sums))


def _at(values: tuple[str, ...], place: int, value: str) -> tuple[str, ...]:
    return (*values[:place], value, *values[place + 1 :])
