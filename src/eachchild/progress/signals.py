"""Patterns in a chart that chance alone seldom makes.

Anhoej's rules scale with the number of points and suit the short series of schools (Anhoej, J.,
Olesen, A. V. (2014), PLoS ONE 9: e113825). Shewhart's rule, those of the Western Electric Company
(1956) and Nelson's (1984, J. Quality Technology 16: 237-239) look at single points and zones.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import log2

import numpy as np
from scipy.stats import binom

from eachchild.progress.charts import Chart
from eachchild.progress.model import Known, Numbers

FEWEST = 10  # points for Anhoej's rules, as in their published table


class Signal(StrEnum):
    """Which pattern was seen."""

    LONG_RUN = "long_run"  # Anhoej
    FEW_CROSSINGS = "few_crossings"  # Anhoej
    BEYOND_3_SIGMA = "beyond_3_sigma"  # Shewhart
    ONE_SIDE = "one_side"  # 8 in a row, or as many as asked
    TREND = "trend"  # 6 in a row, each above the last, or each below
    TWO_OF_THREE = "two_of_three"  # beyond 2 sigma on one side
    FOUR_OF_FIVE = "four_of_five"  # beyond 1 sigma on one side
    HUGGING = "hugging"  # 15 in a row within 1 sigma


@dataclass(frozen=True, slots=True)
class Runs:
    """What runs around a center line look like; points on it are left out."""

    points: int
    longest: int
    crossings: int
    longest_usual: int
    crossings_usual: int

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Anhoej's signals; none of fewer than ten points."""
        if self.points < FEWEST:
            return ()
        long, few = self.longest > self.longest_usual, self.crossings < self.crossings_usual
        named = ((Signal.LONG_RUN, long), (Signal.FEW_CROSSINGS, few))
        return tuple(name for name, is_seen in named if is_seen)


def runs(values: Numbers, center: float | Numbers) -> Runs:
    """Runs on either side of a center line.

    >>> steps = runs(np.array([1.0] * 10 + [3.0] * 10), 2.0)
    >>> steps.longest, steps.crossings, [s.value for s in steps.signals]
    (10, 1, ['long_run', 'few_crossings'])
    """
    side = np.sign(values - center)
    side = side[side != 0]
    n = side.size
    if n == 0:
        return Runs(0, 0, 0, 0, 0)
    ends = np.flatnonzero(np.diff(side))
    lengths = np.diff(np.concatenate([[-1], ends, [n - 1]]))
    return Runs(n, int(lengths.max()), ends.size, *usual(n))


@cache
def usual(n: int) -> tuple[int, int]:
    """The longest run and the fewest crossings that n points usually have.

    >>> usual(24)
    (8, 8)
    """
    return round(log2(n) + 3), int(binom.ppf(0.05, n - 1, 0.5)) if n > 1 else 0


def seen(chart: Chart, *, one_side: int = 8) -> dict[Signal, Known]:
    """Where each rule of Shewhart, Western Electric and Nelson is met: at the last of its points.

    >>> from eachchild.progress.charts import p_chart
    >>> far = p_chart(np.array([10, 10, 10, 40]), np.full(4, 100), base=np.arange(4) < 3)
    >>> [name.value for name, where in seen(far).items() if where.any()]
    ['beyond_3_sigma']
    """
    z = chart.z[chart.known]
    found = {
        Signal.BEYOND_3_SIGMA: np.abs(z) > 3,
        Signal.ONE_SIDE: _either(z, beyond=0, of=one_side, at_least=one_side),
        Signal.TREND: _trend((chart.value - chart.center)[chart.known], 6),
        Signal.TWO_OF_THREE: _either(z, beyond=2, of=3, at_least=2),
        Signal.FOUR_OF_FIVE: _either(z, beyond=1, of=5, at_least=4),
        Signal.HUGGING: _window(np.abs(z) < 1, 15) == 15,
    }
    whole: dict[Signal, Known] = {}
    for name, where in found.items():
        whole[name] = np.zeros(chart.known.shape, np.bool_)
        whole[name][chart.known] = where
    return whole


def signals_after(chart: Chart, after: Known) -> tuple[Signal, ...]:
    """Everything that fires at a point after a change, and Anhoej's rules over all points."""
    known = chart.known
    around = runs(chart.value[known], chart.center[known]).signals
    fired = (name for name, where in seen(chart).items() if (where & after).any())
    return (*around, *fired)


def _either(z: Numbers, *, beyond: float, of: int, at_least: int) -> Known:
    """The last point counts too: it has to be one of those beyond."""
    above, below = z > beyond, z < -beyond
    return np.asarray(
        (above & (_window(above, of) >= at_least)) | (below & (_window(below, of) >= at_least))
    )


def _window(flags: Known, size: int) -> Numbers:
    """How many of the last `size` points are flagged, at each point."""
    total = np.concatenate([np.zeros(size), np.cumsum(flags)])
    return np.asarray(total[size:] - total[:-size], np.float64)


def _trend(values: Numbers, size: int) -> Known:
    """Six points have five steps between them."""
    step = np.sign(np.diff(values, prepend=values[:1]))
    steps = size - 1
    return np.asarray((_window(step > 0, steps) == steps) | (_window(step < 0, steps) == steps))
