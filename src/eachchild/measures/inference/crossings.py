"""Is a crossing worse than the sum of its parts? The excess over adding its factors up.

What adding up gives is not taken from the margins (the group's rate plus the other's minus the
overall one): where factors go together, margins already hold part of each other, and schools hold
both. It is the fit, by least squares inside schools, of a rate to the school and one term for each
value of each factor. The excess is how many points the crossing lies above that fit when it is
left free, so it is on the scale on which students are counted, and every student of the district
bears on what is expected. Of two factors with two values each, all four crossings have the same
excess but for its sign: there is only one question to ask.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Numbers, Whole
from eachchild.measures.inference.model import Excess
from eachchild.measures.inference.sides import Side, third_moment
from eachchild.measures.inference.tails import Score, two_sided
from eachchild.measures.rates import quantile

_IMPLIED = 1e-9  # a direction this small beside the largest is not there
_LEAST_FREE = 1e-8  # share of a crossing's students that its factors do not already account for
_FEWEST = 10  # students of the crossing, as the variance is a fitted one and no longer exact
_VARIANCE_RANGE = (0.2, 5.0)  # of a cell's variance beside its school's


@dataclass(frozen=True, slots=True)
class Crossed:
    """Students of each year's schools by crossing, `[year, school, crossing]`.

    `value` holds each crossing's values, `[crossing, factor]`. Years pooled are one year of more
    schools.
    """

    cells: Side
    value: Whole
    is_rate: bool
    skew: float | None
    scale: float


@dataclass(frozen=True, slots=True)
class _Fit:
    """The factors' fit inside schools; matrices are a year's."""

    gram: Numbers  # how the crossings' indicators go together inside schools
    fitted: Numbers  # from sums beyond the schools' means to what the factors add up to


def excesses(crossed: Crossed, *, confidence: float = 0.95) -> Excess:
    """The excess of every year's crossings with its test inside schools, `[year, crossing]`.

    The test is a score test whose variance allows each crossing its own spread, as the factors'
    fit gives it. Not known under 10 students, or where the factors already account for the
    crossing (every English learner is Hispanic, say).

    >>> n = np.array([[[100, 100, 100, 100]]])
    >>> met = np.array([[[10, 20, 20, 60]]])
    >>> value = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> found = excesses(Crossed(Side(n, met, met), value, is_rate=True, skew=None, scale=1.0))
    >>> found.excess.round(3), bool(found.p[0, 3] < 0.01)
    (array([[ 0.3, -0.3, -0.3,  0.3]]), True)
    """
    cells = crossed.cells
    fit = _fit(cells.n, crossed.value)
    weight = np.eye(cells.n.shape[-1]) - fit.fitted @ fit.gram
    surplus = (_turned(weight) @ _centered(cells.n, cells.total)[..., None])[..., 0]
    size = np.einsum("yij,yik,ykj->yj", weight, fit.gram, weight, optimize=True)
    score = _score(crossed, fit, weight, surplus)
    students = cells.n.sum(axis=1)
    known = (size > _LEAST_FREE * students) & (students >= _FEWEST) & (score.variance > 0)
    p = two_sided(score)
    if not crossed.is_rate:
        p = np.maximum(p, two_sided(Score(score.surplus, score.variance, 0 * score.third)))
    size = np.where(known, size, 1.0) * crossed.scale
    excess = np.where(known, surplus / size, 0.0)
    half = np.where(known, quantile(confidence) * np.sqrt(np.abs(score.variance)) / size, 0.0)
    return Excess(excess, excess - half, excess + half, np.where(known, p, 1.0), known)


def _turned(matrices: Numbers) -> Numbers:
    return np.swapaxes(matrices, -1, -2)


def _fit(n: Whole, value: Whole) -> _Fit:
    students = np.maximum(n.sum(axis=2, keepdims=True), 1)
    gram = _turned(n / students) @ n
    np.negative(gram, out=gram)
    diagonal = np.arange(n.shape[2])
    gram[:, diagonal, diagonal] += n.sum(axis=1)
    design = np.hstack([column[:, None] == np.unique(column) for column in value.T]).astype(float)
    size, vectors = np.linalg.eigh(design.T @ gram @ design)
    kept = size > _IMPLIED * np.maximum(size[:, -1:], 1e-300)
    inverse = (vectors * np.where(kept, 1 / np.where(kept, size, 1.0), 0.0)[:, None]) @ _turned(
        vectors
    )
    return _Fit(gram, design @ inverse @ design.T)


def _centered(n: Whole, values: Whole) -> Numbers:
    """Each crossing's sum beyond what its schools' means give it."""
    mean = values.sum(axis=2) / np.maximum(n.sum(axis=2), 1)
    expected = (mean[:, None] @ n)[:, 0]
    return np.asarray(values.sum(axis=1) - expected, np.float64)


def _score(crossed: Crossed, fit: _Fit, weight: Numbers, surplus: Numbers) -> Score:
    n = crossed.cells.n.astype(np.float64)
    whole = np.maximum(n.sum(axis=2), 2.0)
    mean = crossed.cells.total.sum(axis=2) / whole
    spread = np.maximum(crossed.cells.squares.sum(axis=2) / whole - mean**2, 0.0)
    spread = spread * whole / (whole - 1)
    noise = n * spread[..., None] * _variance_ratio(crossed, fit)[:, None]
    bend = noise * third_moment(np.ones(()), mean, crossed.skew)[..., None]
    average = (n / whole[..., None]) @ weight
    noises, bends = noise.sum(axis=2)[..., None], bend.sum(axis=2)[..., None]
    squared = weight**2
    variance = (noise.sum(axis=1)[:, None] @ squared)[:, 0] + (
        average * (average * noises - 2 * (noise @ weight))
    ).sum(axis=1)
    inner = average * (3 * (bend @ weight) - average * bends) - 3 * (bend @ squared)
    third = (bend.sum(axis=1)[:, None] @ weight**3)[:, 0] + (average * inner).sum(axis=1)
    return Score(surplus, variance, third)


def _variance_ratio(crossed: Crossed, fit: _Fit) -> Numbers:
    """Each crossing's variance beside the average one, from what the factors add up to.

    Not from the crossing's own results: a crossing where by chance nothing happened would then
    look as if nothing could.
    """
    n = crossed.cells.n
    students = n.sum(axis=(1, 2))[:, None]
    share = n.sum(axis=1) / np.maximum(students, 1)

    def level(values: Whole) -> Numbers:
        return np.asarray(values.sum(axis=(1, 2))[:, None] / np.maximum(students, 1), np.float64)

    def added_up(values: Whole) -> Numbers:
        own = (fit.fitted @ _centered(n, values)[..., None])[..., 0]
        return np.asarray(own - (share * own).sum(axis=1, keepdims=True) + level(values))

    total, squares = crossed.cells.total, crossed.cells.squares
    usual = level(squares) - level(total) ** 2
    mean, square = added_up(total), added_up(squares)
    ratio = np.divide(square - mean**2, usual, out=np.ones(mean.shape), where=usual > 0)
    return np.asarray(np.clip(ratio, *_VARIANCE_RANGE), np.float64)
