"""Inside schools where counts of single schools are hidden: what totals still tell.

How often a group would meet an outcome by lot follows from how many of it are in each school and
how often the school's students meet it. How often the group did meet it, over all schools, is one
number. So the test against everybody else needs no school's own count of the group. Where a
school's students of the group or its events are known only within bounds, so is the surplus; the
end nearest to nothing is taken, and the most the variance can be, so that the p is no smaller than
the one that all the counts would give.
"""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Known, Numbers, Whole
from eachchild.measures.inference.frame import Layer
from eachchild.measures.inference.hypergeometric import EXACT_BELOW
from eachchild.measures.inference.make_up import Line
from eachchild.measures.inference.sides import Counted, Held
from eachchild.measures.inference.tails import Score, two_sided
from eachchild.measures.stratified import Fold


@dataclass(frozen=True, slots=True)
class FromMargins:
    """One entry a comparison; those with a named group are never known."""

    surplus: Numbers  # the nearest to nothing that it can be
    p: Numbers  # 1 where not known
    known: Known


@dataclass(frozen=True, slots=True)
class _Rows:
    """A school's students of a group, its events and its students, as least and most."""

    fold: Fold
    n: Whole
    n_most: Whole
    rate: Numbers
    rate_most: Numbers
    students: Numbers
    usable: Known

    @property
    def settled(self) -> Known:
        return np.asarray((self.n == self.n_most) & (self.rate == self.rate_most))


def from_margins(layer: Layer, line: Line, here: Counted, schools: Counted) -> FromMargins:
    """Test each comparison of a level with everybody else by the totals of its schools.

    Known where the group's students and events over all schools are exact, every school's students
    are, and schools add up to the whole: where students count in several schools they do not.
    """
    rows = _rows(layer, here, schools)
    slack = here.pairs.group.n - rows.fold.sum(rows.n)
    score, settled = _score(rows, here.pairs.group.total, slack)
    known = here.pairs.usable & (here.beside.other < 0) & (rows.fold.sum(~rows.usable) == 0)
    known &= (slack >= 0) & (here.pairs.group.n <= rows.fold.sum(rows.n_most))
    known &= _adds_up(line, here, schools.totals) & (settled >= EXACT_BELOW)
    p = np.where(known, two_sided(score), 1.0)
    return FromMargins(np.where(known, score.surplus, 0.0), p, known)


def _rows(layer: Layer, here: Counted, schools: Counted) -> _Rows:
    """Every school of each comparison with everybody else in which some of the group can be."""
    ours, into = schools.held, layer.into[: schools.held.exact.size]
    row = np.flatnonzero(into >= 0)
    cell = schools.cells.total[row]
    whole = schools.totals.take(cell)
    group, students = ours.take(row), whole.side.n
    of = into[row]
    fold = Fold(of, here.beside.cell.size)
    left = here.pairs.group.n[of] - fold.sum(group.side.n)[of] + group.side.n
    most = np.minimum(np.minimum(group.n_most, students), np.maximum(left, group.side.n))
    usable = group.collected & whole.collected & whole.n_exact & (students > 0)
    usable &= whole.side.total <= students
    safe = np.maximum(students, 1).astype(np.float64)
    rate, rate_most = (np.minimum(x / safe, 1.0) for x in (whole.side.total, whole.total_most))
    return _Rows(fold, group.side.n, most, rate, rate_most, safe, usable)


def _score(rows: _Rows, events: Whole, slack: Numbers) -> tuple[Score, Numbers]:
    """The score nearest to nothing, and the variance that is certain.

    `slack` are students of the group who are in one of the schools where they are hidden.
    """
    fold, open_ = rows.fold, rows.n < rows.n_most
    least = fold.sum(rows.n * rows.rate) + slack * _least(fold, rows.rate, open_)
    most = fold.sum(rows.n * rows.rate_most) + slack * _most(fold, rows.rate_most, open_)
    surplus = np.asarray(events - np.clip(events, least, most), np.float64)
    spread = _spread(rows) / np.maximum(rows.students - 1, 1)
    variance = rows.n * (rows.students - rows.n) * spread
    more = np.maximum(rows.students - 2 * rows.n, 0) * spread  # what one student more adds, at most
    third = variance * (rows.students - 2 * rows.n) * (1 - 2 * rows.rate)
    third = third / np.maximum(rows.students - 2, 1)
    # No lot is more skewed than one of rare events, whose third moment is its variance.
    hidden = fold.sum(np.where(rows.settled, 0.0, variance)) + slack * _most(fold, more, open_)
    certain = fold.sum(np.where(rows.settled, variance, 0.0))
    skew = fold.sum(np.where(rows.settled, third, 0.0)) + np.sign(surplus) * hidden
    return Score(surplus, certain + hidden, skew), certain


def _spread(rows: _Rows) -> Numbers:
    """The most that a school's p (1 - p) can be: at the rate nearest to a half."""
    rate = np.clip(0.5, rows.rate, rows.rate_most)
    return np.asarray(rate * (1 - rate), np.float64)


def _least(fold: Fold, values: Numbers, of: Known) -> Numbers:
    found = np.full(fold.cells, np.inf)
    np.minimum.at(found, fold.cell[of], values[of])
    return np.where(np.isfinite(found), found, 0.0)


def _most(fold: Fold, values: Numbers, of: Known) -> Numbers:
    found = np.zeros(fold.cells)
    np.maximum.at(found, fold.cell[of], values[of])
    return found


def _adds_up(line: Line, here: Counted, totals: Held) -> Known:
    """Whether the students of a place are those of its schools together."""
    if not line.rows.size:
        return np.zeros(line.segment.shape, np.bool_)
    added = np.add.reduceat(totals.side.n[line.rows], line.starts)
    everybody = here.totals.side.n[here.cells.total[here.beside.cell]]
    return np.asarray((line.segment >= 0) & (added[line.segment] == everybody))
