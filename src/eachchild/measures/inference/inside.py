"""Inside schools: a group against what its schools' students would get by lot."""

import numpy as np

from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.inference import hypergeometric as exact
from eachchild.measures.inference.sides import Pairs, third_moment
from eachchild.measures.inference.tails import Score, two_sided
from eachchild.measures.stratified import Fold

REFINED_BELOW = 0.2  # no procedure selects a p-value above it, so its last digits do not matter


def scores(pairs: Pairs, skew: float | None) -> Score:
    """The surplus of each school's group and its cumulants when results are handed round.

    For a rate these are the hypergeometric ones (Mantel and Haenszel 1959), for a number outcome
    those of drawing without replacement from the school's own values. Where only sums are known the
    variance is put at the mean and the third moment at the variance, for `sums` to scale.
    """
    n1, n0 = (
        np.where(pairs.usable, s.n, 0).astype(np.float64) for s in (pairs.group, pairs.others)
    )
    here = (n1 > 0) & (n0 > 0)
    both = pairs.group.plus(pairs.others)
    N = np.where(here, n1 + n0, 2.0)
    mean = np.where(here, both.total, 0) / N
    if pairs.has_squares:
        spread = np.maximum(np.where(here, both.squares, 0) / N - mean**2, 0.0)
    else:
        spread, skew = np.maximum(mean, 0.0), 1.0
    # A school where all have the same value has no spread; rounding must not give it one.
    spread = np.where(spread > 1e-12 * mean**2, spread, 0.0)
    surplus = np.where(here, pairs.group.total - n1 * mean, 0.0)
    variance = n1 * n0 / (N - 1) * spread
    third = variance * (n0 - n1) / np.maximum(N - 2, 1.0) * third_moment(np.ones(()), mean, skew)
    return Score(np.where(variance > 0, surplus, 0.0), variance, third)


def folded(score: Score, fold: Fold) -> Score:
    """The schools' scores added up to their comparisons."""
    return Score(fold.sum(score.surplus), fold.sum(score.variance), fold.sum(score.third))


def p_values(pairs: Pairs, score: Score, fold: Fold, total: Score) -> Numbers:
    """Two-sided p of each comparison; `score` is a school's, `total` a comparison's.

    For a rate with a variance under 9 the tail is that of the exact convolution. For a number
    outcome the larger of the skewed and the symmetric curve is taken, since its third moment is
    an estimate. 1 where nothing can be told.
    """
    p = two_sided(total)
    if not pairs.is_rate:
        straight = Score(total.surplus, total.variance, np.zeros_like(total.third))
        return np.maximum(p, two_sided(straight))
    small = (total.variance > 0) & (total.variance < exact.EXACT_BELOW) & (p < REFINED_BELOW)
    if small.any():
        p[small] = _exact(pairs, score, fold, small)
    return p


def p_alone(pairs: Pairs, score: Score) -> Numbers:
    """Two-sided p of each entry by itself: one school, or one place whose schools are not known."""
    p = two_sided(score)
    if not pairs.is_rate:
        straight = Score(score.surplus, score.variance, np.zeros_like(score.third))
        return np.maximum(p, two_sided(straight))
    near = np.flatnonzero((score.variance > 0) & (p < REFINED_BELOW) & (score.variance < 1e4))
    if near.size:
        part = pairs.take(near)
        p[near] = exact.one_school(part.group.total, _draws(part))
    return p


def _draws(pairs: Pairs) -> exact.Draws:
    both = pairs.group.plus(pairs.others)
    return exact.Draws(pairs.group.n, both.total, both.n)


def _exact(pairs: Pairs, score: Score, fold: Fold, small: Known) -> Numbers:
    """Convolve the schools of the comparisons chosen; schools that cannot vary add a constant."""
    rows = np.flatnonzero(small[fold.cell] & (score.variance > 0))
    number = np.cumsum(small) - 1
    rows = rows[np.argsort(number[fold.cell[rows]], kind="stable")]
    part, comparison = pairs.take(rows), number[fold.cell[rows]]
    events = _added(part.group.total, comparison, int(small.sum()))
    return exact.sums(events, _draws(part), comparison, int(small.sum()))


def _added(values: Whole, comparison: Whole, comparisons: int) -> Whole:
    # Whole numbers below 2 ** 53 are added exactly in floating point.
    return np.bincount(comparison, weights=values, minlength=comparisons).astype(np.int64)
