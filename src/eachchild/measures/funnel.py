"""Funnels: the gap inside each school, with limits for chance and for the usual spread.

Source: Spiegelhalter, D. J. (2005), Funnel plots for comparing institutional performance,
Statistics in Medicine 24: 1185-1202: additive random effects, estimated from winsorised z-scores.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.cube import EVERYWHERE, Rollups, Tally
from eachchild.measures.aligned import beside_everybody
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.inference.skewness import skew_of
from eachchild.measures.inference.tails import Score, two_sided
from eachchild.plan import COMPLEMENT
from eachchild.terms.factors import Group
from eachchild.terms.outcomes import Outcome

FEWEST_SCHOOLS = 10
FEWEST_STUDENTS = 5  # of the group and of the others; below, one student moves the gap too far
_WINSORISED = 0.1
_OF_NORMAL = 0.67865456  # what is left of a normal variance when its outer tenths are pulled in
_Z95, _Z998 = 1.959963984540054, 3.090232306167813
_ONCE_IN_500 = 0.002
_BORROWED = 20  # students of the usual level added to a school's own, so that none has no chance
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Funnel:
    """The gap inside each school for one group, with limits widened for the usual spread."""

    outcome: str
    group: str
    reference: str
    period: str
    places: tuple[str, ...]
    gap: Numbers  # in the outcome's own unit (share, or mean)
    precision_n: Whole  # effective number of students: the horizontal axis
    center: float
    spread: float  # between-school standard deviation of the true gaps
    limit_n: Numbers  # grid for the limit curves
    low95: Numbers
    high95: Numbers
    low998: Numbers
    high998: Numbers
    outside: Known  # beyond the 99.8 % limits, and beyond the school's own chance in small schools


@dataclass(frozen=True, slots=True)
class _Schools:
    """One entry a school that has enough of both: the gap, and students it rests on."""

    place: Whole
    gap: Numbers
    students: Numbers  # n1 n0 / (n1 + n0): the gap's variance is the outcome's over this
    variance: float  # of the outcome among students
    chance: Score  # the gap's variance and third cumulant as the school's own level gives them
    step: Numbers  # between two values the gap can take


def funnel(rollups: Rollups, outcome: Outcome, group: str, period: str) -> Funnel | None:
    """Draw up one group's gap inside each school; None where fewer than ten schools can tell."""
    found = _schools(rollups, outcome, Group.parse(group), rollups.cube.periods.index(period))
    if found is None or found.gap.size < FEWEST_SCHOOLS or found.variance <= 0:
        return None
    weight = found.students / found.variance
    center = float((weight * found.gap).sum() / weight.sum())
    spread = usual_spread(found.gap, 1 / weight, center)
    low, high = float(found.students.min()), float(found.students.max())
    grid = np.geomspace(max(low, 1.0), max(high, low + 1.0), _STEPS)
    error = np.sqrt(found.variance / grid + spread**2)
    own = np.sqrt(1 / weight + spread**2)
    level, ids = rollups.cube.places.level, rollups.cube.places.ids
    return Funnel(
        outcome.name,
        group,
        COMPLEMENT,
        period,
        tuple(f"{level}:{ids[p]}" for p in found.place.tolist()),
        found.gap,
        np.rint(found.students).astype(np.int64),
        center,
        spread,
        grid,
        center - _Z95 * error,
        center + _Z95 * error,
        center - _Z998 * error,
        center + _Z998 * error,
        (np.abs(found.gap - center) > _Z998 * own) & _rare(found, center, spread),
    )


def _rare(found: _Schools, center: float, spread: float) -> Known:
    """Gaps that a school's own chance makes rarer than once in 500, the usual spread added.

    The limits are normal. Where little happens, or a school's level is not the usual one, chance
    is not: of null schools 0.8 % lay beyond them for an outcome of one student in a hundred.
    """
    own = Score(found.gap - center, found.chance.variance + spread**2, found.chance.third)
    return two_sided(own, step=found.step) <= _ONCE_IN_500


