"""Large tables: many cells served by one move.

A table of 20,000 cells is too large for a master program in whole cells, so the pattern is built
from moves. A sweep asks one linear program for a move of the whole table that takes as many
narrow cells as it can towards their width, at the price of what it newly hides; moves of what is
hidden already follow, for they cost nothing. At first little is paid for a cell, then ever more.
A pattern built anew within the last is cheaper, so that is done again. Every move leaves all that
is published as it is, so what they serve is safe; what the pattern costs above the optimum at
most, the relaxed master says.
"""

from dataclasses import replace

import highspy
import numpy as np
import scipy.sparse as sp

from eachchild.release.hide.master import Master
from eachchild.release.hide.mend import Mender
from eachchild.release.hide.pattern import Pattern, Search
from eachchild.release.hide.problem import (
    EXACT,
    NOBODY,
    Marks,
    Problem,
    Real,
    UnprotectableError,
    Whole,
)
from eachchild.release.hide.solver import program, silent

_TIMES = 3  # a pattern is built so often, each but the first within the last
_SWEEPS = 60
_IDLE = 8  # sweeps that serve no cell, before cells are mended one by one
_CROWDS = 4  # moves of what is hidden already after each sweep, at most
_PAYING = 0.1  # part of the narrow cells that such a move serves, or it is the last
_LEAST = 0.25  # what serving a cell is worth in the first sweep
_SLOWLY = 4  # sweeps in which that doubles
_SHORT = 1e-3  # what moving a hidden cell costs, so that moves stay short


class Growing:
    """A pattern as it grows, and how far the moves so far take each cell either way."""

    def __init__(
        self, problem: Problem, sums: sp.csr_array, *, share: Real, chance: np.random.Generator
    ) -> None:
        """Begin with what must be hidden; `share` is what the relaxed master would hide."""
        self.problem = problem
        self.sums = sums
        self.share = share
        self.chance = chance
        self.hidden = problem.must.copy()
        self.moves: list[Real] = []
        self.hold(NOBODY)

    def hold(self, known: Whole) -> None:
        """Ask what moves without the cells that one insider knows."""
        self.known = known
        self.up, self.down = self.problem.room
        self.up[known] = self.down[known] = 0.0
        valid = [move for move in self.moves if not np.abs(move[known]).max(initial=0) > EXACT]
        still = np.zeros(len(self.problem))
        self.high = np.max([still, *valid], axis=0)
        self.low = np.min([still, *valid], axis=0)

    @property
    def narrow(self) -> Marks:
        """Hidden cells that no moves so far give their width."""
        narrow = self.hidden & (self.high - self.low < self.problem.width - EXACT)
        narrow[self.known] = False
        return np.asarray(narrow)

    def price(self, short: float) -> Real:
        """What it costs to move each cell by one; cells that the relaxation hides are cheaper."""
        new = self.problem.cost * np.maximum(0.02, 1.02 - self.share) / self.problem.width.max()
        return np.where(self.hidden, short, new)

    def take(self, move: Real) -> None:
        """Hide what a move touches."""
        if self.problem.alone.shape[0]:  # or nobody asks for it again
            self.moves.append(move)
        self.hidden |= np.abs(move) > EXACT
        np.maximum(self.high, move, out=self.high)
        np.minimum(self.low, move, out=self.low)


def hide_many(problem: Problem) -> Pattern:
    """A pattern for a large table; UnprotectableError where a cell cannot be protected."""
    try:
        return _thinned(problem)
    except UnprotectableError:  # perhaps a cell hidden beside others, which itself has no room
        most = Search(problem).most()
    return _thinned(replace(problem, may=most))


def _thinned(problem: Problem) -> Pattern:
    relaxed = Master(problem).none_alone()
    sums = _needed(problem.sums)
    chance = np.random.default_rng(1)
    hidden = problem.may
    for _ in range(_TIMES):
        within = replace(problem, may=problem.may & hidden)
        hidden = _grown(Growing(within, sums, share=relaxed.pattern, chance=chance))
    cost = float(problem.cost[hidden & ~problem.must].sum())
    return Pattern(hidden, cost, min(cost, relaxed.cost))


