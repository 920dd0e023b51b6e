"""Whether the odds ratio is the same in every school, as a pooled one takes for granted."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.measures.stratified import Fold, Fourfold, fourfold, pooled_odds_ratio


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """A test that the odds ratio of two groups is the same in all strata of a comparison."""

    breslow_day: Numbers  # chi-square; 0 where not known
    tarone: Numbers  # the same with Tarone's correction
    df: Whole  # strata less one
    p_breslow_day: Numbers  # 1 where not known, which no procedure rejects
    p_tarone: Numbers
    strata: Whole  # that have both groups, and students with the outcome and without
    skipped: Whole  # the others, which say nothing of an odds ratio
    known: Known  # False: fewer than two strata, or no pooled odds ratio


def breslow_day_test(group: Counts, others: Counts, fold: Fold) -> Homogeneity:
    """Test equal odds ratios over strata: each count against what the pooled ratio would make it.

    The expected counts are those of Mantel and Haenszel's ratio, which is not the most likely one;
    Tarone takes off what that adds, so his p is the one to read. Both are about many students a
    stratum: where expected counts fall below five in most strata, neither p can be relied on.
    Sources: Breslow, N. E., Day, N. E. (1980), Statistical Methods in Cancer Research I, IARC,
    page 142; Tarone, R. E. (1985), Biometrika 72: 91-95.

    >>> from eachchild.measures.counts import counts
    >>> from eachchild.measures.stratified import one_cell
    >>> ours, theirs = counts([30, 10], [100, 100]), counts([10, 30], [100, 100])
    >>> found = breslow_day_test(ours, theirs, one_cell(2))
    >>> float(found.tarone[0].round(6)), int(found.df[0])
    (25.0, 1)
    """
    t = fourfold(group, others)
    telling = informative(t)
    strata, skipped = counted(telling, fold)
    pooled = pooled_odds_ratio(group, others, fold)
    known = pooled.known & (strata > 1)
    ratio = fold.spread(np.where(known, pooled.ratio, 1.0))
    expected = expected_events(ratio, t)
    variance = variance_of_events(expected, t, telling)
    beyond = np.where(telling, t.a - expected, 0.0)
    squares = fold.sum(beyond**2 / np.where(telling, variance, 1.0))
    total = fold.sum(variance)
    corrected = squares - fold.sum(beyond) ** 2 / np.where(known, total, 1.0)
    # Rounding may take a sum of squares about its own center a little below 0.
    found, corrected = (np.where(known, np.maximum(x, 0.0), 0.0) for x in (squares, corrected))
    df = np.where(known, strata - 1, 0)
    p, p_tarone = (np.where(known, chdtrc(np.maximum(df, 1), x), 1.0) for x in (found, corrected))
    return Homogeneity(found, corrected, df, p, p_tarone, strata, skipped, known)


def informative(t: Fourfold) -> Known:
    """Which strata say something of an odds ratio: both groups, and both outcomes.

    >>> from eachchild.measures.counts import counts
    >>> informative(fourfold(counts([2, 4], [4, 4]), counts([1, 5], [5, 5])))
    array([ True, False])
    """
    met = t.a + t.c
    return (t.n1 > 0) & (t.n0 > 0) & (met > 0) & (met < t.n1 + t.n0)


def counted(telling: Known, fold: Fold) -> tuple[Whole, Whole]:
    """How many strata of each comparison say something, and how many do not."""
    strata, skipped = (fold.sum(x).astype(np.int64) for x in (telling, ~telling))
    return strata, skipped


def expected_events(ratio: Numbers, t: Fourfold) -> Numbers:
    """The group's events at which a table with these margins has just this odds ratio.

    The root, between what the margins allow, of Breslow and Day's quadratic; `ratio` has one entry
    a row, above 0.

    >>> from eachchild.measures.counts import counts
    >>> expected_events(np.array([9.0]), fourfold(counts(2, 4), counts(2, 4)))
    array([3.])
    """
    met = t.a + t.c
    product = ratio * t.n1 * met
    middle = ratio * (t.n1 + met) + t.n0 - met
    root = np.sqrt(np.maximum(middle**2 - 4 * (ratio - 1) * product, 0.0))
    # Of the two ways to write the root, the one that subtracts nothing; middle < 0 has ratio < 1.
    with np.errstate(divide="ignore", invalid="ignore"):  # the branch not taken, and empty rows
        found = np.where(
            middle < 0, (middle - root) / (2 * (ratio - 1)), 2 * product / (middle + root)
        )
    found = np.where(product > 0, found, 0.0)
    return np.asarray(np.clip(found, np.maximum(met - t.n0, 0.0), np.minimum(t.n1, met)))


def variance_of_events(expected: Numbers, t: Fourfold, telling: Known) -> Numbers:
    """Of the group's events, by the four expected counts; 0 where a stratum tells nothing."""
    met = t.a + t.c
    cells = (expected, t.n1 - expected, met - expected, t.n0 - met + expected)
    with np.errstate(divide="ignore"):  # strata that tell nothing are masked
        inverse = sum((1 / cell for cell in cells), np.zeros(expected.shape))
        return np.where(telling, 1 / inverse, 0.0)
