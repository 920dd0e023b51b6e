"""How skewed a number outcome is, from counts that hold only sums and squares."""

import numpy as np

from eachchild.cube import EVERYWHERE, Block
from eachchild.measures.counts import Numbers, Whole
from eachchild.measures.inference.sides import Held, Side


def skew_of(block: Block, outcome: str) -> float:
    """The third central moment of an outcome inside schools, in units of its variance.

    Over the cells of a school, the sum of values goes with the sum of squared distances from the
    school's mean exactly as much as a single value does: their covariance is the third moment.
    Where values cannot be negative it is at least what Cauchy and Schwarz ask, so that few cells
    do not make a skewed outcome look even.
    """
    tally = block.tallies[outcome]
    keep = tally.is_exact & tally.collected & (tally.n > 0)
    keep &= (block.place != EVERYWHERE) | (block.place == EVERYWHERE).all()
    if tally.squares is None or not keep.any():
        return 0.0
    cells = Held.of(tally.take(keep), is_rate=False).side
    school = np.unique((block.place[keep] + 1) * 1024 + block.period[keep], return_inverse=True)[1]
    return _third_in_variances(cells, school)


def _third_in_variances(cells: Side, school: Whole) -> float:
    N, total, squares = (_by_school(x, school) for x in (cells.n, cells.total, cells.squares))
    mean = total / N
    spread = squares / N - mean**2
    m, n = mean[school], cells.n
    shift = cells.total - n * m
    bend = cells.squares - 2 * m * cells.total + n * m**2 - n * spread[school]
    moved = n * (N[school] - n) / np.maximum(N[school] - 1, 1)
    variance = float((moved * spread[school]).sum())
    if variance <= 0:
        return 0.0
    found = float((shift * bend).sum()) / variance
    if (cells.total < 0).any():
        return found
    return max(found, _least(N, mean, spread))


def _least(N: Numbers, mean: Numbers, spread: Numbers) -> float:
    """Values of 0 or more with this mean and variance have at least this third moment."""
    square = spread + mean**2
    raw = np.divide(square**2, mean, out=np.zeros_like(mean), where=mean > 0)
    third = raw - 3 * mean * square + 2 * mean**3
    whole = float((N * spread).sum())
    return float((N * third).sum()) / whole if whole > 0 else 0.0


def _by_school(values: Whole, school: Whole) -> Numbers:
    return np.bincount(school, weights=values).astype(np.float64)
