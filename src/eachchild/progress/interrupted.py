"""A series before and after a change: same months compared, with what is not chance counted in.

A month is compared with the same month of earlier years, so seasons cancel. What months share with
the next (autocorrelation) and how far they lie apart beyond chance (overdispersion, as in Laney's
charts) are learnt from the months before; years that differ come on top (`Spread`).
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from eachchild.progress.estimate import Estimate, Measured, difference, student
from eachchild.progress.model import Known, Numbers, Series
from eachchild.progress.periods import split, year_of
from eachchild.progress.spread import Spread, chance, year_spread


@dataclass(frozen=True, slots=True)
class Sides:
    """What was counted on both sides of a change, in the same months; `then` is made up to them."""

    before: Known  # entries that were used
    after: Known
    years: int  # before
    now: float  # the rate since
    n_now: int
    events_now: int
    then: float  # the rate that those months had before
    n_then: float  # the simple sample that would know it as well, by chance alone
    events_then: int
    students_then: int
    events_earlier: int  # before, in all months
    n_earlier: int
    wider: float  # how much wider than chance sums over these months vary

    @property
    def shape(self) -> float:
        """Variance, as a share of the rate, of what these months are of a whole year before."""
        few, all_of_them = max(self.events_then, 1), max(self.events_earlier, 1)
        return self.wider * max(1 / few - 1 / all_of_them, 0.0)

    @property
    def in_season(self) -> float:
        """What these months' rate is beside the whole year's, before the change."""
        whole = self.events_earlier / self.n_earlier
        return self.then / whole if whole > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Moved:
    """A rate then and now and their difference, at one confidence."""

    then: Estimate
    now: Estimate
    change: Estimate
    error: float = 0.0  # the standard error of the change where nothing moved


def sides(series: Series, begins: str, *, until: str = "9999") -> Sides | None:
    """Both sides of a change; None where nothing after it has the same months before.

    >>> n = np.array([50, 50, 50])
    >>> years = Series(("2023-24", "2024-25", "2025-26"), n, n // 5, n * 0, n > 0)
    >>> both = sides(years, "2025-09")
    >>> both.years, both.then, both.n_then
    (2, 0.2, 100.0)
    """
    parts = split(series, begins, until=until)
    season = series.season
    shared = np.array(sorted({*season[parts.before]} & {*season[parts.after]}), np.int64)
    if shared.size == 0:
        return None
    same = (season[:, None] == shared[None, :]).any(axis=1)
    before, after = parts.before & same, parts.after & same
    x, n = series.events, series.n
    in_season = season[:, None] == shared[None, :]
    size, events = (v @ (in_season & before[:, None]) for v in (n, x))
    weight = n @ (in_season & after[:, None]) / n[after].sum()
    rates = events / size
    then = float(weight @ rates)
    by_chance = float((weight**2 * chance(rates, is_count=series.is_count) / size).sum())
    whole = float(size.sum())
    one = float(chance(then, is_count=series.is_count))
    return Sides(
        before,
        after,
        len({year_of(label) for label, is_in in zip(series.label, before, strict=True) if is_in}),
        float(x[after].sum() / n[after].sum()),
        int(n[after].sum()),
        int(x[after].sum()),
        then,
        min(one / by_chance, whole) if by_chance > 0 else whole,
        int(events.sum()),
        int(size.sum()),
        int(x[parts.before].sum()),
        int(n[parts.before].sum()),
        _wider(series, parts.before, int(after.sum())) if series.is_monthly else 1.0,
    )


def own_spread(*several: Series, begins: str) -> Spread:
    """The spread between school years before a change, of series of the same outcome."""
    rows = [_by_year(one, split(one, begins).before) for one in several]
    names = sorted({year for row in rows for year in row})
    table = np.array([[row.get(year, (0, 0)) for year in names] for row in rows], np.int64)
    if table.size == 0:
        table = np.zeros((1, 1, 2), np.int64)
    return year_spread(table[:, :, 0], table[:, :, 1], is_count=several[0].is_count)


def moved(
    both: Sides,
    spread: Spread,
    *,
    level: float,
    is_count: bool,
    then: tuple[float, float] | None = None,
) -> Moved:
    """The change, with two-sided confidence `level`; `then`: a rate and variance that know more.

    >>> n = np.array([500, 500, 500])
    >>> years = Series(("2023-24", "2024-25", "2025-26"), n, n // 5, n * 0, n > 0)
    >>> same = moved(sides(years, "2025-09"), Spread(0.1, 5, 1), level=0.95, is_count=False)
    >>> same.change.low < 0 < same.change.high
    True
    """
    rate = both.then if then is None else then[0]
    # A rate of 0 would be sure of itself; half an event is what so few students can tell.
    at = max(rate, 0.5 / both.students_then)
    one = max(float(chance(at, is_count=is_count)), 1e-12)
    wider = max(both.wider, spread.dispersion)
    now_variance = variance_of(one / both.n_now, at, spread, wider=wider, years=1)
    then_variance = variance_of(one / both.n_then, at, spread, wider=wider, years=both.years)
    if then is not None:
        then_variance = then[1]
    total = now_variance + then_variance
    certain = one / both.n_now + one / both.n_then
    estimated = max(total - certain, 1e-15)
    t = student((1 + level) / 2, spread.df * max(total / estimated, 1.0) ** 2)
    before = Measured(rate, one / then_variance, is_count).between(t)
    since = Measured(both.now, one / now_variance, is_count).between(t)
    return Moved(before, since, difference(since, before), sqrt(total))


def variance_of(
    by_chance: float, rate: float, spread: Spread, *, wider: float, years: int
) -> float:
    """The larger of two accounts of what is beyond chance: months that clump, years that differ."""
    return max(by_chance * wider, by_chance + (spread.sd * rate) ** 2 / years)


def _by_year(series: Series, used: Known) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for i in np.flatnonzero(used):
        year = year_of(series.label[i])
        events, n = found.get(year, (0, 0))
        found[year] = (events + int(series.events[i]), n + int(series.n[i]))
    return found


def _wider(series: Series, before: Known, months: int) -> float:
    """How much wider than chance a sum over `months` varies, from the months before."""
    z, df = standardized(series, before)
    if df < 3:
        return 1.0
    dispersion = max(float((z**2).sum()) / df, 1.0)
    lag = autocorrelation(z, [series.label[i] for i in np.flatnonzero(before)])
    steps = np.arange(1, months)
    return dispersion * max(1.0, 1 + 2 * float(((1 - steps / months) * lag**steps).sum()))


def standardized(series: Series, used: Known) -> tuple[Numbers, int]:
    """Each month less the mean of the same months, in standard errors by chance; and their df.

    A month that no other year has tells nothing and is 0.
    """
    x, n, season = (v[used] for v in (series.events, series.n, series.season))
    same = season[:, None] == season[None, :]
    rate = same @ x / np.maximum(same @ n, 1)
    sd = np.sqrt(chance(rate, is_count=series.is_count) / np.maximum(n, 1))
    z = np.divide(x / np.maximum(n, 1) - rate, sd, out=np.zeros(x.size), where=sd > 0)
    told = (same.sum(axis=1) > 1) & (sd > 0)
    return np.where(told, z, 0.0), int(told.sum() - np.unique(season[told]).size)


def autocorrelation(z: Numbers, labels: list[str]) -> float:
    """The correlation of months that follow each other, less its bias; 0 where it is negative.

    Taking means of few years out draws it down by about (1 + 3 r) / m for m months
    (Kendall, M. G. (1954), Biometrika 41: 403-404).
    """
    place = np.array([int(t[:4]) * 12 + int(t[5:7]) for t in labels])
    pairs = np.flatnonzero(np.diff(place) == 1)
    total = float((z**2).sum())
    if pairs.size < 3 or total == 0:
        return 0.0
    found = float((z[pairs] * z[pairs + 1]).sum()) / total * z.size / pairs.size
    return float(np.clip(found + (1 + 3 * found) / z.size, 0.0, 0.9))
