"""Large tables: many cells served by one move, and what is left mended within its neighborhood.

A table of 20,000 cells is too large for a master program in whole cells, so the pattern is built
from moves. A sweep asks one linear program for a move of the whole table that takes as many
narrow cells as it can towards their width, at the price of what it newly hides. What no sweep
serves is mended place by place, by moves that stay within a few places. Every move leaves all
that is published as it is, so what they serve is safe; what the pattern costs above the optimum
at most, the relaxed master says.
"""

from collections import Counter
from dataclasses import dataclass, replace

import highspy
import numpy as np
import scipy.sparse as sp

from eachchild.release.family import Family, Key
from eachchild.release.hide.master import Master
from eachchild.release.hide.mend import Mender
from eachchild.release.hide.pattern import Pattern, Search
from eachchild.release.hide.problem import EXACT, Marks, Problem, Real, UnprotectableError, Whole
from eachchild.release.hide.solver import program, silent

_SWEEPS = 16
_FREE = 1e-3  # what moving a hidden cell costs, so that moves stay short
# Places whose hidden cells may move with one; at last the cells above all places too.
_PARTNERS = (5, 20, 1_000, 1_001)


class Growing:
    """A pattern as it grows, and how far the moves so far take each cell either way."""

    def __init__(self, problem: Problem) -> None:
        """Begin with what must be hidden."""
        self.problem = problem
        self.hidden = problem.must.copy()
        self.high = np.zeros(len(problem))
        self.low = np.zeros(len(problem))
        self.up, self.down = problem.room

    @property
    def narrow(self) -> Marks:
        """Hidden cells that no moves so far give their width."""
        return self.hidden & (self.high - self.low < self.problem.width - EXACT)

    def take(self, move: Real) -> None:
        """Hide what a move touches."""
        self.hidden |= np.abs(move) > EXACT
        np.maximum(self.high, move, out=self.high)
        np.minimum(self.low, move, out=self.low)


def hide_many(problem: Problem, cells: Family) -> Pattern:
    """A pattern for a large table; UnprotectableError where a cell cannot be protected."""
    try:
        return _grown(problem, cells)
    except UnprotectableError:  # perhaps a cell hidden beside others, which itself has no room
        most = Search(problem).most()
    return _grown(replace(problem, may=most), cells)


def _grown(problem: Problem, cells: Family) -> Pattern:
    relaxed = Master(problem).none_alone()
    share, bound = relaxed.pattern, relaxed.cost
    growing = Growing(problem)
    _sweep(growing, share)
    _mend_places(growing, share, _layout(cells, len(problem)))
    cost = float(problem.cost[growing.hidden & ~problem.must].sum())
    return Pattern(growing.hidden, cost, min(cost, bound))


