"""Comparisons of two groups: differences, ratios, and the plain test of no gap.

The two groups share no student. Where the reference is everybody, the group included, use
`difference_from_overall`, `mean_difference_from_overall` and `ratio_to_overall`, whose intervals
know of the overlap.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from eachchild.measures.counts import Counts, Known, Numbers, Sums
from eachchild.measures.rates import quantile, rate, usable


@dataclass(frozen=True, slots=True)
class RiskDifference:
    """How many more of each student in one group than in another met an outcome."""

    difference: Numbers
    low: Numbers
    high: Numbers
    known: Known  # False: a group without a rate


@dataclass(frozen=True, slots=True)
class RiskRatio:
    """How many times as likely one group is as another to meet an outcome."""

    ratio: Numbers
    low: Numbers
    high: Numbers
    known: Known  # False: no event in one group, so no ratio; use the gap


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """How many times the odds of another group one group has of meeting an outcome."""

    ratio: Numbers
    low: Numbers
    high: Numbers
    known: Known  # False: one of the four counts is 0


SomeRatio = TypeVar("SomeRatio", RiskRatio, OddsRatio)


@dataclass(frozen=True, slots=True)
class MeanRatio:
    """How many times as much one group has as another."""

    ratio: Numbers
    low: Numbers
    high: Numbers
    known: Known


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """How much higher one group's mean is than another's, in the outcome's own unit."""

    difference: Numbers
    low: Numbers
    high: Numbers
    known: Known  # False: fewer than two students in a group, or no spread at all


@dataclass(frozen=True, slots=True)
class GapTest:
    """A two-sided test of no gap; the sign of `statistic` is that of the gap."""

    statistic: Numbers
    df: Numbers  # of Student's t; infinite for a normal statistic
    p: Numbers  # 1 where not known, which no procedure rejects
    known: Known


def risk_difference(group: Counts, others: Counts, *, confidence: float = 0.95) -> RiskDifference:
    """Subtract the others' rate, with Newcombe's interval made of the two Wilson intervals.

    Source: Newcombe, R. G. (1998), Statistics in Medicine 17: 873-890, method 10.

    >>> from eachchild.measures.counts import counts
    >>> one = risk_difference(counts(30, 100), counts(10, 100))
    >>> round(float(one.difference[0]), 2), bool(one.low[0] > 0)
    (0.2, True)
    """
    ours, theirs = rate(group, confidence=confidence), rate(others, confidence=confidence)
    known = ours.known & theirs.known
    difference = ours.rate - theirs.rate
    below = np.hypot(ours.rate - ours.low, theirs.high - theirs.rate)
    above = np.hypot(ours.high - ours.rate, theirs.rate - theirs.low)
    low, high = difference - below, difference + above
    difference, low, high = (np.where(known, x, 0.0) for x in (difference, low, high))
    return RiskDifference(difference, low, high, known)


def difference_from_overall(
    group: Counts, overall: Counts, *, confidence: float = 0.95
) -> RiskDifference:
    """Subtract the rate of everybody, the group included.

    That difference is exactly the one from everybody else times the others' share of students, so
    its interval is Newcombe's shrunk alike. Not known where nobody else is counted.

    >>> from eachchild.measures.counts import counts
    >>> float(difference_from_overall(counts(30, 100), counts(40, 200)).difference[0].round(3))
    0.1
    """
    others = overall.minus(group)
    gap = risk_difference(group, others, confidence=confidence)
    share = np.where(gap.known, others.n, 0) / np.where(gap.known, overall.n, 1)
    return RiskDifference(gap.difference * share, gap.low * share, gap.high * share, gap.known)


def risk_ratio(group: Counts, others: Counts, *, confidence: float = 0.95) -> RiskRatio:
    """Compare rates cell by cell, with Katz's interval on the log scale (Katz et al. 1978).

    Not known either where every student of both groups met the outcome: Katz's interval would
    then have no width, however few the students.

    >>> from eachchild.measures.counts import counts
    >>> one = risk_ratio(counts(30, 100), counts(10, 100))
    >>> bool(one.known[0] and one.low[0] > 1)
    True
    """
    known = _have_ratio(group, others)
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked below
        variance = (1 - group.rate) / group.events + (1 - others.rate) / others.events
        center = np.log(group.rate / others.rate)
    return from_log(RiskRatio, center, variance, known=known, confidence=confidence)


def alternate_risk_ratio(
    group: Counts, state_others: Counts, *, confidence: float = 0.95
) -> RiskRatio:
    """Compare a district's group with everybody else in the state, where its own others are few.

    Source: 34 CFR 300.647(a)(1), the alternate risk ratio; (b)(5) says when it stands in.

    >>> from eachchild.measures.counts import counts
    >>> float(alternate_risk_ratio(counts(8, 40), counts(900, 9000)).ratio[0].round(6))
    2.0
    """
    return risk_ratio(group, state_others, confidence=confidence)


def ratio_to_overall(group: Counts, overall: Counts, *, confidence: float = 0.95) -> RiskRatio:
    """Divide by the rate of everybody, the group included: the proportionality index.

    The interval is Katz's, with the delta method for the share that the group has in the overall
    rate.

    >>> from eachchild.measures.counts import counts
    >>> float(ratio_to_overall(counts(30, 100), counts(40, 200)).ratio[0].round(6))
    1.5
    """
    others = overall.minus(group)
    known = _have_ratio(group, overall) & usable(others)
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked below
        rest = (overall.events - group.events) / overall.events  # the others' share of the events
        variance = (1 - group.rate) / group.events * rest**2
        variance += others.rate * (1 - others.rate) * others.n / overall.events**2.0
        center = np.log(group.rate / overall.rate)
    return from_log(RiskRatio, center, variance, known=known, confidence=confidence)


