"""Effect sizes: gaps in standard units, for outcomes that share no unit of their own."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from eachchild.measures.comparisons import MeanDifference
from eachchild.measures.counts import Counts, Known, Numbers, Sums, Whole
from eachchild.measures.rates import quantile, usable


@dataclass(frozen=True, slots=True)
class EffectSize:
    """A gap in standard units, with a normal interval."""

    size: Numbers
    low: Numbers
    high: Numbers
    known: Known  # False: a group without students or, for means, without spread


def cohens_h(group: Counts, others: Counts, *, confidence: float = 0.95) -> EffectSize:
    """Compare two rates on the arcsine scale, where equal steps are equally hard to see.

    Source: Cohen, J. (1988), Statistical Power Analysis, 2nd ed., chapter 6.

    >>> from eachchild.measures.counts import counts
    >>> float(cohens_h(counts(30, 100), counts(10, 100)).size[0].round(3))
    0.516
    """
    known = usable(group) & usable(others)
    ours, theirs = (2 * np.arcsin(np.sqrt(np.where(known, x.rate, 0.0))) for x in (group, others))
    return _with_interval(
        ours - theirs, _noise(group.n, others.n), known=known, confidence=confidence
    )


def cohens_d(group: Sums, others: Sums, *, confidence: float = 0.95) -> EffectSize:
    """Divide the difference of two means by the spread of students within the groups (pooled).

    Source: Cohen (1988), chapter 2; the interval after Hedges and Olkin (1985), page 86.

    >>> ours = Sums(np.array([3]), np.array([15]), np.array([77]))
    >>> float(cohens_d(ours, Sums(ours.n, ours.total - 3, ours.squares - 27)).size[0])
    1.0
    """
    known = _have_spread(group, others)
    d = np.where(known, _pooled_d(group, others), 0.0)
    return _with_interval(d, _noise(group.n, others.n, d), known=known, confidence=confidence)


def hedges_g(group: Sums, others: Sums, *, confidence: float = 0.95) -> EffectSize:
    """Shrink Cohen's d, which runs high in small groups, by the exact factor.

    Source: Hedges, L. V. (1981), J. Educational Statistics 6: 107-128.

    >>> ours = Sums(np.array([3]), np.array([15]), np.array([77]))
    >>> float(hedges_g(ours, Sums(ours.n, ours.total - 3, ours.squares - 27)).size[0].round(4))
    0.7979
    """
    known = _have_spread(group, others)
    m = np.where(known, group.n + others.n - 2, 2)
    factor = np.exp(gammaln(m / 2) - gammaln((m - 1) / 2)) / np.sqrt(m / 2)
    g = np.where(known, factor * _pooled_d(group, others), 0.0)
    return _with_interval(g, _noise(group.n, others.n, g), known=known, confidence=confidence)


def in_deviations(gap: MeanDifference, group: Sums, others: Sums) -> EffectSize:
    """A difference of means, whatever its interval is about, in the groups' standard deviations.

    >>> gap = MeanDifference(*(np.array([x]) for x in (2.0, -2.0, 6.0)), np.array([True]))
    >>> ours = Sums(np.array([3]), np.array([15]), np.array([83]))
    >>> in_deviations(gap, ours, ours).high
    array([3.])
    """
    known = gap.known & _have_spread(group, others)
    unit = np.where(known, _deviation(group, others), 1.0)
    size, low, high = (np.where(known, x / unit, 0.0) for x in (gap.difference, gap.low, gap.high))
    return EffectSize(size, low, high, known)


def _have_spread(group: Sums, others: Sums) -> Known:
    spread = group.variance + others.variance
    return (group.n > 1) & (others.n > 1) & (spread > 0)


def _pooled_d(group: Sums, others: Sums) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked by the caller
        return (group.mean - others.mean) / _deviation(group, others)


def _deviation(group: Sums, others: Sums) -> Numbers:
    squares = (group.n - 1) * group.variance + (others.n - 1) * others.variance
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked by the caller
        return np.asarray(np.sqrt(squares / (group.n + others.n - 2)), np.float64)


def _noise(n1: Whole, n2: Whole, size: Numbers | float = 0.0) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked by the caller
        return 1 / n1 + 1 / n2 + size**2 / (2 * (n1 + n2))


def _with_interval(size: Numbers, noise: Numbers, *, known: Known, confidence: float) -> EffectSize:
    half = quantile(confidence) * np.sqrt(np.where(known, noise, 0.0))
    size = np.where(known, size, 0.0)
    return EffectSize(size, size - half, size + half, known)
