"""The test between schools for all comparisons of a level at once."""

from dataclasses import dataclass, field

import numpy as np

from eachchild.cube import ALL_PLACES, EVERYWHERE, Rollups
from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.inference.between import Schools, Tilts, between_schools, tilts
from eachchild.measures.inference.frame import Cells, Groups, Layer, place_at
from eachchild.measures.inference.sides import Held

_NOT_HERE = -1


@dataclass(slots=True)
class Line:
    """The schools of a level's places and periods in line; the same for every outcome.

    `column` is the school's place in line for each row of all students; `cell` and `at` say which
    cells stand where in the table of groups by schools.
    """

    rows: Whole  # all students of a school and period, in line
    starts: Whole
    cell: Whole
    at: Whole
    groups: int
    named: Whole  # the groups that are also compared with a named one, and with which
    beside: Whole
    answer: Whole  # row of each comparison among the answers, and its place and period
    segment: Whole  # -1 where no school is known
    _kept: dict[bytes, Tilts] = field(default_factory=dict)

    def tilts(self, schools: Schools, n: Whole) -> Tilts:
        """Make-up is the same for all outcomes that ask the same students: made once."""
        key = n.tobytes() + schools.usable.tobytes()
        if key not in self._kept:
            self._kept.clear()
            others = np.concatenate([schools.n - n, n[self.beside]])
            self._kept[key] = tilts(schools, np.concatenate([n, n[self.named]]), others)
        return self._kept[key]


@dataclass(frozen=True, slots=True)
class Tilted:
    """The test between schools, one entry a comparison."""

    correlation: Numbers
    p: Numbers
    known: Known


def line_up(rollups: Rollups, groups: Groups, schools: Cells, layer: Layer) -> Line:
    """Put the schools of a layer's places and periods in line, each place's together."""
    totals, cells = schools.totals, layer.cells
    above = place_at(rollups, cells.level, totals.place)
    order = np.lexsort((totals.place, above, totals.period))
    if cells.level != ALL_PLACES:
        order = order[above[order] != EVERYWHERE]
    spots = np.stack([totals.period[order], above[order]])
    new = np.ones(order.size, np.bool_)
    new[1:] = (np.diff(spots, axis=1) != 0).any(axis=0)
    starts = np.flatnonzero(new)
    column = np.full(totals.place.size, _NOT_HERE)
    column[order] = np.arange(order.size)
    present = np.unique(cells.group)
    number = np.full(len(groups.names), _NOT_HERE)
    number[present] = np.arange(present.size)
    cell = np.flatnonzero((column[schools.total] >= 0) & (number[schools.group] >= 0))
    named = np.flatnonzero(groups.named[present] >= 0)
    named = named[number[groups.named[present[named]]] >= 0]
    compared = number[cells.group[layer.comparisons.cell]]
    where = np.full(present.size, _NOT_HERE)
    where[named] = present.size + np.arange(named.size)
    beside_named = layer.comparisons.kind > 0
    spot = np.stack([cells.period, cells.place])[:, layer.comparisons.cell]
    return Line(
        order,
        starts,
        cell,
        number[schools.group[cell]] * order.size + column[schools.total[cell]],
        present.size,
        named,
        number[groups.named[present[named]]],
        np.where(beside_named, where[compared], compared),
        _segment(spots[:, starts], spot),
    )


def _segment(spots: Whole, wanted: Whole) -> Whole:
    """Which period and place each wanted one is; spots are sorted."""
    keys, asked = ((x[0] + 1) * (1 << 40) + (x[1] + 1) for x in (spots, wanted))
    if not keys.size:
        return np.full(asked.shape, _NOT_HERE)
    at = np.minimum(np.searchsorted(keys, asked), keys.size - 1)
    return np.where(keys[at] == asked, at, _NOT_HERE)


def tilted(line: Line, groups: Held, totals: Held, *, is_rate: bool) -> Tilted:
    """Test one outcome between schools; `groups` holds the schools' cells, `totals` the schools."""
    size = line.answer.size
    if not line.rows.size or not line.cell.size:
        return Tilted(np.zeros(size), np.ones(size), np.zeros(size, np.bool_))
    whole = totals.take(line.rows)
    usable = whole.exact & whole.collected & (whole.side.n > 0)
    if is_rate:
        usable &= whole.side.total <= whole.side.n
    schools = Schools(line.starts, whole.side.n, whole.side.total, usable, is_rate)
    n = np.zeros(line.groups * line.rows.size, np.int64)
    n[line.at] = groups.side.n[line.cell]
    found = between_schools(schools, line.tilts(schools, n.reshape(line.groups, -1)))
    known = found.known & ~_hidden(line, groups.n_exact[line.cell], schools)
    told = (line.segment >= 0) & known[line.answer, line.segment]
    p = np.where(told, found.p[line.answer, line.segment], 1.0)
    return Tilted(np.where(told, found.correlation[line.answer, line.segment], 0.0), p, told)


def _hidden(line: Line, exact: Known, schools: Schools) -> Known:
    """Places where a group's number of students in some school is known only within bounds."""
    hidden = np.zeros((line.groups, line.starts.size), np.bool_)
    if not exact.all():
        group, column = np.divmod(line.at[~exact], line.rows.size)
        hidden[group, schools.place[column]] = True
    return np.concatenate([hidden, hidden[line.named] | hidden[line.beside]])
