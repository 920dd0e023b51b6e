"""Which gate: who is as ready and not enrolled, and what another rule of entry would do.

Readiness is a score that students have before anybody decides. Every rule here reads the score and
the school alone; groups are told apart only when the rule's results are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from eachchild.measures.comparisons import GapTest, RiskDifference, RiskRatio, risk_difference
from eachchild.measures.counts import Counts, Known, Numbers, Whole
from eachchild.measures.rates import Rate, rate
from eachchild.measures.stratified import (
    Fold,
    pooled_risk_difference,
    pooled_risk_ratio,
    within_schools_test,
)

TODAY, CUT, AUTO, LOCAL, SCREEN = "today", "cut", "automatic", "local", "screening"


@dataclass(frozen=True, slots=True)
class Scores:
    """Students on the grid of a score: groups by schools by scores, the lowest score first.

    A bin has its lowest score, so that a cut at a score of the grid takes whole bins. Raises
    ValueError where shapes differ, scores do not rise, or more are enrolled than there are.
    """

    scores: Numbers
    students: Whole
    enrolled: Whole
    recommended: Whole | None = None  # of those not enrolled; None: not recorded
    untested: Whole | None = None  # students without a score, at that which they would have

    def __post_init__(self) -> None:
        """Refuse counts that cannot be of one grid."""
        if self.students.ndim != 3 or self.students.shape[2] != len(self.scores):
            raise ValueError("students are counted as groups by schools by scores")
        if (np.diff(self.scores) <= 0).any():
            raise ValueError("the scores of a grid rise from each bin to the next")
        for name in ("enrolled", "recommended", "untested"):
            counted = getattr(self, name)
            if counted is not None and counted.shape != self.students.shape:
                raise ValueError(f"'{name}' is not counted on the same grid as the students")
        if (self.enrolled > self.students).any() or (self.enrolled < 0).any():
            raise ValueError("in some bin more students are enrolled than there are")
        if (
            self.recommended is not None
            and (self.recommended > self.students - self.enrolled).any()
        ):
            raise ValueError("in some bin more are recommended and not enrolled than not enrolled")

    def at_least(self, cut: float) -> Known:
        """Which bins a cut takes; ValueError where it would part one."""
        if cut not in self.scores:
            raise ValueError(
                f"a cut at {cut:g} parts a bin of the grid; its bins begin at "
                f"{', '.join(f'{x:g}' for x in self.scores)}"
            )
        return np.asarray(self.scores >= cut)

    def counts(self, group: int) -> Counts:
        """One group's enrolled of its students, schools by scores in one row."""
        return Counts(self.enrolled[group].ravel(), self.students[group].ravel())


@dataclass(frozen=True, slots=True)
class SameScore:
    """A group's gap in enrollment from a reference, over all and at the same scores.

    All numbers are arrays of one but `at_score`, which has one entry a bin.
    """

    crude: RiskDifference
    pooled: RiskDifference  # by the weights of Mantel and Haenszel
    ratio: RiskRatio
    standardized: RiskDifference  # what the group's own scores would have brought the reference
    test: GapTest
    at_score: RiskDifference
    compared: Numbers  # share of the group's students in bins where the reference has some too


@dataclass(frozen=True, slots=True)
class Missed:
    """Students ready by the reference's own practice and not enrolled, one entry a group."""

    cut: float  # nan: at no score is the share of the reference enrolled
    ready: Whole
    missed: Whole
    recommended: Whole  # of the missed; all 0 where it is not recorded
    rate: Rate  # the missed of the ready
    gap: RiskDifference  # of that rate from the reference's
    known: bool


@dataclass(frozen=True, slots=True)
class Simulated:
    """What each rule would do, one entry a rule; a row of `rate` and `gap` is a rule's groups."""

    rule: NDArray[np.str_]
    at: Numbers  # the score of a cut, or the share of a school; 0 where there is none
    seats: Numbers  # expected, so not always whole
    added: Numbers  # seats beyond today's; below 0 where the rule takes fewer
    lost: Numbers  # students enrolled today whom the rule would leave out
    cost: Numbers  # of all seats; 0 where no price was given
    has_cost: bool
    rate: Numbers
    gap: Numbers  # in points, from the reference


