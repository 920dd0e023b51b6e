"""Comparisons inside schools: each school's two groups side by side, then pooled over schools.

Rows are schools (or any strata: school and grade, same offense); a `Fold` says which comparison
each row belongs to, so that all comparisons of an audit are pooled in one go. A school that only
one of the two groups attends says nothing about a gap inside schools, and drops out by itself.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.comparisons import (
    GapTest,
    MeanDifference,
    MeanRatio,
    OddsRatio,
    RiskDifference,
    RiskRatio,
    from_log,
    normal_test,
)
from eachchild.measures.counts import Counts, Known, Numbers, Sums, Whole
from eachchild.measures.rates import quantile, usable


@dataclass(frozen=True, slots=True)
class Fold:
    """Which cell each school's row adds to."""

    cell: Whole  # one a row, from 0
    cells: int
    sizes: Whole | None = None  # rows a cell has, where those of a cell stand together, in order

    @classmethod
    def runs(cls, sizes: Whole) -> "Fold":
        """Cells whose rows stand together: as many rows each as `sizes` says.

        >>> Fold.runs(np.array([2, 0, 1])).sum(np.array([1, 2, 3]))
        array([3., 0., 3.])
        """
        return cls(np.repeat(np.arange(len(sizes)), sizes), len(sizes), sizes)

    def sum(self, values: Numbers | Whole | Known) -> Numbers:
        """Add the rows of each cell.

        >>> Fold(np.array([0, 1, 0]), 2).sum(np.array([1, 2, 3]))
        array([4., 2.])
        """
        if self.sizes is None:
            added = np.bincount(self.cell, weights=values, minlength=self.cells)
            return added.astype(np.float64)  # without rows numpy counts in whole numbers
        found = np.zeros(self.cells)
        some = self.sizes > 0
        if some.any():
            starts = (np.cumsum(self.sizes) - self.sizes)[some]
            kind = np.float64 if values.dtype.kind == "f" else np.int64
            found[some] = np.add.reduceat(values, starts, dtype=kind)
        return found

    def spread(self, values: Numbers) -> Numbers:
        """Give each row the value of its cell.

        >>> Fold(np.array([0, 1, 0]), 2).spread(np.array([4.0, 2.0]))
        array([4., 2., 4.])
        """
        return values[self.cell] if self.sizes is None else np.repeat(values, self.sizes)


def one_cell(rows: int) -> Fold:
    """Fold all rows into a single comparison."""
    return Fold.runs(np.array([rows]))


@dataclass(frozen=True, slots=True)
class Fourfold:
    """The fourfold table of each row, in the papers' letters; all 0 where a group is absent."""

    a: Numbers  # of the group, with the outcome
    b: Numbers  # of the group, without
    c: Numbers  # of the others, with
    d: Numbers  # of the others, without
    n1: Numbers
    n0: Numbers
    N: Numbers  # at least 1, to divide by


def fourfold(group: Counts, others: Counts) -> Fourfold:
    """Lay out each row's fourfold table; a row that only one group attends is all 0.

    >>> from eachchild.measures.counts import counts
    >>> fourfold(counts([2, 1], [4, 3]), counts([1, 0], [5, 0])).b
    array([2., 0.])
    """
    here = usable(group) & usable(others)
    a, n1, c, n0 = (
        np.where(here, part, 0).astype(np.float64)
        for part in (group.events, group.n, others.events, others.n)
    )
    return Fourfold(a, n1 - a, c, n0 - c, n1, n0, np.maximum(n1 + n0, 1))


def pooled_odds_ratio(
    group: Counts, others: Counts, fold: Fold, *, confidence: float = 0.95
) -> OddsRatio:
    """Pool the odds ratio over schools, with the interval of Robins, Breslow and Greenland.

    Sources: Mantel and Haenszel (1959), J. Natl. Cancer Inst. 22: 719-748; Robins, Breslow,
    Greenland (1986), Biometrics 42: 311-323. Not known where no school has both a student of the
    group with the outcome and another without, or the reverse.

    >>> from eachchild.measures.counts import counts
    >>> two = pooled_odds_ratio(counts([2, 6], [4, 8]), counts([1, 4], [4, 8]), one_cell(2))
    >>> float(two.ratio[0].round(6))
    3.0
    """
    t = fourfold(group, others)
    R, S = t.a * t.d / t.N, t.b * t.c / t.N
    P, Q = (t.a + t.d) / t.N, (t.b + t.c) / t.N
    sum_R, sum_S = fold.sum(R), fold.sum(S)
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked below
        variance = fold.sum(P * R) / (2 * sum_R**2) + fold.sum(Q * S) / (2 * sum_S**2)
        variance += fold.sum(P * S + Q * R) / (2 * sum_R * sum_S)
        center = np.log(sum_R / sum_S)
    known = (sum_R > 0) & (sum_S > 0)
    return from_log(OddsRatio, center, variance, known=known, confidence=confidence)


