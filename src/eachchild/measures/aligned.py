"""Groups beside those they are compared with: counts lined up so that arithmetic is one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from eachchild.cube import ALL_PLACES, Cube, Margin, Rollups, Tally
from eachchild.measures.counts import Known, Whole
from eachchild.measures.table import Coded
from eachchild.plan import COMPLEMENT, OVERALL, Plan
from eachchild.terms.factors import Group


@dataclass(frozen=True, slots=True)
class Beside:
    """One comparison for every group of a margin: `tally` is everybody it is compared with.

    `present` is False where the reference group does not occur at that place and period, and
    where a group would be compared with itself.
    """

    reference: str  # a group, complement or overall
    tally: Tally
    present: Known


def breakdowns(plan: Plan, depth: int) -> tuple[tuple[str, ...], ...]:
    """The factors asked about one by one, then crossed up to `depth`; some stand alone.

    They come in the plan's order, so a group is always written the same way.
    """
    partition = [f.id for f in plan.factors]
    crossed = (c for size in range(1, depth + 1) for c in combinations(partition, size))
    return (*crossed, *((f.id,) for f in plan.alone))


def group_names(cube: Cube, cells: Margin) -> Coded:
    """The groups of a margin's cells as texts, `race=black;sex=male`."""
    sizes = [len(cube.values[f]) for f in cells.factors]
    code = np.zeros(cells.place.shape, np.int64)
    for column, size in enumerate(sizes):
        code = code * size + cells.value[:, column]
    inverse = np.unique(code, return_inverse=True)[1]
    # One row of each group is enough to name it.
    rows = cells.value[np.unique(inverse, return_index=True)[1]].tolist()
    names = tuple(
        str(Group(tuple((f, cube.values[f][v]) for f, v in zip(cells.factors, row, strict=True))))
        for row in rows
    )
    return Coded(inverse.astype(np.int32), names)


def beside_everybody(cells: Margin, totals: Margin, outcome: str, reference: str) -> Beside:
    """Each group beside everybody else (`complement`) or beside all students (`overall`).

    `totals` is the margin over no factor of the same block, so that both cover the same students.
    """
    whole = totals.tallies[outcome].take(matching(cells, totals))
    tally = minus(whole, cells.tallies[outcome]) if reference == COMPLEMENT else whole
    return Beside(reference, tally, np.ones(cells.place.shape, np.bool_))


def beside_group(cube: Cube, cells: Margin, outcome: str, group: Group) -> Beside:
    """Each group beside one named group of the same place and period."""
    wanted = [cube.values[f].index(v) for f, v in group.parts]
    is_reference = (cells.value == np.array(wanted, np.int64)).all(axis=1)
    rows = np.flatnonzero(is_reference)
    keys = _keys(cells)
    order = np.argsort(keys[rows], kind="stable")
    rows = rows[order]
    if not rows.size:
        return Beside(str(group), cells.tallies[outcome], np.zeros(keys.shape, np.bool_))
    at = np.minimum(np.searchsorted(keys[rows], keys), len(rows) - 1)
    present = (keys[rows][at] == keys) & ~is_reference
    return Beside(str(group), cells.tallies[outcome].take(rows[at]), present)


def beside_state(rollups: Rollups, cells: Margin, outcome: str, *, pooled: bool) -> Beside:
    """Each group of a district beside everybody else of all districts, same year."""
    whole = rollups.cells(outcome, cells.factors, level=ALL_PLACES, pooled=pooled)
    totals = rollups.totals(outcome, cells.factors, level=ALL_PLACES, pooled=pooled)
    if whole is None:
        raise KeyError(f"no cells of '{outcome}' tell {cells.factors} apart")
    mine, theirs = (np.column_stack([c.period, c.value]) for c in (cells, whole))
    place = {key: i for i, key in enumerate(map(tuple, theirs.tolist()))}
    rows = np.array([place[key] for key in map(tuple, mine.tolist())], np.int64)
    others = beside_everybody(whole, totals, outcome, COMPLEMENT).tally
    return Beside(COMPLEMENT, others.take(rows), np.ones(rows.shape, np.bool_))


def named_reference(plan: Plan, factors: tuple[str, ...]) -> Group | str:
    """The group the plan compares with, for one factor or a crossing of several.

    A crossing has a named reference only where each of its factors has; else it is compared with
    everybody else alone.
    """
    chosen: Mapping[str, str] = {i.factor.id: i.reference for i in plan.identity}
    picked = [chosen[f] for f in factors]
    if len(factors) == 1 and picked[0] in (COMPLEMENT, OVERALL):
        return picked[0]
    if any(p in (COMPLEMENT, OVERALL) for p in picked):
        return COMPLEMENT
    return Group(tuple(zip(factors, picked, strict=True)))


def minus(whole: Tally, part: Tally) -> Tally:
    """Everybody else: a tally without a part of it. Bounds are those of the other cells."""
    squares = None
    if whole.squares is not None and part.squares is not None:
        squares = whole.squares - part.squares
    return Tally(
        whole.n - part.n,
        whole.events - part.events,
        whole.n_high - part.n_high,
        whole.events_high - part.events_high,
        whole.missing - part.missing,
        whole.collected & part.collected,
        squares,
        whole.has_n,
    )


def matching(cells: Margin, totals: Margin) -> Whole:
    """For each cell the row of `totals` with its place and period; both are sorted that way."""
    return np.searchsorted(_keys(totals), _keys(cells)).astype(np.int64)


def _keys(cells: Margin) -> Whole:
    # Places and periods count from -1 (everywhere, pooled); 1,024 periods are more than enough.
    return (cells.place + 1) * 1024 + (cells.period + 1)
