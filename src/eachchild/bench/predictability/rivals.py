"""What a trained rule would score: the usual answer, to be shown beside ours."""

import numpy as np

from eachchild.measures.counts import Numbers
from eachchild.measures.predictability.cells import Cells


def leave_pair_out(cells: Cells) -> Numbers:
    """2 AUC - 1 of cell rates learned without the two students they are tried on.

    A student of a cell of one is given the base rate; pairs of the same cell count half. Any
    honestly trained rule scores below the true index, the more so the sparser the cells.
    """
    n, events = cells.n, cells.total[0]
    others = np.maximum(n - 1, 1)
    with_event = np.where(n > 1, (events - 1) / others, cells.base_rate)
    without = np.where(n > 1, events / others, cells.base_rate)
    won = np.sign(np.round(np.subtract.outer(with_event, without), 12))
    np.fill_diagonal(won, 0)
    quiet = n - events
    return np.array([events @ won @ quiet / (events.sum() * quiet.sum())])
