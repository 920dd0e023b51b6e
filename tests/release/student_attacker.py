"""A slow attacker for linked tables: whole numbers of students, and a program for each question.

A table is a number of students for every combination of all dimensions at once, whichever tables
were published and when. It is told nothing of sums: every cell is a number of students. A count is
wide where two tables that agree with all that is told stand apart in it; each is checked in whole
numbers, and only the solver's word that there is none farther out is taken on trust.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from slow_attacker import NoTableError, sums_of

from eachchild.release.family import Key
from eachchild.release.published import Publication

Cells = tuple[Key, ...]  # a count, or several of which the sum is asked
_MANY = 10_000  # students that an unknown may have at most


class Attacker:
    """Somebody who has read some publications, and may know some counts besides."""

    def __init__(
        self, publications: Sequence[Publication], known: Mapping[Key, int] | None = None
    ) -> None:
        """Write down what is told, cell by cell."""
        tables = tuple(table for each in publications for table in each.tables)
        spans = [pair for each in publications for pair in each.told.items()]
        spans += [(key, (count, count)) for key, count in (known or {}).items()]
        keys = {key for table in tables for key in table.cells()} | {key for key, _ in spans}
        sums = sums_of(tables, keys)
        self._students = 1 + max(max(cells, default=0) for cells in sums.values())
        self._cells = {key: self._marks(cells) for key, cells in sums.items()}
        marks = [self._cells[key] for key, _ in spans]
        self._told = np.array(marks, dtype=np.int64).reshape(len(spans), self._students)
        self._low = np.array([low for _, (low, _) in spans])
        self._high = np.array([_MANY if high is None else high for _, (_, high) in spans])
        self._found: list[NDArray[np.int64]] = []

    def narrow(self, asked: Mapping[Cells, int]) -> dict[Cells, tuple[int, int]]:
        """The counts, or sums of counts, that stay less wide than asked, with both ends."""
        found = {}
        for cells, width in asked.items():
            if self._apart(cells) < width:
                low, high = self.ends(cells)
                if high - low < width:
                    found[cells] = low, high
        return found

    def ends(self, cells: Iterable[Key]) -> tuple[int, int]:
        """The lowest and the highest number of students that a count, or a sum, can have."""
        aim = self._aim(cells)
        return int(aim @ self._solve(aim)), int(aim @ self._solve(-aim))

    def _marks(self, cells: Iterable[int]) -> NDArray[np.int64]:
        marks = np.zeros(self._students, dtype=np.int64)
        marks[list(cells)] = 1
        return marks

    def _aim(self, cells: Iterable[Key]) -> NDArray[np.int64]:
        return np.sum([self._cells[key] for key in cells], axis=0)

    def _apart(self, cells: Cells) -> int:
        seen = [int(self._aim(cells) @ table) for table in self._found]
        return max(seen) - min(seen) if seen else 0

    def _solve(self, aim: NDArray[np.int64]) -> NDArray[np.int64]:
        told = LinearConstraint(self._told, self._low, self._high)
        found = milp(aim, constraints=told, integrality=np.ones(aim.size), bounds=Bounds(0, _MANY))
        if found.status == 2:
            raise NoTableError("no table agrees with all that is told")
        assert found.status == 0, found.message
        table = np.round(found.x).astype(np.int64)
        sums = self._told @ table
        assert (table >= 0).all()
        assert (sums >= self._low).all()
        assert (sums <= self._high).all()
        self._found.append(table)
        return table


def asked_of(publications: Sequence[Publication]) -> dict[Cells, int]:
    """Every hidden count, with the width it was promised."""
    hidden: dict[Cells, int] = {}
    for each in publications:
        for key, width in each.hidden.items():
            hidden[(key,)] = max(width, hidden.get((key,), 0))
    return hidden


def small_sums(publication: Publication, counts: Mapping[Key, int], few: int) -> list[Cells]:
    """Hidden parts of one whole that is told, which are few together."""
    found = []
    for table in publication.tables:
        for whole, parts in table.sums():
            hidden = tuple(part for part in parts if part in publication.hidden)
            together = sum(counts[part] for part in hidden)
            if whole in publication.told and len(hidden) > 1 and 0 < together < few:
                found.append(hidden)
    return found


def alone_in(publication: Publication, counts: Mapping[Key, int]) -> list[dict[Key, int]]:
    """For each student who is alone in some cell: the cells that this tells.

    It is one in every cell that lies around it and has one, and nobody else in their parts.
    """
    sums = dict.fromkeys(pair for table in publication.tables for pair in table.sums())
    found: dict[frozenset[Key], dict[Key, int]] = {}
    for key in (key for key, count in counts.items() if count == 1):
        known = {key}
        before: set[Key] = set()
        while before != known:
            before = set(known)
            known |= {
                w for w, parts in sums if counts[w] == 1 and known & set(_ones(parts, counts))
            }
            known |= {part for whole, parts in sums if whole in known for part in parts}
        found[frozenset(known)] = {each: counts[each] for each in known}
    return list(found.values())


def _ones(parts: Iterable[Key], counts: Mapping[Key, int]) -> list[Key]:
    return [part for part in parts if counts[part] == 1]
