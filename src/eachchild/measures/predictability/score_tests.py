"""Does identity predict anything: exact-variance tests, in the place and inside its schools."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.cells import SchoolCells

IMPLIED = 1e-9  # an eigenvalue this small beside the largest is a direction that cannot move


@dataclass(frozen=True, slots=True)
class ScoreTest:
    """A chi-square test; with no freedom there is nothing to test and p is 1."""

    statistic: Numbers
    freedom: Numbers
    p: Numbers


@dataclass(frozen=True, slots=True)
class Score:
    """What the columns find beyond the strata's own rates, and its exact covariance."""

    total: Numbers  # [column]
    covariance: Numbers  # [column, column]

    def whitening(self) -> Numbers:
        """A matrix A with A A' the inverse of the covariance where it has one."""
        size, vectors = np.linalg.eigh(self.covariance)
        kept = (size > IMPLIED * max(float(size[-1]), 0.0)) & (size > 0)
        return np.asarray(vectors[:, kept] / np.sqrt(size[kept]), np.float64)


def total_test(cells: SchoolCells, x: Numbers) -> ScoreTest:
    """Test that identity predicts nothing here, by whatever road, the school included.

    `x` holds the columns of each identity cell, `Columns.shared` of the lean ones.
    """
    return chi_square(score(_without_schools(cells), x))


def beyond_school_test(cells: SchoolCells, x: Numbers) -> ScoreTest:
    """Test that students of the same school have the same rate, whoever they are.

    Mean and variance are those of permuting students inside schools, so it holds in sparse
    tables; it sees main effects of the factors, not a crossing without any.
    """
    return chi_square(score(cells, x))


def _without_schools(cells: SchoolCells) -> SchoolCells:
    n, total, squares = (
        cells.by_cell(v).astype(np.int64) for v in (cells.n, cells.total, cells.squares)
    )
    cell = np.arange(n.size)
    return SchoolCells(np.zeros_like(cell), cell, n, total, squares, cells.levels)


def score(cells: SchoolCells, x: Numbers) -> Score:
    """Sum the columns' scores over schools, each against its own mean."""
    n = cells.by_school(cells.n)
    mean = cells.by_school(cells.total) / n
    total = x.T @ cells.by_cell(cells.total - cells.n * mean[cells.school])
    spread = np.maximum(cells.by_school(cells.squares) - n * mean**2, 0)
    variance = spread / np.maximum(n - 1, 1)
    within = x.T @ (cells.by_cell(cells.n * variance[cells.school])[:, None] * x)
    make_up = school_sums(cells, x)
    return Score(total, within - make_up.T @ (make_up * (variance / n)[:, None]))


def school_sums(cells: SchoolCells, x: Numbers) -> Numbers:
    """Sum the columns over the students of each school, `[school, column]`."""
    sums = [cells.by_school(cells.n * column[cells.cell]) for column in x.T]
    return np.reshape(sums, (x.shape[1], cells.schools)).T


def chi_square(found: Score) -> ScoreTest:
    """The score measured by its covariance."""
    white = found.total @ found.whitening()
    statistic, freedom = np.array([white @ white]), np.array([float(white.size)])
    p = np.where(freedom > 0, chdtrc(np.maximum(freedom, 1), statistic), 1.0)
    return ScoreTest(statistic, freedom, p)