def inside_scores(
    grid: Scores, group: int, reference: int, *, same_school: bool = False, confidence: float = 0.95
) -> SameScore:
    """Compare a group with a reference among students of the same score, and school if asked.

    `standardized` holds the group's own scores: its rate less the one that the reference's rates
    would give at these scores; the interval adds up the bins' Wilson intervals (Zou and Donner
    2008, Statistics in Medicine 27: 1693-1702), which for one bin is Newcombe's. Bins with one
    group alone say nothing of it; `compared` tells how much of the group is left. A coarse grid, or
    a score with much error in it, leaves some of the difference in readiness in the gap.

    >>> n = np.array([[[60, 40]], [[40, 60]]])
    >>> grid = Scores(np.array([1.0, 2.0]), n, np.array([[[6, 20]], [[4, 30]]]))
    >>> found = inside_scores(grid, 0, 1)
    >>> round(float(found.crude.difference[0]), 2), round(float(found.pooled.difference[0]), 2)
    (-0.08, 0.0)
    """
    ours, theirs = (_strata(grid, side, same_school) for side in (group, reference))
    whole = Fold.runs(np.array([len(ours.n)]))
    both = (ours.n > 0) & (theirs.n > 0)
    at_score = (_summed(grid.counts(side), len(grid.scores)) for side in (group, reference))
    share = ours.n[both].sum() / max(int(ours.n.sum()), 1)
    return SameScore(
        risk_difference(_total(ours), _total(theirs), confidence=confidence),
        pooled_risk_difference(ours, theirs, whole, confidence=confidence),
        pooled_risk_ratio(ours, theirs, whole, confidence=confidence),
        _standardized(ours.take(both), theirs.take(both), confidence),
        within_schools_test(ours, theirs, whole),
        risk_difference(*at_score, confidence=confidence),
        np.array([share]),
    )


