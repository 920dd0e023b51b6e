"""Intervals that take schools, not students, for the independent draws.

Students of one school share its adults and its rules, so the variance is that of the schools' sums
of residuals (linearization), each divided by the root of one minus the school's share of the
students, for large schools pull the rate toward themselves (Bell and McCaffrey 2002, Survey
Methodology 28: 169-181). Student's t has as many degrees of freedom as the schools are worth: few
schools that carry a group count as few. Nothing is known with under four schools on either side,
since so few cannot tell how much schools differ; where the schools are worth less than two; and
where a side's students are all alike (nobody, or everybody, met the outcome).

A row is a school in a cell. Rows enter sums as the source has them, so a cell's rate is the rate of
the whole place.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit, stdtrit

from eachchild.measures.comparisons import MeanDifference, MeanRatio, RiskDifference, RiskRatio
from eachchild.measures.counts import Counts, Known, Numbers, Sums, Whole
from eachchild.measures.rates import Mean, Rate
from eachchild.measures.stratified import Fold

ENOUGH_SCHOOLS = 4


def cluster_rate(group: Counts, fold: Fold, *, confidence: float = 0.95) -> Rate:
    """Give each cell's rate with its interval between schools, made on the logit scale.

    >>> from eachchild.measures.counts import counts
    >>> from eachchild.measures.stratified import one_cell
    >>> schools = counts([3, 5, 9, 2, 4], [40, 50, 60, 30, 45])
    >>> float(cluster_rate(schools, one_cell(5)).rate[0].round(4))
    0.1022
    """
    side = _rates(group, fold)
    spread = _spread(_scores(side, 1 / _safe(side.shift), fold), fold)
    one = _around(logit(np.where(spread.known, side.level, 0.5)), spread, confidence)
    rate, low, high = (np.where(one.known, expit(x), 0.0) for x in (one.value, one.low, one.high))
    return Rate(rate, low, high, one.known)


def cluster_difference(
    group: Counts, others: Counts, fold: Fold, *, confidence: float = 0.95
) -> RiskDifference:
    """Subtract the others' rate, with the interval between schools; rows are the same schools.

    >>> from eachchild.measures.counts import counts
    >>> from eachchild.measures.stratified import one_cell
    >>> n = [40, 50, 60, 30]
    >>> gap = cluster_difference(counts([9, 5, 9, 8], n), counts([2, 5, 5, 1], n), one_cell(4))
    >>> float(gap.difference[0].round(4))
    0.1
    """
    one = _difference(_rates(group, fold), _rates(others, fold), fold, confidence=confidence)
    low, high = np.maximum(one.low, -1.0), np.minimum(one.high, 1.0)
    return RiskDifference(one.value, low, high, one.known)


def cluster_ratio(
    group: Counts, others: Counts, fold: Fold, *, confidence: float = 0.95
) -> RiskRatio:
    """Divide by the others' rate, with the interval between schools made on the log scale.

    >>> from eachchild.measures.counts import counts
    >>> from eachchild.measures.stratified import one_cell
    >>> n = [40, 50, 60, 30]
    >>> one = cluster_ratio(counts([9, 5, 9, 7], n), counts([2, 5, 5, 3], n), one_cell(4))
    >>> float(one.ratio[0].round(4))
    2.0
    """
    one = _ratio(_rates(group, fold), _rates(others, fold), fold, confidence=confidence)
    return RiskRatio(one.value, one.low, one.high, one.known)


def cluster_mean(group: Sums, fold: Fold, *, confidence: float = 0.95) -> Mean:
    """Give each cell's mean with its interval between schools.

    >>> from eachchild.measures.stratified import one_cell
    >>> n, total, squares = (np.array(x) for x in ([3, 4, 5, 2], [9, 9, 25, 8], [29, 25, 129, 34]))
    >>> float(cluster_mean(Sums(n, total, squares), one_cell(4)).mean[0].round(4))
    3.6429
    """
    side = _means(group, fold)
    spread = _spread(_scores(side, np.ones(fold.cells), fold), fold)
    one = _around(side.level, spread, confidence)
    return Mean(one.value, one.low, one.high, one.known)


def cluster_mean_difference(
    group: Sums, others: Sums, fold: Fold, *, confidence: float = 0.95
) -> MeanDifference:
    """Subtract the others' mean, with the interval between schools; rows are the same schools.

    >>> from eachchild.measures.stratified import one_cell
    >>> n, total, squares = (np.array(x) for x in ([3, 4, 5, 2], [9, 9, 25, 8], [29, 25, 129, 34]))
    >>> same = Sums(n, total, squares)
    >>> bool(cluster_mean_difference(same, same, one_cell(4)).known[0])  # no spread, so cannot tell
    False
    """
    one = _difference(_means(group, fold), _means(others, fold), fold, confidence=confidence)
    return MeanDifference(one.value, one.low, one.high, one.known)


def cluster_mean_ratio(
    group: Sums, others: Sums, fold: Fold, *, confidence: float = 0.95
) -> MeanRatio:
    """Divide by the others' mean, for amounts; the interval between schools is of the logarithm.

    >>> from eachchild.measures.stratified import one_cell
    >>> n, total, squares = (np.array(x) for x in ([3, 4, 5, 2], [9, 9, 25, 8], [29, 25, 129, 34]))
    >>> twice = Sums(n, 2 * total, 4 * squares + np.array([0, 2, 0, 2]))
    >>> one = cluster_mean_ratio(twice, Sums(n, total, squares), one_cell(4))
    >>> float(one.ratio[0]), bool(one.known[0])  # the same in every school, so no spread to tell
    (0.0, False)
    """
    one = _ratio(_means(group, fold), _means(others, fold), fold, confidence=confidence)
    return MeanRatio(one.value, one.low, one.high, one.known)


@dataclass(frozen=True, slots=True)
class _Side:
    """One group over its schools: what its level is, and what moves it."""

    level: Numbers  # one a cell: the rate or mean
    noise: Numbers  # one a cell: the level's variance if students were independent
    shift: Numbers  # one a cell: how far one unit of school effect moves the level
    known: Known  # one a cell: enough schools, and students who differ
    share: Numbers  # one a row: the school's share of the cell's students
    residual: Numbers  # one a row: the school's part of the level's error


@dataclass(frozen=True, slots=True)
class _Scores:
    """What each school's row adds to an estimate's error, and what the working model expects."""

    residual: Numbers
    noise: Numbers
    shift: Numbers
    known: Known  # one a cell


@dataclass(frozen=True, slots=True)
class _Spread:
    error: Numbers
    df: Numbers
    known: Known


@dataclass(frozen=True, slots=True)
class _Interval:
    value: Numbers
    low: Numbers
    high: Numbers
    known: Known


def _rates(group: Counts, fold: Fold) -> _Side:
    total = fold.sum(group.n)
    rate = fold.sum(group.events) / _safe(total)
    variance = np.maximum(rate * (1 - rate), 0.0)
    # A school effect acts on the logit scale, so it moves a rate by its binomial variance.
    return _side(group.events, group.n, fold, variance=variance, shift=variance)


def _means(group: Sums, fold: Fold) -> _Side:
    n, total, squares = (
        np.rint(fold.sum(x)).astype(np.int64) for x in (group.n, group.total, group.squares)
    )
    whole = Sums(n, total, squares, group.scale)
    ones = np.ones(fold.cells)
    return _side(group.total / group.scale, group.n, fold, variance=whole.variance, shift=ones)


def _side(
    total: Numbers | Whole, n: Whole, fold: Fold, *, variance: Numbers, shift: Numbers
) -> _Side:
    students = _safe(fold.sum(n))
    level = fold.sum(total) / students
    each = fold.spread(students)
    share = n / each
    residual = total / each - fold.spread(level) * share
    residual /= np.sqrt(np.where(share < 1, 1 - share, 1.0))
    known = (fold.sum(n > 0) >= ENOUGH_SCHOOLS) & (variance > 0)
    return _Side(level, variance / students, shift, known, share, residual)


def _scores(side: _Side, scale: Numbers, fold: Fold) -> _Scores:
    """Put a side on the scale of the estimate: `scale` is the estimate's slope in the level."""
    noise = fold.spread(side.noise * scale**2) * side.share
    shift = fold.spread(side.shift * scale) * side.share
    return _Scores(side.residual * fold.spread(scale), noise, shift, side.known)


