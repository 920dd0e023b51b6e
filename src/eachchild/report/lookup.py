"""Released measures of the whole place, found by what they are about."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eachchild.measures.table import STATES, MeasureTable
from eachchild.terms.states import State

WHOLE = "all"
# The interval for chance among students stands on the pages; where a source gives only sums, the
# one for schools like these is all there is.
_INTERVALS = ("student", "cluster", "")


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of the long table; None where it is blank."""

    estimate: float | None
    low: float | None
    high: float | None
    events: float | None
    n: int | None
    state: State

    @property
    def is_reported(self) -> bool:
        """Whether there is a number of its own to show."""
        return self.state is State.REPORTED and self.estimate is not None


class Lookup:
    """The rows of the whole place, by outcome, group, reference, period and measure."""

    def __init__(self, table: MeasureTable) -> None:
        whole = table.take(np.flatnonzero(table.find(place=WHOLE)))
        columns = (whole.outcome, whole.group, whole.reference, whole.period, whole.measure)
        texts = [c.text() for c in (*columns, whole.interval)]
        self._at = {key: i for i, key in enumerate(zip(*texts, strict=True))}
        self._table = whole
        self.measures = frozenset(whole.measure.names)
        self.breakdowns = _breakdowns(texts[0], texts[1])

    def cell(
        self, outcome: str, group: str, measure: str, *, period: str, reference: str = ""
    ) -> Cell | None:
        """One row, or None where nobody asked."""
        for interval in _INTERVALS:
            at = self._at.get((outcome, group, reference, period, measure, interval))
            if at is not None:
                return self._read(at)
        return None

    def _read(self, at: int) -> Cell:
        t = self._table
        has_interval = bool(t.has_interval[at])
        return Cell(
            float(t.estimate[at]) if t.has_estimate[at] else None,
            float(t.low[at]) if has_interval else None,
            float(t.high[at]) if has_interval else None,
            float(t.events[at]) if t.has_events[at] else None,
            int(t.n[at]) if t.has_n[at] else None,
            STATES[t.state[at]],
        )


def _breakdowns(outcomes: list[str], groups: list[str]) -> Mapping[str, frozenset[tuple[str, ...]]]:
    """Which factors, alone or crossed, each outcome was asked about."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for outcome, group in set(zip(outcomes, groups, strict=True)):
        factors = tuple(part.partition("=")[0] for part in group.split(";") if part)
        found.setdefault(outcome, set()).add(factors)
    return {outcome: frozenset(asked) for outcome, asked in found.items()}
