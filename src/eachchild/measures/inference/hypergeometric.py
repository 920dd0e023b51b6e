"""Exact tails of hypergeometric counts, of one school and of the sum over schools."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from eachchild.measures.counts import Known, Numbers, Whole

EXACT_BELOW = 9.0  # variance of the sum; above it the Pearson III tail gives little away
LEAST = 1e-12  # sums are made by a Fourier transform, which is right to about 1e-14
_GRID = 128  # 21 standard deviations either way at a variance of 9
_WIDTHS = (4, 8, 16, 32, 64, _GRID)
_DONE = 1e-17
_MOST_ENTRIES = 8192  # of one transform, to bound its memory


@dataclass(frozen=True, slots=True)
class Draws:
    """A group of `n` of a school's `students`, of whom `with_it` met the outcome."""

    n: Whole
    with_it: Whole
    students: Whole

    def take(self, rows: Whole | Known) -> "Draws":
        """The schools chosen by index or mask."""
        return Draws(self.n[rows], self.with_it[rows], self.students[rows])

    @property
    def lowest(self) -> Whole:
        """The fewest of the group who can have met it."""
        return np.asarray(np.maximum(self.n + self.with_it - self.students, 0))

    @property
    def highest(self) -> Whole:
        """The most of the group who can have met it."""
        return np.asarray(np.minimum(self.n, self.with_it))

    def chance(self, events: Whole) -> Numbers:
        """The chance of exactly so many; 0 outside the possible."""
        possible = (events >= self.lowest) & (events <= self.highest)
        x = np.where(possible, events, self.lowest)
        logs = (
            _log_choose(self.with_it, x)
            + _log_choose(self.students - self.with_it, self.n - x)
            - _log_choose(self.students, self.n)
        )
        return np.where(possible, np.exp(logs), 0.0)


def _log_choose(n: Whole, k: Whole) -> Numbers:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), np.float64)


def one_school(events: Whole, draws: Draws) -> Numbers:
    """Twice the smaller tail of each school's own count: Fisher's exact test, the safe way.

    >>> one = Draws(np.array([4]), np.array([5]), np.array([12]))
    >>> float(one_school(np.array([4]), one)[0].round(6))
    0.020202
    """
    # More than expected is the upper tail; fewer is that of those who did not meet it.
    fewer = events * draws.students < draws.n * draws.with_it
    x = np.where(fewer, draws.n - events, events)
    mirrored = np.where(fewer, draws.students - draws.with_it, draws.with_it)
    side = Draws(draws.n, mirrored, draws.students)
    return np.minimum(2 * side.chance(x) * _from_here_up(x, side), 1.0)


def _from_here_up(x: Whole, draws: Draws) -> Numbers:
    """The tail in units of its first term, by the ratio of each term to the one before."""
    total = np.ones(x.shape)
    rows, term, step = np.arange(x.size), np.ones(x.shape), 0
    n, k, rest = (v.astype(np.float64) for v in (draws.n, draws.with_it, draws.students))
    rest = rest - n - k
    at = x.astype(np.float64)
    while rows.size:
        term = term * np.maximum((n - at) * (k - at), 0.0) / ((at + 1) * (rest + at + 1))
        total[rows] += term
        at, step = at + 1, step + 1
        if step % 4 == 0:
            going = term > _DONE * total[rows]
            rows = rows[going]
            term, at, n, k, rest = (v[going] for v in (term, at, n, k, rest))
    return total


def sums(events: Whole, draws: Draws, comparison: Whole, comparisons: int) -> Numbers:
    """Twice the smaller tail of each comparison's sum over its schools, by exact convolution.

    `events` is the sum observed, one entry a comparison; `comparison` says which one a school's
    draw belongs to, ascending. The variance of each sum must not exceed `EXACT_BELOW`.

    >>> two = Draws(np.array([4, 2]), np.array([5, 3]), np.array([12, 9]))
    >>> float(sums(np.array([6]), two, np.zeros(2, np.int64), 1)[0].round(6))
    0.001684
    """
    expected = draws.n * (draws.with_it / np.maximum(draws.students, 1))
    start = np.maximum(np.floor(expected).astype(np.int64) - _GRID // 2, draws.lowest)
    shift = np.bincount(comparison, weights=start, minlength=comparisons)
    mean = np.bincount(comparison, weights=expected, minlength=comparisons)
    # The grid is a circle: it is read from the point opposite to the mean.
    first = np.floor(mean - _GRID / 2) - shift
    chance = _circle(draws, start, comparison, comparisons)
    turned = (np.arange(_GRID) + first[:, None].astype(np.int64)) % _GRID
    chance = np.maximum(np.take_along_axis(chance, turned, axis=1), 0.0)
    return _tails(chance, (events - shift - first).astype(np.int64))


def _tails(chance: Numbers, at: Whole) -> Numbers:
    up = np.cumsum(chance[:, ::-1], axis=1)[:, ::-1]
    down = np.cumsum(chance, axis=1)
    beyond = (at < 0) | (at >= _GRID)
    row, column = np.arange(at.size), np.clip(at, 0, _GRID - 1)
    p = 2 * np.minimum(up[row, column], down[row, column])
    return np.clip(np.where(beyond, 0.0, p), LEAST, 1.0)


def _circle(draws: Draws, start: Whole, comparison: Whole, comparisons: int) -> Numbers:
    """The chance of each sum above its start, modulo the grid."""
    transformed = np.ones((comparisons, _GRID // 2 + 1), np.complex128)
    width = np.minimum(draws.highest - start + 1, _GRID)
    reach = np.searchsorted(_WIDTHS, width)
    for i, most in enumerate(_WIDTHS):
        rows = np.flatnonzero((reach == i) & (width > 1))
        for part in np.array_split(rows, -(-rows.size // _MOST_ENTRIES) or 1):
            if part.size:
                found, product = _multiplied(draws.take(part), start[part], comparison[part], most)
                transformed[found] *= product
    return np.fft.irfft(transformed, n=_GRID, axis=1)


def _multiplied(
    draws: Draws, start: Whole, comparison: Whole, width: int
) -> tuple[Whole, np.ndarray]:
    values = start[:, None] + np.arange(width)
    wide = Draws(draws.n[:, None], draws.with_it[:, None], draws.students[:, None])
    transformed = np.fft.rfft(wide.chance(values), n=_GRID, axis=1)
    found, first = np.unique(comparison, return_index=True)
    return found, np.multiply.reduceat(transformed, first, axis=0)
