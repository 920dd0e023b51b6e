"""The search for a pattern: master and attacker in turn until no attack succeeds.

Benders' cuts after Fischetti and Salazar (2001, "Solving the cell suppression problem on tabular
data with linear constraints", Management Science 47), with sliding widths: a hidden cell needs two
tables that agree with all that is published and stand its width apart, wherever they lie.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eachchild.release.hide.attack import Attacker
from eachchild.release.hide.master import Answer, Master, hidden_by
from eachchild.release.hide.mend import Mender
from eachchild.release.hide.problem import Marks, Problem, UnprotectableError, Whole
from eachchild.release.hide.room import Moves

Real = NDArray[np.float64]
_EXACT = 1e-6
_EXACT_TO = 600  # cells up to which the optimum is asked for
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
        return (self.cost - self.bound) / self.cost if self.cost > _EXACT else 0.0


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
        while (narrow := self._narrow(hidden)).size:
            exposed = narrow[self.problem.must[narrow]]
            if exposed.size:
                raise UnprotectableError(exposed)
            hidden[narrow] = False
        return hidden

    def _found(self) -> Pattern:
        exact = len(self.problem) <= _EXACT_TO
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
            answer = self.master.solve()
            while self.master.never_alone(answer.pattern):
                answer = self.master.solve()
            cuts = self.master.cuts
            if not self._break(answer):
                return answer, True
            if self.master.cuts == cuts:  # out of steps, it did not heed the cuts it has
                break
        return answer, False

    def _break(self, answer: Answer) -> int:
        """Attack every hidden cell and tell the master; how many are narrow."""
        pattern = np.clip(answer.pattern, 0.0, 1.0)
        asked = self.problem.width * pattern - _EXACT
        whole = bool(np.all(np.abs(pattern - np.round(pattern)) < _EXACT))
        span = self.moves.span(pattern > _EXACT) if whole else np.zeros(len(self.problem))
        self.attacker.allow(pattern)
        ends = np.zeros((2, len(self.problem)))
        narrow = 0
        for cell in self._in_turn(hidden_by(answer)):
            if max(ends[0, cell] - ends[1, cell], span[cell]) < asked[cell]:
                price = self._attack(int(cell), ends)
                if ends[0, cell] - ends[1, cell] < asked[cell]:
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

    def _narrow(self, hidden: Marks) -> Whole:
        """Hidden cells whose room is too small, by the moves seen or by new ones."""
        self.attacker.allow(hidden.astype(float))
        span = self.moves.span(hidden)
        ends = np.zeros((2, len(self.problem)))
        asked = self.problem.width - _EXACT
        narrow = []
        for cell in self._in_turn(hidden & (span < asked)):
            if ends[0, cell] - ends[1, cell] < asked[cell]:
                self._attack(int(cell), ends)
                if ends[0, cell] - ends[1, cell] < asked[cell]:
                    narrow.append(cell)
        return np.array(narrow, dtype=np.int64)

    def _mend(self, hidden: Marks, share: Real) -> Marks:
        mender = Mender(self.problem, self.attacker.up, self.attacker.down)
        hidden = hidden.copy()
        while (narrow := self._narrow(hidden)).size:
            for cell in narrow:
                if self.moves.span(hidden)[cell] < self.problem.width[cell] - _EXACT:
                    mender.price(hidden, share)
                    hidden |= self._room_for(int(cell), hidden, mender)
        return hidden

    def _room_for(self, cell: int, hidden: Marks, mender: Mender) -> Marks:
        self.attacker.allow(hidden.astype(float))
        high = self.attacker.reach(cell, 1).move[cell]
        low = self.attacker.reach(cell, -1).move[cell]
        asked = float(self.problem.width[cell])
        ways = [mender.move(cell, asked + low), mender.move(cell, high - asked)]
        found = [way for way in ways if way is not None]
        if found:
            taken = [min(found, key=lambda way: way[1])[0]]
        else:  # a part of the way each
            ends = (mender.farthest(cell, sign) for sign in (1, -1))
            taken = [end[0] for end in ends if end is not None]
            if sum(abs(move[cell]) for move in taken) < asked - _EXACT:
                raise UnprotectableError(np.array([cell]))
        touched = np.zeros(hidden.size, dtype=bool)
        for move in taken:
            self.moves.add(move)
            touched |= np.abs(move) > _EXACT
        return touched

    def _take_back(self, hidden: Marks) -> Marks:
        """Show again, dearest first, every secondary cell without which nothing is narrow."""
        extra = np.flatnonzero(hidden & ~self.problem.must)
        for cell in extra[np.argsort(-self.problem.cost[extra], kind="stable")]:
            fewer = hidden.copy()
            fewer[cell] = False
            if not self._any_narrow(fewer):
                hidden = fewer
        return hidden

    def _any_narrow(self, hidden: Marks) -> bool:
        span = self.moves.span(hidden)
        asked = self.problem.width - _EXACT
        doubtful = np.flatnonzero(hidden & (span < asked))
        if not doubtful.size:
            return False
        self.attacker.allow(hidden.astype(float))
        ends = np.zeros((2, len(self.problem)))
        for cell in doubtful:
            if ends[0, cell] - ends[1, cell] < asked[cell]:
                self._attack(int(cell), ends)
                if ends[0, cell] - ends[1, cell] < asked[cell]:
                    return True
        return False