def _sweep(growing: Growing, share: Real) -> None:
    problem = growing.problem
    chance = np.random.default_rng(1)
    sums = _needed(problem.sums)
    may = np.flatnonzero(problem.may | problem.must)
    sign = np.ones(len(problem))
    for sweep in range(_SWEEPS):
        aims = np.flatnonzero(growing.narrow)
        if not aims.size:
            return
        sign = np.where(chance.random(len(problem)) < 0.5, 1.0, -1.0) if sweep % 2 == 0 else -sign
        # A few cells count for far more than the rest: all of a sum cannot rise together.
        weight = 2.0 ** (sweep // 4 + 1) * np.exp(2.5 * chance.standard_normal(aims.size))
        growing.take(_move(growing, sums, may, aims=aims, sign=sign[aims], weight=weight,
                           price=_price(growing, share)))  # fmt: skip


def _price(growing: Growing, share: Real) -> Real:
    new = growing.problem.cost * np.maximum(0.02, 1.02 - share) / growing.problem.width.max()
    return np.where(growing.hidden, _FREE, new)


def _move(
    growing: Growing, sums: sp.csr_array, may: Whole, *,
    aims: Whole, sign: Real, weight: Real, price: Real,
) -> Real:  # fmt: skip
    """The best move: what it takes narrow cells towards their width, less what it newly hides."""
    free = sp.csc_array(sums[:, may])
    towards = sp.csc_array(sums[:, aims]) * sign
    wide = growing.problem.width[aims]
    asked = wide - np.where(sign > 0, -growing.low[aims], growing.high[aims])
    limit = np.where(sign > 0, growing.up[aims], growing.down[aims])
    rise, fall, gain = growing.up.copy(), growing.down.copy(), np.minimum(asked, limit)
    # Both ways of moving a cell towards its width share its limit: no count may fall below nought.
    rise[aims] -= np.where(sign > 0, gain, 0.0)
    fall[aims] -= np.where(sign < 0, gain, 0.0)
    solver = silent()
    solver.passModel(
        program(
            sp.csc_array(sp.hstack([free, -free, towards])),
            cost=np.concatenate([price[may], price[may], -weight]),
            high=np.concatenate([rise[may], fall[may], gain]),
        )
    )
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return np.zeros(len(growing.problem))
    found = np.array(solver.getSolution().col_value)
    move = np.zeros(len(growing.problem))
    move[may] = found[: may.size] - found[may.size : 2 * may.size]
    move[aims] += sign * found[2 * may.size :]
    return move


def _needed(sums: sp.csr_array) -> sp.csr_array:
    """The sums from which all others follow: for each whole its shortest, and what that leaves.

    In a full cross the shortest of each whole say everything. Linked tables that share a margin
    each add it up from other cells, and there every sum has to be kept.
    """
    whole = sums.indices[sums.data < 0]
    first: dict[int, int] = {}
    for row in np.argsort(np.diff(sums.indptr), kind="stable"):
        first.setdefault(int(whole[row]), int(row))
    rows = np.array(sorted(first.values()), dtype=np.int64)
    left = np.abs(sums @ _innermost(sums[rows], whole[rows])).sum(axis=1)
    left[rows] = 1
    return sums[np.flatnonzero(left > 0)]


def _innermost(sums: sp.csr_array, whole: Whole) -> sp.csr_array:
    """Each cell (a row) as a sum of cells that are no whole of these sums."""
    last = np.ones(sums.shape[1])
    last[whole] = 0
    rows = np.arange(whole.size)
    parts = sp.csr_array((np.ones(whole.size), (whole, rows)), sums.shape[::-1]) @ sums.maximum(0)
    step = sp.csr_array(sp.diags_array(last) + parts)
    step.eliminate_zeros()
    while not last[step.indices].all():
        step = sp.csr_array(step @ step)
    return step


def _mend_places(growing: Growing, share: Real, layout: "_Layout") -> None:
    for partners in _PARTNERS:  # first near moves, then farther ones: near ones are quick and cheap
        before = -1
        while growing.narrow.any() and before != (before := int(growing.narrow.sum())):
            for at in [*range(layout.count), -1]:
                aims = np.flatnonzero(growing.narrow & (layout.place == at))
                if aims.size and (at >= 0 or partners > _PARTNERS[0]):
                    around = _around(growing, layout, aims, partners)
                    _mend(growing, share, aims=aims, cells=around)
    _mend_everywhere(growing, share)


def _mend_everywhere(growing: Growing, share: Real) -> None:
    """At last let every cell move; what stays narrow then has no room in the table."""
    everything = np.arange(len(growing.problem))
    while (aims := np.flatnonzero(growing.narrow)).size:
        _mend(growing, share, aims=aims, cells=everything)
        if (narrow := aims[growing.narrow[aims]]).size:
            raise UnprotectableError(narrow)


def _around(growing: Growing, layout: "_Layout", aims: Whole, partners: int) -> Whole:
    """The cells that may move for one place: its own, and hidden ones of places with the like."""
    at = layout.place[aims[0]]
    everywhere = partners == _PARTNERS[-1]
    like = growing.hidden & np.isin(layout.alike, layout.alike[aims]) & (layout.place != at)
    found = np.bincount(layout.place[like & (layout.place >= 0)], minlength=layout.count)
    near = np.argsort(-found, kind="stable")[:partners]
    own = (layout.place == at) | (everywhere & (layout.place == -1))
    beside = growing.hidden & ((layout.place == -1) | np.isin(layout.place, near))
    return np.flatnonzero(own | beside)


def _mend(growing: Growing, share: Real, *, aims: Whole, cells: Whole) -> None:
    part = growing.problem.only(cells)
    mender = Mender(part, growing.up[cells], growing.down[cells])
    where = np.searchsorted(cells, aims)
    for cell, aim in zip(where, aims, strict=True):
        if not growing.narrow[aim]:
            continue
        mender.price(growing.hidden[cells], share[cells])
        for move in mender.room(
            int(cell), float(growing.problem.width[aim]), (growing.low[aim], growing.high[aim])
        ):
            whole = np.zeros(len(growing.problem))
            whole[cells] = move
            growing.take(whole)


@dataclass(frozen=True, slots=True)
class _Layout:
    """For each cell its place, a finest value of the longest dimension (-1: none), and its like.

    Cells are alike when they differ in nothing but their place.
    """

    place: Whole
    alike: Whole
    count: int


def _layout(cells: Family, count: int) -> _Layout:
    pairs = Counter(pair for key in cells.keys for pair in key)
    longest = Counter(dimension for dimension, _ in pairs).most_common(1)[0][0]
    parents = _parents(cells, longest)
    at: dict[str, int] = {}
    rest: dict[Key, int] = {}
    place = np.full(count, -1, dtype=np.int64)  # a union of cells, after them, is of no place
    alike = np.full(count, -1, dtype=np.int64)
    for cell, key in enumerate(cells.keys):
        value = dict(key).get(longest, "")
        others = tuple(pair for pair in key if pair[0] != longest)
        alike[cell] = rest.setdefault(others, len(rest))
        if value and value not in parents:
            place[cell] = at.setdefault(value, len(at))
    return _Layout(place, alike, len(at))


def _parents(cells: Family, dimension: str) -> set[str]:
    """The values of a dimension that are sums of others of it."""
    found: set[str] = set()
    for whole_at, parts in cells.wholes():
        whole, part = cells.keys[whole_at], cells.keys[parts[0]]
        if {d for d, _ in set(part) - set(whole)} == {dimension}:
            found.update(value for d, value in whole if d == dimension)
    return found
