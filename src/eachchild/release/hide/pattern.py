"""The search for a pattern: master and attacker in turn until no attack succeeds.

Benders' cuts after Fischetti and Salazar (2001, "Solving the cell suppression problem on tabular
data with linear constraints", Management Science 47), with sliding widths: a hidden cell needs two
tables that agree with all that is published and stand its width apart, wherever they lie.
"""

from dataclasses import dataclass, replace

import numpy as np

from eachchild.release.hide.attack import Attacker
from eachchild.release.hide.master import Answer, Master, hidden_by
from eachchild.release.hide.mend import Mender
from eachchild.release.hide.problem import (
    EXACT,
    NOBODY,
    Marks,
    Problem,
    Real,
    UnprotectableError,
    Whole,
)
from eachchild.release.hide.room import Moves

_CROWDS = 16  # moves of many cells tried before cells are moved one by one
_MANY = 8  # cells worth a move together
_EXACT_TO = 600  # cells up to which the optimum is asked for
_EXACT_WITH_MORE = 100  # and where readers know more: rules, or a cell from within
_CLOSE = 0.01  # relative gap at which a larger master stops
_NODES = 20_000
_ROUNDS = 80
_FEW = 2  # attacked rounds in whole cells of a larger master, before mending


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which cells are hidden, what the secondary ones cost, and what no pattern can go below."""

    hidden: Marks
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """The part of the cost that might be saved at most."""
        return (self.cost - self.bound) / self.cost if self.cost > EXACT else 0.0


class Search:
    """One problem's master, attacker and the moves seen."""

    def __init__(self, problem: Problem) -> None:
        """Set both programs up."""
        self.problem = problem
        self.attacker = Attacker(problem)
        self.master = Master(problem)
        self.moves = Moves(len(problem))

    def run(self) -> Pattern:
        """The cheapest pattern found; UnprotectableError where none protects."""
        try:
            return self._found()
        except UnprotectableError:
            most = self.most()
        return Search(replace(self.problem, may=most))._found()

    def most(self) -> Marks:
        """All that can be hidden at once and be as wide as asked.

        UnprotectableError names the cells that must be hidden and stay narrow even so. More hidden
        cells never make one narrower, so no pattern hides a cell that this one does not.
        """
        hidden = self.problem.must | self.problem.may
        while found := self._narrow(hidden):
            narrow = np.unique([cell for cell, _ in found])
            exposed = narrow[self.problem.must[narrow]]
            if exposed.size:
                raise UnprotectableError(exposed)
            hidden[narrow] = False
        return hidden

    def _found(self) -> Pattern:
        asked_more = self.problem.least.any() or self.problem.alone.shape[0] > 0
        exact = len(self.problem) <= (_EXACT_WITH_MORE if asked_more else _EXACT_TO)
        relaxed, _ = self._settle(_ROUNDS)
        self.master.in_whole_cells(1e-4 if exact else _CLOSE, _NODES)
        answer, settled = self._settle(_ROUNDS if exact else _FEW)
        hidden = hidden_by(answer) | self.problem.must
        if not settled:
            hidden = self._take_back(self._mend(hidden, relaxed.pattern))
        cost = float(self.problem.cost[hidden & ~self.problem.must].sum())
        return Pattern(hidden, cost, min(max(answer.bound, relaxed.cost), cost))

    def _settle(self, rounds: int) -> tuple[Answer, bool]:
        for _ in range(rounds):
            answer = self.master.none_alone()
            cuts = self.master.cuts
            if not (self._break(answer) or self._break_from_within(answer)):
                return answer, True
            if self.master.cuts == cuts:  # out of steps, it did not heed the cuts it has
                break
        return answer, False

    def _break_from_within(self, answer: Answer) -> int:
        """Attack once more for every insider, with the cells held that they know."""
        hidden = hidden_by(answer)
        shares = np.clip(answer.pattern, 0.0, 1.0)
        asked: Real = np.asarray(self.problem.width * shares - EXACT, dtype=np.float64)
        added = 0
        if np.any(np.abs(answer.pattern - np.round(answer.pattern)) > EXACT):
            return 0  # a relaxation: readers first
        for known in self.problem.insiders:
            open_ = hidden & (self.moves.span(hidden, known) < asked)
            open_[known] = False
            if open_.any():
                self.attacker.allow(answer.pattern)
                self.attacker.hold(known)
                added += self._attacks(open_, asked, known)
        return added

    def _break(self, answer: Answer) -> int:
        """Attack every hidden cell and tell the master; how many are narrow."""
        pattern = np.clip(answer.pattern, 0.0, 1.0)
        asked = (self.problem.width * pattern - EXACT).astype(np.float64)
        whole = bool(np.all(np.abs(pattern - np.round(pattern)) < EXACT))
        span = self.moves.span(pattern > EXACT) if whole else np.zeros(len(self.problem))
        self.attacker.allow(pattern)
        return self._attacks(hidden_by(answer) & (span < asked), asked, NOBODY)

    def _attacks(self, cells: Marks, asked: Real, known: Whole) -> int:
        ends = np.zeros((2, len(self.problem)))
        narrow = 0
        for cell in self._in_turn(cells):
            if ends[0, cell] - ends[1, cell] < asked[cell]:
                price = self._attack(int(cell), ends)
                if ends[0, cell] - ends[1, cell] < asked[cell]:
                    price[known] = 0.0  # hiding from others what an insider knows gives no room
                    self.master.withstand(int(cell), price)
                    narrow += 1
        return narrow

    def _attack(self, cell: int, ends: Real) -> Real:
        price = np.zeros(len(self.problem))
        for sign in (1, -1):
            reach = self.attacker.reach(cell, sign)
            np.maximum(ends[0], reach.move, out=ends[0])
            np.minimum(ends[1], reach.move, out=ends[1])
            self.moves.add(reach.move)
            price += reach.price
            if ends[0, cell] - ends[1, cell] >= self.problem.width[cell]:
                break
        return price

    def _in_turn(self, hidden: Marks) -> Whole:
        first = np.argsort(~self.problem.must, kind="stable")
        return first[hidden[first]]

    def _narrow(self, hidden: Marks, *, first: bool = False) -> list[tuple[int, Whole]]:
        """Hidden cells with too little room, and what is held: for readers, then insiders."""
        asked: Real = np.asarray(self.problem.width - EXACT, dtype=np.float64)
        narrow: list[tuple[int, Whole]] = []
        for known in (NOBODY, *self.problem.insiders):
            doubtful = hidden & (self.moves.span(hidden, known) < asked)
            doubtful[known] = False
            if not doubtful.any():
                continue
            self.attacker.allow(hidden.astype(float))
            self.attacker.hold(known)
            ends = self._crowds(doubtful, asked)
            for cell in self._in_turn(doubtful):
                if ends[0, cell] - ends[1, cell] < asked[cell]:
                    self._attack(int(cell), ends)
                    if ends[0, cell] - ends[1, cell] < asked[cell]:
                        narrow.append((int(cell), known))
                        if first:
                            return narrow
        return narrow

    def _crowds(self, doubtful: Marks, asked: Real) -> Real:
        """How far moves of many cells at once take each; they serve most, one by one the rest."""
        ends = np.zeros((2, len(self.problem)))
        chance = np.random.default_rng(1)
        sign = np.ones(len(self.problem))
        for turn in range(_CROWDS):
            left = doubtful & (ends[0] - ends[1] < asked)
            if left.sum() < _MANY:
                break
            sign = -sign if turn % 2 else np.where(chance.random(sign.size) < 0.5, 1.0, -1.0)
            pull = np.exp(2.0 * chance.standard_normal(sign.size))
            move = self.attacker.crowd(sign * pull * left)
            self.moves.add(move)
            np.maximum(ends[0], move, out=ends[0])
            np.minimum(ends[1], move, out=ends[1])
        return ends

    def _mend(self, hidden: Marks, share: Real) -> Marks:
        mender = Mender(self.problem, self.attacker.up, self.attacker.down)
        hidden = hidden.copy()
        while narrow := self._narrow(hidden):
            for cell, known in narrow:
                if self.moves.span(hidden, known)[cell] < self.problem.width[cell] - EXACT:
                    mender.price(hidden, share)
                    mender.hold(known)
                    hidden |= self._room_for(cell, known, hidden, mender)
        return hidden

    def _room_for(self, cell: int, known: Whole, hidden: Marks, mender: Mender) -> Marks:
        self.attacker.allow(hidden.astype(float))
        self.attacker.hold(known)
        up, down = self.attacker.reach(cell, 1).move, self.attacker.reach(cell, -1).move
        self.moves.add(up)
        self.moves.add(down)
        asked = float(self.problem.width[cell])
        taken = mender.room(cell, asked, (down[cell], up[cell]))
        ends = [up[cell], down[cell], *(move[cell] for move in taken)]
        if max(ends) - min(ends) < asked - EXACT:
            raise UnprotectableError(np.array([cell]))
        touched = np.zeros(hidden.size, dtype=bool)
        for move in taken:
            self.moves.add(move)
            touched |= np.abs(move) > EXACT
        return touched

    def _take_back(self, hidden: Marks) -> Marks:
        """Show again, dearest first, every secondary cell without which nothing is narrow."""
        extra = np.flatnonzero(hidden & ~self.problem.must)
        for cell in extra[np.argsort(-self.problem.cost[extra], kind="stable")]:
            fewer = hidden.copy()
            fewer[cell] = False
            if not self._narrow(fewer, first=True):
                hidden = fewer
        return hidden
