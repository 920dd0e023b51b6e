"""How large the gap inside schools is: Mantel and Haenszel's estimates for every comparison."""

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.inference.model import InsideGap
from eachchild.measures.inference.sides import Pairs
from eachchild.measures.inference.tails import Score
from eachchild.measures.stratified import (
    Fold,
    pooled_mean_difference,
    pooled_risk_difference,
    pooled_risk_ratio,
)


def no_gap(size: int) -> InsideGap:
    """Nothing known, where there is no inside."""
    zero, none = np.zeros(size), np.zeros(size, np.bool_)
    return InsideGap(zero, zero, zero, none, zero, zero, zero, none, zero, zero, zero)


def inside_gap(pairs: Pairs, fold: Fold, total: Score, *, scale: float, years: float) -> InsideGap:
    """The gap of each comparison with its interval, widened for years pooled.

    `pairs` are one a school, usable and with students on both sides; `total` is the comparisons'
    score.
    """
    n1, n0 = pairs.group.n.astype(np.float64), pairs.others.n
    weight = fold.sum(n1 * n0 / np.maximum(n1 + n0, 1)) * scale
    safe = np.where(weight > 0, weight, 1.0)
    by_lot = (weight, total.variance / safe**2, total.third / safe**3)
    if not pairs.is_rate:
        ours, theirs = pairs.group.sums(scale), pairs.others.sums(scale)
        mean = pooled_mean_difference(ours, theirs, fold)
        low, high = (_widened(mean.difference, x, years) for x in (mean.low, mean.high))
        zero, none = np.zeros(fold.cells), np.zeros(fold.cells, np.bool_)
        return InsideGap(zero, zero, zero, none, mean.difference, low, high, mean.known, *by_lot)
    group, others = pairs.group.counts(), pairs.others.counts()
    ratio = pooled_risk_ratio(group, others, fold)
    gap = pooled_risk_difference(group, others, fold)
    low, high = (_widened(gap.difference, x, years) for x in (gap.low, gap.high))
    return InsideGap(
        ratio.ratio,
        _stretched(ratio.ratio, ratio.low, years),
        _stretched(ratio.ratio, ratio.high, years),
        ratio.known,
        gap.difference,
        low,
        high,
        gap.known,
        *by_lot,
    )


def _widened(center: Numbers, end: Numbers, years: float) -> Numbers:
    return np.asarray(center + (end - center) * np.sqrt(years), np.float64)


def _stretched(center: Numbers, end: Numbers, years: float) -> Numbers:
    """Widened on the log scale; where there is no ratio both are 0 and stay so."""
    known = center > 0
    share = np.where(known, end, 1.0) / np.where(known, center, 1.0)
    return np.where(known, center * share ** np.sqrt(years), 0.0)
