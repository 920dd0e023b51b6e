"""The excess of the crossings of the whole place, for every outcome of a block."""

from dataclasses import dataclass

import numpy as np

from eachchild.cube import POOLED
from eachchild.measures.counts import Whole
from eachchild.measures.inference.crossings import Crossed, excesses
from eachchild.measures.inference.frame import Cells, Groups, Layer
from eachchild.measures.inference.model import Excess, taken, together
from eachchild.measures.inference.sides import Counted, Facts, Side
from eachchild.measures.inference.tails import weakened


def no_excess(size: int) -> Excess:
    """Nothing known, for comparisons that are no crossing."""
    zero = np.zeros(size)
    return Excess(zero, zero, zero, np.ones(size), np.zeros(size, np.bool_))


_SIDE = ("n", "total", "squares")


@dataclass(frozen=True, slots=True)
class Crossing:
    """One breakdown of two factors or more, laid out as a table of schools by crossings.

    `cell` says which cells stand in the table, `column` in which column.
    """

    cell: Whole
    column: Whole
    group: Whole  # the groups of the columns
    value: Whole  # [crossing, factor]


def crossings(groups: Groups, schools: Cells) -> tuple[Crossing, ...]:
    """Lay out every crossing of a block; where no school is known the place stands for one."""
    found = []
    ends = np.append(groups.first[1:], len(groups.names))
    for i, (first, end) in enumerate(zip(groups.first, ends, strict=True)):
        cell = np.flatnonzero((schools.group >= first) & (schools.group < end))
        if len(groups.breakdowns[i]) > 1 and cell.size:
            group, column = np.unique(schools.group[cell], return_inverse=True)
            found.append(Crossing(cell, column, group, groups.value(i, group)))
    return tuple(found)


def crossed_excess(
    laid_out: tuple[Crossing, ...], schools: Counted, layer: Layer, facts: Facts
) -> Excess:
    """The excess of each comparison of a layer of the whole place, where it is a crossing's.

    `schools` are the cells the crossings are laid out from.
    """
    size = layer.comparisons.cell.size
    if not schools.held.has_squares:
        return no_excess(size)
    found, keys = [no_excess(1)], [np.array([-1])]
    for crossing in laid_out:
        table = _table(crossing, schools, facts)
        periods = np.arange(len(table.n))
        if layer.cells.pooled:
            table = _in_one(table, facts.pooled_from)
            periods = np.array([POOLED])
        found.append(_flat(excesses(_crossed(table, crossing, facts))))
        keys.append(((periods[:, None] + 1) << 32 | crossing.group).ravel())
    return _widened(_looked_up(layer, together(found), np.concatenate(keys)), layer, facts)


def _in_one(table: Side, first: int) -> Side:
    """Years pooled, as one year of more schools."""
    late = (getattr(table, x)[first:] for x in _SIDE)
    return Side(*(x.reshape(1, -1, x.shape[2]) for x in late))


def _crossed(table: Side, crossing: Crossing, facts: Facts) -> Crossed:
    return Crossed(table, crossing.value, facts.is_rate, facts.skew, facts.scale)


def _flat(one: Excess) -> Excess:
    return Excess(*(getattr(one, x).ravel() for x in Excess.__slots__))


def _table(crossing: Crossing, schools: Counted, facts: Facts) -> Side:
    """Students by year, school and crossing; a school whose numbers are not all known is empty."""
    held, totals, cells = schools.held.take(crossing.cell), schools.totals, schools.cells
    odd = ~(held.exact & held.collected)
    if facts.is_rate:
        odd |= held.side.total > held.side.n
    size = totals.exact.size
    whole = (totals.side.n > 1) & totals.exact
    whole &= np.bincount(cells.total[crossing.cell], weights=odd, minlength=size) == 0
    kept = whole[cells.total[crossing.cell]]
    shape = (int(cells.period.max()) + 1, int(cells.place.max()) + 2, crossing.group.size)
    at = (cells.period * shape[1] + cells.place + 1)[crossing.cell] * shape[2] + crossing.column
    tables = np.zeros((3, *shape), np.int64)
    for table, name in zip(tables, _SIDE, strict=True):
        table.ravel()[at[kept]] = getattr(held.side, name)[kept]
    return Side(*tables)


def _looked_up(layer: Layer, found: Excess, keys: Whole) -> Excess:
    cell = layer.comparisons.cell
    wanted = (layer.cells.period[cell] + 1) << 32 | layer.cells.group[cell]
    wanted = np.where(layer.comparisons.other < 0, wanted, -1)
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys[order], wanted), keys.size - 1)
    # The first entry, of the key -1, knows nothing.
    return taken(found, order[np.where(keys[order][at] == wanted, at, 0)])


def _widened(one: Excess, layer: Layer, facts: Facts) -> Excess:
    years = facts.years if layer.cells.pooled else 1.0
    low, high = (one.excess + (x - one.excess) * np.sqrt(years) for x in (one.low, one.high))
    p = np.where(one.known, weakened(one.p, np.full(one.p.shape, years)), 1.0)
    return Excess(one.excess, low, high, p, one.known)
