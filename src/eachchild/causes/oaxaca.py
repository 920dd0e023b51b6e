"""A gap between two groups' means, parted by what they have and by what goes with having it.

From cross-products of declared columns alone, so that no child is seen.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eachchild.measures.counts import Numbers

Reference = float | Literal["pooled", "pooled_with_group"]


class CollinearError(ValueError):
    """The columns of one group say the same thing twice; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Products:
    """Cross-products over one group's students: the first column is 1 for each of them."""

    names: tuple[str, ...]
    xx: Numbers  # columns by columns
    xy: Numbers  # columns by the outcome

    @property
    def n(self) -> float:
        """How many students."""
        return float(self.xx[0, 0])

    @property
    def means(self) -> Numbers:
        """The mean of each column."""
        found: Numbers = self.xx[0] / self.n
        return found

    @property
    def mean(self) -> float:
        """The mean of the outcome."""
        return float(self.xy[0] / self.n)

    def fitted(self) -> Numbers:
        """The coefficients of least squares; CollinearError where they are not one answer."""
        return _solved(self.xx, self.xy, self.names)

    def plus(self, other: "Products") -> "Products":
        """Both groups together."""
        return Products(self.names, self.xx + other.xx, self.xy + other.xy)


def products(names: tuple[str, ...], columns: NDArray[np.float64], y: Numbers) -> Products:
    """The cross-products of some columns, a row a student, with an intercept before them."""
    x = np.column_stack([np.ones(len(y)), columns])
    return Products(("(Intercept)", *names), x.T @ x, x.T @ y)


@dataclass(frozen=True, slots=True)
class Threefold:
    """One entry a column; the three parts add up to the first group's mean less the second's."""

    names: tuple[str, ...]
    endowments: Numbers  # what goes with having more or less of it, at the second group's return
    coefficients: Numbers  # what goes with another return for it, at the second group's having
    interaction: Numbers


@dataclass(frozen=True, slots=True)
class Twofold:
    """One entry a column. `unexplained` is what either group's return adds to the common one."""

    names: tuple[str, ...]
    explained: Numbers
    unexplained_first: Numbers
    unexplained_second: Numbers

    @property
    def unexplained(self) -> Numbers:
        """Both groups' part together."""
        return self.unexplained_first + self.unexplained_second


def threefold(first: Products, second: Products) -> Threefold:
    """Part a difference of means in three, seen from the second group.

    Source: Blinder (1973), J. Hum. Resour. 8: 436-455; Oaxaca (1973), Int. Econ. Rev. 14: 693-709;
    in three, Daymont and Andrisani (1984), J. Hum. Resour. 19: 236-260.

    >>> one = products(("readers",), np.array([[1.0], [0], [1], [1]]), np.array([3.0, 1, 3, 3]))
    >>> two = products(("readers",), np.array([[0.0], [0], [1], [0]]), np.array([1.0, 1, 3, 1]))
    >>> round(float(threefold(one, two).endowments.sum()), 6)
    1.0
    """
    more = first.means - second.means
    better = first.fitted() - second.fitted()
    return Threefold(
        first.names, more * second.fitted(), second.means * better, more * better
    )  # fmt: skip


def twofold(first: Products, second: Products, reference: Reference) -> Twofold:
    """Part a difference of means in two, against a return that is taken to be common.

    `reference` is the weight of the first group's coefficients (0, 1, a half, its share of the
    students) or those of both groups together, without their difference (`pooled`, which gives some
    of it to the columns) or with it (`pooled_with_group`).

    Sources: Reimers (1983), Rev. Econ. Stat. 65: 570-579; Cotton (1988), ib. 70: 236-243; Neumark
    (1988), J. Hum. Resour. 23: 279-295; Jann (2008), Stata J. 8: 453-479.
    """
    ours, theirs = first.fitted(), second.fitted()
    common = _common(first, second, reference)
    return Twofold(
        first.names, (first.means - second.means) * common, first.means * (ours - common),
        second.means * (common - theirs),
    )  # fmt: skip


def _common(first: Products, second: Products, reference: Reference) -> Numbers:
    if reference == "pooled":
        return first.plus(second).fitted()
    if reference == "pooled_with_group":
        both = first.plus(second)
        side, total = second.xx[:, :1], np.array([[second.n]])
        xx = np.block([[both.xx, side], [side.T, total]])
        return _solved(xx, np.append(both.xy, second.xy[0]), (*both.names, "group"))[:-1]
    weight = float(reference)
    return weight * first.fitted() + (1 - weight) * second.fitted()


def _solved(xx: Numbers, xy: Numbers, names: tuple[str, ...]) -> Numbers:
    scale = np.sqrt(np.maximum(np.diag(xx), 1e-300))
    even = xx / np.outer(scale, scale)
    if np.linalg.matrix_rank(even, hermitian=True) < len(names):
        raise CollinearError(
            f"some of {', '.join(names[1:])} follow from the others, or nobody of a group differs "
            "in them. Leave one of them out."
        )
    found: Numbers = np.linalg.solve(even, xy / scale) / scale
    return found
