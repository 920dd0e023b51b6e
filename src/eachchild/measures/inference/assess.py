"""Every test of an audit at once, and which of them stand when all are counted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eachchild.cube import Cube, Rollups
from eachchild.cube.margins import POOLED_YEARS
from eachchild.measures.aligned import breakdowns
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.inference.answers import answers
from eachchild.measures.inference.asked import STATE
from eachchild.measures.inference.changes import changes
from eachchild.measures.inference.layout import Layout, lay_out, level_names
from eachchild.measures.inference.model import CARRIED, Assessment, Changes, Found, together
from eachchild.measures.inference.persistence import years_together
from eachchild.measures.inference.sides import Facts
from eachchild.measures.inference.skewness import skew_of
from eachchild.measures.inference.sums import amounts_of
from eachchild.measures.multiple import two_steps
from eachchild.plan import Plan
from eachchild.terms.outcomes import Outcome
from eachchild.terms.states import State

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Extra:
    """p-values of other measures (predictability) that belong to an outcome's family."""

    outcome: Whole  # place in the plan's outcomes
    p: Numbers


NOTHING = Extra(np.zeros(0, np.int64), np.zeros(0))


def assess(plan: Plan, rollups: Rollups, *, extra: Extra = NOTHING) -> Assessment | None:
    """Test every group, crossing, school and year of every outcome, all families together.

    A family is an outcome with both tests of all its comparisons, what its crossings have beyond
    the sum of their parts, its changes over years, and `extra`. Families are selected first, then
    tests inside them (`measures.multiple.two_steps`). None where the source tells no group apart.
    """
    parts = list(_found(plan, rollups))
    if not parts:
        return None
    found = together(parts)
    is_rate = np.array([o.is_rate for o in plan.outcomes])
    moved = changes(found.asked, found.inside, is_rate=is_rate)
    return _assessment(plan, rollups.cube, found, moved, _selected(found, moved, extra))


def _found(plan: Plan, rollups: Rollups) -> Iterator[Found]:
    laid_out: dict[tuple[object, ...], Layout] = {}
    for number, outcome in enumerate(plan.outcomes):
        facts = _facts(rollups.cube, outcome, number)
        for asked in _by_block(plan, rollups.cube, outcome):
            block = rollups.cube.block_for(asked[0], outcome.name)
            key = (id(block), asked)
            if key not in laid_out:
                laid_out[key] = lay_out(plan, rollups, asked, outcome.name)
            yield from answers(laid_out[key], facts)


def _by_block(plan: Plan, cube: Cube, outcome: Outcome) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The breakdowns the source tells of as rates or means, those of one block together."""
    depth = max(plan.depth, plan.schools_depth if cube.places.ids else 0)
    found: dict[int, list[tuple[str, ...]]] = {}
    for factors in breakdowns(plan, depth):
        block = cube.block_for(factors, outcome.name)
        if block is not None and block.tallies[outcome.name].has_n and block.place.size:
            found.setdefault(id(block), []).append(factors)
    return tuple(tuple(asked) for asked in found.values())


def _facts(cube: Cube, outcome: Outcome, number: int) -> Facts:
    plain = Facts(outcome.name, number, outcome.is_rate, 10.0**outcome.decimals)
    blocks = [b for b in cube.blocks if outcome.name in b.tallies]
    if not blocks:
        return plain
    finest = max(blocks, key=lambda b: len(b.factors))
    if not outcome.is_rate and any(b.tallies[outcome.name].squares is None for b in blocks):
        plain = replace(plain, amounts=amounts_of(finest, outcome.name))
    years, first = 1.0, max(len(cube.periods) - POOLED_YEARS, 0)
    if len(cube.periods) > 1:
        years = years_together(finest, outcome.name, first=first, is_rate=outcome.is_rate)
    skew = None if outcome.is_rate else skew_of(finest, outcome.name)
    return replace(plain, skew=skew, years=years, pooled_from=first)


@dataclass(frozen=True, slots=True)
class _Selected:
    """The q of each kind of test; 1 where it was not made."""

    inside: Numbers
    between: Numbers
    plain: Numbers
    excess: Numbers
    change: Numbers
    extra: Numbers


def _selected(found: Found, moved: Changes, extra: Extra) -> _Selected:
    tests, outcome = found.tests, found.asked.outcome
    every = (
        (tests.p_inside, tests.has_inside, outcome),
        (tests.p_between, tests.has_between, outcome),
        (tests.p_plain, tests.stands_in, outcome),
        (found.excess.p, found.excess.known, outcome),
        (moved.p, np.ones(moved.p.shape, np.bool_), moved.outcome),
        (extra.p, np.ones(extra.p.shape, np.bool_), extra.outcome),
    )
    p = np.concatenate([p[has] for p, has, _ in every])
    family = np.concatenate([o[has] for _, has, o in every])
    q = two_steps(p, family).q if p.size else p
    ends = np.cumsum([has.sum() for _, has, _ in every])
    return _Selected(
        *(_put(has, part) for (_, has, _), part in zip(every, np.split(q, ends[:-1]), strict=True))
    )


def _put(has: Known, q: Numbers) -> Numbers:
    whole = np.ones(has.shape)
    whole[has] = q
    return whole


def _assessment(plan: Plan, cube: Cube, found: Found, moved: Changes, q: _Selected) -> Assessment:
    asked, tests = found.asked, found.tests
    tested = tests.has_inside | tests.has_between | tests.stands_in
    untold = (asked.state == STATE[State.REPORTED]) & ~tested
    state = np.where(untold, STATE[State.NOT_ENOUGH_DATA], asked.state).astype(np.int8)
    assessment = Assessment(
        levels=level_names(cube),
        outcomes=tuple(o.name for o in plan.outcomes),
        scale=np.array([10.0**o.decimals for o in plan.outcomes]),
        asked=replace(asked, state=state),
        tests=tests,
        inside=found.inside,
        excess=found.excess,
        q_inside=q.inside,
        q_between=q.between,
        q_plain=q.plain,
        q_excess=q.excess,
        q=np.ones(state.shape),
        carried=np.zeros(state.shape, np.int8),
        changes=moved,
        q_change=q.change,
        q_extra=q.extra,
    )
    least, carried = _carried(assessment)
    return replace(assessment, q=least, carried=carried)


def _carried(one: Assessment) -> tuple[Numbers, NDArray[np.int8]]:
    """The least q of the tests that point the way of the plain gap, and which of them stand."""
    gap = np.sign(one.difference)
    inside = np.where(np.sign(one.tests.surplus) == gap, one.q_inside, 1.0)
    between = np.where(np.sign(one.tests.correlation) == gap, one.q_between, 1.0)
    q = np.minimum(np.minimum(inside, between), one.q_plain)
    names = np.where(inside <= LEVEL, 1, 0) + np.where(between <= LEVEL, 2, 0)
    plain = CARRIED.index("plain")
    return q, np.where(one.q_plain <= LEVEL, plain, names).astype(np.int8)
