"""Who is compared with whom, where and when: what is the same for every outcome of a block.

All groups of all factors and crossings are laid end to end, so that each outcome is answered by a
few steps over long arrays instead of many over short ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.cube import ALL_PLACES, EVERYWHERE, Margin, Rollups
from eachchild.cube.margins import POOLED_YEARS
from eachchild.measures.aligned import matching, named_reference
from eachchild.measures.counts import Known, Whole
from eachchild.plan import COMPLEMENT, OVERALL, Plan
from eachchild.terms.factors import NOT_REPORTED, Group

TO_COMPLEMENT, TO_NAMED = 0, 1
_NOBODY = -1
_PERIODS = 1024  # as many as a key has room for


@dataclass(frozen=True, slots=True)
class Groups:
    """Every group of some breakdowns, numbered; arrays have one entry a group."""

    breakdowns: tuple[tuple[str, ...], ...]
    sizes: tuple[tuple[int, ...], ...]  # how many values each of their factors has
    first: Whole  # number of each breakdown's first group
    names: tuple[str, ...]
    depth: Whole
    told: Known  # nobody's identity is missing
    named: Whole  # the group the plan compares with; -1: everybody else alone
    overall: Known  # the plan compares with everybody, the group included

    def number(self, breakdown: int, cells: Margin) -> Whole:
        """The group of each cell of a breakdown's margin."""
        within = np.ravel_multi_index(tuple(cells.value.T), self.sizes[breakdown])
        return np.asarray(within + int(self.first[breakdown]), np.int64)

    def value(self, breakdown: int, group: Whole) -> Whole:
        """The values of some groups of a breakdown, `[group, factor]`."""
        within = group - int(self.first[breakdown])
        return np.stack(np.unravel_index(within, self.sizes[breakdown]), axis=1)


@dataclass(frozen=True, slots=True)
class Cells:
    """The groups of one level, laid end to end and sorted by place, period and group.

    `order` sorts what the margins hold; `total` is each cell's row among all students of its
    place and period.
    """

    level: str
    pooled: bool
    margins: tuple[Margin, ...]
    totals: Margin
    order: Whole
    place: Whole
    period: Whole
    group: Whole
    total: Whole


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Cells beside others: everybody else for all of them, then the plan's group where it occurs.

    `other` is the reference's cell, -1 for everybody else.
    """

    cell: Whole
    other: Whole

    @property
    def kind(self) -> Whole:
        """Beside whom: TO_COMPLEMENT or TO_NAMED."""
        return np.where(self.other == _NOBODY, TO_COMPLEMENT, TO_NAMED)


@dataclass(frozen=True, slots=True)
class Layer:
    """The comparisons at one level, and which of them each school's comparison adds to."""

    cells: Cells
    comparisons: Comparisons
    into: Whole  # one a comparison in a school; -1 where the level has no such place


@dataclass(frozen=True, slots=True)
class Frame:
    """The comparisons of one block: in each school, and at each level above.

    `above` is a school's place at each level: EVERYWHERE at the whole.
    """

    groups: Groups
    schools: Cells
    in_schools: Comparisons
    layers: tuple[Layer, ...]
    finest: bool  # schools are asked about one by one
    finest_depth: int


def frame(
    plan: Plan, rollups: Rollups, breakdowns: Sequence[tuple[str, ...]], outcome: str
) -> Frame:
    """Lay out the comparisons of the breakdowns that one block answers, of this outcome or any."""
    cube = rollups.cube
    groups = _groups(plan, rollups, breakdowns)
    schools = cells_at(rollups, groups, outcome, (cube.places.level, False))
    in_schools = comparisons(groups, schools)
    layers = []
    for level in levels(rollups)[:-1]:
        depth = plan.depth if level == ALL_PLACES else plan.schools_depth
        for pooled in (False, True) if len(cube.periods) > 1 else (False,):
            cells = cells_at(rollups, groups, outcome, (level, pooled), depth)
            beside = comparisons(groups, cells)
            into = _into(rollups, groups, cells, beside, schools, in_schools)
            layers.append(Layer(cells, beside, into))
    return Frame(
        groups, schools, in_schools, tuple(layers), bool(cube.places.ids), plan.schools_depth
    )


def levels(rollups: Rollups) -> tuple[str, ...]:
    """The levels asked about, whole to finest; a single place above says nothing new."""
    places = rollups.cube.places
    above = (places.parent_level,) if places.ids and len(places.parent_ids) > 1 else ()
    return (ALL_PLACES, *above, places.level)


