"""The master program: the cheapest pattern that no attack seen so far can break."""

from dataclasses import dataclass

import highspy
import numpy as np

from eachchild.release.hide.problem import EXACT, Marks, Problem, Real, UnprotectableError, Whole
from eachchild.release.hide.solver import silent


@dataclass(frozen=True, slots=True)
class Answer:
    """A pattern (1 hidden, 0 shown, between them while it is only a relaxation) and its bound."""

    pattern: Real
    cost: float
    bound: float  # no pattern that holds against the same attacks costs less


class Master:
    """Cells as yes-or-no choices; each attack that a pattern does not withstand adds a cut."""

    def __init__(self, problem: Problem) -> None:
        """Begin with what must be hidden and no cut."""
        n = len(problem)
        self._width = problem.width.astype(float)
        self._must = problem.must
        self._may = problem.may | problem.must
        self._solver = silent()
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n, 0
        model.col_cost_ = np.where(problem.must, 0.0, problem.cost)
        model.col_lower_ = problem.must.astype(float)
        model.col_upper_ = self._may.astype(float)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.zeros(n + 1, dtype=np.int32)
        self._solver.passModel(model)
        self._known: set[tuple[bytes, bytes]] = set()
        self._sums = problem.sums
        self._whole = False

    @property
    def cuts(self) -> int:
        """How many cuts there are."""
        return len(self._known)

    def solve(self) -> Answer:
        """The cheapest pattern so far."""
        self._solver.run()
        if self._solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise UnprotectableError(np.flatnonzero(self._must))
        info = self._solver.getInfo()
        cost = info.objective_function_value
        pattern = np.array(self._solver.getSolution().col_value)
        if self._whole:
            pattern = np.round(pattern)
        return Answer(pattern, cost, info.mip_dual_bound if self._whole else cost)

    def none_alone(self) -> Answer:
        """The cheapest pattern so far that hides no cell of a sum by itself."""
        answer = self.solve()
        while self.never_alone(answer.pattern):
            answer = self.solve()
        return answer

    def in_whole_cells(self, gap: float, nodes: int) -> None:
        """From now on a cell is hidden or not; stop within a relative gap, or after some nodes."""
        n = self._must.size
        whole = np.full(n, highspy.HighsVarType.kInteger)
        self._solver.changeColsIntegrality(n, np.arange(n, dtype=np.int32), whole)
        self._solver.setOptionValue("mip_rel_gap", gap)
        self._solver.setOptionValue("mip_max_nodes", nodes)
        self._whole = True

    def never_alone(self, pattern: Real) -> int:
        """Cut off patterns that hide one cell of a sum and nothing beside it; how many cuts."""
        hidden_in = self._sums.copy()
        hidden_in.data = np.abs(hidden_in.data) * pattern[hidden_in.indices]
        total = hidden_in.sum(axis=1)
        rows = np.repeat(np.arange(self._sums.shape[0]), np.diff(self._sums.indptr))
        asked = self._width[self._sums.indices] > 0
        short = asked & (total[rows] - 2 * hidden_in.data < -EXACT)
        return sum(
            self._beside(int(row), int(cell))
            for row, cell in zip(rows[short], self._sums.indices[short], strict=True)
        )

    def withstand(self, cell: int, price: Real) -> None:
        """Ask that hiding gives a cell its width, by the prices of two attacks."""
        asked = self._width[cell]
        price = np.where(price < EXACT, 0.0, np.minimum(price, asked))
        price[~self._may] = 0.0
        least = asked
        if not self._must[cell]:  # only while it is hidden itself
            price[cell] -= asked
            least = 0.0
        self._cut(np.flatnonzero(np.abs(price) > EXACT), price, least)

    def _beside(self, row: int, cell: int) -> int:
        start, end = self._sums.indptr[row : row + 2]
        cells = self._sums.indices[start:end]
        cells = cells[self._may[cells]]
        price = np.zeros(self._must.size)
        price[cells] = 1.0
        price[cell] = -1.0
        if self._must[cell]:
            price[cell] = 0.0
            return self._cut(np.sort(cells[cells != cell]), price, 1.0)
        return self._cut(np.sort(cells), price, 0.0)

    def _cut(self, cells: Whole, price: Real, least: float) -> int:
        name = (cells.tobytes(), np.round(price[cells], 6).tobytes())
        if name in self._known:
            return 0
        self._known.add(name)
        self._solver.addRow(
            least, highspy.kHighsInf, cells.size, cells.astype(np.int32), price[cells]
        )
        return 1


def hidden_by(answer: Answer) -> Marks:
    """The cells that a pattern hides, however little."""
    return answer.pattern > EXACT