def odds_ratio(group: Counts, others: Counts, *, confidence: float = 0.95) -> OddsRatio:
    """Compare odds cell by cell, with Woolf's interval on the log scale (Woolf 1955).

    >>> from eachchild.measures.counts import counts
    >>> one = odds_ratio(counts(30, 100), counts(10, 100))
    >>> round(float(one.ratio[0]), 3)
    3.857
    """
    a, b = group.events, group.n - group.events
    c, d = others.events, others.n - others.events
    known = (a > 0) & (b > 0) & (c > 0) & (d > 0)
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked below
        variance = 1 / a + 1 / b + 1 / c + 1 / d
        center = np.log(a / b) - np.log(c / d)
    return from_log(OddsRatio, center, variance, known=known, confidence=confidence)


def mean_difference(group: Sums, others: Sums, *, confidence: float = 0.95) -> MeanDifference:
    """Subtract the others' mean, with Welch's interval for unequal spreads (Welch 1947).

    >>> ours = Sums(np.array([3]), np.array([15]), np.array([77]))
    >>> float(mean_difference(ours, Sums(ours.n, ours.total - 6, ours.squares - 48)).difference[0])
    2.0
    """
    test = welch_test(group, others)
    difference = np.where(test.known, group.mean - others.mean, 0.0)
    error = np.sqrt(_variance_of_mean(group) + _variance_of_mean(others))
    half = np.where(test.known, stdtrit(test.df, (1 + confidence) / 2) * error, 0.0)
    return MeanDifference(difference, difference - half, difference + half, test.known)


def mean_difference_from_overall(
    group: Sums, overall: Sums, *, confidence: float = 0.95
) -> MeanDifference:
    """Subtract the mean of everybody, the group included; made as `difference_from_overall` is.

    >>> ours = Sums(np.array([3]), np.array([15]), np.array([77]))
    >>> everybody = Sums(2 * ours.n, 2 * ours.total - 6, 2 * ours.squares - 48)
    >>> float(mean_difference_from_overall(ours, everybody).difference[0])
    1.0
    """
    others = Sums(
        overall.n - group.n,
        overall.total - group.total,
        overall.squares - group.squares,
        overall.scale,
    )
    gap = mean_difference(group, others, confidence=confidence)
    share = np.where(gap.known, others.n, 0) / np.where(gap.known, overall.n, 1)
    return MeanDifference(gap.difference * share, gap.low * share, gap.high * share, gap.known)


def two_rate_test(group: Counts, others: Counts) -> GapTest:
    """Test equal rates with the pooled z, whose square is Pearson's chi-square.

    It takes students for independent, which students of one school are not: only where no school
    is known.

    >>> from eachchild.measures.counts import counts
    >>> bool(two_rate_test(counts(30, 100), counts(10, 100)).p[0] < 0.001)
    True
    """
    both = group.n + others.n
    events = group.events + others.events
    known = usable(group) & usable(others) & (events > 0) & (events < both)
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked below
        pooled = events / both
        error = np.sqrt(pooled * (1 - pooled) * (1 / group.n + 1 / others.n))
        z = (group.rate - others.rate) / error
    return normal_test(z, known)


def welch_test(group: Sums, others: Sums) -> GapTest:
    """Test equal means with Welch's t and its Satterthwaite degrees of freedom.

    >>> ours = Sums(np.array([3]), np.array([15]), np.array([77]))
    >>> float(welch_test(ours, ours).p[0])
    1.0
    """
    ours, theirs = _variance_of_mean(group), _variance_of_mean(others)
    known = (group.n > 1) & (others.n > 1) & (ours + theirs > 0)
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked below
        t = (group.mean - others.mean) / np.sqrt(ours + theirs)
        df = (ours + theirs) ** 2 / (ours**2 / (group.n - 1) + theirs**2 / (others.n - 1))
    t, df = np.where(known, t, 0.0), np.where(known, df, 1.0)
    return GapTest(t, df, np.where(known, 2 * stdtr(df, -np.abs(t)), 1.0), known)


def normal_test(z: Numbers, known: Known) -> GapTest:
    """Turn a standardized gap into a two-sided test; unknown cells may hold anything."""
    z = np.where(known, z, 0.0)
    return GapTest(z, np.full(z.shape, np.inf), 2 * ndtr(-np.abs(z)), known)


def from_log(
    kind: type[SomeRatio],
    center: Numbers,
    variance: Numbers,
    *,
    known: Known,
    confidence: float = 0.95,
) -> SomeRatio:
    """Make a ratio with its interval from the log of it; unknown cells may hold anything."""
    known = known & (variance > 0)
    spread = quantile(confidence) * np.sqrt(np.where(known, variance, 0.0))
    center = np.where(known, center, 0.0)
    logs = (center, center - spread, center + spread)
    ratio, low, high = (np.where(known, np.exp(x), 0.0) for x in logs)
    return kind(ratio, low, high, known)


def _have_ratio(group: Counts, others: Counts) -> Known:
    return usable(group) & usable(others) & (group.events > 0) & (others.events > 0)


def _variance_of_mean(group: Sums) -> Numbers:
    return group.variance / np.maximum(group.n, 1)
