"""How well identity predicts a number: the share of its variance that lies between cells."""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.between import (
    BetweenTest,
    between_schools_test,
    both_roads,
)
from eachchild.measures.predictability.cells import Cells, SchoolCells
from eachchild.measures.predictability.columns import Columns, Least, pooled_columns
from eachchild.measures.predictability.estimate import Noise
from eachchild.measures.predictability.fit import Fit, between_cells, fit
from eachchild.measures.predictability.interval import Square, inverted
from eachchild.measures.predictability.score_tests import (
    ScoreTest,
    beyond_school_test,
    total_test,
)
from eachchild.measures.predictability.verdict import LEVEL

EVEN_ODDS = 0.25  # a number carries at least the information of an event at even odds
# Ten students show a mean and its spread: simulated R2 of 0.15 in 2,000 students is then off by
# 0.001 instead of 0.012 with forty, and holds where small cells vary more.
LEAN = Least(cell=10 * EVEN_ODDS, level=2)
RICH = Least(cell=4 * EVEN_ODDS, level=0.5)


@dataclass(frozen=True, slots=True)
class NumberFit:
    """The share of variance between identity cells, without what chance adds.

    `r_squared` may fall below zero. `epsilon_squared` (Kelley 1935) and `omega_squared` (Hays
    1963) are the textbook forms, which take the variance to be the same in every cell and
    flatter where it is larger in small ones.
    """

    r_squared: Numbers
    low: Numbers
    high: Numbers
    total: ScoreTest
    inside: ScoreTest
    between: BetweenTest
    p: Numbers  # inside and between schools together: this one carries the flag
    epsilon_squared: Numbers
    omega_squared: Numbers


def number_fit(cells: SchoolCells) -> NumberFit:
    """Estimate the out-of-sample R2 of the true cell means from n, sum and sum of squares.

    Each cell keeps its own variance; cells of fewer than ten students share what their levels
    add up to. The lower end is 0 unless the total test rejects.

    >>> from eachchild.measures.predictability.cells import sparse_number_cells
    >>> cells = sparse_number_cells(
    ...     [0, 0, 0], [0, 1, 2], n=[10, 20, 5], total=[30, 80, 10], squares=[110, 350, 26],
    ...     levels=[[0], [1], [2]],
    ... )
    >>> number_fit(cells).omega_squared.round(6)
    array([0.197473])
    """
    place = cells.place()
    variance = _variances(cells, place)
    lean_columns, rich_columns = (pooled_columns(place, EVEN_ODDS, x) for x in (LEAN, RICH))
    lean = _square(place, variance, lean_columns)
    rich = _square(place, variance, rich_columns)
    ends, x = inverted(lean), lean_columns.shared
    total, inside = total_test(cells, x), beyond_school_test(cells, x)
    between = between_schools_test(cells, lean_columns.groups)
    return NumberFit(
        lean.value,
        np.where(total.p <= LEVEL, ends.low, 0.0) ** 2,
        np.maximum(ends.high, inverted(rich).high) ** 2,
        total,
        inside,
        between,
        both_roads(inside.p, between, schools=cells.schools),
        *_textbook(place, variance),
    )


@dataclass(frozen=True, slots=True)
class _Variance:
    cells: Numbers  # [1, cell]
    pooled: float
    total: float


def _variances(cells: SchoolCells, place: Cells) -> _Variance:
    squares, total = cells.by_cell(cells.squares), place.total[0]
    inside = np.maximum(squares - total * (total / place.n), 0)
    spare = place.students - place.n.size
    whole = squares.sum() - total.sum() * (total.sum() / place.students)
    if spare < 1 or whole <= 0:
        raise ValueError(
            "a number outcome needs students of the same identity cell and values that differ"
        )
    pooled = float(inside.sum() / spare)
    own = np.where(place.n > 1, inside / np.maximum(place.n - 1, 1), pooled)
    return _Variance(own[None, :], pooled, float(whole) / (place.students - 1))


def _square(place: Cells, variance: _Variance, columns: Columns) -> Square:
    fitted = fit(place, columns)
    spread = between_cells(place, fitted, variance.cells)
    freedom = np.array([max(fitted.rank - 1, 1.0)])
    scale = spread.chance / variance.total / freedom
    noise = Noise(scale, freedom, _signal(place, variance, fitted))
    return Square(spread.between / variance.total, noise)


def _signal(place: Cells, variance: _Variance, fitted: Fit) -> Numbers:
    """The variance of the square root of R2, by its influence; within cells as for a normal."""
    spread = between_cells(place, fitted, variance.cells)
    kept = np.clip(spread.between / variance.total, 0, 1)
    deviation = fitted.fitted - place.base_rate
    seen = np.where(spread.seen > 0, spread.seen, 1.0)[:, None]
    shape, w = deviation**2 / seen, place.share
    inside = variance.cells / variance.total
    mean = ((1 - kept[:, None]) ** 2 * shape * inside) @ w
    presence = shape * (1 - kept[:, None]) - inside
    presence = (presence**2) @ w - (presence @ w) ** 2
    return (mean + kept / 4 * presence + kept / 2 * (inside**2 @ w)) / place.students


def _textbook(place: Cells, variance: _Variance) -> tuple[Numbers, Numbers]:
    one = np.ones((place.n.size, 1))
    alone = Columns(one[:, 0] > 0, one, one[:, :0])
    equal = np.full(variance.cells.shape, variance.pooled)
    spread = between_cells(place, fit(place, alone), equal)
    between = spread.between * place.students
    whole = variance.total * (place.students - 1)
    return between / whole, between / (whole + variance.pooled)