def usual_spread(gap: Numbers, variance: Numbers, center: float) -> float:
    """The standard deviation of the true gaps beyond chance, by moments (DerSimonian and Laird).

    The outer tenth of schools on either side is pulled in first, so that schools the funnel is
    to point at do not widen it; what that takes from a normal variance is put back, which the
    paper does not, or one school in thirty would lie outside where all vary alike.

    >>> usual_spread(np.array([0.05, -0.05] * 10), np.full(20, 0.01), 0.0)
    0.0
    >>> round(usual_spread(np.linspace(-0.6, 0.6, 25), np.full(25, 0.01), 0.0), 2)
    0.4
    """
    z = (gap - center) / np.sqrt(variance)
    low, high = np.quantile(z, [_WINSORISED, 1 - _WINSORISED])
    phi = float((np.clip(z, low, high) ** 2).mean()) / _OF_NORMAL
    weight = 1 / variance
    beyond = gap.size * phi - (gap.size - 1)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    return float(np.sqrt(max(beyond / scale, 0.0))) if scale > 0 else 0.0


def _schools(rollups: Rollups, outcome: Outcome, group: Group, period: int) -> _Schools | None:
    level = rollups.cube.places.level
    cells = rollups.cells(outcome.name, group.factors, level=level)
    if cells is None or not rollups.cube.places.ids:
        return None
    totals = rollups.totals(outcome.name, group.factors, level=level)
    wanted = [rollups.cube.values[f].index(v) for f, v in group.parts]
    mine = (cells.value == np.array(wanted)).all(axis=1) & (cells.period == period)
    others = beside_everybody(cells, totals, outcome.name, COMPLEMENT).tally.take(mine)
    ours = cells.tallies[outcome.name].take(mine)
    enough = _enough(ours, is_rate=outcome.is_rate) & _enough(others, is_rate=outcome.is_rate)
    enough &= cells.place[mine] != EVERYWHERE
    ours, others, scale = ours.take(enough), others.take(enough), 10.0**outcome.decimals
    if not ours.n.size:
        return None
    n1, n0 = ours.n.astype(np.float64), others.n.astype(np.float64)
    gap = (ours.events / n1 - others.events / n0) / scale
    variance = _variance(ours, others, is_rate=outcome.is_rate) / scale**2
    weight = n1 * n0 / (n1 + n0)
    block = rollups.cube.block_for(group.factors, outcome.name)
    skew = 0.0 if outcome.is_rate or block is None else skew_of(block, outcome.name) / scale
    own, third = _own(ours, others, variance, scale=scale, skew=None if outcome.is_rate else skew)
    chance = Score(gap, own / weight, third * (n0 - n1) / (n0 + n1) / weight**2)
    return _Schools(cells.place[mine][enough], gap, weight, variance, chance, 1 / (scale * weight))


def _own(
    ours: Tally, others: Tally, usual: float, *, scale: float, skew: float | None
) -> tuple[Numbers, Numbers]:
    """Each school's own variance and third moment among students, with a few usual ones added."""
    n, events = ours.n + others.n, ours.events + others.events
    if skew is None:
        rate = (events + _BORROWED * float(events.sum() / n.sum())) / (n + _BORROWED)
        own = np.asarray(rate * (1 - rate), np.float64)
        return own, own * (1 - 2 * rate)
    spread = _squares(ours, others) / scale**2
    own = (spread + _BORROWED * usual) / (n + _BORROWED)
    return own, own * skew


def _squares(ours: Tally, others: Tally) -> Numbers:
    """The squared distances of each school's students from its mean, in the outcome's units."""
    if ours.squares is None or others.squares is None:
        return np.zeros(ours.n.shape)
    squares = (ours.squares + others.squares).astype(np.float64)
    total = (ours.events + others.events).astype(np.float64)
    return np.asarray(squares - total**2 / (ours.n + others.n), np.float64)


def _enough(tally: Tally, *, is_rate: bool) -> Known:
    enough = tally.is_exact & tally.collected & (tally.n >= FEWEST_STUDENTS)
    return enough & (tally.events <= tally.n) if is_rate else enough


def _variance(ours: Tally, others: Tally, *, is_rate: bool) -> float:
    """The outcome's variance among students of the same school, in whole units squared."""
    n, events = ours.n + others.n, ours.events + others.events
    if is_rate:
        rate = events.sum() / n.sum()
        return float(rate * (1 - rate))
    return float(_squares(ours, others).sum() / max(int((n - 1).sum()), 1))
