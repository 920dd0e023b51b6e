"""Unknowns tied by facts, handed to the solver: tables that agree, and how far a cell can go."""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from eachchild.release.proof.crossed import Crossed
from eachchild.release.proof.facts import NO_LIMIT, Whole

Real = NDArray[np.float64]
RELAXED = 3_000  # unknowns up to which a relaxation is quicker than the search it spares
_FAR = 1e9
_NODES = 200
_WHOLE = 3_000  # unknowns made whole at a time
_EVEN = 1e-6  # from a whole number, where a relaxation is taken for whole


@dataclass(frozen=True, slots=True)
class Part:
    """Unknowns tied to each other by facts, and to no others."""

    cells: Whole  # where they stand in the facts' unknowns
    place: Whole  # the school, or what else has most values; -1: of none
    matrix: sp.csr_array
    low: Whole
    high: Whole
    least: Whole
    most: Whole
    crossed: tuple[Crossed, ...]
    beside: int = 0  # how many of the last unknowns are of the search alone: they may be fractions

    def agrees(self, table: Whole) -> bool:
        """Whether a whole-number table agrees with every sum of this part."""
        sums = self.matrix @ table
        inside = (table >= self.least) & (table <= self.most)
        return bool(inside.all() and (sums >= self.low).all() and (sums <= self.high).all())


def least_of(part: Part, cost: Real) -> Real | None:
    """A table that agrees and costs least; None where none was found in time."""
    solver = solver_of(part, cost)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_max_nodes", 10 * _NODES)
    return _made_whole(solver, np.arange(part.cells.size))


def solve(part: Part, pull: Real) -> Real | None:
    """A whole-number table that agrees, pulled one way; None where none was found in time."""
    everything = np.arange(part.cells.size)
    if part.cells.size > _WHOLE:
        step = _steps(part)
        table = _table(part, pull, [everything[step == at] for at in range(step.max() + 1)])
        if table is not None:
            return table
    return _table(part, pull, [everything])


def bound(solver: highspy.Highs, cell: int, sign: float) -> float:
    """Beyond which a cell cannot be, upwards or downwards; no bound where none was found."""
    solver.changeColCost(cell, -sign)
    solver.run()
    known = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    bound = -sign * solver.getInfo().objective_function_value if known else sign * np.inf
    solver.changeColCost(cell, 0.0)
    return bound


def _steps(part: Part) -> Whole:
    """For each unknown its turn: some whole places at a time."""
    size = np.bincount(part.place + 1)
    first = (np.cumsum(size) - size) // _WHOLE
    return np.asarray(np.unique(first[part.place + 1], return_inverse=True)[1], dtype=np.int64)


def _table(part: Part, pull: Real, turns: list[Whole]) -> Real | None:
    """In each turn some unknowns become whole and are held; those after them may be fractions.

    Where the relaxation is whole by itself, as it is of most tables, it is the table.
    """
    solver = solver_of(part, pull)
    found = None
    if part.cells.size <= RELAXED:
        solver.run()
        found = np.array(solver.getSolution().col_value)
        if _is_whole(solver, found[: part.cells.size]):
            return found
    for cells in turns:
        found = _made_whole(solver, cells)
        if found is None:
            return None
        at = cells.astype(np.int32)
        held = np.round(found[cells])
        solver.changeColsBounds(at.size, at, held, held)
        solver.changeColsIntegrality(at.size, at, np.zeros(at.size, dtype=np.uint8))
    return found


def _is_whole(solver: highspy.Highs, found: Real) -> bool:
    known = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return known and bool((np.abs(found - np.round(found)) < _EVEN).all())


def _made_whole(solver: highspy.Highs, cells: Whole) -> Real | None:
    """A table in which some unknowns are whole numbers; None where none was found in time."""
    kind = np.full(cells.size, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
    solver.changeColsIntegrality(cells.size, cells.astype(np.int32), kind)
    solver.run()
    status = solver.getInfo().primal_solution_status
    if status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.array(solver.getSolution().col_value)


def solver_of(part: Part, pull: Real) -> highspy.Highs:
    """A solver that holds the part's facts and a pull on each unknown, all as fractions yet."""
    model = highspy.HighsLp()
    by_column = sp.csc_array(part.matrix)
    model.num_row_, model.num_col_ = part.matrix.shape
    model.col_cost_ = np.concatenate([pull, np.zeros(part.beside)])
    model.col_lower_ = part.least.astype(float)
    model.col_upper_ = np.where(part.most >= NO_LIMIT, _FAR, part.most).astype(float)
    model.row_lower_ = part.low.astype(float)
    model.row_upper_ = np.where(part.high >= NO_LIMIT // 2, highspy.kHighsInf, part.high)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = by_column.indptr, by_column.indices
    model.a_matrix_.value_ = by_column.data.astype(float)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False), ("threads", 1), ("random_seed", 1),
        ("mip_rel_gap", 0.3), ("mip_max_nodes", _NODES),
    ):  # fmt: skip
        solver.setOptionValue(option, value)
    solver.passModel(model)
    return solver
