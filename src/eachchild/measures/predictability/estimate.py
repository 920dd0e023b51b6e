"""The index: how well identity alone would predict the outcome for a new student."""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.cells import Cells
from eachchild.measures.predictability.columns import Columns
from eachchild.measures.predictability.fit import Fit, Spread, between_cells, fit, within_variance
from eachchild.measures.predictability.gini import pairs

FLAT = 1e-12  # a spread of rates this small has no shape to measure
NORMAL_SHAPE = 2 / np.sqrt(np.pi)  # mean difference over standard deviation of a normal


@dataclass(frozen=True, slots=True)
class Estimate:
    """The debiased index of each draw, and the noise around it.

    `square` estimates the square of the index without clipping: average it, never the index,
    over places, years or draws.
    """

    square: Numbers
    factor: Numbers  # k: square = k ** 2 * spread between cells
    spread: Spread
    fitted: Fit
    rank: float

    @property
    def index(self) -> Numbers:
        """The index between 0 and 1; 0 where chance explains all of the spread."""
        return np.sqrt(np.maximum(self.square, 0))


def estimate(cells: Cells, columns: Columns) -> Estimate:
    """Estimate 2 AUC - 1 of the true cell rates from counts.

    The index is Gini's mean difference of the rates over twice the outcome's variance. Its scale
    comes from an unbiased variance between cells, its shape from the fitted rates, so that
    neither sparse cells nor chance inflate it. Needs events and students without one.
    """
    fitted = fit(cells, columns)
    spread = between_cells(cells, fitted, within_variance(cells))
    pi = cells.base_rate
    factor = _shape(fitted.fitted, cells.share) / (2 * pi * (1 - pi))
    return Estimate(factor**2 * spread.between, factor, spread, fitted, fitted.rank)


def _shape(rates: Numbers, share: Numbers) -> Numbers:
    center = (rates @ share)[:, None]
    deviation = np.sqrt((rates - center) ** 2 @ share)
    difference = pairs(rates, share).mean_difference(share)
    curved = deviation >= FLAT
    return np.where(curved, difference / np.where(curved, deviation, 1.0), NORMAL_SHAPE)


@dataclass(frozen=True, slots=True)
class Influence:
    """What one more student would move: by having the event, and by being there at all."""

    shrunk: Numbers  # [draw, cell] rates drawn in by the share of their spread that is chance
    event: Numbers
    presence: Numbers


def influence(cells: Cells, found: Estimate) -> Influence:
    """The derivative of the index in the counts of each cell."""
    pi, rates = cells.base_rate, found.fitted.fitted
    v, real = pi * (1 - pi), np.maximum(found.spread.between, 0)
    kept = np.sqrt(np.divide(real, found.spread.seen, out=np.zeros_like(real), where=real > 0))
    shrunk = np.clip(pi + kept[:, None] * (rates - pi), 0, 1)
    tilt = (found.index * (1 - 2 * pi))[:, None]
    distance = pairs(shrunk, cells.share).distance
    centered = distance - (distance @ cells.share)[:, None]
    event = (pairs(rates, cells.share).standing - tilt) / v
    return Influence(shrunk, event, (centered - tilt * (shrunk - pi)) / v)


@dataclass(frozen=True, slots=True)
class Noise:
    """The spread of `square` around the truth t: variance 2 g^2 nu + 4 t signal."""

    scale: Numbers  # g: of the chi-square that chance alone gives
    freedom: Numbers  # nu
    signal: Numbers  # variance of the index, once there is one


def student_noise(cells: Cells, found: Estimate) -> Noise:
    """How far the estimate would move with other students of the same schools."""
    parts, w = influence(cells, found), cells.share
    freedom = np.full(found.square.shape, found.rank - 1)
    signal = (parts.event**2 * within_variance(cells) + parts.presence**2) @ w
    signal = (signal - (parts.presence @ w) ** 2) / cells.students
    scale = found.factor**2 * found.spread.chance / freedom
    return Noise(scale, freedom, signal)


def raw_index(cells: Cells) -> Numbers:
    """The index of the observed cell rates: what chance and identity show together.

    Never a result: with many small cells it is large whatever is true.

    >>> from eachchild.measures.predictability.cells import school_cells
    >>> place = school_cells([[200, 150, 100, 50]], [[20, 30, 25, 15]], [[0], [1], [2], [3]])
    >>> raw_index(place.place()).round(4)
    array([0.2642])
    """
    pi = cells.base_rate
    difference = pairs(cells.rate, cells.share).mean_difference(cells.share)
    return np.asarray(difference / (2 * pi * (1 - pi)), np.float64)