def _groups(plan: Plan, rollups: Rollups, breakdowns: Sequence[tuple[str, ...]]) -> Groups:
    values = rollups.cube.values
    names: list[str] = []
    told: list[bool] = []
    named: list[int] = []
    first, depth = [], []
    overlaps = {f.id for f in plan.overlaps}
    for factors in breakdowns:
        start = len(names)
        first.append(start)
        groups = list(_every(factors, [values[f] for f in factors]))
        names += [str(g) for g in groups]
        told += [all(v != NOT_REPORTED for _, v in g.parts) for g in groups]
        depth += [len(factors)] * len(groups)
        reference = COMPLEMENT if set(factors) & overlaps else named_reference(plan, factors)
        found = start + groups.index(reference) if isinstance(reference, Group) else _NOBODY
        named += [found if reference != OVERALL else -2] * len(groups)
    target = np.array(named, np.int64)
    return Groups(
        tuple(breakdowns),
        tuple(tuple(len(values[f]) for f in factors) for factors in breakdowns),
        np.array(first, np.int64),
        tuple(names),
        np.array(depth, np.int64),
        np.array(told, np.bool_),
        np.maximum(target, _NOBODY),
        target == -2,
    )


def _every(factors: tuple[str, ...], values: list[tuple[str, ...]]) -> Iterator[Group]:
    """Every combination, the last factor's values turning fastest."""
    sizes = [len(v) for v in values]
    for code in range(int(np.prod(sizes))):
        at = np.unravel_index(code, sizes)
        parts = zip(factors, (v[int(i)] for v, i in zip(values, at, strict=True)), strict=True)
        yield Group(tuple(parts))


def cells_at(
    rollups: Rollups, groups: Groups, outcome: str, where: tuple[str, bool], depth: int = 99
) -> Cells:
    """The groups at one level, years apart or pooled: `where` says which."""
    level, pooled = where
    asked = [i for i, f in enumerate(groups.breakdowns) if len(f) <= depth]
    found = {
        i: rollups.cells(outcome, groups.breakdowns[i], level=level, pooled=pooled) for i in asked
    }
    margins = {i: m for i, m in found.items() if m is not None}
    totals = rollups.totals(outcome, groups.breakdowns[0], level=level, pooled=pooled)
    parts = [
        np.stack([m.place, m.period, groups.number(i, m), matching(m, totals)])
        for i, m in margins.items()
    ]
    place, period, group, total = np.concatenate(parts, axis=1)
    order = np.argsort(_keys(place, period, group, groups), kind="stable")
    columns = (x[order] for x in (place, period, group, total))
    return Cells(level, pooled, tuple(margins.values()), totals, order, *columns)


def _keys(place: Whole, period: Whole, group: Whole, groups: Groups) -> Whole:
    return ((place + 1) * _PERIODS + (period + 1)) * len(groups.names) + group


def _find(keys: Whole, wanted: Whole) -> Whole:
    """Where each wanted key stands among sorted ones; -1 for none."""
    if not keys.size:
        return np.full(wanted.shape, _NOBODY)
    at = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    return np.where(keys[at] == wanted, at, _NOBODY)


def comparisons(groups: Groups, cells: Cells) -> Comparisons:
    """Every cell beside everybody else, then beside the plan's group where that occurs."""
    target = groups.named[cells.group]
    has = np.flatnonzero((target != _NOBODY) & (target != cells.group))
    keys = _keys(cells.place, cells.period, cells.group, groups)
    other = _find(keys, _keys(cells.place[has], cells.period[has], target[has], groups))
    here = other != _NOBODY
    size = cells.place.size
    return Comparisons(
        np.concatenate([np.arange(size), has[here]]),
        np.concatenate([np.full(size, _NOBODY), other[here]]),
    )


def _into(
    rollups: Rollups,
    groups: Groups,
    cells: Cells,
    beside: Comparisons,
    schools: Cells,
    in_schools: Comparisons,
) -> Whole:
    above = place_at(rollups, cells.level, schools.place)
    period = np.full(above.shape, -1) if cells.pooled else schools.period
    wanted = _keys(above, period, schools.group, groups)[in_schools.cell] * 2 + in_schools.kind
    keys = _keys(cells.place, cells.period, cells.group, groups)[beside.cell] * 2 + beside.kind
    order = np.argsort(keys, kind="stable")
    found = _find(keys[order], wanted)
    # A school without a place above it belongs to none of them.
    lost = (above == EVERYWHERE)[in_schools.cell] & (cells.level != ALL_PLACES)
    lost |= found == _NOBODY
    if cells.pooled:
        lost |= (schools.period < len(rollups.cube.periods) - POOLED_YEARS)[in_schools.cell]
    return np.where(lost, _NOBODY, order[found]) if order.size else found


def place_at(rollups: Rollups, level: str, place: Whole) -> Whole:
    """The place of a level that each school belongs to; EVERYWHERE where to none."""
    if level == ALL_PLACES:
        return np.full(place.shape, EVERYWHERE)
    return rollups.cube.places.parent_index[place]
