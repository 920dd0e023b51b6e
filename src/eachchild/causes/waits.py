"""How long students in need wait for support, from counts on a grid of days.

Some are still waiting when the count ends, or have left: they waited at least so long. Whoever gets
support on a day counts before whoever leaves on it.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.comparisons import GapTest, MeanDifference, normal_test
from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.measures.rates import Mean, quantile
from eachchild.measures.stratified import Fold, within_schools_test


@dataclass(frozen=True, slots=True)
class Waits:
    """Students by the day their wait ended: groups by bins of need by days, the first day first.

    `served` got support on that day, `left` were seen no longer than to it. Where days are binned,
    a bin is named by its last day, and its waits count as that long.
    """

    days: Numbers
    served: Whole
    left: Whole

    def __post_init__(self) -> None:
        """Refuse counts that cannot be of one grid."""
        if self.served.ndim != 3 or self.served.shape[2] != len(self.days):
            raise ValueError("waits are counted as groups by bins of need by days")
        if self.left.shape != self.served.shape:
            raise ValueError("those who left are not counted on the same grid as those served")
        if (self.days < 0).any() or (np.diff(self.days) <= 0).any():
            raise ValueError("the days of a grid are 0 or more and rise from each bin to the next")

    @property
    def waiting(self) -> Whole:
        """How many still wait as each day begins."""
        ends = self.served + self.left
        waiting: Whole = np.cumsum(ends[..., ::-1], axis=-1)[..., ::-1]
        return waiting


@dataclass(frozen=True, slots=True)
class Curve:
    """The share still without support after each day: groups by days."""

    days: Numbers
    without: Numbers
    low: Numbers
    high: Numbers
    waiting: Whole  # as the day begins; 0: nobody is seen so long, and the share is not known


@dataclass(frozen=True, slots=True)
class Median:
    """The first day by which half of a group have support; one entry a group."""

    days: Numbers
    low: Numbers
    high: Numbers
    known: Known  # False: more than half had none as long as anybody was seen
    bounded: Known  # False: the interval has no upper end, and `high` is 0


@dataclass(frozen=True, slots=True)
class Restricted:
    """Mean days without support within the first `until` days."""

    until: float
    mean: Mean  # one entry a group
    gap: MeanDifference  # from the reference
    test: GapTest


def curve(waits: Waits, *, confidence: float = 0.95) -> Curve:
    """The estimate of Kaplan and Meier, with the interval made on the log of minus the log.

    Sources: Kaplan and Meier (1958), J. Am. Stat. Assoc. 53: 457-481; Kalbfleisch and Prentice
    (1980), The Statistical Analysis of Failure Time Data, for the interval.

    >>> found = curve(Waits(np.array([5.0, 9.0]), np.array([[[2, 1]]]), np.array([[[1, 0]]])))
    >>> found.without
    array([[0.5, 0. ]])
    """
    served, waiting = (x.sum(axis=1) for x in (waits.served, waits.waiting))
    without, spread = _product(served, waiting)
    low, high = _ends(without, spread, quantile(confidence))
    return Curve(waits.days, without, low, high, waiting)


def median(waits: Waits, *, confidence: float = 0.95) -> Median:
    """The median wait, with the days at which the curve's interval crosses a half.

    Source: Brookmeyer and Crowley (1982), Biometrics 38: 29-41, on the scale of `curve`.

    >>> served = np.array([[[4, 4, 2]]])
    >>> median(Waits(np.array([5.0, 9.0, 30.0]), served, 0 * served)).days
    array([9.])
    """
    found = curve(waits, confidence=confidence)
    seen = found.waiting > 0
    days, known = _first(found.days, seen & (found.without <= 0.5))
    low, _ = _first(found.days, seen & (found.low <= 0.5))
    high, bounded = _first(found.days, seen & (found.high <= 0.5))
    low, high = np.where(known, low, 0.0), np.where(known & bounded, high, 0.0)
    return Median(days, low, high, known, known & bounded)


def restricted_mean(
    waits: Waits, reference: int, *, until: float | None = None, confidence: float = 0.95
) -> Restricted:
    """Mean days without support within the first `until` days, and each group's difference.

    It is the area under the curve, and is known where anybody of the group is seen so long or all
    of it have support; unless given, `until` is the longest for which it is so in every group.
    Source: Klein and Moeschberger (2003), Survival Analysis, 2nd ed., section 4.5.

    >>> served = np.array([[[4, 4]], [[8, 0]]])
    >>> found = restricted_mean(Waits(np.array([10.0, 20.0]), served, 0 * served), 1)
    >>> found.mean.mean, found.gap.difference
    (array([15., 10.]), array([5., 0.]))
    """
    served, waiting = (x.sum(axis=1) for x in (waits.served, waits.waiting))
    without, _ = _product(served, waiting)
    ends = _last_seen(waits.days, without, waiting)
    seen = waiting[:, 0] > 0
    tau = _longest(ends[seen], waits.days) if until is None else until
    if not 0 < tau < np.inf:
        raise ValueError(f"waits are measured within some days above 0, not within {tau:g}")
    widths = np.diff(np.minimum(np.concatenate([[0.0], waits.days, [np.inf]]), tau))
    before = np.concatenate([np.ones((len(without), 1)), without], axis=1)
    areas = before * widths
    later = np.cumsum(areas[:, ::-1], axis=1)[:, ::-1][:, 1:]  # area after each day
    variance = (later**2 * _hazard_noise(served, waiting)).sum(axis=1)
    known = seen & (ends >= tau)
    mean = np.where(known, areas.sum(axis=1), 0.0)
    half = quantile(confidence) * np.sqrt(np.where(known, variance, 0.0))
    gap, test = _difference(mean, variance, known, reference=reference, z=quantile(confidence))
    return Restricted(tau, Mean(mean, mean - half, mean + half, known), gap, test)


def same_need_waits_test(waits: Waits, reference: int) -> GapTest:
    """Test that students of the same need get support as soon in each group as in the reference.

    The log-rank test, stratified by need: the test of Mantel and Haenszel over days and bins, each
    day with those who still wait. Its sign is that of getting support sooner. Source: Mantel
    (1966), Cancer Chemotherapy Reports 50: 163-170.

    >>> served = np.array([[[4, 4]], [[8, 0]]])
    >>> bool(same_need_waits_test(Waits(np.array([10.0, 20.0]), served, 0 * served), 1).p[0] < 0.05)
    True
    """
    groups = len(waits.served)
    group = Counts(waits.served.ravel(), waits.waiting.ravel())
    other = (np.broadcast_to(x[reference], x.shape) for x in (waits.served, waits.waiting))
    others = Counts(*(x.ravel() for x in other))
    return within_schools_test(group, others, Fold.runs(np.full(groups, waits.served[0].size)))


def _product(served: Whole, waiting: Whole) -> tuple[Numbers, Numbers]:
    """The share without support after each day, and Greenwood's sum up to it."""
    share = np.divide(served, waiting, out=np.zeros(served.shape), where=waiting > 0)
    return np.cumprod(1 - share, axis=-1), np.cumsum(_hazard_noise(served, waiting), axis=-1)


