"""Cells put in order: rows with equal keys found, sorted and added up, in whole numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eachchild.cube.cells import Known, Whole

_CODES = 1 << 62


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How many rows become fewer cells: `cells` are the distinct keys, sorted column by column."""

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    cells: Whole  # [cells, keys]

    def add(self, values: Whole) -> Whole:
        """The sum of a column over the rows of each cell."""
        if self.starts.size == self.order.size:  # every row is a cell of its own
            return values[self.order].astype(np.int64, copy=False)
        return np.add.reduceat(values[self.order], self.starts).astype(np.int64, copy=False)

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
    columns = [np.asarray(k, np.int64) for k in keys]
    if not columns[0].size:
        none = np.zeros(0, np.intp)
        return Arrangement(none, none, np.zeros((0, len(columns)), np.int64))
    lows = [c.min() for c in columns]
    sizes = [int(c.max() - low) + 1 for c, low in zip(columns, lows, strict=True)]
    if math.prod(sizes) < _CODES:
        code = np.zeros(columns[0].size, np.int64)
        for column, low, size in zip(columns, lows, sizes, strict=True):
            code *= size
            code += column - low
        order = np.argsort(code, kind="stable")
        new = np.diff(code[order], prepend=-1) != 0
    else:  # one number can't hold the key
        order = np.lexsort(columns[::-1])
        differ = [np.diff(c[order]) != 0 for c in columns]
        new = np.append(True, np.logical_or.reduce(differ))
    starts = np.flatnonzero(new)
    first = order if new.all() else order[starts]
    return Arrangement(order, starts, np.stack([c[first] for c in columns]).T)
