"""The rates as the columns see them, and how much of their spread is chance."""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.cells import Cells
from eachchild.measures.predictability.columns import Columns

NEGLIGIBLE = 1e-10  # an eigenvalue this small beside the largest is a column that others imply
FEW = 30  # students beyond one a cell, below which the pooled variance within cells is unsteady


@dataclass(frozen=True, slots=True)
class Fit:
    """Least squares of the cell rates on pooled columns, weighted by students."""

    fitted: Numbers  # [draw, cell]
    leverage: Numbers  # [cell]
    root: Numbers  # [cell, column] of pooled cells: fitted = root root' total
    rank: float


def fit(cells: Cells, columns: Columns) -> Fit:
    """Fit the rates of every draw to the columns.

    A cell with a column of its own is fitted by its own rate, so only the pooled cells need a
    matrix, and that is as small as the list of levels.
    """
    pooled = ~columns.own
    x = np.where(pooled[:, None], columns.shared, 0.0)
    size, vectors = np.linalg.eigh(x.T @ (cells.n[:, None] * x))
    kept = size > NEGLIGIBLE * size[-1] if pooled.any() else np.zeros(size.shape, np.bool_)
    root = x @ (vectors[:, kept] / np.sqrt(size[kept]))
    fitted = np.where(columns.own, cells.rate, (cells.total @ root) @ root.T)
    leverage = np.where(columns.own, 1 / cells.n, (root**2).sum(axis=1))
    return Fit(fitted, leverage, root, float(columns.own.sum() + kept.sum()))


def within_variance(cells: Cells) -> Numbers:
    """The unbiased variance of the outcome inside each cell, `[draw, cell]`.

    A cell of one student shows no spread; it takes the pooled one.
    """
    spread = cells.rate * (1 - cells.rate)
    spare = cells.students - cells.n.size
    if spare > FEW:
        alone = (spread @ cells.n) / spare
    else:
        alone = np.full(spread.shape[0], cells.base_rate * (1 - cells.base_rate))
    own = spread * (cells.n / np.maximum(cells.n - 1, 1))
    return np.where(cells.n > 1, own, alone[:, None])


@dataclass(frozen=True, slots=True)
class Spread:
    """How far the true rates of the cells lie apart, as a variance, one entry a draw."""

    seen: Numbers  # of the fitted rates, chance included
    chance: Numbers  # what chance alone adds to it, on average
    between: Numbers  # the difference: without bias, so it may fall below zero


def between_cells(cells: Cells, fitted: Fit, variance: Numbers) -> Spread:
    """Split the spread of the fitted rates into what is real and what chance adds.

    `variance` is the outcome's variance inside each cell, `[draw, cell]`.
    """
    center = cells.total.sum(axis=1, keepdims=True) / cells.students
    seen = (fitted.fitted - center) ** 2 @ cells.share
    chance = variance @ (cells.n * (fitted.leverage - 1 / cells.students)) / cells.students
    return Spread(seen, chance, seen - chance)
