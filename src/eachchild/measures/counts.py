"""Counts as the arithmetic takes them: small frozen arrays, one entry a cell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Known = NDArray[np.bool_]


def log_sum(logs: Numbers) -> Numbers:
    """The logarithm of a sum along the first axis, of terms given by theirs.

    Finite terms only. SciPy's own takes any, and most of its time to look at what they are.

    >>> round(float(log_sum(np.log([0.25, 0.5]))), 6)
    -0.287682
    """
    top = logs.max(axis=0)
    return np.asarray(top + np.log(np.exp(logs - top).sum(axis=0)), np.float64)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of how many: `events` among `n` students, one entry a cell."""

    events: Whole
    n: Whole

    @property
    def rate(self) -> Numbers:
        """Events per student; 0 where there is no student, so mask with `n > 0`."""
        return np.divide(
            self.events, self.n, out=np.zeros(self.n.shape, np.float64), where=self.n > 0
        )

    def minus(self, part: "Counts") -> "Counts":
        """Everybody else: these counts without a part of them."""
        return Counts(self.events - part.events, self.n - part.n)

    def take(self, rows: Whole | Known) -> "Counts":
        """The cells chosen by index or mask, in that order."""
        return Counts(self.events[rows], self.n[rows])


@dataclass(frozen=True, slots=True)
class Sums:
    """A number outcome in whole units of its declared decimals: n, sum and sum of squares."""

    n: Whole
    total: Whole
    squares: Whole
    scale: float = 1.0  # 10 ** decimals: units in one

    @property
    def mean(self) -> Numbers:
        """The mean in the outcome's own unit; 0 where there is no student."""
        mean = np.divide(
            self.total, self.n, out=np.zeros(self.n.shape, np.float64), where=self.n > 0
        )
        return mean / self.scale

    @property
    def variance(self) -> Numbers:
        """The sample variance in the outcome's own unit; 0 below two students."""
        n = np.maximum(self.n, 2).astype(np.float64)
        spread = self.squares - self.total.astype(np.float64) ** 2 / np.maximum(self.n, 1)
        return np.where(self.n > 1, np.maximum(spread, 0) / (n - 1), 0.0) / self.scale**2


def counts(events: int | Sequence[int], n: int | Sequence[int]) -> Counts:
    """Make counts from plain numbers.

    >>> counts(3, 10).rate
    array([0.3])
    """
    return Counts(
        np.atleast_1d(np.asarray(events, np.int64)), np.atleast_1d(np.asarray(n, np.int64))
    )
