"""The same index for "schools like these": schools, not students, are the random draw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.cells import SchoolCells
from eachchild.measures.predictability.columns import Columns
from eachchild.measures.predictability.estimate import Estimate, Noise, estimate, influence
from eachchild.measures.predictability.interval import (
    HALVINGS,
    LOWER_TAIL,
    UPPER_TAIL,
    Interval,
    Square,
    inverted,
    stretch,
)

BLOCK = 4_000_000  # schools drawn at once, in all draws together
TINY = np.finfo(np.float64).tiny
ENOUGH_SCHOOLS = 20  # with fewer, leverage makes the schools look more alike than they are


@dataclass(frozen=True, slots=True)
class SchoolMoves:
    """What each school contributes to the estimate, and the noise of all of them together."""

    square: Square
    rates: Numbers  # [school, direction] moves of the fitted rates, on the index's scale
    index: Numbers  # [school] linear moves of the index


def school_moves(cells: SchoolCells, columns: Columns) -> SchoolMoves:
    """Find how schools, each as a whole, move the fitted rates and the index.

    Students of a school share its rules, so the sums of its residuals make the variance.
    """
    place = cells.place()
    found = estimate(place, columns)
    grown = cells.schools / (cells.schools - 1)
    rates = _rate_moves(cells, columns, found) * np.sqrt(grown / place.students)
    between = found.spread.seen - (rates**2).sum()
    square = found.factor**2 * between
    found = replace(found, square=square, spread=replace(found.spread, between=between))
    index = _index_moves(cells, found) * np.sqrt(grown)
    rates = rates * found.factor[0]
    size = cells.by_school(cells.n)
    worth = float(size.sum() ** 2 / (size**2).sum())
    return SchoolMoves(Square(square, _noise(rates, index), worth), rates, index)


def _noise(rates: Numbers, index: Numbers) -> Noise:
    together = rates.T @ rates
    added = np.array([together.trace()])
    scale = (together**2).sum() / np.maximum(added, TINY)
    return Noise(scale, added / np.maximum(scale, TINY), np.array([(index**2).sum()]))


def _rate_moves(cells: SchoolCells, columns: Columns, found: Estimate) -> Numbers:
    place, own = cells.place(), np.flatnonzero(columns.own)
    residual = cells.total - cells.n * found.fitted.fitted[0, cells.cell]
    table = csr_array((residual, (cells.school, cells.cell)), shape=(cells.schools, place.n.size))
    size = np.sqrt(place.n)
    moves = np.hstack([(table[:, own] / size[own]).toarray(), table @ found.fitted.root])
    # The constant is among the columns; a move of the base rate is no move apart.
    constant = np.concatenate([size[own], found.fitted.root.T @ place.n])
    constant /= np.sqrt(place.students)
    return np.asarray(moves - np.outer(moves @ constant, constant), np.float64)


def _index_moves(cells: SchoolCells, found: Estimate) -> Numbers:
    parts = influence(cells.place(), found)
    shrunk, event, presence = (
        x[0, cells.cell] for x in (parts.shrunk, parts.event, parts.presence)
    )
    sums = cells.by_school((cells.total - cells.n * shrunk) * event + cells.n * presence)
    n = cells.by_school(cells.n)
    return np.asarray((sums - n * (sums.sum() / n.sum())) / n.sum(), np.float64)


def schools_interval(
    lean: SchoolMoves, rich: SchoolMoves, *, rng: np.random.Generator, draws: int
) -> Interval:
    """The interval for schools like these: the wider of closed form and resampled schools.

    The closed form takes the schools' moves to be as regular as their first moments; schools
    drawn again keep their skewness but, where they are few, have thin tails.
    """
    closed = [inverted(moves.square) for moves in (lean, rich)]
    drawn = _resampled((lean, rich), rng, draws)
    return Interval(
        np.minimum(closed[0].low, drawn[0].low),
        np.max([x.high for x in (*closed, *drawn)], axis=0),
    )


def _resampled(both: Sequence[SchoolMoves], rng: np.random.Generator, draws: int) -> list[Interval]:
    # Schools drawn again repeat their noise, so the estimates made from them stand too high and
    # their own spread covers far too little. What is used is how far a draw moves the estimate,
    # in its linear and its quadratic part, around every candidate truth.
    linear: list[list[Numbers]] = [[] for _ in both]
    bent: list[list[Numbers]] = [[] for _ in both]
    for weight in _drawn_schools(rng, both[0].index.size, draws):
        for k, moves in enumerate(both):
            linear[k].append(weight @ moves.index)
            bent[k].append(((weight @ moves.rates) ** 2).sum(axis=1) - (moves.rates**2).sum())
    drawn = zip(both, linear, bent, strict=True)
    return [_inverted(m, np.concatenate(x), np.concatenate(y)) for m, x, y in drawn]


def _drawn_schools(rng: np.random.Generator, schools: int, draws: int) -> Iterator[Numbers]:
    """How much more or less often than once each school comes up, `[draw, school]`, in blocks."""
    block = max(1, BLOCK // schools)
    for first in range(0, draws, block):
        rows = min(block, draws - first)
        picked = rng.integers(schools, size=(rows, schools)) + schools * np.arange(rows)[:, None]
        often = np.bincount(picked.ravel(), minlength=rows * schools).reshape(rows, schools)
        yield np.asarray(often - 1.0, np.float64)


def _inverted(moves: SchoolMoves, linear: Numbers, bent: Numbers) -> Interval:
    seen, worth = moves.square.value, moves.square.schools
    low = _crossing(seen, linear, bent, (1 - LOWER_TAIL, worth))
    high = _crossing(np.maximum(seen, 0), linear, bent, (UPPER_TAIL, worth))
    return Interval(np.sqrt(low), np.sqrt(high))


def _crossing(seen: Numbers, linear: Numbers, bent: Numbers, at: tuple[float, float]) -> Numbers:
    tail, worth = at
    wide, low, high = stretch(worth, tail), np.zeros(1), np.ones(1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        moved = wide * np.quantile(2 * np.sqrt(middle) * linear + bent, tail)
        beyond = middle + moved >= seen
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.where(wide * np.quantile(bent, tail) >= seen, 0.0, high)
