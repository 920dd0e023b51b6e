"""The measures of whole places, looked up by what they are about."""

from dataclasses import dataclass
from math import isfinite

import numpy as np

from eachchild.measures.table import STATES, MeasureTable
from eachchild.terms.states import State

STUDENT, CLUSTER, WITHIN = "student", "cluster", "within_schools"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the long table; None where it is blank."""

    estimate: float | None
    low: float | None
    high: float | None
    events: float | None
    n: int | None
    state: State
    reference_events: float | None
    reference_n: int | None
    q: float | None

    @property
    def rate(self) -> float:
        """Events per student of the group; 0 where unknown."""
        return self.events / self.n if self.n and self.events is not None else 0.0

    @property
    def reference_rate(self) -> float:
        """Events per student of whom it is compared with; 0 where unknown."""
        known = self.reference_n and self.reference_events is not None
        return self.reference_events / self.reference_n if known else 0.0  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class About:
    """What a comparison is about."""

    outcome: str
    group: str
    reference: str
    period: str
    place: str = "all"


class Evidence:
    """Rows of one place, by what they are about, their measure and their interval."""

    def __init__(self, table: MeasureTable, place: str = "all") -> None:
        self._table = table.take(np.flatnonzero(table.find(place=place)))
        t = self._table
        columns = (t.outcome, t.group, t.reference, t.period, t.measure, t.interval)
        keys = zip(*(c.text() for c in columns), strict=True)
        self._at = {key: i for i, key in enumerate(keys)}
        self.place = place
        self._read_before: dict[int, Row] = {}
        self._abouts: dict[str, dict[About, None]] = {}
        self._references: dict[tuple[str, ...], dict[str, None]] = {}
        for outcome, group, reference, period, measure, _ in self._at:
            about = About(outcome, group, reference, period, place)
            self._abouts.setdefault(measure, {})[about] = None
            key = (measure, outcome, group, period)
            self._references.setdefault(key, {})[reference] = None

    def row(self, about: About, measure: str, interval: str = STUDENT) -> Row | None:
        """One row; a measure without an interval stands in for the student one, others never."""
        if about.place != self.place:
            return None
        key = (about.outcome, about.group, about.reference, about.period, measure)
        at = self._at.get((*key, interval))
        if at is None and interval == STUDENT:
            at = self._at.get((*key, ""))
        if at is None:
            return None
        if at not in self._read_before:
            self._read_before[at] = self._read(at)
        return self._read_before[at]

    def abouts(self, measure: str) -> tuple[About, ...]:
        """What a measure was asked about, each once, in the table's order."""
        return tuple(self._abouts.get(measure, {}))

    def references(self, about: About, measure: str) -> tuple[str, ...]:
        """All that a group is compared with in a measure, for one outcome and period."""
        return tuple(self._references.get((measure, about.outcome, about.group, about.period), {}))

    def _read(self, at: int) -> Row:
        t = self._table
        return Row(
            _number(t.estimate[at], t.has_estimate[at]),
            _number(t.low[at], t.has_interval[at]),
            _number(t.high[at], t.has_interval[at]),
            _number(t.events[at], t.has_events[at]),
            int(t.n[at]) if t.has_n[at] else None,
            STATES[t.state[at]],
            _number(t.reference_events[at], t.has_reference[at]),
            int(t.reference_n[at]) if t.has_reference[at] else None,
            _number(t.q[at], t.has_q[at]),
        )


def _number(value: np.float64, has: np.bool_) -> float | None:
    return float(value) if has and isfinite(value) else None
