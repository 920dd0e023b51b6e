"""Did a gap inside schools change: one year against another."""

import numpy as np
from scipy.special import ndtr

from eachchild.cube import POOLED
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.inference.model import Asked, Changes, InsideGap
from eachchild.measures.inference.tails import Score, two_sided
from eachchild.measures.rates import quantile

_FEWEST = 10  # students with the outcome, and without, on either side in either year
_FEWEST_OF_MEAN = 30


def changes(asked: Asked, inside: InsideGap, *, is_rate: Known) -> Changes:
    """Each gap's change from one year to the next, and from the first year to the last.

    The variance is that of both years added, as if they held different students. Most students
    are in both, and what stays with them makes the years more alike than that, so the test errs to
    the quiet side. It is the weaker of two: the normal one with each group's own spread, and the
    skewed one of handing results round inside schools; the first alone took a small group in which
    for a year nothing happened for one in which nothing could. Only where all counts of both years
    are at least 10 (students, for a mean, 30).
    """
    rows = np.flatnonzero((asked.period != POOLED) & inside.has_difference & _large(asked, is_rate))
    keys = (asked.outcome, asked.level, asked.place, asked.group.code, asked.reference.code)
    columns = np.stack([k[rows].astype(np.int64) for k in keys])
    same = np.unique(columns, axis=1, return_inverse=True)[1].ravel()
    order = np.lexsort((asked.period[rows], same))
    rows, same = rows[order], same[order]
    before, after = _years_apart(same, asked.period[rows])
    return _changes(asked, inside, rows[before], rows[after])


def _years_apart(same: Whole, period: Whole) -> tuple[Whole, Whole]:
    """Each year and the next, then each gap's first year and last where that is another pair."""
    if not same.size:
        return same, same
    next_one = np.flatnonzero((np.diff(same) == 0) & (np.diff(period) == 1))
    first = np.flatnonzero(np.diff(same, prepend=-1))
    last = np.append(first[1:], same.size) - 1
    far = period[last] - period[first] > 1
    return np.append(next_one, first[far]), np.append(next_one + 1, last[far])


def _large(asked: Asked, is_rate: Known) -> Known:
    rate = np.ones(asked.outcome.shape, np.bool_)
    mean = np.ones(asked.outcome.shape, np.bool_)
    for side in (asked.ours, asked.theirs):
        rate &= (side.total >= _FEWEST) & (side.n - side.total >= _FEWEST)
        mean &= side.n >= _FEWEST_OF_MEAN
    return np.where(is_rate[asked.outcome], rate, mean)


def _changes(asked: Asked, inside: InsideGap, before: Whole, after: Whole) -> Changes:
    error = np.hypot(_error(inside, before), _error(inside, after))
    change = inside.difference[after] - inside.difference[before]
    half = quantile(0.95) * error
    return Changes(
        asked.outcome[after],
        asked.level[after],
        asked.place[after],
        asked.period[before],
        asked.period[after],
        asked.group.take(after),
        asked.reference.take(after),
        inside.difference[before],
        change,
        change - half,
        change + half,
        np.maximum(2 * ndtr(-np.abs(change) / error), _by_lot(inside, change, before, after)),
    )


def _error(inside: InsideGap, rows: Whole) -> Numbers:
    return (inside.high[rows] - inside.low[rows]) / (2 * quantile(0.95))


def _by_lot(inside: InsideGap, change: Numbers, before: Whole, after: Whole) -> Numbers:
    """The p-value of the change if results were handed round inside schools in both years."""
    variance = inside.by_lot[after] + inside.by_lot[before]
    third = inside.by_lot_third[after] - inside.by_lot_third[before]
    step = 1 / inside.weight[after] + 1 / inside.weight[before]
    return two_sided(Score(change, variance, third), step=step)
