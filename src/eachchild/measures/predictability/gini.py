"""Gini's mean difference of cell rates: pairs of students, the better and the worse placed."""

from dataclasses import dataclass

import numpy as np

from eachchild.measures.counts import Numbers

TIE = 12  # decimals: rates closer than rounding error are the same rate


@dataclass(frozen=True, slots=True)
class Pairs:
    """Each cell against all students of the place, `[draw, cell]`."""

    distance: Numbers  # mean absolute difference to the rate of a random student's cell
    standing: Numbers  # share of students in cells with lower rates minus share with higher

    def mean_difference(self, share: Numbers) -> Numbers:
        """The mean absolute difference of two random students' rates, one entry a draw."""
        return np.asarray(self.distance @ share, np.float64)


def pairs(rates: Numbers, share: Numbers) -> Pairs:
    """Compare every cell with every other by sorting, so that hundreds of cells cost little.

    >>> two = pairs(np.array([[0.1, 0.3]]), np.array([0.5, 0.5]))
    >>> two.distance, two.standing
    (array([[0.1, 0.1]]), array([[-0.5,  0.5]]))
    """
    exact = np.round(rates, TIE)
    order = np.argsort(exact, axis=1, kind="stable")
    value, weight = np.take_along_axis(exact, order, 1), share[order]
    upto = np.cumsum(weight, axis=1)
    first, last = _ties(value)
    below = np.take_along_axis(upto - weight, first, 1)
    above = upto[:, -1:] - np.take_along_axis(upto, last, 1)
    true = np.take_along_axis(rates, order, 1)
    sums = np.cumsum(weight * true, axis=1)
    distance = true * (2 * upto - upto[:, -1:]) - 2 * sums + sums[:, -1:]
    found = np.empty((2, *rates.shape))
    np.put_along_axis(found[0], order, distance, 1)
    np.put_along_axis(found[1], order, below - above, 1)
    return Pairs(found[0], found[1])


def _ties(value: Numbers) -> tuple[np.ndarray, np.ndarray]:
    place = np.broadcast_to(np.arange(value.shape[1]), value.shape)
    new = np.ones(value.shape, np.bool_)
    new[:, 1:] = value[:, 1:] != value[:, :-1]
    first = np.maximum.accumulate(np.where(new, place, 0), axis=1)
    ends = np.ones(value.shape, np.bool_)
    ends[:, :-1] = new[:, 1:]
    from_right = np.where(ends, place, value.shape[1] - 1)[:, ::-1]
    return first, np.minimum.accumulate(from_right, axis=1)[:, ::-1]
