"""Published counts entered into the cube: each breakdown as it was published, never multiplied.

A breakdown answers for the crossings it was published in and for sums over them. Its denominators
are taken from the coarsest published table of students that tells the same groups apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eachchild.cube.cells import EVERYWHERE, Block, Cube, Known, Places, Tally, Whole
from eachchild.cube.keys import grouped
from eachchild.plan import Plan
from eachchild.tables import WHOLE, CountFacts
from eachchild.terms.outcomes import Outcome

STUDENTS = "n"


@dataclass(frozen=True, slots=True)
class _Layer:
    """One quantity of one breakdown, in the cube's own numbering."""

    source: str
    factors: tuple[str, ...]
    quantity: str
    place: Whole
    period: Whole
    value: Whole  # [cells, factors]
    low: Whole
    high: Whole
    suppressed: Known
    collected: Known

    @property
    def keys(self) -> list[Whole]:
        """Period, place and values, as a block sorts its cells."""
        return [self.period, self.place, *self.value.T]

    def where(self, rows: Known) -> "_Layer":
        """The cells a mask keeps."""
        return _Layer(
            self.source,
            self.factors,
            self.quantity,
            self.place[rows],
            self.period[rows],
            self.value[rows],
            self.low[rows],
            self.high[rows],
            self.suppressed[rows],
            self.collected[rows],
        )

    def added(self, factors: tuple[str, ...]) -> "_Layer":
        """The same quantity with the other factors added up."""
        columns = [self.factors.index(f) for f in factors]
        inverse, found = grouped([self.period, self.place, *(self.value[:, c] for c in columns)])

        def total(values: Whole | Known) -> Whole:
            return np.bincount(inverse, weights=values, minlength=len(found)).astype(np.int64)

        return _Layer(
            self.source,
            factors,
            self.quantity,
            found[:, 1],
            found[:, 0],
            found[:, 2:],
            total(self.low),
            total(self.high),
            total(~self.suppressed) == 0,
            total(self.collected) > 0,
        )


def enter(facts: Sequence[CountFacts], plan: Plan) -> Cube:
    """Make the cube of a plan's published counts.

    Bounds are kept: a sum over hidden cells runs from the sum of their lowest to the sum of their
    highest. Raises ValueError where two sources name places of different levels.
    """
    levels = sorted({f.level for f in facts if f.places})
    if len(levels) > 1:
        raise ValueError(f"one plan cannot mix places of the levels {', '.join(levels)}")
    places = _places(facts, levels[0] if levels else "school")
    periods = tuple(sorted({p for f in facts for p in f.periods}))
    values = {f.id: f.all_values for f in plan.factors} | {f.id: f.all_values for f in plan.alone}
    layers = [
        layer for one in facts for layer in _layers(one, plan, places=places, periods=periods)
    ]
    outcomes = {o.name: o for o in plan.outcomes}
    breakdowns = dict.fromkeys(x.factors for x in layers if x.quantity in outcomes)
    blocks = [b for factors in breakdowns for b in _blocks(factors, layers, outcomes)]
    return Cube(places, periods, values, tuple(blocks))


def _places(facts: Sequence[CountFacts], level: str) -> Places:
    parents: dict[str, str] = {}
    names: dict[str, str] = {}
    for one in facts:
        parents |= dict(zip(one.places, one.parents, strict=True))
        if one.names:
            names |= dict(zip(one.places, one.names, strict=True))
    ids = tuple(sorted(parents))
    return Places(
        level,
        ids,
        next((f.parent_level for f in facts if f.places), "district"),
        tuple(parents[i] for i in ids),
        names=tuple(names.get(i, i) for i in ids),
    )