def _grown(growing: Growing) -> Marks:
    """Serve readers and each insider, until nothing more need be hidden for any of them."""
    problem = growing.problem
    insiders = problem.insiders
    _serve(growing)
    before = -1
    while insiders and before != (before := int(growing.hidden.sum())):
        for known in (*insiders, NOBODY):
            growing.hold(known)
            _serve(growing)
    return growing.hidden


def _serve(growing: Growing) -> None:
    may = np.flatnonzero(growing.problem.may | growing.problem.must)
    idle = 0
    for sweep in range(_SWEEPS):
        before = growing.narrow.sum()
        if not before or idle > _IDLE:
            break
        worth = _LEAST * 2.0 ** (sweep / _SLOWLY)
        _sweep(growing, may, worth=worth, price=growing.price(_SHORT))
        _crowds(growing)
        idle = 0 if growing.narrow.sum() < before else idle + 1
    _mend(growing)


def _crowds(growing: Growing) -> None:
    """Moves of what is hidden already, which cost nothing, until they serve few."""
    for _ in range(_CROWDS):
        before = growing.narrow.sum()
        if before:
            _sweep(growing, np.flatnonzero(growing.hidden), worth=1.0, price=growing.price(0.0))
        if growing.narrow.sum() >= (1 - _PAYING) * before:
            return


def _sweep(growing: Growing, cells: Whole, *, worth: float, price: Real) -> None:
    """One move of some cells for all that are narrow, each pulled up or down."""
    aims = np.flatnonzero(growing.narrow)
    sign = np.where(growing.chance.random(aims.size) < 0.5, 1.0, -1.0)
    # A few cells count for far more than the rest: all of a sum cannot rise together.
    weight = worth * np.exp(2.5 * growing.chance.standard_normal(aims.size))
    growing.take(_move(growing, cells, aims=aims, sign=sign, weight=weight, price=price))


def _move(
    growing: Growing, cells: Whole, *, aims: Whole, sign: Real, weight: Real, price: Real
) -> Real:
    """The best move: what it takes narrow cells towards their width, less what it newly hides."""
    free = sp.csc_array(growing.sums[:, cells])
    towards = sp.csc_array(growing.sums[:, aims]) * sign
    asked = growing.problem.width[aims] - np.where(sign > 0, -growing.low[aims], growing.high[aims])
    gain = np.minimum(asked, np.where(sign > 0, growing.up[aims], growing.down[aims]))
    rise, fall = growing.up.copy(), growing.down.copy()
    # Both ways of moving a cell towards its width share its limit: no count may fall below nought.
    rise[aims] -= np.where(sign > 0, gain, 0.0)
    fall[aims] -= np.where(sign < 0, gain, 0.0)
    up, down = price.copy(), price.copy()
    up[aims] += np.where(sign < 0, weight, 0.0)  # or it would gain and lose at once
    down[aims] += np.where(sign > 0, weight, 0.0)
    solver = silent()
    solver.passModel(
        program(
            sp.csc_array(sp.hstack([free, -free, towards])),
            cost=np.concatenate([up[cells], down[cells], -weight]),
            high=np.concatenate([rise[cells], fall[cells], gain]),
        )
    )
    solver.run()
    move = np.zeros(len(growing.problem))
    if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
        found = np.array(solver.getSolution().col_value)
        move[cells] = found[: cells.size] - found[cells.size : 2 * cells.size]
        move[aims] += sign * found[2 * cells.size :]
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


def _mend(growing: Growing) -> None:
    """At last move narrow cells one by one; what stays narrow then has no room in the table."""
    if not growing.narrow.any():
        return
    problem = growing.problem
    mender = Mender(problem, growing.up, growing.down)
    mender.hold(growing.known)
    while (aims := np.flatnonzero(growing.narrow)).size:
        for aim in aims:
            if growing.narrow[aim]:
                mender.price(growing.hidden, growing.share)
                ends = growing.low[aim], growing.high[aim]
                for move in mender.room(int(aim), float(problem.width[aim]), ends):
                    growing.take(move)
        if (narrow := aims[growing.narrow[aims]]).size:
            raise UnprotectableError(narrow)
