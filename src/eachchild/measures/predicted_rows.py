"""Predictability as rows of the long table, on the scale of 0 to 100."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eachchild.measures.identity import Predicted
from eachchild.measures.predictability.verdict import Showing
from eachchild.measures.table import STATES, Coded, MeasureTable
from eachchild.terms.states import State

CHANCE = "chance"


@dataclass(frozen=True, slots=True)
class _Shown:
    """One row's numbers; those that may not be said are 0 and masked by the state."""

    measure: str
    state: State
    estimate: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @classmethod
    def of(cls, found: Predicted) -> "_Shown":
        if found.number is not None:
            fit = found.number
            # Below 0 is noise around 0: kept signed for averages, never shown.
            parts = (100 * max(float(x[0]), 0.0) for x in (fit.r_squared, fit.low, fit.high))
            return cls("r_squared", State.REPORTED, *parts)
        if found.rate is None:
            return cls("predictability", State.NOT_ENOUGH_DATA)
        here, showing = found.rate.here, found.rate.showing
        parts = (100 * float(x[0]) for x in (here.index, here.low, here.high))
        if showing is Showing.NUMBER:
            return cls("predictability", State.REPORTED, *parts)
        state = State.COARSE if showing is Showing.INTERVAL else State.NOT_ENOUGH_DATA
        return cls("predictability", state, *parts)


def predicted_rows(found: Sequence[Predicted]) -> tuple[MeasureTable, ...]:
    """A row an outcome and period: `group` lists the factors, `reference` is chance."""
    return (_rows(found),) if found else ()


def _rows(found: Sequence[Predicted]) -> MeasureTable:
    shown = [_Shown.of(p) for p in found]
    size = len(found)
    zero, nothing = np.zeros(size), np.zeros(size, np.bool_)
    return MeasureTable(
        place=Coded.constant("all", size),
        period=Coded.of([p.period for p in found]),
        outcome=Coded.of([p.outcome for p in found]),
        group=Coded.of([";".join(p.factors) for p in found]),
        reference=Coded.constant(CHANCE, size),
        measure=Coded.of([s.measure for s in shown]),
        estimate=np.array([s.estimate for s in shown], np.float64),
        has_estimate=np.array([s.state is State.REPORTED for s in shown], np.bool_),
        low=np.array([s.low for s in shown], np.float64),
        high=np.array([s.high for s in shown], np.float64),
        has_interval=np.array([s.state is not State.NOT_ENOUGH_DATA for s in shown], np.bool_),
        events=np.array([p.events for p in found], np.float64),
        has_events=~nothing,
        n=np.array([p.n for p in found], np.int64),
        has_n=~nothing,
        state=np.array([STATES.index(s.state) for s in shown], np.int8),
        reference_events=zero,
        reference_n=np.zeros(size, np.int64),
        has_reference=nothing,
        q=zero,
        has_q=nothing,
        interval=Coded.constant("student", size),
    )
