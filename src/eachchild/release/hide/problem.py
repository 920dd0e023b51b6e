"""What is to be hidden: the cells with their true counts, and what each must keep to itself."""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Marks = NDArray[np.bool_]
Real = NDArray[np.float64]
NOBODY: Whole = np.zeros(0, dtype=np.int64)  # a reader who knows no cell from within
EXACT = 1e-6  # nearer than that is the same to the solver


class UnprotectableError(ValueError):
    """Some cell stays narrow however much is hidden; `cells` says which."""

    def __init__(self, cells: Whole) -> None:
        """Keep the cells, for the caller knows their names."""
        super().__init__(f"{cells.size} cells stay narrow even with every other cell hidden")
        self.cells = cells


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry a cell: its count, what hiding it costs, and how wide it must stay when hidden.

    `sums` has one row a sum (parts less whole), one column a cell. `must` is hidden whatever it
    costs, `may` could be. Linked tables need the cells of the whole cross too, though no table
    shows them: they `must` be hidden, with no width, for that they are not below nought narrows
    those that are shown. `alone` has one row an insider, marking the cells whose counts that
    one student knows.
    """

    count: Whole
    cost: NDArray[np.float64]
    width: Whole
    must: Marks
    may: Marks
    sums: sp.csr_array
    alone: sp.csr_array
    least: Whole  # what a reader knows each to be at least, once it is hidden
    most: Whole | None = None  # and at most; None: nobody knows of any

    def __len__(self) -> int:
        """How many cells there are."""
        return self.count.size

    @property
    def room(self) -> tuple[Real, Real]:
        """How far each cell may rise and fall: twice the widest width, and never below nought.

        Farther is never needed, and near is faster. Where readers know that a hidden count is no
        nought, it cannot fall to nought either.
        """
        far = float(2 * self.width.max(initial=1))
        up = np.full(len(self), far)
        if self.most is not None:
            up = np.minimum(self.most - self.count, far).astype(float)
        return up, np.minimum(self.count - self.least, far).astype(float)

    @property
    def insiders(self) -> list[Whole]:
        """For each insider the cells whose counts that student knows from within."""
        return [np.asarray(cells, dtype=np.int64)
                for cells in np.split(self.alone.indices, self.alone.indptr[1:-1])
                ] if self.alone.shape[0] else []  # fmt: skip

    def with_insiders(self, knowing: list[Whole]) -> "Problem":
        """The same problem, with students who know some cells from within."""
        rows = sp.lil_array((len(knowing), len(self)))
        for row, cells in enumerate(knowing):
            rows[row, cells] = 1
        return replace(self, alone=sp.csr_array(rows))

    def with_unions(self, unions: list[Whole]) -> "Problem":
        """The same problem with each set of cells as one more cell, their sum, to be hidden.

        Hidden cells whose sum is told by what is published are one cell to a reader: where that
        sum is small it must keep as much to itself as a small cell does.
        """
        n, more = len(self), len(unions)
        if not more:
            return self
        rows = sp.lil_array((more, n + more))
        for row, cells in enumerate(unions):
            rows[row, cells] = 1
            rows[row, n + row] = -1
        sums = np.array([self.count[cells].sum() for cells in unions], dtype=np.int64)
        wide = sp.csr_array((self.sums.shape[0], more))
        no_end = np.full(more, np.iinfo(np.int64).max)
        return Problem(
            count=np.concatenate([self.count, sums]),
            cost=np.concatenate([self.cost, np.zeros(more)]),
            width=np.concatenate([self.width, np.full(more, self.width.max())]),
            must=np.concatenate([self.must, np.ones(more, dtype=bool)]),
            may=np.concatenate([self.may, np.ones(more, dtype=bool)]),
            sums=sp.csr_array(sp.vstack([sp.hstack([self.sums, wide]), rows])),
            alone=sp.csr_array(sp.hstack([self.alone, sp.csr_array((self.alone.shape[0], more))])),
            least=np.concatenate([self.least, np.zeros(more, dtype=np.int64)]),
            most=None if self.most is None else np.concatenate([self.most, no_end]),
        )
