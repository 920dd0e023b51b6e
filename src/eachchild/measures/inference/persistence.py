"""Years pooled: the same students come back, so four years are worth less than four years."""

import numpy as np

from eachchild.cube import EVERYWHERE, Block
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.inference.sides import Side


def years_together(block: Block, outcome: str, *, first: int, is_rate: bool) -> float:
    """By how much the variance of years pooled, from `first` on, exceeds that of independent ones.

    A student absent often in one year is absent often in the next. The counts show it: where a
    school's students of one identity had more than their school's rate in one year, they have
    more in the next. That covariance, one standard error added, is what years share; what a group
    has everywhere in the district is taken out first, for that is what is asked about. At least
    1, at most the number of years.

    >>> place, period = np.repeat(np.arange(30), 4), np.tile(np.repeat([0, 1], 2), 30)
    >>> value = np.tile([0, 1], 60)[:, None]
    >>> happened = np.random.default_rng(1).integers(1, 40, (30, 1)) * [[1, -1, 1, -1]] % 40
    >>> from eachchild.cube import Tally
    >>> n, none = np.full(120, 40), np.zeros(120, np.int64)
    >>> tally = Tally.exact(n, happened.ravel(), missing=none)
    >>> block = Block(("sex",), place, period, value, n, {"oss_any": tally})
    >>> bool(years_together(block, "oss_any", first=0, is_rate=True) > 1.9)
    True
    """
    tally = block.tallies[outcome]
    keep = tally.is_exact & tally.collected & (tally.n > 0) & (block.period >= first)
    keep &= (block.place != EVERYWHERE) | (block.place == EVERYWHERE).all()
    if is_rate:
        keep &= tally.events <= tally.n
    if not keep.any():
        return 1.0
    squares = tally.events if is_rate else tally.squares
    kept = Side(tally.n[keep], tally.events[keep], (tally.n if squares is None else squares)[keep])
    shift, variance = _standing(block, keep, kept, has_squares=squares is not None)
    return _design(block, keep, shift, variance)


def _standing(
    block: Block, keep: Known, cells: Side, *, has_squares: bool
) -> tuple[Numbers, Numbers]:
    """Each cell's surplus over its school's level in the year, and its variance by lot."""
    n, school = cells.n, _numbered(block.place[keep], block.period[keep])
    N, T, Q = (np.bincount(school, weights=x)[school] for x in (n, cells.total, cells.squares))
    free = n * (N - n) / np.maximum(N - 1, 1)
    shift = cells.total - n * (T / N)
    if has_squares:
        variance = free * np.maximum(Q / N - (T / N) ** 2, 0.0)
    else:  # of sums alone the variance goes with the mean, as far as all cells together tell
        variance = free * np.maximum(T / N, 0.0)
        variance = variance * (float(shift @ shift) / max(float(variance.sum()), 1e-9))
    cell = _numbered(block.period[keep], *block.value[keep].T)
    usual = np.bincount(cell, weights=shift) / np.maximum(np.bincount(cell, weights=free), 1e-9)
    alone = np.bincount(cell) < 2  # a cell of one school only would be taken out altogether
    return shift - np.where(alone, 0.0, usual)[cell] * free, variance


def _design(block: Block, keep: Known, shift: Numbers, variance: Numbers) -> float:
    period = block.period[keep]
    years = np.unique(period)
    same = _numbered(block.place[keep], *block.value[keep].T)
    table = np.zeros((2, years.size, int(same.max()) + 1))
    table[0, np.searchsorted(years, period), same] = shift
    table[1, np.searchsorted(years, period), same] = variance
    spread = np.sqrt(table[1].sum(axis=1))
    if not spread.any():
        return 1.0
    together = sum(
        _shared(table[0, a], table[0, b], table[1, a] * table[1, b]) * spread[a] * spread[b]
        for a in range(years.size)
        for b in range(a)
    )
    return float(np.clip(1 + 2 * together / (spread**2).sum(), 1.0, years.size))


def _shared(first: Numbers, second: Numbers, variances: Numbers) -> float:
    """The correlation of two years over cells, one standard error added; none below 0."""
    size = float(np.sqrt(variances).sum())
    if size <= 0:
        return 0.0
    error = float(np.sqrt(variances.sum()))
    return float(np.clip((float(first @ second) + error) / size, 0.0, 1.0))


def _numbered(*keys: Whole) -> Whole:
    """Number the distinct combinations of keys, which are whole numbers from -1."""
    code = np.zeros(keys[0].shape, np.int64)
    for key in keys:
        code = code * (int(key.max()) + 2) + key + 1
    return np.unique(code, return_inverse=True)[1]