def pooled_risk_ratio(
    group: Counts, others: Counts, fold: Fold, *, confidence: float = 0.95
) -> RiskRatio:
    """Pool the risk ratio over schools, by Mantel and Haenszel's weights.

    Source: Greenland and Robins (1985), Biometrics 41: 55-68, with their interval.

    >>> from eachchild.measures.counts import counts
    >>> two = pooled_risk_ratio(counts([2, 6], [4, 8]), counts([1, 3], [4, 8]), one_cell(2))
    >>> float(two.ratio[0].round(6))
    2.0
    """
    t = fourfold(group, others)
    R, S = t.a * t.n0 / t.N, t.c * t.n1 / t.N
    spread = (t.n1 * t.n0 * (t.a + t.c) - t.a * t.c * t.N) / t.N**2
    sum_R, sum_S = fold.sum(R), fold.sum(S)
    with np.errstate(divide="ignore", invalid="ignore"):  # unknown cells are masked below
        variance = fold.sum(spread) / (sum_R * sum_S)
        center = np.log(sum_R / sum_S)
    known = (sum_R > 0) & (sum_S > 0)
    return from_log(RiskRatio, center, variance, known=known, confidence=confidence)


def pooled_risk_difference(
    group: Counts, others: Counts, fold: Fold, *, confidence: float = 0.95
) -> RiskDifference:
    """Pool the difference of rates over schools, by Mantel and Haenszel's weights.

    Sources: Greenland and Robins (1985), Biometrics 41: 55-68; the interval of Sato (1989),
    Biometrics 45: 1323-1324, which holds for few large schools and for many small ones.

    >>> from eachchild.measures.counts import counts
    >>> two = pooled_risk_difference(counts([2, 6], [4, 8]), counts([1, 4], [4, 8]), one_cell(2))
    >>> float(two.difference[0].round(6))
    0.25
    """
    t = fourfold(group, others)
    weight = fold.sum(t.n1 * t.n0 / t.N)
    P = (t.n1**2 * t.c - t.n0**2 * t.a + t.n1 * t.n0 * (t.n0 - t.n1) / 2) / t.N**2
    Q = (t.a * t.d + t.b * t.c) / (2 * t.N)
    safe = np.where(weight > 0, weight, 1.0)
    difference = fold.sum((t.a * t.n0 - t.c * t.n1) / t.N) / safe
    variance = (difference * fold.sum(P) + fold.sum(Q)) / safe**2
    known = variance > 0
    half = quantile(confidence) * np.sqrt(np.where(known, variance, 0.0))
    difference = np.where(known, difference, 0.0)
    return RiskDifference(difference, difference - half, difference + half, known)


def within_schools_test(
    group: Counts, others: Counts, fold: Fold, *, corrected: bool = False
) -> GapTest:
    """Test that within every school the outcome goes to either group alike.

    The square of the statistic is Cochran, Mantel and Haenszel's chi-square (Mantel and Haenszel
    1959). `corrected` takes their half student off the surplus, which brings p nearer to that of
    the exact test and makes it too large where the groups are small; no audit does so.

    >>> from eachchild.measures.counts import counts
    >>> test = within_schools_test(counts([9, 8], [10, 10]), counts([1, 2], [10, 10]), one_cell(2))
    >>> bool(test.p[0] < 0.001)
    True
    """
    t = fourfold(group, others)
    with_it = t.a + t.c
    squares = with_it - with_it**2 / t.N
    surplus = t.a - t.n1 * with_it / t.N
    step = 0.5 if corrected else 0.0
    return _permuted(surplus, fold, pairs=t.n1 * t.n0, squares=squares, N=t.N, step=step)


