"""Cells put in order: rows with equal keys found, sorted and added up, in whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eachchild.cube.cells import Known, Whole

_CODES = float(1 << 62)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How many rows become fewer cells: `cells` are the distinct keys, sorted column by column."""

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    cells: Whole  # [cells, keys]

    def add(self, values: Whole) -> Whole:
        """The sum of a column over the rows of each cell."""
        if self.starts.size == self.order.size:  # every row is a cell of its own
            return values[self.order].astype(np.int64)
        return np.add.reduceat(values[self.order], self.starts).astype(np.int64)

    def any(self, flags: Known) -> Known:
        """Whether a flag is set in any row of each cell."""
        return self.add(flags.astype(np.int64)) > 0

    @property
    def inverse(self) -> Whole:
        """For each row the number of its cell."""
        inverse = np.empty(self.order.shape, np.int64)
        sizes = np.diff(np.append(self.starts, self.order.size))
        inverse[self.order] = np.repeat(np.arange(self.starts.size), sizes)
        return inverse


def arrange(keys: Sequence[Whole]) -> Arrangement:
    """Find the distinct rows of several key columns of whole numbers.

    >>> a = arrange([np.array([1, 0, 1]), np.array([5, 7, 5])])
    >>> a.cells.tolist(), a.add(np.array([10, 1, 10])).tolist()
    ([[0, 7], [1, 5]], [1, 20])
    """
    rows = np.stack([np.asarray(k, np.int64) for k in keys], axis=1)
    if not rows.shape[0]:
        none = np.zeros(0, np.intp)
        return Arrangement(none, none, rows)
    low = rows.min(axis=0)
    sizes = rows.max(axis=0) - low + 1
    if float(np.prod(sizes.astype(np.float64))) < _CODES:
        code = np.zeros(rows.shape[0], np.int64)
        for column, size in zip((rows - low).T, sizes.tolist(), strict=True):
            code = code * size + column
        order = np.argsort(code, kind="stable")
        new = np.diff(code[order], prepend=code[order[0]] - 1) != 0
    else:  # one number can't hold the key
        order = np.lexsort(rows.T[::-1])
        new = np.append(True, (np.diff(rows[order], axis=0) != 0).any(axis=1))
    starts = np.flatnonzero(new)
    return Arrangement(order, starts, rows[order[starts]])
