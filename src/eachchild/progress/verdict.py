"""The verdict on a goal: whether a group's own rate moved, and beyond what moves by itself.

False alarms, improving or worse, are held to 5 % together over three reviews: each review spends
2.21 %, half on either side (Pocock, S. J. (1977), Biometrika 64: 191-199, for three looks). His
looks add new data each time; ours share the years before as well, which makes alarms go together
more and so be fewer.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from eachchild.progress.baseline import Baseline
from eachchild.progress.charts import chart_of
from eachchild.progress.comparison import (
    NOT_COMPARED,
    Compared,
    difference_in_differences,
    synthetic_control,
)
from eachchild.progress.estimate import CONFIDENCE, Estimate, difference
from eachchild.progress.interrupted import (
    Moved,
    Sides,
    moved,
    own_spread,
    sides,
    variance_of,
)
from eachchild.progress.model import Goal, Series, Verdict, Watched
from eachchild.progress.periods import split, year_of
from eachchild.progress.signals import Signal, signals_after
from eachchild.progress.spread import Spread, chance

LOOK = 0.0221  # what each of three reviews spends of 5 %
CANDIDATES = 60  # how many a goal is taken to be the worst of, where nobody says
YEARS_BEFORE, MONTHS_AFTER = 2, 3  # the fewest a verdict is made of
EXPECTED = 10  # events; fewer are said to be too few where nothing can be told


class Reason(StrEnum):
    """Why the verdict is what it is."""

    MOVED = "moved"  # the group's own rate moved in the good direction
    MOVED_BOTH = "moved_both"  # and so did the rate it is compared with
    GAP_WIDER = "gap_wider"  # it moved, yet others' rate moved further
    GOT_WORSE = "got_worse"
    TARGET_EXCLUDED = "target_excluded"  # a change as large as aimed at would have shown
    OTHERS_DID_WORSE = "others_did_worse"  # the gap is smaller for that alone
    BALANCING_WORSE = "balancing_worse"  # less was counted while something beside it got worse
    TOO_EARLY = "too_early"
    TOO_FEW_BEFORE = "too_few_before"
    TOO_FEW = "too_few"  # students or events
    WITHIN_CHANCE = "within_chance"
    HIDDEN = "hidden"


class Whose(StrEnum):
    """Whose rate moved beyond chance and what moves by itself, at 95 %."""

    GROUP = "group"
    REFERENCE = "reference"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Beside:
    """What a balancing measure did; `worsened` with 95 % confidence."""

    name: str
    change: Estimate
    worsened: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with what it rests on. Estimates are rates or their differences, with 95 %.

    Where candidates could not be learnt from, the group's intervals are as wide as 95 % for the
    worst of them asks.

    `baseline` is what the group's rate would have been in the same months, shrunken; `raw` is what
    was counted. What is not known is an estimate that is not `known`. `before` and `after` name
    the entries that were counted.
    """

    goal: str
    verdict: Verdict
    reason: Reason
    whose: Whose
    baseline: Estimate
    raw: float
    now: Estimate
    change: Estimate
    reference_then: Estimate
    reference_now: Estimate
    gap_then: Estimate
    gap_now: Estimate
    gap_change: Estimate
    signals: tuple[Signal, ...]
    balancing: tuple[Beside, ...]
    schools: Compared
    before: tuple[str, ...]
    after: tuple[str, ...]
    n_before: int
    events_before: int
    n_after: int
    events_after: int
    mixed: Compared  # beside a mix of other schools that went the same way before


@dataclass(frozen=True, slots=True)
class _Told:
    """What one series says: for the page, and for a verdict on either side."""

    fair: Moved
    good: Moved
    bad: Moved


