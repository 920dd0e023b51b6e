"""The attacker as a linear program: how far a hidden cell could move with all that is told held."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from eachchild.release.hide.problem import Problem, Real, Whole
from eachchild.release.hide.solver import program, silent


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one cell moves: all moves together, and a bound that holds for every pattern.

    `price[j]` is what hiding cell j can add to the distance at most (weak duality): whatever the
    pattern y, the cell moves by no more than the sum of price times y.
    """

    move: Real
    price: Real


class Attacker:
    """Moves of the hidden cells that leave every sum and every published cell as it is."""

    def __init__(self, problem: Problem) -> None:
        """Set the sums up once; patterns only change how far each cell may move."""
        n = len(problem)
        self.up, self.down = problem.room
        self._by_cell = sp.csr_array(problem.sums.T)
        self._at = np.arange(n, dtype=np.int32)
        self._aim: int | None = None
        self._solver = silent()
        self._solver.setOptionValue("presolve", "off")  # a warm start is worth more
        still = np.zeros(n)
        self._solver.passModel(program(sp.csc_array(problem.sums), cost=still, high=still))
        self.solved = 0

    def allow(self, pattern: Real) -> None:
        """Let cells move as far as they are hidden: 1 wholly, 0 not at all."""
        share = np.clip(pattern, 0.0, 1.0)
        self._solver.changeColsBounds(self._at.size, self._at, -self.down * share, self.up * share)

    def hold(self, cells: Whole) -> None:
        """Keep some cells where they are: somebody knows them."""
        still = np.zeros(cells.size)
        self._solver.changeColsBounds(cells.size, cells.astype(np.int32), still, still)

    def crowd(self, pull: Real) -> Real:
        """Move many cells at once, each the way and as strongly as it is pulled."""
        self._solver.changeColsCost(self._at.size, self._at, -pull)
        self._solver.run()
        self.solved += 1
        self._solver.changeColsCost(self._at.size, self._at, np.zeros(self._at.size))
        self._aim = None
        return np.array(self._solver.getSolution().col_value)

    def reach(self, cell: int, sign: int) -> Reach:
        """Move one cell as far up (sign 1) or down (-1) as it goes."""
        if self._aim is not None:
            self._solver.changeColCost(self._aim, 0.0)
        self._aim = int(cell)
        self._solver.changeColCost(self._aim, -float(sign))
        self._solver.run()
        self.solved += 1
        found = self._solver.getSolution()
        reduced = -(self._by_cell @ np.array(found.row_dual))
        reduced[cell] -= sign
        price = np.maximum(-reduced, 0) * self.up + np.maximum(reduced, 0) * self.down
        return Reach(np.array(found.col_value), price)
