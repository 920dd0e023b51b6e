"""How large the gap inside schools is: Mantel and Haenszel's estimates for every comparison."""

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.inference.model import InsideGap
from eachchild.measures.inference.sides import Pairs
from eachchild.measures.stratified import (
    Fold,
    pooled_mean_difference,
    pooled_risk_difference,
    pooled_risk_ratio,
)


def no_gap(size: int) -> InsideGap:
    """Nothing known, where there is no inside."""
    zero, none = np.zeros(size), np.zeros(size, np.bool_)
    return InsideGap(zero, zero, zero, none, zero, zero, zero, none)


def inside_gap(pairs: Pairs, fold: Fold, *, scale: float, years: float) -> InsideGap:
    """The gap of each comparison with its interval, widened for years pooled.

    `pairs` are one a school, usable ones only.
    """
    if not pairs.is_rate:
        return _of_means(pairs, fold, scale, years)
    group, others = pairs.group.counts(), pairs.others.counts()
    ratio = pooled_risk_ratio(group, others, fold)
    gap = pooled_risk_difference(group, others, fold)
    safe, low, high = (np.where(ratio.known, x, 1.0) for x in (ratio.ratio, ratio.low, ratio.high))
    below, above = (safe * (x / safe) ** np.sqrt(years) for x in (low, high))
    return InsideGap(
        ratio.ratio,
        np.where(ratio.known, below, 0.0),
        np.where(ratio.known, above, 0.0),
        ratio.known,
        gap.difference,
        _widened(gap.difference, gap.low, years),
        _widened(gap.difference, gap.high, years),
        gap.known,
    )


def _of_means(pairs: Pairs, fold: Fold, scale: float, years: float) -> InsideGap:
    gap = pooled_mean_difference(pairs.group.sums(scale), pairs.others.sums(scale), fold)
    low, high = (_widened(gap.difference, x, years) for x in (gap.low, gap.high))
    zero, none = np.zeros(fold.cells), np.zeros(fold.cells, np.bool_)
    return InsideGap(zero, zero, zero, none, gap.difference, low, high, gap.known)


def _widened(center: Numbers, end: Numbers, years: float) -> Numbers:
    return np.asarray(center + (end - center) * np.sqrt(years), np.float64)
