"""Which identity cells speak for themselves, and what the sparse ones share."""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.predictability.cells import Cells, sums

TWO = 2  # levels that are each other's complement


@dataclass(frozen=True, slots=True)
class Least:
    """The least information, students x variance, that earns a column."""

    cell: float
    level: float


LEAN = Least(cell=10, level=2)
RICH = Least(cell=1, level=0.5)
RICH_SCHOOLS = Least(cell=5, level=0.5)  # schools are fewer than students, so fewer columns


@dataclass(frozen=True, slots=True)
class Columns:
    """The pooled description of the cells: rates of their own, or a sum of levels."""

    own: Known  # [cell] has a rate of its own
    shared: Numbers  # [cell, column] the constant and the factors' levels, without the largest
    largest: Numbers  # [cell, factor] the level left out, of factors with three levels and more

    @property
    def groups(self) -> Numbers:
        """Every level that can be set against everybody else, `[cell, group]`."""
        return np.hstack([self.shared[:, 1:], self.largest])


def pooled_columns(cells: Cells, variance: float, least: Least) -> Columns:
    """Give a column to each level and cell that has enough students to carry one.

    Sparse cells bring noise but hold few students, so they share what their levels add up to.
    Of each factor the largest group is left out.

    >>> from eachchild.measures.predictability.cells import school_cells
    >>> place = school_cells([[200, 150, 9]], [[20, 30, 1]], [[0], [1], [2]]).place()
    >>> pooled_columns(place, 0.13, LEAN).shared
    array([[1., 0.],
           [1., 1.],
           [1., 0.]])
    """
    enough = least.level / variance
    levels = [_level_columns(level, cells.n, enough) for level in cells.levels.T]
    none = np.ones((cells.n.size, 0))
    largest = [level[:, :1] for level in levels if level.shape[1] > TWO]
    shared = [np.ones((cells.n.size, 1)), *(level[:, 1:] for level in levels)]
    own = cells.n * variance >= least.cell
    return Columns(own, np.hstack(shared), np.hstack([none, *largest]))


def _level_columns(level: Whole, n: Whole, enough: float) -> Numbers:
    """A column for each level with enough students, the largest first."""
    size = sums(n, level, int(level.max()) + 1)
    rest = size.size  # levels too small for a column stand together as one more
    group = np.where(size >= enough, np.arange(rest), rest)[level]
    size = sums(n, group, rest + 1)
    wanted = np.flatnonzero(size >= enough)
    first = wanted[wanted == size.argmax()]
    wanted = np.concatenate([first, wanted[wanted != size.argmax()]])
    return np.asarray(np.equal.outer(group, wanted), np.float64)
