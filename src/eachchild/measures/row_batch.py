"""Rows of the long table, made a batch at a time: one measure of all groups at one level."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eachchild.cube import ALL_PLACES, POOLED, Cube, Margin, Tally
from eachchild.measures.aligned import Beside, group_names
from eachchild.measures.counts import Known, Numbers
from eachchild.measures.table import STATES, Coded, MeasureTable, one_list
from eachchild.terms.outcomes import Outcome
from eachchild.terms.states import State
from eachchild.terms.years import ALL

NAMED = "named"  # the group the plan compares with
_SHOWN = np.isin(STATES, [State.REPORTED, State.NOT_ENOUGH_DATA, State.INCONSISTENT])
_STATE = {state: i for i, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Values:
    """What one measure says of each group; `known` is False where it is not defined.

    `coarse` marks cells whose interval is all that their bounds allow, and so has no estimate.
    """

    estimate: Numbers
    low: Numbers
    high: Numbers
    known: Known
    has_interval: bool = True
    coarse: Known | None = None
    interval: str = "student"


@dataclass(frozen=True, slots=True)
class Batch:
    """The groups of one margin for one outcome, named as rows name them."""

    outcome: str
    place: Coded
    period: Coded
    group: Coded
    tally: Tally
    is_rate: bool
    scale: float  # units of the outcome's decimals in one; 1 for a rate

    @property
    def size(self) -> int:
        """How many groups there are."""
        return len(self.group.code)

    def state(self) -> NDArray[np.int8]:
        """How each group's own number may be taken."""
        state = np.full(self.size, _STATE[State.REPORTED], np.int8)
        state[~self.tally.is_exact] = _STATE[State.COARSE]
        if self.tally.suppressed is not None:
            state[self.tally.suppressed] = _STATE[State.SUPPRESSED]
        if self.is_rate and self.tally.has_n:
            state[self.tally.events > self.tally.n_high] = _STATE[State.INCONSISTENT]
        state[~self.tally.collected] = _STATE[State.NOT_COLLECTED]
        return state

    def keep(self, rows: Known) -> "Batch":
        """The groups a mask keeps."""
        parts = (self.place.take(rows), self.period.take(rows), self.group.take(rows))
        return Batch(self.outcome, *parts, self.tally.take(rows), self.is_rate, self.scale)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A batch's groups beside those they are compared with, one kind of reference for all."""

    kind: str  # complement, overall or named
    reference: Coded
    tally: Tally
    present: Known

    def keep(self, rows: Known) -> "Comparison":
        """The groups a mask keeps."""
        tally = self.tally.take(rows)
        return Comparison(self.kind, self.reference.take(rows), tally, self.present[rows])


def stacked(batches: Sequence[Batch]) -> Batch:
    """Batches of one outcome as one, so that a measure is made of all their groups at once."""
    first = batches[0]
    return Batch(
        first.outcome,
        one_list([b.place for b in batches]),
        one_list([b.period for b in batches]),
        one_list([b.group for b in batches]),
        stacked_tallies([b.tally for b in batches]),
        first.is_rate,
        first.scale,
    )


def compared(kind: str, besides: Sequence[Beside]) -> Comparison:
    """Comparisons of stacked batches, in the same order."""
    return Comparison(
        kind,
        one_list([Coded.constant(b.reference, len(b.present)) for b in besides]),
        stacked_tallies([b.tally for b in besides]),
        np.concatenate([b.present for b in besides]),
    )


def stacked_tallies(tallies: Sequence[Tally]) -> Tally:
    """Tallies of one outcome, one after the other."""
    n = np.concatenate([t.n for t in tallies])
    events = np.concatenate([t.events for t in tallies])
    exact = all(t.n_high is t.n and t.events_high is t.events for t in tallies)
    squares = [t.squares for t in tallies if t.squares is not None]
    hidden = [t.suppressed if t.suppressed is not None else ~t.collected & False for t in tallies]
    return Tally(
        n,
        events,
        n if exact else np.concatenate([t.n_high for t in tallies]),
        events if exact else np.concatenate([t.events_high for t in tallies]),
        np.concatenate([t.missing for t in tallies]),
        np.concatenate([t.collected for t in tallies]),
        np.concatenate(squares) if len(squares) == len(tallies) else None,
        all(t.has_n for t in tallies),
        np.concatenate(hidden) if any(t.suppressed is not None for t in tallies) else None,
    )


def batch_of(cube: Cube, cells: Margin, outcome: Outcome) -> Batch:
    """Name a margin's cells as rows name them."""
    return Batch(
        outcome.name,
        place_names(cube, cells),
        _period_names(cube, cells),
        group_names(cube, cells),
        cells.tallies[outcome.name],
        outcome.is_rate,
        10.0**outcome.decimals,
    )


def rows(
    batch: Batch, measure: str, values: Values, beside: Comparison | None = None
) -> MeasureTable:
    """One measure's rows. A group without the value keeps its row, and its state says why."""
    state = batch.state()
    plain = state == _STATE[State.REPORTED]
    state[plain & ~values.known] = _STATE[State.NOT_ENOUGH_DATA]
    coarse = np.zeros(batch.size, np.bool_) if values.coarse is None else values.coarse
    state[plain & coarse] = _STATE[State.COARSE]
    bounded = (state == _STATE[State.COARSE]) | (state == _STATE[State.SUPPRESSED])
    reported = state == _STATE[State.REPORTED]
    shown = _SHOWN[state]
    tally = batch.tally
    others = tally if beside is None else beside.tally
    has_reference = (
        shown & others.is_exact if beside is not None else np.zeros(batch.size, np.bool_)
    )
    return MeasureTable(
        place=batch.place,
        period=batch.period,
        outcome=Coded.constant(batch.outcome, batch.size),
        group=batch.group,
        reference=Coded.constant("", batch.size) if beside is None else beside.reference,
        measure=Coded.constant(measure, batch.size),
        estimate=values.estimate,
        has_estimate=reported & values.known,
        low=values.low,
        high=values.high,
        has_interval=values.has_interval & values.known & (reported | bounded),
        events=tally.events / batch.scale,
        has_events=shown,
        n=tally.n,
        has_n=shown & tally.has_n,
        state=state,
        reference_events=others.events / batch.scale,
        reference_n=others.n,
        has_reference=has_reference,
        q=np.zeros(batch.size),
        has_q=np.zeros(batch.size, np.bool_),
        interval=Coded.constant(_named(values), batch.size),
    )


def _named(values: Values) -> str:
    """What the interval is about; a plain estimate without one is about nothing but itself."""
    return values.interval if values.has_interval or values.interval != "student" else ""


def present_rows(batch: Batch, measure: str, values: Values, beside: Comparison) -> MeasureTable:
    """The rows of a comparison, where there is something to compare with."""
    return rows(batch, measure, values, beside).take(beside.present)


def place_names(cube: Cube, cells: Margin) -> Coded:
    """`all`, or level and id: `school:510012000123`."""
    if cells.level == ALL_PLACES:
        return Coded.constant(ALL_PLACES, len(cells.place))
    ids = cube.places.ids if cells.level == cube.places.level else cube.places.parent_ids
    return Coded(cells.place.astype(np.int32), tuple(f"{cells.level}:{i}" for i in ids))


def _period_names(cube: Cube, cells: Margin) -> Coded:
    code = np.where(cells.period == POOLED, len(cube.periods), cells.period)
    return Coded(code.astype(np.int32), (*cube.periods, ALL))