def judge(
    goal: Goal, watched: Watched, *, baseline: Baseline | None = None, until: str = "9999"
) -> Judged:
    """Judge a goal by the counts up to `until` (a month or a school year; all of them).

    `baseline` is `baseline_of` all groups that could have been chosen. Without it only years that
    the goal was not chosen on are compared with, or, where those are fewer than two, the goal is
    taken for the worst of 60. A balancing series has to be one whose higher rate is worse:
    absences, not attendance.
    """
    group, among = watched.group, 1
    if baseline is None or not baseline.known or baseline.raw <= 0:
        baseline = None
        group, among = _not_chosen(goal, group)
    else:
        among = baseline.chosen_among
    both = sides(group, goal.begins, until=until)
    cannot = _cannot(goal, group, both, until=until)
    if both is None or cannot is not None:
        return _nothing(goal, cannot or Reason.TOO_FEW_BEFORE)
    spread = own_spread(group, watched.reference, begins=goal.begins)
    if baseline is not None:
        spread = baseline.spread
    told = _told(goal, group, both, spread, baseline=baseline, among=among)
    others = _others(watched.reference, goal, spread, until=until)
    beside = _beside(goal, watched, until=until)
    verdict, reason = _verdict(goal, told, others, beside, both)
    fair = told.fair
    reference = others if others is not None else Moved(Estimate(), Estimate(), Estimate())
    return Judged(
        goal.id,
        verdict,
        reason,
        _whose(fair.change, reference.change),
        fair.then,
        both.then,
        fair.now,
        fair.change,
        reference.then,
        reference.now,
        difference(fair.then, reference.then),
        difference(fair.now, reference.now),
        difference(fair.change, reference.change),
        _signals(group, both),
        beside,
        difference_in_differences(watched.schools, begins=goal.begins),
        _labels(group, both.before),
        _labels(group, both.after),
        both.students_then,
        both.events_then,
        both.n_now,
        both.events_now,
        synthetic_control(watched.schools, begins=goal.begins),
    )


def _not_chosen(goal: Goal, group: Series) -> tuple[Series, int]:
    """The series without the years a goal was chosen on, or all of it as the worst of many."""
    chosen = np.array([year_of(label) in goal.chosen_on for label in group.label])
    free = replace(group, known=group.known & ~chosen)
    both = sides(free, goal.begins)
    is_free = bool(goal.chosen_on) and both is not None and both.years >= YEARS_BEFORE
    return (free, 1) if is_free else (group, CANDIDATES)


def _cannot(goal: Goal, group: Series, both: Sides | None, *, until: str) -> Reason | None:
    """What keeps a series from being judged at all."""
    everything = replace(group, known=np.ones_like(group.known), n=np.maximum(group.n, 1))
    parts = split(group, goal.begins, until=until)
    wanted = split(everything, goal.begins, until=until)
    fewest = MONTHS_AFTER if group.is_monthly else 1
    if parts.after.sum() < fewest:
        return Reason.HIDDEN if wanted.after.sum() >= fewest else Reason.TOO_EARLY
    if both is None or both.years < YEARS_BEFORE:
        hidden = (wanted.before & ~parts.before).any()
        return Reason.HIDDEN if hidden else Reason.TOO_FEW_BEFORE
    return Reason.TOO_EARLY if both.after.sum() < fewest else None


def _told(
    goal: Goal,
    group: Series,
    both: Sides,
    spread: Spread,
    *,
    baseline: Baseline | None,
    among: int,
) -> _Told:
    """The change against the shrunken rate; and against whichever rate makes an alarm harder.

    Chosen as the worst, a group's counted rate is too bad, so only its shrunken one may call it
    improving; and a rate drawn towards others by mistake may not call it worse.
    """
    level = 1 - LOOK

    def against(then: tuple[float, float] | None, confidence: float) -> Moved:
        return moved(both, spread, level=confidence, is_count=group.is_count, then=then)

    shrunken = None if baseline is None else then_of(both, baseline)
    counted = None if baseline is None else (both.then, _own_variance(both, spread, group))
    good, bad = shrunken, shrunken
    if shrunken is not None and counted is not None:
        is_better = (shrunken[0] < counted[0]) == goal.lower_is_better
        good, bad = (shrunken, counted) if is_better else (counted, shrunken)
    return _Told(
        against(shrunken, 1 - (1 - CONFIDENCE) / among),
        against(good, 1 - LOOK / among),
        against(bad, level),
    )


