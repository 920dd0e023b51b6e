"""Published counts in one long form: a low and a high for each place, group and quantity."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WHOLE = -1  # place index of a row that is the whole table, as published
ALL_VALUES = -1  # value index where a factor is not told apart


@dataclass(frozen=True, slots=True)
class CountFacts:
    """The cells of one counts source for one breakdown (the factors its patterns name).

    Arrays have one entry a cell and quantity. `low` equals `high` where the source gives a number;
    a suppressed or ranged cell keeps its bounds. `collected` is False where the source has no
    column for the cell (then low = high = 0).
    """

    source: str
    level: str  # level of `places`: school, district or state
    places: tuple[str, ...]
    parents: tuple[str, ...]  # one a place; empty text: none
    periods: tuple[str, ...]
    factors: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]  # by factor: what the value indices mean
    quantities: tuple[str, ...]  # "n" or an outcome's name
    place: NDArray[np.int64]  # index into places, or WHOLE
    period: NDArray[np.int64]
    value: NDArray[np.int64]  # [cells, factors], index into values
    quantity: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    suppressed: NDArray[np.bool_]
    collected: NDArray[np.bool_]
    names: tuple[str, ...] = ()  # of places, where the source names them
    parent_level: str = "district"


@dataclass(frozen=True, slots=True)
class UncoveredCount:
    """Students in the denominators whose events the source leaves out, counted from it."""

    outcome: str
    factor: str
    events: int
    n_by_value: Mapping[str, int]  # value of the factor: students left out of the events
    reason: str
