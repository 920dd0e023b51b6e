"""How sure a number is, from how much it moves when one place after the other is left out."""

import numpy as np
from scipy.stats import t

from eachchild.measures.counts import Numbers

FEWEST = 5  # places; the spread of fewer says next to nothing


def half_width(without: Numbers, *, confidence: float = 0.95) -> Numbers:
    """Half an interval of each row, from its values without one place each.

    Student's t with one degree of freedom less than places. nan for fewer than five places, and
    where a number is not there without some place: then it rests on that one. Source: Efron (1982),
    The Jackknife, the Bootstrap and Other Resampling Plans.

    >>> half_width(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])).round(3).tolist()
    [7.853]
    """
    found: Numbers = _error(without) * t.ppf((1 + confidence) / 2, without.shape[1] - 1)
    return found


def chance(values: Numbers, without: Numbers) -> Numbers:
    """How often a number that is nought would lie as far off; nan as for the interval.

    >>> chance(np.array([3.0]), np.array([[2.9, 3.0, 3.1, 3.0, 3.0, 3.0]])).round(4).tolist()
    [0.0001]
    """
    error = _error(without)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Numbers = 2 * t.sf(np.abs(values) / error, without.shape[1] - 1)
    return found


def _error(without: Numbers) -> Numbers:
    """The standard error of each row."""
    size = without.shape[1]
    if size < FEWEST:
        return np.full(len(without), np.nan)
    around = without - without.mean(axis=1, keepdims=True)
    error: Numbers = np.sqrt((size - 1) / size * (around**2).sum(axis=1))
    return error