def then_of(both: Sides, baseline: Baseline) -> tuple[float, float]:
    """The rate of the same months, shrunken as far as that of the whole years was."""
    rate = both.then * baseline.rate / baseline.raw
    share = baseline.variance / baseline.rate**2 + both.shape
    return rate, max(share * rate**2, 1e-15)


def _own_variance(both: Sides, spread: Spread, group: Series) -> float:
    at = max(both.then, 0.5 / both.students_then)
    by_chance = float(chance(at, is_count=group.is_count)) / both.n_then
    wider = max(both.wider, spread.dispersion)
    return max(variance_of(by_chance, at, spread, wider=wider, years=both.years), 1e-15)


def _others(series: Series, goal: Goal, spread: Spread, *, until: str) -> Moved | None:
    both = sides(series, goal.begins, until=until)
    if both is None:
        return None
    return moved(both, spread, level=CONFIDENCE, is_count=series.is_count)


def _beside(goal: Goal, watched: Watched, *, until: str) -> tuple[Beside, ...]:
    found = []
    for name, series in watched.balancing:
        spread = own_spread(series, begins=goal.begins)
        one = _others(series, goal, spread, until=until)
        change = Estimate() if one is None else one.change
        found.append(Beside(name, change, change.known and change.low > 0))
    return tuple(found)


def _verdict(
    goal: Goal,
    told: _Told,
    others: Moved | None,
    beside: tuple[Beside, ...],
    both: Sides,
) -> tuple[Verdict, Reason]:
    sign = -1 if goal.lower_is_better else 1
    others_change = Estimate() if others is None else others.change
    if _least(told.good.change, sign) > 0:
        if any(one.worsened for one in beside):
            return Verdict.CANNOT_TELL, Reason.BALANCING_WORSE
        gap = _turned(difference(told.fair.change, others_change), sign)
        if gap.known and gap.high < 0:
            return Verdict.IMPROVING, Reason.GAP_WIDER
        moved_too = others_change.known and _least(others_change, sign) > 0
        return Verdict.IMPROVING, Reason.MOVED_BOTH if moved_too else Reason.MOVED
    if _least(told.bad.change, -sign) > 0:
        return Verdict.WORSE, Reason.GOT_WORSE
    worse_others = others_change.known and _least(others_change, -sign) > 0
    # Some months are usually worse than the whole year that a target is set for.
    aimed = sign * (goal.target * both.in_season - told.fair.then.value)
    reached = max(_turned(one.change, sign).high for one in (told.good, told.bad))
    if aimed > 0 and reached < aimed:
        reason = Reason.OTHERS_DID_WORSE if worse_others else Reason.TARGET_EXCLUDED
        return Verdict.NO_CHANGE, reason
    if worse_others:
        return Verdict.CANNOT_TELL, Reason.OTHERS_DID_WORSE
    few = both.then * both.n_now < EXPECTED
    return Verdict.CANNOT_TELL, Reason.TOO_FEW if few else Reason.WITHIN_CHANCE


def _turned(change: Estimate, sign: int) -> Estimate:
    """A change with what is good above 0."""
    if sign > 0:
        return change
    return Estimate(-change.value, -change.high, -change.low, change.known)


def _least(change: Estimate, sign: int) -> float:
    """The least that a rate has moved in a direction."""
    return _turned(change, sign).low


def _whose(group: Estimate, reference: Estimate) -> Whose:
    ours, theirs = (one.known and (one.low > 0 or one.high < 0) for one in (group, reference))
    if ours:
        return Whose.BOTH if theirs else Whose.GROUP
    return Whose.REFERENCE if theirs else Whose.NEITHER


def _signals(group: Series, both: Sides) -> tuple[Signal, ...]:
    return signals_after(chart_of(group, base=both.before), both.after)


def _labels(series: Series, used: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[str, ...]:
    return tuple(series.label[i] for i in np.flatnonzero(used))


def _nothing(goal: Goal, reason: Reason) -> Judged:
    none = Estimate()
    return Judged(
        goal.id, Verdict.CANNOT_TELL, reason, Whose.NEITHER, none, 0.0, none, none, none, none,
        none, none, none, (), (), NOT_COMPARED, (), (), 0, 0, 0, 0, NOT_COMPARED,
    )  # fmt: skip
