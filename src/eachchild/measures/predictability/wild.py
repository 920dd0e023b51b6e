"""Does identity predict in schools like these: whole schools change sides at random."""

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.cells import SchoolCells
from eachchild.measures.predictability.fit import NEGLIGIBLE
from eachchild.measures.predictability.permutation import ROUNDING

ENOUGH_SIDES = 8  # of four schools, too few changes of sides exist to reject anything
FLIPS = 399


def wild_test(
    cells: SchoolCells, x: Numbers, *, rng: np.random.Generator, flips: int = FLIPS
) -> Numbers:
    """Test that identity predicts nothing in schools like these; 1 below eight schools.

    Each school's score against the place's rate keeps its size and draws its sign (a wild
    bootstrap of the score; Kline and Santos 2012). Where a school's effect goes with its make-up
    identity does predict, and this test says so. `x` holds the lean columns.
    """
    if cells.schools < ENOUGH_SIDES:
        return np.ones(1)
    moved = _school_scores(cells, x)
    sides = rng.choice([-1.0, 1.0], size=(flips, cells.schools))
    drawn = ((sides @ moved) ** 2).sum(axis=1)
    observed = (moved.sum(axis=0) ** 2).sum() * (1 - ROUNDING)
    return np.array([(1 + (drawn >= observed).sum()) / (flips + 1)])


def _school_scores(cells: SchoolCells, x: Numbers) -> Numbers:
    """The scores of each school in the columns' own scale, without its part in the base rate."""
    place = cells.place()
    residual = cells.total - cells.n * place.base_rate
    columns = x[cells.cell].T
    scores = np.stack([cells.by_school(residual * column) for column in columns], axis=1)
    scores -= np.outer(cells.by_school(residual), place.share @ x)
    size, vectors = np.linalg.eigh(x.T @ (place.n[:, None] * x))
    kept = size > NEGLIGIBLE * size[-1]
    return np.asarray(scores @ (vectors[:, kept] / np.sqrt(size[kept])), np.float64)