def _minus(ours: _Scores, theirs: _Scores) -> _Scores:
    return _Scores(
        ours.residual - theirs.residual,
        ours.noise + theirs.noise,
        ours.shift - theirs.shift,  # what a school does to both groups cancels where both are
        ours.known & theirs.known,
    )


def _spread(scores: _Scores, fold: Fold) -> _Spread:
    """Give the standard error, and the degrees of freedom that the schools are worth.

    The working model of a school's variance is students' noise plus school effects that make up
    what the schools vary by beyond it; Satterthwaite's ratio of it, (sum v)^2 / sum v^2, is the
    number of equal schools these are worth, and one is spent on the level.
    """
    variance = fold.sum(scores.residual**2)
    beyond = np.maximum(variance - fold.sum(scores.noise), 0.0)
    per_shift = beyond / _safe(fold.sum(scores.shift**2))
    model = scores.noise + fold.spread(per_shift) * scores.shift**2
    df = fold.sum(model) ** 2 / _safe(fold.sum(model**2)) - 1
    known = scores.known & (variance > 0) & (df >= 1)
    return _Spread(np.sqrt(np.where(known, variance, 0.0)), np.where(known, df, 1.0), known)


def _difference(ours: _Side, theirs: _Side, fold: Fold, *, confidence: float) -> _Interval:
    ones = np.ones(fold.cells)
    spread = _spread(_minus(_scores(ours, ones, fold), _scores(theirs, ones, fold)), fold)
    return _around(ours.level - theirs.level, spread, confidence)


def _ratio(ours: _Side, theirs: _Side, fold: Fold, *, confidence: float) -> _Interval:
    above = _scores(ours, 1 / _safe(ours.level), fold)
    below = _scores(theirs, 1 / _safe(theirs.level), fold)
    spread = _spread(_minus(above, below), fold)
    spread = replace(spread, known=spread.known & (ours.level > 0) & (theirs.level > 0))
    one = _around(np.log(_safe(ours.level) / _safe(theirs.level)), spread, confidence)
    value, low, high = (np.where(one.known, np.exp(x), 0.0) for x in (one.value, one.low, one.high))
    return _Interval(value, low, high, one.known)


def _around(value: Numbers, spread: _Spread, confidence: float) -> _Interval:
    half = stdtrit(spread.df, (1 + confidence) / 2) * spread.error
    value, low, high = (np.where(spread.known, x, 0.0) for x in (value, value - half, value + half))
    return _Interval(value, low, high, spread.known)


def _safe(values: Numbers) -> Numbers:
    """Where a divisor is 0 the result is unknown and masked; 1 keeps the division quiet."""
    return np.where(values > 0, values, 1.0)
