"""Inside schools, where a source gives each group's sum and nothing of how it is spread.

Days lost are heavy-tailed: a few students carry most of them, and without squares no variance can
be computed from within a school. What is left are the schools themselves: each one's surplus is a
draw of its own with mean 0 where identity changes nothing inside it. The test takes the largest of
three p-values, all Student's t with as many degrees of freedom as the schools are worth: with the
surpluses' own squares (which a true gap swells, so that it errs to the quiet side), with their
residuals about the pooled gap, leverage taken out, and with the residuals' skewness removed
(Johnson 1978, J. Am. Stat. Assoc. 73: 536-544), since a small group's surplus is seldom above 0 and
then by much. `docs/decisions/two-tests.md` has the simulation.
"""

import numpy as np
from scipy.special import stdtr

from eachchild.measures.counts import Numbers
from eachchild.measures.inference.sides import Pairs
from eachchild.measures.inference.tails import LEAST
from eachchild.measures.stratified import Fold

FEWEST = 7.0  # degrees of freedom; fewer schools cannot tell how much schools differ


def p_of_sums(pairs: Pairs, surplus: Numbers, fold: Fold) -> Numbers:
    """Two-sided p of each comparison from its schools' surpluses; 1 where too few schools tell.

    `pairs` are schools that have students on both sides.
    """
    n1, n0 = (s.n.astype(np.float64) for s in (pairs.group, pairs.others))
    weight = n1 * n0 / np.maximum(n1 + n0, 1.0)
    mean = (pairs.group.total + pairs.others.total) / np.maximum(n1 + n0, 1.0)
    total, in_all = fold.sum(surplus), fold.sum(weight)
    gap = total / _safe(in_all)
    residual = surplus - weight * gap[fold.cell]
    share = weight / _safe(in_all)[fold.cell]
    spread = fold.sum(residual**2 / np.where(share < 1, 1 - share, 1.0))
    squares = fold.sum(surplus**2)
    expected = weight * mean  # a school's variance goes with its students and their level
    freedom = fold.sum(expected) ** 2 / _safe(fold.sum(expected**2)) - 1
    known = (freedom >= FEWEST) & (spread > 0) & (squares > 0)
    third = fold.sum(residual**3)
    spread, squares = _safe(spread), _safe(squares)
    straightened = total + third / (6 * spread) + third * total**2 / (3 * spread**2)
    least = np.abs(total) / np.sqrt(np.maximum(squares, spread))
    # Straightening must not turn a surplus round.
    bent = np.where(np.sign(straightened) == np.sign(total), np.abs(straightened), 0.0)
    least = np.minimum(least, bent / np.sqrt(spread))
    p = 2 * stdtr(np.maximum(freedom, 1.0), -least)
    return np.where(known, np.clip(p, LEAST, 1.0), 1.0)


def _safe(values: Numbers) -> Numbers:
    return np.where(values > 0, values, 1.0)
