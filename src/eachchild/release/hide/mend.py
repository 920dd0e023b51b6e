"""Mending: the cheapest cells to hide beside a narrow one, so that it gets its room.

Kelly, Golden and Assad (1992) and Cox (1995): a least-cost move of the table that takes the narrow
cell as far as it must go; the cells that move with it are hidden. Fast and never wrong, though
dearer than the optimum: what is not needed in the end is taken back.
"""

import highspy
import numpy as np
import scipy.sparse as sp

from eachchild.release.hide.problem import EXACT, Marks, Problem, Real, Whole
from eachchild.release.hide.solver import program, silent

_FREE = 1e-3  # a hidden cell costs next to nothing, so that moves stay short


class Mender:
    """Moves priced by what they would newly hide."""

    def __init__(self, problem: Problem, up: Real, down: Real) -> None:
        """Split each move into a rise and a fall, each at its price."""
        self._problem = problem
        may = problem.may | problem.must
        self._limit = self._high = np.concatenate(
            [np.where(may, up, 0.0), np.where(may, down, 0.0)]
        )
        n = len(problem)
        self._at = np.arange(2 * n, dtype=np.int32)
        sums = sp.csc_array(sp.hstack([problem.sums, -problem.sums]))
        self._cost = np.zeros(2 * n)
        self._solver = silent()
        self._solver.passModel(program(sums, cost=self._cost, high=self._high))

    def price(self, hidden: Marks, share: Real) -> None:
        """Set what each move costs; cells that the relaxation half hides are cheaper."""
        cost = np.where(hidden, _FREE, self._problem.cost * (1.05 - share) + _FREE)
        self._cost = np.concatenate([cost, cost])
        self._solver.changeColsCost(self._at.size, self._at, self._cost)

    def hold(self, cells: Whole) -> None:
        """Keep some cells where they are, and only these: somebody knows them."""
        n = len(self._problem)
        high = self._limit.copy()
        high[cells] = high[n + cells] = 0.0
        self._high = high
        self._solver.changeColsBounds(self._at.size, self._at, np.zeros(high.size), high)

    def move(self, cell: int, by: float) -> tuple[Real, float] | None:
        """The cheapest move that takes a cell up (or down) by so much, and its cost."""
        n = len(self._problem)
        rise, fall = max(by, 0.0), max(-by, 0.0)
        if rise > self._high[cell] + EXACT or fall > self._high[n + cell] + EXACT:
            return None
        pair = np.array([cell, n + cell], dtype=np.int32)
        self._solver.changeColsBounds(2, pair, np.array([rise, fall]), np.array([rise, fall]))
        self._solver.run()
        solved = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = np.array(self._solver.getSolution().col_value) if solved else None
        cost = self._solver.getInfo().objective_function_value
        self._solver.changeColsBounds(2, pair, np.zeros(2), self._high[pair])
        return None if found is None else (found[:n] - found[n:], cost)

    def room(self, cell: int, asked: float, ends: tuple[float, float]) -> list[Real]:
        """Moves that give a cell its width where others take it from the one end to the other.

        The cheaper of the two ways to go all of it; else a part of the way each.
        """
        low, high = ends
        ways = (self.move(cell, asked + low), self.move(cell, high - asked))
        found = [way for way in ways if way is not None]
        if found:
            return [min(found, key=lambda way: way[1])[0]]
        parts = (self.farthest(cell, sign) for sign in (1, -1))
        return [part[0] for part in parts if part is not None]

    def farthest(self, cell: int, sign: int) -> tuple[Real, float] | None:
        """The cheapest of the moves that take a cell as far up (or down) as it goes."""
        n = self._at.size // 2
        at, other = (cell, n + cell) if sign > 0 else (n + cell, cell)
        self._solver.changeColsCost(self._at.size, self._at, np.zeros(self._at.size))
        self._solver.changeColCost(at, -1.0)
        self._solver.changeColBounds(other, 0.0, 0.0)
        self._solver.run()
        solved = self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        far = self._solver.getSolution().col_value[at] if solved else 0.0
        self._solver.changeColBounds(other, 0.0, float(self._high[other]))
        self._solver.changeColsCost(self._at.size, self._at, self._cost)
        return self.move(cell, sign * min(far, float(self._high[at]))) if far > EXACT else None
