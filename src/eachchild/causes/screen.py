"""Does a list or score the district uses err alike for every group of students?

Whoever is on the list, and to whom the outcome then happened, part each group's students in four.
Where groups differ in how often the outcome happens, precision, misses and false alarms cannot all
be equal unless the list is never wrong (Chouldechova 2017, Big Data 5: 153-163; Kleinberg,
Mullainathan, Raghavan 2017, Proc. Innovations in Theoretical Computer Science), so all are shown,
with the part of a difference in false alarms that follows from the base rates alone.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.comparisons import GapTest, RiskDifference, risk_difference
from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.measures.exact import exact_test
from eachchild.measures.multiple import benjamini_hochberg
from eachchild.measures.rates import Rate, rate
from eachchild.measures.stratified import Fold, pooled_risk_difference, within_schools_test


@dataclass(frozen=True, slots=True)
class Listed:
    """How a list fared, one entry a group; the groups share no student."""

    hits: Whole  # on the list, and the outcome happened
    alarms: Whole  # on the list, and it did not
    misses: Whole  # not on the list, and it happened
    cleared: Whole  # neither

    @property
    def missed(self) -> Counts:
        """Of those to whom it happened, who were not on the list (false negatives)."""
        return Counts(self.misses, self.hits + self.misses)

    @property
    def false_alarms(self) -> Counts:
        """Of those to whom it did not happen, who were on the list (false positives)."""
        return Counts(self.alarms, self.alarms + self.cleared)

    @property
    def precision(self) -> Counts:
        """Of those on the list, to whom it happened."""
        return Counts(self.hits, self.hits + self.alarms)

    @property
    def base(self) -> Counts:
        """Of all, to whom it happened."""
        met = self.hits + self.misses
        return Counts(met, met + self.alarms + self.cleared)

    def others(self, reference: int | None = None) -> "Listed":
        """Beside each group everybody else, or the group at `reference`."""
        parts = (self.hits, self.alarms, self.misses, self.cleared)
        if reference is None:
            return Listed(*(x.sum() - x for x in parts))
        return Listed(*(np.full_like(x, x[reference]) for x in parts))


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of rate, one entry a group, beside that of the others."""

    rate: Rate
    gap: RiskDifference  # with Newcombe's interval
    p: Numbers  # exact, with half the chance of what was observed (mid-p); 1 where not known
    q: Numbers  # adjusted over the groups that have a test (Benjamini-Hochberg)
    known: Known  # False: no rate on one side, or all alike on both


@dataclass(frozen=True, slots=True)
class Parity:
    """What a list gets wrong, by group."""

    missed: Compared
    false_alarms: Compared
    precision: Compared
    base: Compared  # not an error: how often the outcome happens


