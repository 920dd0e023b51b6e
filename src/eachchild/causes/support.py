"""Does support follow need? Need is measured by a declared score or rule, never by identity.

Among students of the same need, who gets support; whether those in more need get it more; and, in
`waits`, how long it takes. Nothing is said of a later outcome.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.comparisons import GapTest, RiskDifference, risk_difference
from eachchild.measures.concentration import Concentration, concentration
from eachchild.measures.counts import Counts, Numbers, Sums, Whole
from eachchild.measures.multiple import benjamini_hochberg
from eachchild.measures.rates import Rate, rate
from eachchild.measures.stratified import Fold, pooled_risk_difference, within_schools_test


@dataclass(frozen=True, slots=True)
class Needs:
    """Students by need, and how many of them got support: groups by bins, the least need first."""

    need: Numbers  # the lowest need of each bin
    students: Whole
    supported: Whole

    def __post_init__(self) -> None:
        """Refuse counts that cannot be of one grid."""
        if self.students.ndim != 2 or self.students.shape[1] != len(self.need):
            raise ValueError("students are counted as groups by bins of need")
        if self.supported.shape != self.students.shape:
            raise ValueError("support is not counted on the same grid as the students")
        if (np.diff(self.need) <= 0).any():
            raise ValueError("need rises from each bin to the next")
        if (self.supported > self.students).any() or (self.supported < 0).any():
            raise ValueError("in some bin more students got support than there are")

    def others(self, reference: int | None) -> "Needs":
        """Beside each group everybody else, or the group at `reference`."""
        parts = (self.students, self.supported)
        if reference is None:
            return Needs(self.need, *(x.sum(axis=0) - x for x in parts))
        return Needs(self.need, *(np.repeat(x[[reference]], len(x), axis=0) for x in parts))


@dataclass(frozen=True, slots=True)
class Unmet:
    """Students in need without support, one entry a group; `at_need` is groups by bins.

    Gaps are of the share without support: above 0 where more of the group go without.
    """

    without: Whole
    in_need: Whole
    rate: Rate
    crude: RiskDifference
    same_need: RiskDifference  # among students of the same bin, by Mantel and Haenszel's weights
    at_need: RiskDifference  # all bins, those below the line too
    test: GapTest  # that at the same need support goes to either alike
    q: Numbers  # adjusted over groups (Benjamini-Hochberg)


@dataclass(frozen=True, slots=True)
class Follows:
    """Whether support goes to those in more need: above 0 it does, from -1 to 1.

    Erreygers' index, which counts having support and lacking it alike; the last entry is of all
    students, the others are of each group.
    """

    index: Numbers
    low: Numbers
    high: Numbers
    test: GapTest  # of the standard index
    everybody: Concentration


def unmet_need(
    needs: Needs, at_least: float, *, reference: int | None = None, confidence: float = 0.95
) -> Unmet:
    """Count students of at least a declared need who got no support, and compare at equal need.

    Raises ValueError where the line would part a bin.

    >>> needs = Needs(np.array([0.0, 1.0]), np.array([[50, 20], [50, 40]]),
    ...               np.array([[0, 10], [5, 30]]))
    >>> found = unmet_need(needs, 1.0)
    >>> found.without, found.same_need.difference
    (array([10, 10]), array([ 0.25, -0.25]))
    """
    if at_least not in needs.need:
        raise ValueError(
            f"a line at {at_least:g} parts a bin of need; bins begin at "
            f"{', '.join(f'{x:g}' for x in needs.need)}"
        )
    those = needs.need >= at_least
    ours, theirs = (_without(side) for side in (needs, needs.others(reference)))
    group, others = (Counts(x.events[:, those], x.n[:, those]) for x in (ours, theirs))
    mine, rest = (Counts(x.events.ravel(), x.n.ravel()) for x in (group, others))
    fold = Fold.runs(np.full(len(group.n), int(those.sum())))
    whole, whole_rest = (Counts(x.events.sum(axis=1), x.n.sum(axis=1)) for x in (group, others))
    test = within_schools_test(mine, rest, fold)
    q = np.ones(len(test.p))
    if test.known.any():
        q[test.known] = benjamini_hochberg(test.p[test.known])
    return Unmet(
        whole.events, whole.n, rate(whole, confidence=confidence),
        risk_difference(whole, whole_rest, confidence=confidence),
        pooled_risk_difference(mine, rest, fold, confidence=confidence),
        risk_difference(ours, theirs, confidence=confidence), test, q,
    )  # fmt: skip


def follows_need(needs: Needs, *, confidence: float = 0.95) -> Follows:
    """Ask whether support goes to those in more need, for each group and for all students.

    >>> needs = Needs(np.array([0.0, 1.0]), np.array([[50, 50]]), np.array([[5, 25]]))
    >>> bool(follows_need(needs).low[-1] > 0)
    True
    """
    students = np.concatenate([needs.students, needs.students.sum(axis=0, keepdims=True)])
    supported = np.concatenate([needs.supported, needs.supported.sum(axis=0, keepdims=True)])
    found = [
        concentration(needs.need, Sums(n, met, met), confidence=confidence)
        for n, met in zip(students, supported, strict=True)
    ]
    index, low, high = (
        np.concatenate([getattr(one.erreygers, name) for one in found])
        for name in ("value", "low", "high")
    )
    statistic, df, p, known = (
        np.concatenate([getattr(one.test, name) for one in found])
        for name in ("statistic", "df", "p", "known")
    )
    return Follows(index, low, high, GapTest(statistic, df, p, known), found[-1])


def _without(needs: Needs) -> Counts:
    return Counts(needs.students - needs.supported, needs.students)
