"""Published cells added up, taken apart and completed: arithmetic on bounds, one entry a cell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from eachchild.sources.counts.cell_text import OPEN
from eachchild.sources.counts.rows import Known, Whole


@dataclass(frozen=True, slots=True)
class Sums:
    """Cells of one breakdown and quantity, each key once: bounds that add up over its rows.

    `key` holds place (WHOLE: the published whole), period and the value of each factor.
    """

    factors: tuple[str, ...]
    key: Whole  # [cells, 2 + factors]
    low: Whole
    high: Whole
    suppressed: Known
    collected: Known

    def take(self, rows: Known | Whole) -> "Sums":
        """The cells chosen by mask or index."""
        return Sums(
            self.factors,
            self.key[rows],
            self.low[rows],
            self.high[rows],
            self.suppressed[rows],
            self.collected[rows],
        )

    def columns_of(self, factors: Sequence[str]) -> Whole:
        """The key's columns for place, period and these factors."""
        return self.key[:, [0, 1, *(2 + self.factors.index(f) for f in factors)]]


def add_up(factors: tuple[str, ...], parts: Sequence[Sums]) -> Sums:
    """Add cells with the same key; what was not collected adds nothing, and alone stays so."""
    keys, inverse = numbered(np.concatenate([p.key for p in parts]))
    size = len(keys)
    return Sums(
        factors,
        keys,
        _sum(np.concatenate([p.low for p in parts]), inverse, size),
        np.minimum(_sum(np.concatenate([p.high for p in parts]), inverse, size), OPEN),
        _any(np.concatenate([p.suppressed for p in parts]), inverse, size),
        _any(np.concatenate([p.collected for p in parts]), inverse, size),
    )


def rolled_up(sums: Sums, factors: tuple[str, ...]) -> Sums:
    """Add the cells up to fewer factors."""
    return add_up(factors, [replace(sums, factors=factors, key=sums.columns_of(factors))])


def rest_of(whole: Sums, part: Sums, *, factor: str, value: int) -> Sums:
    """What the whole has beyond one part, under `value` of `factor`: bounds cross over.

    A rest below zero is kept (the source contradicts itself there), so that sums stay right.
    """
    others = tuple(f for f in part.factors if f != factor)
    where, found = find(whole.columns_of(others), part.columns_of(others))
    part, where = part.take(found), where[found]
    key = part.key.copy()
    key[:, 2 + part.factors.index(factor)] = value
    high = np.minimum(whole.high[where] - part.low, OPEN)
    low = whole.low[where] - part.high
    known = part.collected & whole.collected[where]
    suppressed = (part.suppressed | whole.suppressed[where]) & known
    low = np.where(suppressed & (high >= 0), np.maximum(low, 0), low)
    return Sums(
        part.factors, key, np.where(known, low, 0), np.where(known, high, 0), suppressed, known
    )


def without_number(asked: Sums, given: Sums, *, none: bool) -> Sums:
    """Cells that stand in the denominators and have no number of the outcome.

    They were not collected, or have `none` where the source says that it is complete.
    """
    _, found = find(given.key, asked.key)
    missing = asked.take(~found & asked.collected)
    nothing = np.zeros(missing.low.shape, np.int64)
    no = np.zeros(missing.low.shape, np.bool_)
    return Sums(missing.factors, missing.key, nothing, nothing, no, no | none)


def capped_by(sums: Sums, total: Sums, *, whole: bool) -> Sums:
    """Close cells without an upper bound: no more than the total has beyond its other parts.

    `whole` says that the parts of a total add up to it; else it caps each cell alone (events
    under students).
    """
    open_ = sums.high >= OPEN
    if not open_.any():
        return sums
    where, found = find(total.key, sums.columns_of(total.factors))
    room = np.where(found, total.high[where], OPEN)
    if whole:
        _, group = numbered(sums.columns_of(total.factors))
        lows = _sum(np.where(sums.collected, sums.low, 0), group, int(group.max(initial=-1)) + 1)
        room = np.where(found, total.high[where] - (lows[group] - sums.low), OPEN)
    high = np.where(open_, np.minimum(np.maximum(room, sums.low), OPEN), sums.high)
    return replace(sums, high=high)


def find(keys: Whole, wanted: Whole) -> tuple[Whole, Known]:
    """For each wanted key its row among unique `keys` (0 where absent), and whether it is there."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    both, inverse = numbered(np.concatenate([keys, wanted]))
    row = np.full(len(both), -1, np.int64)
    row[inverse[: len(keys)]] = np.arange(len(keys))
    where = row[inverse[len(keys) :]]
    return np.maximum(where, 0), where >= 0


def numbered(key: Whole) -> tuple[Whole, Whole]:
    """The distinct keys in sorted order, and which of them each key is."""
    if not len(key):
        return key, np.zeros(0, np.int64)
    low = key.min(axis=0)
    size = key.max(axis=0) - low + 1
    code = np.zeros(len(key), np.int64)
    for column in range(key.shape[1]):
        code = code * size[column] + (key[:, column] - low[column])
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return key[first], inverse.astype(np.int64).reshape(-1)


def _sum(values: Whole, group: Whole, size: int) -> Whole:
    total = np.zeros(size, np.int64)
    np.add.at(total, group, values)
    return total


def _any(flags: Known, group: Whole, size: int) -> Known:
    found = np.zeros(size, np.bool_)
    found[group[flags]] = True
    return found
