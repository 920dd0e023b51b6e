"""Whether students can stand behind counts by several factors, with several outcomes each.

Of the girls and boys of a group, and of its schools, two outcomes are counted. Counts that agree
on every margin may still have nobody behind them: where all girls but three had the one outcome
and nobody of the second school had it, few girls are in that school, and that limits the other.

Students are found outcome by outcome. They are classes by the outcomes they have had so far, and
each factor says how many of a class have which of its values; whatever the factors say of each
other beyond that can always be made true, class by class. The next outcome parts every class, and
all factors must part it alike. For two outcomes that is one number, how many have both, and the
answer is exact. For more it is a search: students that it finds are there, checked in whole
numbers, and where it finds none there may be some.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import maximum_flow

Whole = NDArray[np.int64]
Marks = NDArray[np.bool_]
Pair = tuple[int, int]
_FAR = np.int64(2**40)
_ROUNDS = 12  # times that every factor is asked again how a class is parted
_RAKED = 4


@dataclass(frozen=True, slots=True)
class Side:
    """One factor: students of each of its values, and those of them with each outcome.

    `events` has one row an outcome and one column a value; `asked` the outcomes that were counted.
    """

    students: Whole
    events: Whole
    asked: Marks


Sides = tuple[Side, ...]


def without_students(sides: Sides) -> list[Pair]:
    """Pairs of outcomes that no students have together: too many must by one factor for another.

    >>> without_students((side([20, 20], [[18, 0], [8, 0]]), side([20, 20], [[0, 18], [8, 0]])))
    [(0, 1)]
    """
    least, most = zip(*map(_both, sides), strict=True)
    apart = np.triu(np.max(least, axis=0) > np.min(most, axis=0), 1)
    return [(int(one), int(other)) for one, other in np.argwhere(apart)]


def have_students(sides: Sides) -> bool:
    """Whether students were found, one for every one counted, that all the counts are of."""
    totals = [np.where(each.asked, each.events.sum(axis=1), -1) for each in sides]
    most = np.max(totals, axis=0)
    if any(((total != most) & each.asked).any() for total, each in zip(totals, sides, strict=True)):
        return False
    if without_students(sides):
        return False
    if most.size == 2 or _one_at_most(sides, most):
        return True
    return any(_found(sides, order) for order in _orders(sides, most))


def side(students: list[int], events: list[list[int]]) -> Side:
    """A factor by which every outcome is counted."""
    return Side(np.array(students), np.array(events), np.ones(len(events), dtype=bool))


def _both(each: Side) -> tuple[Whole, Whole]:
    """For every two outcomes how many have both, at least and at most, by one factor."""
    one, other = each.events[:, None, :], each.events[None, :, :]
    least = np.maximum(one + other - each.students, 0).sum(axis=2)
    most = np.minimum(one, other).sum(axis=2)
    counted = each.asked[:, None] & each.asked[None, :]
    return np.where(counted, least, 0), np.where(counted, most, _FAR)


def _one_at_most(sides: Sides, totals: Whole) -> bool:
    """Whether nobody need have two outcomes, each taken from the side on which fewer are."""
    rather_without = 2 * totals > sides[0].students.sum()
    for each in sides:
        fewer = np.where(rather_without[:, None], each.students - each.events, each.events)
        if (fewer[each.asked].sum(axis=0) > each.students).any():
            return False
    return True


def _orders(sides: Sides, totals: Whole) -> Iterator[Whole]:
    """Outcomes that part most students first, or last; each of them first in turn."""
    fewer = np.minimum(totals, sides[0].students.sum() - totals)
    order = np.argsort(-fewer, kind="stable")
    for first in range(order.size):
        yield np.roll(order, -first)
        yield np.roll(order[::-1], -first)


def _found(sides: Sides, order: Whole) -> bool:
    """Part the students outcome by outcome; False where the factors do not come to agree."""
    classes = [each.students[:, None] for each in sides]
    for outcome in order:
        asked = [at for at, each in enumerate(sides) if each.asked[outcome]]
        parted = _parted([sides[at].events[outcome] for at in asked], [classes[at] for at in asked])
        if parted is None:
            return False
        with_it = dict(zip(asked, parted, strict=True))
        of_class = parted[0].sum(axis=0)
        for at, within in enumerate(classes):
            yes = with_it[at] if at in with_it else _first(within, of_class)
            split = np.concatenate([within - yes, yes], axis=1)
            classes[at] = split[:, split.any(axis=0)]
    return True


def _parted(events: list[Whole], classes: list[Whole]) -> list[Whole] | None:
    """For each factor how many of each value and class have an outcome, of a class as many each.

    Each factor in turn takes what the one before it said of the classes as far as it can.
    """
    wanted = _rounded(
        np.mean([_expected(e, c).sum(axis=0) for e, c in zip(events, classes, strict=True)], axis=0)
    )
    for _ in range(_ROUNDS):
        before = wanted
        found = []
        for rows, within in zip(events, classes, strict=True):
            found.append(_near(rows, within, wanted))
            wanted = found[-1].sum(axis=0)
        if np.array_equal(before, wanted):
            fits = zip(found, events, classes, strict=True)
            return found if all(_fits(*each, wanted) for each in fits) else None
    return None


def _fits(table: Whole, rows: Whole, room: Whole, columns: Whole) -> bool:
    inside = bool((table >= 0).all() and (table <= room).all())
    same = np.array_equal(table.sum(axis=1), rows) and np.array_equal(table.sum(axis=0), columns)
    return inside and same


def _expected(events: Whole, classes: Whole) -> NDArray[np.float64]:
    """Those with an outcome, spread over the classes of each value as its students are."""
    share = events / np.maximum(classes.sum(axis=1), 1)
    expected: NDArray[np.float64] = classes * share[:, None]
    return expected


def _rounded(shares: NDArray[np.float64]) -> Whole:
    """Whole numbers near some others, with the same sum."""
    whole = np.floor(shares + 1e-9).astype(np.int64)
    left = round(float(shares.sum())) - int(whole.sum())
    whole[np.argsort(whole - shares, kind="stable")[:left]] += 1
    return whole


def _near(rows: Whole, room: Whole, columns: Whole) -> Whole:
    """Whole numbers within their room that add up to each row, and to the columns if they can."""
    raked = _expected(rows, room)
    for _ in range(_RAKED):
        raked *= (columns / np.maximum(raked.sum(axis=0), 1e-9))[None, :]
        raked = np.minimum(raked, room)
        raked *= (rows / np.maximum(raked.sum(axis=1), 1e-9))[:, None]
        raked = np.minimum(raked, room)
    for axis, sums in ((0, columns), (1, rows)):
        over = np.minimum(sums / np.maximum(raked.sum(axis=axis), 1e-9), 1.0)
        raked *= over[None, :] if axis == 0 else over[:, None]
    near = _more(np.floor(raked + 1e-9).astype(np.int64), room, rows, columns)
    return _more(near, room, rows, room.sum(axis=0))


def _more(table: Whole, room: Whole, rows: Whole, columns: Whole) -> Whole:
    """A table filled up towards its rows as far as its columns take it, by a greatest flow."""
    supply, demand = rows - table.sum(axis=1), columns - table.sum(axis=0)
    if not supply.any() or not demand.any():
        return table
    height, width = table.shape
    graph = np.zeros((height + width + 2,) * 2, dtype=np.int32)
    ups, acrosses = slice(1, height + 1), slice(height + 1, -1)
    graph[0, ups] = supply
    graph[ups, acrosses] = room - table
    graph[acrosses, ups] = table.T
    graph[acrosses, -1] = demand
    flow = maximum_flow(sp.csr_array(graph), 0, height + width + 1).flow.toarray()
    more: Whole = table + flow[ups, acrosses]
    return more


def _first(room: Whole, columns: Whole) -> Whole:
    """Of each class as many as are wanted, from the first values that have them."""
    before = np.cumsum(room, axis=0) - room
    return np.clip(columns[None, :] - before, 0, room)