def ready_but_missed(
    grid: Scores, reference: int, *, share: float = 0.5, confidence: float = 0.95
) -> Missed:
    """Count, in every group, the students at or above the score at which the reference is let in.

    That score is the lowest at which at least `share` of the reference's students are enrolled,
    once their rates are made never to fall as scores rise (isotonic regression), so that a bin of
    a few students decides nothing. Source: Barlow, R. E. et al. (1972), Statistical Inference under
    Order Restrictions.

    >>> n = np.array([[[60, 40]], [[40, 60]]])
    >>> grid = Scores(np.array([1.0, 2.0]), n, np.array([[[6, 10]], [[4, 30]]]))
    >>> found = ready_but_missed(grid, 1)
    >>> found.cut, found.missed.tolist()
    (2.0, [30, 30])
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share lies above 0 and up to 1, and {share} does not")
    let_in = _rising(_summed(grid.counts(reference), len(grid.scores))) >= share
    known = bool(let_in.any())
    ready = grid.students[:, :, let_in].sum(axis=(1, 2))
    out = grid.students - grid.enrolled
    missed = out[:, :, let_in].sum(axis=(1, 2))
    sides = Counts(missed, ready)
    those = sides.take(np.full(len(ready), reference))
    told = np.zeros_like(missed)
    if grid.recommended is not None:
        told = grid.recommended[:, :, let_in].sum(axis=(1, 2))
    cut = float(grid.scores[let_in][0]) if known else float("nan")
    gap = risk_difference(sides, those, confidence=confidence)
    return Missed(cut, ready, missed, told, rate(sides, confidence=confidence), gap, known)


def simulate(
    grid: Scores,
    reference: int,
    *,
    cuts: Sequence[float] = (),
    opt_out: float = 0.0,
    tops: Sequence[float] = (),
    unit_cost: float | None = None,
) -> Simulated:
    """Work out every rule of a finite list: seats, who loses one, each group's rate, the gap.

    `today`: as it is. `cut`: all students at or above the score and nobody else. `automatic`: all
    at or above it but the share `opt_out` of those not enrolled today; others as today. `local`:
    the best share of each school by score and nobody else; where a bin is parted, its students have
    equal chances, and `lost` is the least that can be. `screening`, where the grid has `untested`:
    these are enrolled as often as tested students of the same score are today, all groups together,
    and the standard stays; between scores that tested students have, the rate is interpolated.

    Rates are of all students, the untested included. They say who would be let in if students
    stayed as they are: not how they would fare, nor what they would do to come over a cut.

    >>> n, enrolled = np.array([[[60, 40]], [[40, 60]]]), np.array([[[0, 10]], [[0, 45]]])
    >>> grid = Scores(np.array([1.0, 2.0]), n, enrolled)
    >>> found = simulate(grid, 1, cuts=[2.0], opt_out=0.1)
    >>> found.rule.tolist(), found.rate[:, 0].round(2).tolist(), found.gap[:, 0].round(1).tolist()
    (['today', 'cut', 'automatic'], [0.1, 0.4, 0.37], [-35.0, -20.0, -21.5])
    """
    for share in (opt_out, *tops):
        if not 0 <= share <= 1:
            raise ValueError(f"a share lies from 0 to 1, and {share} does not")
    n, now = grid.students.astype(np.float64), grid.enrolled.astype(np.float64)
    rules = [(TODAY, 0.0, now)]
    rules += [(CUT, cut, n * grid.at_least(cut)) for cut in cuts]
    rules += [(AUTO, cut, now + (n - now) * grid.at_least(cut) * (1 - opt_out)) for cut in cuts]
    rules += [(LOCAL, top, n * _best(grid.students, top)) for top in tops]
    if grid.untested is not None:
        rules += [(SCREEN, 0.0, now + grid.untested * _same_standard(grid))]
    return _counted(grid, reference, rules, unit_cost)


def _counted(
    grid: Scores, reference: int, rules: list[tuple[str, float, Numbers]], unit_cost: float | None
) -> Simulated:
    names, at, taken = zip(*rules, strict=True)
    let_in = np.stack(taken)  # rules, groups, schools, scores
    seats = let_in.sum(axis=(1, 2, 3))
    lost = np.maximum(grid.enrolled - let_in, 0).sum(axis=(1, 2, 3))
    everybody = grid.students if grid.untested is None else grid.students + grid.untested
    size = np.maximum(everybody.sum(axis=(1, 2)), 1)
    rates = let_in.sum(axis=(2, 3)) / size
    gap = 100 * (rates - rates[:, [reference]])
    return Simulated(
        np.array(names), np.array(at, np.float64), seats, seats - seats[0], lost,
        seats * (unit_cost or 0.0), unit_cost is not None, rates, gap,
    )  # fmt: skip


def _best(students: Whole, top: float) -> Numbers:
    """Of each school and bin, the share among the best `top` of the school; one for all groups."""
    each = students.sum(axis=0)  # schools by scores
    above = np.cumsum(each[:, ::-1], axis=1)[:, ::-1] - each
    seats = top * each.sum(axis=1, keepdims=True)
    found: Numbers = np.clip((seats - above) / np.maximum(each, 1), 0.0, 1.0)
    return found


def _same_standard(grid: Scores) -> Numbers:
    """The rate of tested students at each score, all groups and schools together."""
    n, enrolled = (x.sum(axis=(0, 1)) for x in (grid.students, grid.enrolled))
    some = n > 0
    if not some.any():
        raise ValueError("nobody has a score, so no standard is known for the untested")
    found: Numbers = np.interp(grid.scores, grid.scores[some], enrolled[some] / n[some])
    return found


def _strata(grid: Scores, group: int, same_school: bool) -> Counts:
    side = grid.counts(group)
    return side if same_school else _summed(side, len(grid.scores))


def _summed(side: Counts, scores: int) -> Counts:
    """All schools together, one entry a score."""
    return Counts(*(x.reshape(-1, scores).sum(axis=0) for x in (side.events, side.n)))


def _total(side: Counts) -> Counts:
    return Counts(*(np.array([x.sum()]) for x in (side.events, side.n)))


def _rising(side: Counts) -> Numbers:
    """Rates that never fall from bin to bin; a bin without students has that of the one below."""
    some = side.n > 0
    found = np.zeros(len(some))
    if some.any():
        found[some] = isotonic_regression(side.rate[some], weights=side.n[some]).x
    rising: Numbers = np.maximum.accumulate(found)
    return rising


def _standardized(group: Counts, others: Counts, confidence: float) -> RiskDifference:
    known = np.array([len(group.n) > 0])
    share = group.n / max(int(group.n.sum()), 1)
    ours, theirs = (rate(side, confidence=confidence) for side in (group, others))
    difference = float(share @ (ours.rate - theirs.rate))
    below = np.hypot(share * (ours.rate - ours.low), share * (theirs.high - theirs.rate))
    above = np.hypot(share * (ours.high - ours.rate), share * (theirs.rate - theirs.low))
    low, high = difference - np.hypot.reduce(below), difference + np.hypot.reduce(above)
    center, low, high = (np.where(known, x, 0.0) for x in (difference, low, high))
    return RiskDifference(center, low, high, known)
