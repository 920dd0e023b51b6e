"""HiGHS, set so that the same question gets the same answer."""

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


def silent() -> highspy.Highs:
    """One thread, one seed, no clock: work is limited by steps, so results repeat to the byte."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 1)
    return solver


def program(
    sums: sp.csc_array, *, cost: NDArray[np.float64], high: NDArray[np.float64]
) -> highspy.HighsLp:
    """Least cost with every sum nought and every column from nought to `high`."""
    rows, columns = sums.shape
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows, columns
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(columns), high
    model.row_lower_ = model.row_upper_ = np.zeros(rows)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = sums.indptr, sums.indices
    model.a_matrix_.value_ = sums.data.astype(float)
    return model
