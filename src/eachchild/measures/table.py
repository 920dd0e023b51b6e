"""The long table of measures: one row a place, period, outcome, group and measure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.terms.states import State

STATES = tuple(State)


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of names as whole numbers into a list of them: millions of rows, few names."""

    code: NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[str]) -> "Coded":
        """Code a plain sequence.

        >>> Coded.of(["b", "a", "b"]).names
        ('a', 'b')
        """
        names, code = np.unique(np.asarray(values, dtype=object).astype(str), return_inverse=True)
        return cls(code.astype(np.int32), tuple(str(n) for n in names))

    @classmethod
    def constant(cls, name: str, size: int) -> "Coded":
        """The same name in every row."""
        return cls(np.zeros(size, np.int32), (name,))

    def take(self, rows: NDArray[np.intp] | Known) -> "Coded":
        """The rows chosen, under the same list of names."""
        return Coded(self.code[rows], self.names)

    def is_(self, name: str) -> Known:
        """Which rows have this name."""
        if name not in self.names:
            return np.zeros(self.code.shape, np.bool_)
        return np.equal(self.code, self.names.index(name))

    def text(self) -> list[str]:
        """The names, row by row."""
        return [self.names[c] for c in self.code.tolist()]


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """Rows of `measures.csv`, column by column; `has_*` is False where a cell is blank.

    `low, high` are the interval; for a coarse row the lowest and highest that its bounds allow.
    """

    place: Coded
    period: Coded
    outcome: Coded
    group: Coded
    reference: Coded
    measure: Coded
    estimate: Numbers
    has_estimate: Known
    low: Numbers
    high: Numbers
    has_interval: Known
    events: Numbers  # a mean's sum may not be whole
    has_events: Known
    n: Whole
    has_n: Known
    state: NDArray[np.int8]  # index into STATES
    reference_events: Numbers
    reference_n: Whole
    has_reference: Known
    q: Numbers
    has_q: Known
    interval: Coded  # wilson, newcombe, katz, student, cluster, within_schools …; "" for none

    def __len__(self) -> int:
        return len(self.estimate)

    def take(self, rows: NDArray[np.intp] | Known) -> "MeasureTable":
        """The rows chosen by index or mask."""
        parts: dict[str, Any] = {}
        for column in fields(self):
            values = getattr(self, column.name)
            parts[column.name] = values.take(rows) if isinstance(values, Coded) else values[rows]
        return MeasureTable(**parts)

    def find(self, **names: str) -> Known:
        """Which rows have these names: `table.find(measure="rate", place="all")`."""
        keep = np.ones(len(self), np.bool_)
        for column, name in names.items():
            keep &= getattr(self, column).is_(name)
        return keep

    def sorted(self) -> "MeasureTable":
        """The rows in the order of their columns' texts, as the file has them."""
        keys = [self.place, self.period, self.outcome, self.group, self.reference, self.measure]
        ranks = [_ranks(c)[c.code] for c in (*keys, self.interval)]
        return self.take(np.lexsort(ranks[::-1]))

    def to_arrow(self) -> pa.Table:
        """The table with the fixed columns and names, blank where there is no value."""
        return pa.table(
            {
                "place": _words(self.place),
                "period": _words(self.period),
                "outcome": _words(self.outcome),
                "group": _words(self.group),
                "reference": _words(self.reference),
                "measure": _words(self.measure),
                "estimate": _numbers(self.estimate, self.has_estimate),
                "low": _numbers(self.low, self.has_interval),
                "high": _numbers(self.high, self.has_interval),
                "events": _numbers(self.events, self.has_events),
                "n": _numbers(self.n, self.has_n),
                "state": _words(Coded(self.state.astype(np.int32), STATES)),
                "reference_events": _numbers(self.reference_events, self.has_reference),
                "reference_n": _numbers(self.reference_n, self.has_reference),
                "q": _numbers(self.q, self.has_q),
                "interval": _words(self.interval),
            }
        )


def joined(tables: Sequence[MeasureTable]) -> MeasureTable:
    """Several tables as one."""
    parts: dict[str, Any] = {}
    for column in fields(MeasureTable):
        values = [getattr(t, column.name) for t in tables]
        parts[column.name] = (
            one_list(values) if isinstance(values[0], Coded) else np.concatenate(values)
        )
    return MeasureTable(**parts)


def one_list(columns: Sequence[Coded]) -> Coded:
    """Coded columns one after the other, under one list of names."""
    names = tuple(sorted({n for c in columns for n in c.names}))
    where = {name: i for i, name in enumerate(names)}
    maps = [np.array([where[n] for n in c.names], np.int32) for c in columns]
    codes = [m[c.code] if c.names else c.code for m, c in zip(maps, columns, strict=True)]
    return Coded(np.concatenate(codes), names)


def _ranks(column: Coded) -> NDArray[np.int64]:
    return np.argsort(np.argsort(np.asarray(column.names, dtype=str), kind="stable"))


def _words(column: Coded) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(column.code), pa.array(list(column.names), pa.string())
    )


def _numbers(values: Numbers | Whole, has: Known) -> pa.Array:
    return pa.array(values, mask=~has)
