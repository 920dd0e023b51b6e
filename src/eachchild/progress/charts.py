"""Control charts and run charts of rates: p, u, Laney's p' and u', and the median.

Sources: Shewhart, W. A. (1931), Economic Control of Quality of Manufactured Product; Laney, D. B.
(2002), Quality Engineering 14: 531-537, who lets points that lie apart beyond chance have limits
to match.
"""

from dataclasses import dataclass, replace
from math import pi, sqrt

import numpy as np

from eachchild.progress.model import Known, Numbers, Series, Whole
from eachchild.progress.spread import chance

SIGMAS = 3
RANGE_OF_TWO = 2 / sqrt(pi)  # the mean distance of two normal values, in standard deviations


@dataclass(frozen=True, slots=True)
class Chart:
    """Points over time with their center line and limits; one entry a point.

    `z` is how many standard deviations a point lies off its center.
    """

    value: Numbers
    center: Numbers
    sd: Numbers
    low: Numbers
    high: Numbers
    known: Known
    sigma_z: float = 1.0  # how much wider than chance, where the limits say so

    @property
    def z(self) -> Numbers:
        """Distance from the center in standard deviations; 0 where a point is not known."""
        off = np.where(self.known, self.value - self.center, 0.0)
        return np.divide(off, self.sd, out=np.zeros_like(off), where=self.sd > 0)


def p_chart(events: Whole, n: Whole, *, base: Known | None = None) -> Chart:
    """Shares with 3-sigma limits by chance; `base`: the points that the center is made of.

    >>> chart = p_chart(np.array([10, 12, 8]), np.full(3, 50))
    >>> round(float(chart.center[0]), 3), round(float(chart.high[0]), 3)
    (0.2, 0.37)
    """
    return _chart(events, n, base=base, is_count=False)


def u_chart(events: Whole, n: Whole, *, base: Known | None = None) -> Chart:
    """Counts for each unit of `n`, with 3-sigma limits by chance."""
    return _chart(events, n, base=base, is_count=True)


def p_prime(events: Whole, n: Whole, *, base: Known | None = None) -> Chart:
    """Laney's p' chart: limits as wide as the points lie apart from one to the next."""
    return _wide(p_chart(events, n, base=base), base, most=1.0)


def u_prime(events: Whole, n: Whole, *, base: Known | None = None) -> Chart:
    """Laney's u' chart."""
    return _wide(u_chart(events, n, base=base), base, most=np.inf)


def run_chart(values: Numbers, *, known: Known | None = None, base: Known | None = None) -> Chart:
    """Values around their median; a run chart has no limits, so they are where the values end.

    >>> float(run_chart(np.array([3.0, 1.0, 2.0])).center[0])
    2.0
    """
    seen = np.ones(values.shape, np.bool_) if known is None else known
    used = seen if base is None else seen & base
    flat = np.ones(values.shape)
    median = float(np.median(values[used])) if used.any() else 0.0
    ends = (values[seen].min(), values[seen].max()) if seen.any() else (0.0, 0.0)
    return Chart(values, flat * median, flat * 0, flat * ends[0], flat * ends[1], seen)


def chart_of(series: Series, *, base: Known) -> Chart:
    """Laney's chart of a series, each month around the mean of the same month in `base`.

    A month that `base` does not have has no center and is not known.
    """
    used = base & series.known & (series.n > 0)
    same = (series.season[:, None] == series.season[None, :]) & used[None, :]
    size = same @ series.n
    center = np.divide(same @ series.events, size, out=np.zeros(size.size), where=size > 0)
    known = series.known & (series.n > 0) & (size > 0)
    chart = _around(series.events, series.n, center, known, is_count=series.is_count)
    return _wide(chart, base, most=np.inf if series.is_count else 1.0, least=1.0)


def _chart(events: Whole, n: Whole, *, base: Known | None, is_count: bool) -> Chart:
    known = n > 0
    used = known if base is None else known & base
    center = events[used].sum() / max(n[used].sum(), 1)
    return _around(events, n, np.full(n.shape, float(center)), known, is_count=is_count)


def _around(events: Whole, n: Whole, center: Numbers, known: Known, *, is_count: bool) -> Chart:
    value = np.divide(events, n, out=np.zeros(n.shape), where=known)
    sd = np.sqrt(chance(center, is_count=is_count) / np.maximum(n, 1))
    return _limits(Chart(value, center, sd, sd, sd, known), most=np.inf if is_count else 1.0)


def _limits(chart: Chart, *, most: float) -> Chart:
    low = np.maximum(chart.center - SIGMAS * chart.sd, 0.0)
    return replace(chart, low=low, high=np.minimum(chart.center + SIGMAS * chart.sd, most))


def _wide(chart: Chart, base: Known | None, *, most: float, least: float = 0.0) -> Chart:
    used = chart.known if base is None else chart.known & base
    z = chart.z[used]
    found = float(np.abs(np.diff(z)).mean()) / RANGE_OF_TWO if z.size > 1 else 1.0
    sigma_z = max(found, least)
    return replace(_limits(replace(chart, sd=chart.sd * sigma_z), most=most), sigma_z=sigma_z)