@dataclass(frozen=True, slots=True)
class FromBaseRates:
    """A difference in false alarms, parted by what the base rates alone would make of it.

    `base` and `rest` add up to the difference; the logarithms to that of the ratio. `implied` is
    the false alarm rate that a group's base rate would give at the others' precision and misses;
    where it is above 1, the group cannot have both (`possible`).
    """

    implied: Numbers
    base: Numbers
    rest: Numbers
    log_base: Numbers
    log_precision: Numbers
    log_missed: Numbers
    possible: Known
    known: Known  # False: a rate of 0 or 1 leaves the identity without a value; the others are 0


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often the outcome happened at each score: groups by scores."""

    rate: Rate
    gap: RiskDifference
    pooled: RiskDifference  # one entry a group: at the same scores (Mantel and Haenszel)
    test: GapTest
    q: Numbers


def error_parity(
    listed: Listed, *, reference: int | None = None, confidence: float = 0.95
) -> Parity:
    """Compare each group's errors with those of everybody else, or of a reference.

    >>> listed = Listed(*(np.array(x) for x in ([40, 30], [30, 10], [10, 20], [20, 40])))
    >>> found = error_parity(listed)
    >>> found.false_alarms.rate.rate.round(2), found.missed.rate.rate.round(2)
    (array([0.6, 0.2]), array([0.2, 0.4]))
    """
    others = listed.others(reference)
    return Parity(*(
        _compared(getattr(listed, name), getattr(others, name), confidence)
        for name in ("missed", "false_alarms", "precision", "base")
    ))  # fmt: skip


def from_base_rates(listed: Listed, *, reference: int | None = None) -> FromBaseRates:
    """Part each group's difference in false alarms from the others' by the identity binding them.

    A false alarm rate is odds of the outcome, times odds against a listed student having it, times
    the share not missed: p / (1 - p) * (1 - PPV) / PPV * (1 - FNR) (Chouldechova 2017). With the
    others' precision and misses put in, only the base rates are left to differ.

    >>> one = Listed(*(np.array(x) for x in ([60, 30], [20, 10], [20, 10], [100, 150])))
    >>> found = from_base_rates(one)  # precision and misses are alike: it is all base rates
    >>> float(found.base[0].round(4)), float(found.rest[0].round(4))
    (0.1042, 0.0)
    """
    others = listed.others(reference)
    (p, wrong, found), (p0, wrong0, found0) = (_factors(side) for side in (listed, others))
    with np.errstate(invalid="ignore"):  # a rate of 0 or 1 on either side is not known
        ours, theirs = p * wrong * found, p0 * wrong0 * found0
    known = np.isfinite(ours) & np.isfinite(theirs) & (ours > 0) & (theirs > 0)
    p, wrong, found, p0, wrong0, found0 = (
        np.where(known, x, 1.0) for x in (p, wrong, found, p0, wrong0, found0)
    )
    implied = p * wrong0 * found0
    base, rest = implied - p0 * wrong0 * found0, p * wrong * found - implied
    logs = (np.log(x) for x in (p / p0, wrong / wrong0, found / found0))
    implied, base, rest, one, two, three = (
        np.where(known, x, 0.0) for x in (implied, base, rest, *logs)
    )
    return FromBaseRates(implied, base, rest, one, two, three, known & (implied <= 1), known)


def calibration(
    students: Whole, happened: Whole, *, reference: int | None = None, confidence: float = 0.95
) -> Calibration:
    """Compare how often the outcome happened to students of the same score; groups by scores.

    >>> n = np.array([[50, 50], [50, 50]])
    >>> found = calibration(n, np.array([[10, 30], [5, 25]]))
    >>> found.pooled.difference.round(2)
    array([ 0.1, -0.1])
    """
    groups, scores = students.shape
    ours = Counts(happened, students)
    if reference is None:
        others = Counts(happened.sum(axis=0) - happened, students.sum(axis=0) - students)
    else:
        others = ours.take(np.full(groups, reference))
    group, other = (Counts(x.events.ravel(), x.n.ravel()) for x in (ours, others))
    fold = Fold.runs(np.full(groups, scores))
    test = within_schools_test(group, other, fold)
    return Calibration(
        rate(ours, confidence=confidence), risk_difference(ours, others, confidence=confidence),
        pooled_risk_difference(group, other, fold, confidence=confidence), test,
        _adjusted(test.p, test.known),
    )  # fmt: skip


def _compared(group: Counts, others: Counts, confidence: float) -> Compared:
    test = exact_test(group, others, Fold.runs(np.ones(len(group.n), np.int64)))
    return Compared(
        rate(group, confidence=confidence), risk_difference(group, others, confidence=confidence),
        test.mid_p, _adjusted(test.mid_p, test.known), test.known,
    )  # fmt: skip


def _factors(listed: Listed) -> tuple[Numbers, Numbers, Numbers]:
    """Odds of the outcome, odds against it on the list, and the share of it on the list."""
    base, precision = listed.base, listed.precision
    with np.errstate(divide="ignore", invalid="ignore"):  # the caller asks for finite values
        return (
            base.events / (base.n - base.events),
            (precision.n - precision.events) / precision.events,
            listed.hits / listed.missed.n,
        )


def _adjusted(p: Numbers, known: Known) -> Numbers:
    q = np.ones(len(p))
    if known.any():
        q[known] = benjamini_hochberg(p[known])
    return q
