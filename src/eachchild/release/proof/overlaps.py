"""Those who have both of two outcomes, as further unknowns of a search.

Where a table was found that no students stand behind, since more must have both by one factor than
can by another, the search is told of those who have both: by every factor they are as many.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from eachchild.release.proof.crossed import Crossed
from eachchild.release.proof.students import Pair, Whole

Overlap = tuple[int, Pair]  # of whom, and two outcomes by their rows
_FAR = 2**40


@dataclass
class _Rows:
    """Sums as they are written down: of unknowns, and of counts that are told."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    sign: list[int] = field(default_factory=list)
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)

    def add(self, terms: Iterator[tuple[int, int, int]], *, most: int) -> None:
        """A sum from nought to the most, of terms with a sign, a column (-1: told) and a count."""
        told = 0
        for sign, column, count in terms:
            if column < 0:
                told += sign * count
            else:
                self.row.append(len(self.low))
                self.column.append(column)
                self.sign.append(sign)
        self.low.append(-told)
        self.high.append(most - told)


def overlaps(
    crossed: Sequence[Crossed], asked: Sequence[Overlap], unknowns: int
) -> tuple[sp.csr_array, Whole, Whole]:
    """Sums over the unknowns and those with both, which come after them, with their ends."""
    rows = _Rows()
    last = unknowns
    for of, pair in asked:
        last = _of_pair(crossed[of], pair, rows, last)
    matrix = sp.csr_array(
        (np.array(rows.sign, dtype=np.int64), (rows.row, rows.column)),
        shape=(len(rows.low), last),
    )
    return matrix, np.array(rows.low, dtype=np.int64), np.array(rows.high, dtype=np.int64)


def _of_pair(crossed: Crossed, pair: Pair, rows: _Rows, first: int) -> int:
    """Write down those with both, the whole before the values of each factor; the next column."""
    last = first + 1
    for block, asked in crossed.blocks():
        if not (asked[pair[0]] and asked[pair[1]]):
            continue
        students, one, other = block[0], block[1 + pair[0]], block[1 + pair[1]]
        both = np.arange(last, last + students.size)
        last += students.size
        rows.add(((sign, column, 0) for sign, column in _parts(first, both)), most=0)
        for value, column in enumerate(both.tolist()):
            mine = (-1, column, 0)
            one_, other_, all_ = (
                (int(crossed.at[row[value]]), int(crossed.told[row[value]]))
                for row in (one, other, students)
            )
            rows.add(iter([mine, (1, *one_)]), most=_FAR)
            rows.add(iter([mine, (1, *other_)]), most=_FAR)
            rows.add(iter([(1, column, 0), (1, *all_), (-1, *one_), (-1, *other_)]), most=_FAR)
    return last


def _parts(whole: int, parts: Whole) -> Iterator[tuple[int, int]]:
    yield -1, whole
    yield from ((1, part) for part in parts.tolist())
