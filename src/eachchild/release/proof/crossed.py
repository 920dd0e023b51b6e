"""Counts of the same students that are crossed in a circle by outcomes, found among what is told.

An outcome by school and by sex, and another one by both: the four tables hang together in a
circle, and tables that agree with each sum may have no students behind them. They hang together
over what all of them tell apart, a race say, so each value of that is a question by itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np

from eachchild.release.family import Key, Table, joined, left_in_circle
from eachchild.release.proof.students import (
    Pair,
    Side,
    Sides,
    Whole,
    have_students,
    without_students,
)
from eachchild.release.published import Publication

Edge = frozenset[str]
_SIDES = 2  # with and without
_ALL_AT_ONCE = 3  # outcomes for which students are looked for; of more, for every two of them
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Crossed:
    """The students of one value, by several factors and with several outcomes.

    Factor after factor come its students by value, then those with each outcome. `at` has the place
    of each count among the unknowns, -1 for one that is told, and then `told` has it.
    """

    at: Whole
    told: Whole
    values: tuple[int, ...]  # of each factor
    asked: tuple[tuple[bool, ...], ...]  # of each factor, by outcome

    @property
    def unknown(self) -> Whole:
        """The places of the counts that nobody told."""
        return self.at[self.at >= 0]

    @property
    def known(self) -> tuple[Whole, ...]:
        """All of it as numbers."""
        return self.at, self.told, np.array(self.values), np.array(self.asked, dtype=np.int64)

    def within(self, cells: Whole) -> "Crossed":
        """The same where some unknowns stand alone, in their order."""
        return replace(self, at=np.where(self.at < 0, -1, np.searchsorted(cells, self.at)))

    def hold(self, table: Whole) -> bool:
        """Whether students were found who are counted like this, or for every two of many outcomes.

        Of four outcomes and more the search misses too many who are there.
        """
        return _hold(self.values, self.asked, self._counts(table).tobytes())

    def without(self, table: Whole) -> list[Pair]:
        """Two outcomes each that no students can have as often as the table says."""
        return without_students(_sides(self.values, self.asked, self._counts(table)))

    def blocks(self) -> Iterator[tuple[Whole, tuple[bool, ...]]]:
        """By factor the places in `at`: one row the students, then one an outcome."""
        start = 0
        for values, asked in zip(self.values, self.asked, strict=True):
            end = start + values * (1 + len(asked))
            yield np.arange(start, end).reshape(-1, values), asked
            start = end

    def _counts(self, table: Whole) -> Whole:
        return np.where(self.at < 0, self.told, table[self.at])


@lru_cache(maxsize=_REMEMBERED)  # witnesses differ in few values, and each is asked often
def _hold(values: tuple[int, ...], asked: tuple[tuple[bool, ...], ...], counts: bytes) -> bool:
    sides = _sides(values, asked, np.frombuffer(counts, dtype=np.int64))
    if len(asked[0]) > _ALL_AT_ONCE:
        return not without_students(sides)
    return have_students(sides)


def _sides(values: tuple[int, ...], asked: tuple[tuple[bool, ...], ...], counts: Whole) -> Sides:
    sizes = [number * (1 + len(of)) for number, of in zip(values, asked, strict=True)]
    blocks = np.split(counts, np.cumsum(sizes)[:-1])
    return tuple(
        Side(block[:number], block[number:].reshape(-1, number), np.array(of))
        for block, number, of in zip(blocks, values, asked, strict=True)
    )


def crossed(
    publications: Sequence[Publication], at: Mapping[Key, int], told: Mapping[Key, int]
) -> tuple[Crossed, ...]:
    """Every value over which outcomes hang together in a circle, where not all of it is told.

    Where all of it is told, those who are counted are behind it.
    """
    found = []
    for of, edges, leaves in _circles(publications):
        hub = frozenset.intersection(*edges)
        for factors, outcomes, told_apart in _shapes([edge - hub for edge in edges], leaves):
            for values in product(*(leaves[name] for name in sorted(hub))):
                within = joined(of, tuple(zip(sorted(hub), values, strict=True)))
                keys, asked = _keys(within, factors, outcomes, told_apart, leaves)
                one = Crossed(
                    np.array([-1 if key is None else at.get(key, -1) for key in keys]),
                    np.array([0 if key is None else told.get(key, 0) for key in keys]),
                    tuple(len(leaves[name]) for name in factors), asked,
                )  # fmt: skip
                if one.unknown.size:
                    found.append(one)
    return tuple(found)


def crossed_otherwise(publications: Sequence[Publication]) -> list[str]:
    """Dimensions that hang together in a circle of which no students can be looked for; none: [].

    Three factors crossed two by two, say, or tables that part one dimension in two ways.
    """
    for _, edges, leaves in _circles(publications):
        hub = frozenset.intersection(*edges)
        pairs = [edge - hub for edge in edges]
        seen = sum(len(told_apart) for _, _, told_apart in _shapes(pairs, leaves))
        if seen < len(pairs):
            return sorted(frozenset.union(*edges))
    return []


def _circles(
    publications: Sequence[Publication],
) -> Iterator[tuple[Key, list[Edge], dict[str, tuple[str, ...]]]]:
    """Tables of the same students in a circle, and the finest values of each dimension.

    A dimension that is parted in several ways has none.
    """
    by_students: dict[Key, list[Table]] = {}
    for table in (table for each in publications for table in each.tables):
        by_students.setdefault(table.of, []).append(table)
    for of, tables in by_students.items():
        edges = left_in_circle({frozenset(t.name for t in table.trees) for table in tables})
        if len(edges) > 1:
            yield of, sorted(edges, key=sorted), _leaves(tables)


def _leaves(tables: Iterable[Table]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for tree in (tree for table in tables for tree in table.trees):
        finest = tuple(sorted(node for node in tree.nodes if node not in tree.children))
        found[tree.name] = finest if found.get(tree.name, finest) == finest else ()
    return found


def _shapes(
    pairs: Iterable[Edge], leaves: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[list[str], list[str], set[Edge]]]:
    """Factors, outcomes, and which are crossed: each of a circle, where they are such.

    They are where the dimensions fall into two kinds, each crossed with the other alone, and all
    of one kind have two values.
    """
    left = {pair for pair in pairs if len(pair) == _SIDES}
    while left:
        kinds: tuple[set[str], set[str]] = ({min(map(min, left))}, set())
        here: set[Edge] = set()
        while more := {pair for pair in left - here if pair & (kinds[0] | kinds[1])}:
            here |= more
            for pair in more:
                for one, other in (sorted(pair), sorted(pair, reverse=True)):
                    kinds[0].update({other} if one in kinds[1] else ())
                    kinds[1].update({other} if one in kinds[0] else ())
        left -= here
        outcomes = min(filter(lambda k: _has_two(k, leaves), kinds), key=_few, default=None)
        told = all(leaves[name] for name in kinds[0] | kinds[1])
        if told and outcomes and not kinds[0] & kinds[1]:
            yield sorted((kinds[0] | kinds[1]) - outcomes), sorted(outcomes), here


def _has_two(kind: set[str], leaves: Mapping[str, tuple[str, ...]]) -> bool:
    return all(len(leaves[name]) == _SIDES for name in kind)


def _few(kind: set[str]) -> tuple[int, list[str]]:
    """Fewer dimensions first: two are answered exactly."""
    return len(kind), sorted(kind)


def _keys(
    within: Key, factors: Sequence[str], outcomes: Sequence[str], crossed: set[Edge],
    leaves: Mapping[str, tuple[str, ...]],
) -> tuple[list[Key | None], tuple[tuple[bool, ...], ...]]:  # fmt: skip
    """The counts of one value in the order of `Crossed`; None where none is asked."""
    keys: list[Key | None] = []
    for factor in factors:
        of_value = [joined(within, ((factor, value),)) for value in leaves[factor]]
        keys += of_value
        for outcome in outcomes:
            has = ((outcome, leaves[outcome][-1]),)
            asked = {factor, outcome} in crossed
            keys += [joined(key, has) if asked else None for key in of_value]
    of_factor = tuple(tuple({f, o} in crossed for o in outcomes) for f in factors)
    return keys, of_factor