def _hazard_noise(served: Whole, waiting: Whole) -> Numbers:
    """Greenwood's terms; none where all who wait are served, for nothing is left to vary."""
    below = waiting * (waiting - served).astype(np.float64)
    noise: Numbers = np.divide(served, below, out=np.zeros(served.shape), where=below > 0)
    return noise


def _ends(without: Numbers, spread: Numbers, z: float) -> tuple[Numbers, Numbers]:
    inner = (without > 0) & (without < 1)
    log = np.log(np.where(inner, without, 0.5))
    width = np.where(inner, z * np.sqrt(spread) / -log, 0.0)
    low, high = (np.exp(log * np.exp(side * width)) for side in (1, -1))
    return np.where(inner, low, without), np.where(inner, high, without)


def _first(days: Numbers, reached: Known) -> tuple[Numbers, Known]:
    known = np.asarray(reached.any(axis=1), np.bool_)
    return np.where(known, days[reached.argmax(axis=1)], 0.0), known


def _last_seen(days: Numbers, without: Numbers, waiting: Whole) -> Numbers:
    """The longest time for which each group's curve is known; without end where all are served."""
    seen = (waiting > 0).sum(axis=1)
    last = np.where(seen > 0, days[np.maximum(seen - 1, 0)], 0.0)
    return np.where((seen > 0) & (without[:, -1] <= 0), np.inf, last)


def _longest(ends: Numbers, days: Numbers) -> float:
    finite = ends[np.isfinite(ends)]
    return float(finite.min() if len(finite) else days[-1])


def _difference(
    mean: Numbers, variance: Numbers, known: Known, *, reference: int, z: float
) -> tuple[MeanDifference, GapTest]:
    apart = known & known[reference] & (np.arange(len(mean)) != reference)
    both = np.where(apart, variance + variance[reference], 0.0)
    sure = apart & (both > 0)
    difference = np.where(apart, mean - mean[reference], 0.0)
    half = z * np.sqrt(both)
    test = normal_test(difference / np.sqrt(np.where(sure, both, 1.0)), sure)
    return MeanDifference(difference, difference - half, difference + half, apart), test
