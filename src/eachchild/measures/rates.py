"""Rates and means of one group, each with the interval that chance alone would give it."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.special import stdtrit

from eachchild.measures.counts import Counts, Known, Numbers, Sums


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of a group's students who met an outcome."""

    rate: Numbers
    low: Numbers
    high: Numbers
    known: Known  # False: nobody to count, or more events than students; the others are 0 there


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a number outcome over a group's students, in the outcome's own unit."""

    mean: Numbers
    low: Numbers
    high: Numbers
    known: Known  # False: fewer than two students, so no interval


def rate(group: Counts, *, confidence: float = 0.95) -> Rate:
    """Give each rate with Wilson's score interval, which holds up where events are few.

    Source: Wilson, E. B. (1927), J. Am. Stat. Assoc. 22: 209-212.

    >>> from eachchild.measures.counts import counts
    >>> none = rate(counts(0, 20))
    >>> float(none.low[0]), round(float(none.high[0]), 3)
    (0.0, 0.161)
    """
    known = usable(group)
    x, n = np.where(known, group.events, 0), np.where(known, group.n, 1)
    z = quantile(confidence)
    center = x + z**2 / 2
    spread = z * np.sqrt(x * ((n - x) / n) + z**2 / 4)
    low, high = ((center + side) / (n + z**2) for side in (-spread, spread))
    # Rounding must not lift the lower end off 0 when nobody met the outcome, nor the upper off 1.
    low, high = np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)
    return Rate(x / n, np.where(known, low, 0.0), np.where(known, high, 0.0), known)


def mean(group: Sums, *, confidence: float = 0.95) -> Mean:
    """Give each mean with Student's t interval, from n, sum and sum of squares.

    >>> two = mean(Sums(np.array([2]), np.array([10]), np.array([52])))
    >>> float(two.mean[0]), bool(two.low[0] < 5 < two.high[0])
    (5.0, True)
    """
    known = group.n > 1
    n = np.where(known, group.n, 2)
    half = stdtrit(n - 1, (1 + confidence) / 2) * np.sqrt(group.variance / n)
    center = np.where(known, group.mean, 0.0)
    return Mean(center, center - half, center + half, known)


def usable(group: Counts) -> Known:
    """Which cells can have a rate: somebody is counted, and no more events than students.

    A source may say otherwise (`inconsistent`); such a cell counts in sums but has no rate.
    """
    return (group.n > 0) & (group.events >= 0) & (group.events <= group.n)


def quantile(confidence: float) -> float:
    """How many standard errors a two-sided normal interval reaches.

    >>> round(quantile(0.95), 2)
    1.96
    """
    return NormalDist().inv_cdf((1 + confidence) / 2)