def _layers(
    one: CountFacts, plan: Plan, *, places: Places, periods: tuple[str, ...]
) -> Iterable[_Layer]:
    """The facts of one breakdown, a layer a quantity, with factors in the plan's order."""
    at = {name: i for i, name in enumerate(places.ids)}
    place = np.array([*(at[p] for p in one.places), EVERYWHERE], np.int64)[
        np.where(one.place == WHOLE, len(one.places), one.place)
    ]
    period = np.array([periods.index(p) for p in one.periods], np.int64)[one.period]
    order = [f for f in (*plan.factors, *plan.alone) if f.id in one.factors]
    columns = [
        np.array([f.all_values.index(v) for v in one.values[f.id]], np.int64)[
            one.value[:, one.factors.index(f.id)]
        ]
        for f in order
    ]
    value = np.column_stack(columns) if columns else np.zeros((len(place), 0), np.int64)
    for number, quantity in enumerate(one.quantities):
        rows = one.quantity == number
        yield _Layer(
            one.source,
            tuple(f.id for f in order), quantity, place[rows], period[rows], value[rows],
            one.low[rows], one.high[rows], one.suppressed[rows], one.collected[rows],
        )  # fmt: skip


def _blocks(
    factors: tuple[str, ...], layers: Sequence[_Layer], outcomes: Mapping[str, Outcome]
) -> Iterable[Block]:
    """The blocks of one breakdown; outcomes that have the same cells share one."""
    made: list[Block] = []
    for name in outcomes:
        events = [x for x in layers if x.factors == factors and x.quantity == name]
        if events:
            students = [
                x
                for source in dict.fromkeys(e.source for e in events)
                for x in _students(source, factors, layers)
            ]
            made.append(_block(factors, name, students=students, events=events))
    shared: dict[bytes, Block] = {}
    for block in made:
        key = b"".join(x.tobytes() for x in (block.period, block.place, block.value))
        twin = shared.get(key)
        shared[key] = (
            block if twin is None else replace(twin, tallies={**twin.tallies, **block.tallies})
        )
    return shared.values()


def _students(source: str, factors: tuple[str, ...], layers: Sequence[_Layer]) -> list[_Layer]:
    """The denominators of one source: its own alone, for others cover other students."""
    able = [
        x
        for x in layers
        if x.quantity == STUDENTS and x.source == source and set(factors) <= set(x.factors)
    ]
    coarsest = min((len(x.factors) for x in able), default=0)
    return [x.added(factors) for x in able if len(x.factors) == coarsest]


def _block(
    factors: tuple[str, ...], name: str, *, students: Sequence[_Layer], events: Sequence[_Layer]
) -> Block:
    """One outcome's events beside the students of the same cells, in the periods it was asked."""
    asked = np.unique(np.concatenate([x.period for x in events]))
    students = [x.where(np.isin(x.period, asked)) for x in students]
    everything = (*students, *events)
    columns = [np.concatenate(k) for k in zip(*(x.keys for x in everything), strict=True)]
    inverse, cells = grouped(columns)
    ends = np.cumsum([len(x.place) for x in everything])
    rows = np.split(inverse, ends[:-1])
    n = _laid_out(len(cells), students, rows[: len(students)])
    found = _laid_out(len(cells), events, rows[len(students) :])
    hidden = n.suppressed | found.suppressed
    tally = Tally(
        n.low,
        found.low,
        n.low if (n.low == n.high).all() else n.high,
        found.low if (found.low == found.high).all() else found.high,
        np.zeros(len(cells), np.int64),
        found.collected,
        has_n=bool(students),
        suppressed=hidden if hidden.any() else None,
    )
    return Block(factors, cells[:, 1], cells[:, 0], cells[:, 2:], n.low, {name: tally})


@dataclass(frozen=True, slots=True)
class _Laid:
    """A quantity along the cells of a block; a cell that no layer has was not collected."""

    low: Whole
    high: Whole
    suppressed: Known
    collected: Known


def _laid_out(size: int, layers: Sequence[_Layer], rows: Sequence[Whole]) -> _Laid:
    def total(parts: Iterable[Whole | Known]) -> Whole:
        added = np.zeros(size, np.int64)
        for at, part in zip(rows, parts, strict=True):
            added += np.bincount(at, weights=part, minlength=size).astype(np.int64)
        return added

    return _Laid(
        total(x.low for x in layers),
        total(x.high for x in layers),
        total(x.suppressed for x in layers) > 0,
        total(x.collected for x in layers) > 0,
    )
