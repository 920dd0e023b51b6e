"""What the tests of an audit found: arrays with one entry a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.inference.sides import Side
from eachchild.measures.table import Coded

CARRIED = ("", "inside schools", "between schools", "both", "plain")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is compared with whom, in what, where and when.

    `level` is a place in the assessment's `levels`; `place` counts over the places of that level
    (EVERYWHERE at `all`), `period` over the cube's periods (POOLED for all years together).
    """

    outcome: Whole
    level: Whole
    place: Whole
    period: Whole
    group: Coded
    reference: Coded
    ours: Side
    theirs: Side
    everybody: Side  # all students of the place and period
    state: NDArray[np.int8]  # index into measures.table.STATES; `reported` where it was tested
    gave_way: Known  # the plan's reference is too small here, so everybody else stands alone


@dataclass(frozen=True, slots=True)
class Tests:
    """The tests of each comparison; a p is 1 where its `has` is False.

    `surplus` is how many more of the group met the outcome than their schools' rates give (for a
    mean: how much more the group has in whole units); `correlation` that between schools.
    """

    p_inside: Numbers
    has_inside: Known
    surplus: Numbers
    schools: Whole  # that tell something of a gap inside them
    left_out: Whole  # schools whose source has more events than students
    p_between: Numbers
    has_between: Known
    correlation: Numbers
    p_plain: Numbers
    has_plain: Known
    stands_in: Known  # no school is known: the plain test is all there is


@dataclass(frozen=True, slots=True)
class InsideGap:
    """The gap inside schools, pooled by Mantel and Haenszel's weights.

    `by_lot` and `by_lot_third` are the difference's second and third cumulants when results are
    handed round inside schools; `weight` is its number of students worth.
    """

    ratio: Numbers
    ratio_low: Numbers
    ratio_high: Numbers
    has_ratio: Known
    difference: Numbers  # of rates, or of means in the outcome's own unit
    low: Numbers
    high: Numbers
    has_difference: Known
    weight: Numbers
    by_lot: Numbers
    by_lot_third: Numbers


@dataclass(frozen=True, slots=True)
class Excess:
    """How far a crossing is from what its factors add up to, inside schools."""

    excess: Numbers  # a share, or the outcome's own unit
    low: Numbers
    high: Numbers
    p: Numbers
    known: Known


@dataclass(frozen=True, slots=True)
class Changes:
    """How a gap inside schools changed from one year to another, one entry a change."""

    outcome: Whole
    level: Whole
    place: Whole
    first: Whole  # period
    last: Whole
    group: Coded
    reference: Coded
    before: Numbers  # the gap of the first year
    change: Numbers
    low: Numbers
    high: Numbers
    p: Numbers


@dataclass(frozen=True, slots=True)
class Found:
    """The comparisons of one question, before anybody knows how many others there are."""

    asked: Asked
    tests: Tests
    inside: InsideGap
    excess: Excess


@dataclass(frozen=True, slots=True)
class Assessment:
    """Every comparison of an audit with its tests, and which of them stand together.

    A test is a finding at 5 % exactly where its q is at most 0.05. `q` is the least of the tests
    that point the way of the plain gap; `carried` says which of them do (index into CARRIED). A
    test that points the other way counts for itself alone: see `q_inside` and `q_between`.
    """

    levels: tuple[str, ...]
    outcomes: tuple[str, ...]
    scale: Numbers  # one an outcome: whole units in one
    asked: Asked
    tests: Tests
    inside: InsideGap
    excess: Excess
    q_inside: Numbers
    q_between: Numbers
    q_plain: Numbers
    q_excess: Numbers
    q: Numbers
    carried: NDArray[np.int8]
    changes: Changes
    q_change: Numbers
    q_extra: Numbers  # in the order the extra p-values were given

    def __len__(self) -> int:
        return self.q.size

    @property
    def difference(self) -> Numbers:
        """The group's rate or mean minus the reference's, in the outcome's own unit."""
        scale = self.scale[self.asked.outcome]
        return (_level(self.asked.ours) - _level(self.asked.theirs)) / scale


def _level(side: Side) -> Numbers:
    return np.asarray(side.total / np.maximum(side.n, 1), np.float64)


Arrays = TypeVar("Arrays", Found, Asked, Tests, InsideGap, Excess, Changes, Side)


def taken(part: Arrays, rows: Whole | Known) -> Arrays:
    """The entries chosen by index or mask, of every array of a dataclass of arrays."""
    chosen: dict[str, Any] = {f.name: _taken(getattr(part, f.name), rows) for f in fields(part)}
    return type(part)(**chosen)


def _taken(value: Any, rows: Whole | Known) -> Any:
    if isinstance(value, np.ndarray):
        return value[rows]
    return value.take(rows) if isinstance(value, Coded) else taken(value, rows)


def together(parts: Sequence[Arrays]) -> Arrays:
    """Dataclasses of arrays, one after the other."""
    names = [f.name for f in fields(parts[0])]
    joined: dict[str, Any] = {n: _together([getattr(p, n) for p in parts]) for n in names}
    return type(parts[0])(**joined)


def _together(values: list[Any]) -> Any:
    if isinstance(values[0], np.ndarray):
        return np.concatenate(values)
    return _one_list(values) if isinstance(values[0], Coded) else together(values)


def _one_list(columns: list[Coded]) -> Coded:
    names = tuple(sorted({n for c in columns for n in c.names}))
    at = {name: i for i, name in enumerate(names)}
    codes = [np.array([at[n] for n in c.names], np.int32)[c.code] for c in columns]
    return Coded(np.concatenate(codes), names)