def pooled_mean_difference(
    group: Sums, others: Sums, fold: Fold, *, confidence: float = 0.95
) -> MeanDifference:
    """Pool the difference of means over schools, weighted as Mantel and Haenszel weigh rates.

    The variance of a school's difference is that of its two groups apart; where one of them is a
    single student, that of the school's students.

    >>> ours = Sums(np.array([3]), np.array([15]), np.array([77]))
    >>> two = Sums(ours.n, ours.total - 6, ours.squares - 48)
    >>> float(pooled_mean_difference(ours, two, one_cell(1)).difference[0])
    2.0
    """
    both = group.n + others.n
    weight = group.n * others.n / np.maximum(both, 1)
    apart = group.variance / np.maximum(group.n, 1) + others.variance / np.maximum(others.n, 1)
    alike = _together(group, others).variance * both / np.maximum(group.n * others.n, 1)
    noise = np.where((group.n > 1) & (others.n > 1), apart, alike)
    total = fold.sum(weight)
    safe = np.where(total > 0, total, 1.0)
    difference = fold.sum(weight * (group.mean - others.mean)) / safe
    variance = fold.sum(weight**2 * noise) / safe**2
    known = variance > 0
    difference = np.where(known, difference, 0.0)
    half = quantile(confidence) * np.sqrt(variance)
    return MeanDifference(difference, difference - half, difference + half, known)


def pooled_sum_difference(group: Sums, others: Sums, fold: Fold) -> MeanDifference:
    """The pooled difference of means where only sums are known: no interval, both ends are it.

    >>> ours, theirs = (Sums(np.array([3]), np.array([x]), np.array([0])) for x in (15, 9))
    >>> float(pooled_sum_difference(ours, theirs, one_cell(1)).difference[0])
    2.0
    """
    weight = group.n * others.n / np.maximum(group.n + others.n, 1)
    total = fold.sum(weight)
    known = total > 0
    difference = fold.sum(weight * (group.mean - others.mean)) / np.where(known, total, 1.0)
    return MeanDifference(difference, difference, difference, known)


def pooled_mean_ratio(group: Sums, others: Sums, fold: Fold) -> MeanRatio:
    """Pool the ratio of means over schools, as `pooled_risk_ratio` pools rates; no interval.

    >>> ours, theirs = (Sums(np.array([3]), np.array([x]), np.array([0])) for x in (18, 9))
    >>> float(pooled_mean_ratio(ours, theirs, one_cell(1)).ratio[0])
    2.0
    """
    N = np.maximum(group.n + others.n, 1)
    above, below = fold.sum(group.total * others.n / N), fold.sum(others.total * group.n / N)
    known = (above > 0) & (below > 0)
    ratio = np.where(known, above / np.where(known, below, 1.0), 0.0)
    return MeanRatio(ratio, ratio, ratio, known)


def within_schools_mean_test(group: Sums, others: Sums, fold: Fold) -> GapTest:
    """Test that within every school a number outcome goes to either group alike.

    The variance is that of handing a school's values round among its students; for values of 0
    and 1 it is Cochran, Mantel and Haenszel's test. Source: Mantel (1963), J. Am. Stat. Assoc. 58:
    690-700.

    >>> ours = Sums(np.array([3]), np.array([15]), np.array([77]))
    >>> float(within_schools_mean_test(ours, ours, one_cell(1)).p[0])
    1.0
    """
    school = _together(group, others)
    here = (group.n > 0) & (others.n > 0)
    surplus = np.where(here, group.n * (group.mean - school.mean), 0.0)
    squares = np.where(here, school.variance * (school.n - 1), 0.0)
    N = np.maximum(school.n, 1)
    return _permuted(surplus, fold, pairs=group.n * others.n, squares=squares, N=N)


def _permuted(
    surplus: Numbers,
    fold: Fold,
    *,
    pairs: Numbers | Whole,
    squares: Numbers,
    N: Numbers | Whole,
    step: float = 0.0,
) -> GapTest:
    """Set the group's surplus against its variance when values are handed round inside schools."""
    variance = fold.sum(pairs * squares / (N * np.maximum(N - 1, 1)))
    known = variance > 0
    total = fold.sum(surplus)
    total = np.sign(total) * np.maximum(np.abs(total) - step, 0.0)
    return normal_test(total / np.sqrt(np.where(known, variance, 1.0)), known)


def _together(group: Sums, others: Sums) -> Sums:
    return Sums(
        group.n + others.n, group.total + others.total, group.squares + others.squares, group.scale
    )
