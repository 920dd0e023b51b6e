"""Answering one outcome: all its comparisons at every level with their tests."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from eachchild.cube import ALL_PLACES
from eachchild.measures.counts import Known, Whole
from eachchild.measures.inference.asked import (
    STATE,
    as_overall,
    asked_of,
    overall_too,
    wanted,
)
from eachchild.measures.inference.crossed_cells import crossed_excess, no_excess
from eachchild.measures.inference.frame import Layer
from eachchild.measures.inference.from_margins import FromMargins, from_margins
from eachchild.measures.inference.gaps import inside_gap, no_gap
from eachchild.measures.inference.inside import folded, p_alone, p_values, scores
from eachchild.measures.inference.layout import Layout
from eachchild.measures.inference.make_up import Line, Tilted, tilted
from eachchild.measures.inference.model import Excess, Found, InsideGap, Tests, taken
from eachchild.measures.inference.sides import Counted, Facts, Pairs, counted
from eachchild.measures.inference.sums import Amounts, p_of_sums
from eachchild.measures.inference.tails import Score, weakened
from eachchild.measures.stratified import Fold
from eachchild.terms.states import State

_SCHOOL = "school"
_REPORTED = STATE[State.REPORTED]


@dataclass(frozen=True, slots=True)
class _Schools:
    """Every school's comparisons of one outcome.

    `telling` are those with students on both sides and numbers that can be used; `pairs` and
    `score` hold these alone.
    """

    counted: Counted
    telling: Whole
    pairs: Pairs
    score: Score
    amounts: Amounts | None  # where only sums are known


@dataclass(frozen=True, slots=True)
class _Inside:
    """What schools say of each comparison of a level."""

    pairs: Pairs
    score: Score
    amounts: Amounts | None
    fold: Fold
    hidden: Known  # a school is known only within bounds
    by_totals: FromMargins | None  # what stands in for schools that are hidden
    odd: Whole  # schools left out: more events than students
    told: Known  # the group is known in some school


def answers(layout: Layout, facts: Facts) -> Iterator[Found]:
    """The comparisons of an outcome, level by level; those nobody can make are not there."""
    frame = layout.frame
    schools = _schools(counted(frame.schools, frame.in_schools, facts), facts)
    crossed = schools.counted
    if layout.crossed is not frame.schools:
        crossed = counted(layout.crossed, frame.layers[0].comparisons, facts)
    tilts = _tilts(layout, schools.counted, facts)
    for layer, line, tilt in zip(frame.layers, layout.lines, tilts, strict=True):
        here = counted(layer.cells, layer.comparisons, facts)
        inside = _inside(layer, line, here, schools)
        asked = asked_of(frame.groups, here, outcome=facts.number, level=layout.at(layer))
        testable = np.asarray(asked.state == _REPORTED)
        excess = no_excess(testable.size)
        if layer.cells.level == ALL_PLACES:
            excess = crossed_excess(layout.crossings, crossed, layer, facts)
        found = Found(
            asked,
            _tests(here, inside, tilt, testable=testable, facts=facts),
            _gap(inside, facts, pooled=layer.cells.pooled),
            _only(excess, testable),
        )
        yield from _both(layout, here, found)
    if frame.finest:
        yield _alone(layout, schools, facts)


def _schools(every: Counted, facts: Facts) -> _Schools:
    pairs = every.pairs
    telling = np.flatnonzero(pairs.usable & (pairs.group.n > 0) & (pairs.others.n > 0))
    part = pairs.take(telling)
    amounts = None
    if facts.amounts is not None and not pairs.has_squares:
        cell = every.beside.cell[telling]
        amounts = facts.amounts.at(every.cells.place[cell], every.cells.period[cell])
    return _Schools(every, telling, part, scores(part, facts.skew), amounts)


def _tilts(layout: Layout, in_schools: Counted, facts: Facts) -> Iterator[Tilted]:
    """The test between schools for each layer; years pooled are pooled school by school first."""
    pooled = in_schools
    if layout.schools_pooled is not layout.frame.schools:
        pooled = counted(layout.schools_pooled, layout.pooled_comparisons, facts)
    for layer, line in zip(layout.frame.layers, layout.lines, strict=True):
        schools = pooled if layer.cells.pooled else in_schools
        yield tilted(line, schools.held, schools.totals, is_rate=facts.is_rate)


def _inside(layer: Layer, line: Line, here: Counted, schools: _Schools) -> _Inside:
    size = layer.comparisons.cell.size
    into = layer.into[schools.telling]
    of = into >= 0
    pairs, score, amounts = schools.pairs, schools.score, schools.amounts
    if not of.all():
        pairs, score, into = pairs.take(of), score.take(of), into[of]
        amounts = None if amounts is None else amounts.take(of)

    def added(flag: Known) -> Whole:
        at = layer.into[flag]
        return np.bincount(at[at >= 0], minlength=size)

    held, every = schools.counted.held, schools.counted.pairs
    # What is known of a group does not hang on whether its reference is in the same school.
    told = np.zeros(every.usable.shape, np.bool_)
    told[: held.exact.size] = held.exact & held.collected
    hidden = added(every.hidden) > 0
    by_totals = None
    if every.is_rate and hidden.any() and not layer.cells.pooled:
        by_totals = from_margins(layer, line, here, schools.counted)
    return _Inside(
        pairs,
        score,
        amounts,
        Fold(into, size),
        hidden,
        by_totals,
        added(every.odd),
        (added(told) > 0)[layer.comparisons.cell],
    )


def _tests(here: Counted, inside: _Inside, tilt: Tilted, *, testable: Known, facts: Facts) -> Tests:
    fold = inside.fold
    total = folded(inside.score, fold)
    has_inside = testable & (total.variance > 0) & ~inside.hidden
    plain = scores(here.pairs, facts.skew)
    has_plain = testable & (plain.variance > 0) & here.held.has_squares
    has_between = tilt.known & testable
    years = np.full(testable.shape, facts.years if here.cells.pooled else 1.0)
    if inside.amounts is None:
        p_inside = p_values(inside.pairs, inside.score, fold, total)
    else:
        p_inside, can_tell = p_of_sums(inside.score, inside.amounts, fold)
        has_inside = has_inside & can_tell
    p_inside, surplus = np.where(has_inside, weakened(p_inside, years), 1.0), total.surplus
    if inside.by_totals is not None:
        stands_for = testable & inside.hidden & inside.by_totals.known
        p_inside = np.where(stands_for, inside.by_totals.p, p_inside)
        surplus = np.where(inside.hidden, inside.by_totals.surplus, surplus)
        has_inside = has_inside | stands_for
    p_plain = weakened(p_alone(here.pairs, plain), years)
    return Tests(
        p_inside=p_inside,
        has_inside=has_inside,
        surplus=surplus,
        schools=np.bincount(fold.cell[inside.score.variance > 0], minlength=fold.cells),
        left_out=inside.odd,
        p_between=np.where(has_between, tilt.p, 1.0),
        has_between=has_between,
        correlation=tilt.correlation,
        p_plain=np.where(has_plain, p_plain, 1.0),
        has_plain=has_plain,
        stands_in=has_plain & ~inside.told,
    )


def _gap(inside: _Inside, facts: Facts, *, pooled: bool) -> InsideGap:
    years = facts.years if pooled else 1.0
    total = folded(inside.score, inside.fold)
    gap = inside_gap(inside.pairs, inside.fold, total, scale=facts.scale, years=years)
    # The schools that are not hidden would be those with large counts.
    return replace(
        gap,
        has_ratio=gap.has_ratio & ~inside.hidden,
        has_difference=gap.has_difference & ~inside.hidden & inside.pairs.has_squares,
    )


def _only(excess: Excess, testable: Known) -> Excess:
    known = excess.known & testable
    return replace(excess, p=np.where(known, excess.p, 1.0), known=known)


def _both(layout: Layout, here: Counted, found: Found) -> Iterator[Found]:
    """The comparisons wanted, and those the plan also makes with everybody."""
    groups = layout.frame.groups
    rows = wanted(groups, here)
    yield taken(found, rows)
    again = rows & overall_too(groups, here)
    if again.any():
        one = taken(found, again)
        size = int(again.sum())
        asked = as_overall(one.asked)
        yield replace(one, asked=asked, inside=no_gap(size), excess=no_excess(size))


def _alone(layout: Layout, schools: _Schools, facts: Facts) -> Found:
    """Each place of the finest level by itself: a school, or a district of unknown schools."""
    every, frame = schools.counted, layout.frame
    asked = asked_of(frame.groups, every, outcome=facts.number, level=len(layout.levels) - 1)
    shallow = frame.groups.depth[every.cells.group[every.beside.cell]] <= frame.finest_depth
    rows = np.flatnonzero(wanted(frame.groups, every) & shallow & (every.beside.other < 0))
    asked, pairs = taken(asked, rows), every.pairs.take(rows)
    score = scores(pairs, facts.skew)
    known = (asked.state == _REPORTED) & (score.variance > 0) & pairs.has_squares
    p = np.where(known, p_alone(pairs, score), 1.0)
    is_school, size = layout.levels[-1] == _SCHOOL, rows.size
    tests = Tests(
        p_inside=p if is_school else np.ones(size),
        has_inside=known & is_school,
        surplus=score.surplus,
        schools=known.astype(np.int64),
        left_out=pairs.odd.astype(np.int64),
        p_between=np.ones(size),
        has_between=np.zeros(size, np.bool_),
        correlation=np.zeros(size),
        p_plain=p,
        has_plain=known,
        stands_in=known & (not is_school),
    )
    return Found(asked, tests, no_gap(size), no_excess(size))
