"""What the rate of a chosen group would have been: the worst of many improves by itself.

A group is chosen since its numbers looked bad, and part of that was chance. Its rate is weighed
against those of all groups that could have been chosen (empirical Bayes; Morris, C. N. (1983),
J. Am. Stat. Assoc. 78: 47-55), over the years before it was chosen.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from eachchild.progress.estimate import CONFIDENCE, Measured, student
from eachchild.progress.model import Numbers, Whole
from eachchild.progress.spread import Spread, chance, year_spread

FEWEST = 4  # candidates from which on they tell how far true rates differ


class BaselineState(StrEnum):
    """How a baseline was made."""

    SHRUNKEN = "shrunken"
    OWN_RATE = "own_rate"  # candidates too few to learn from: tests count them instead
    UNKNOWN = "unknown"  # no student of the group was counted


@dataclass(frozen=True, slots=True)
class Baseline:
    """A group's rate before a change, with a 95 % interval; `raw` is what was counted."""

    state: BaselineState
    rate: float
    low: float
    high: float
    raw: float
    events: int
    n: int
    candidates: int
    variance: float  # of `rate`, years that differ included
    spread: Spread

    @property
    def known(self) -> bool:
        """Whether there is a rate at all."""
        return self.state is not BaselineState.UNKNOWN

    @property
    def chosen_among(self) -> int:
        """Between how many a test must share its level, since shrinking did not settle it."""
        return self.candidates if self.state is BaselineState.OWN_RATE else 1


def baseline_of(
    events: Whole, n: Whole, *, chosen: int, years: int | None = None, is_count: bool = False
) -> Baseline:
    """The baseline of the group in row `chosen`, of all groups (rows) over years (columns).

    Give the years before the finding was chosen, those it was chosen on included, and every group
    that could have been chosen; a hidden number has n of 0. `years` is how many years a single
    column adds up, where years are not apart.

    >>> events, n = np.array([[18], [10], [9], [11], [8], [10]]), np.full((6, 1), 100)
    >>> found = baseline_of(events, n, chosen=0)
    >>> found.raw, round(found.rate, 3), found.state.value
    (0.18, 0.144, 'shrunken')
    """
    events, n = (np.atleast_2d(a.T).T if a.ndim == 1 else a for a in (events, n))
    spread = year_spread(events, n, is_count=is_count)
    x, size = events.sum(axis=1), n.sum(axis=1)
    apart = np.maximum((n > 0).sum(axis=1), years or 1)
    here = int((size[:chosen] > 0).sum())
    if size[chosen] == 0:
        return Baseline(BaselineState.UNKNOWN, 0, 0, 0, 0, 0, 0, 0, 0, spread)
    counted = size > 0
    rate, variance = _weighed(
        x[counted] / size[counted],
        size[counted] * 1.0,
        apart=apart[counted] * 1.0,
        spread=spread,
        chosen=here,
        is_count=is_count,
    )
    one = float(chance(max(rate, 0.5 / size[chosen]), is_count=is_count))
    ends = Measured(rate, max(one, 1e-12) / variance, is_count).between(
        student((1 + CONFIDENCE) / 2, _df(spread, rate, variance, float(apart[chosen])))
    )
    many = int(counted.sum())
    return Baseline(
        BaselineState.SHRUNKEN if many >= FEWEST else BaselineState.OWN_RATE,
        rate,
        ends.low,
        ends.high,
        float(x[chosen] / size[chosen]),
        int(x[chosen]),
        int(size[chosen]),
        many,
        variance,
        spread,
    )


def _weighed(
    rates: Numbers,
    n: Numbers,
    *,
    apart: Numbers,
    spread: Spread,
    chosen: int,
    is_count: bool,
) -> tuple[float, float]:
    """The chosen group's rate drawn towards the others', and its variance."""
    many, own = rates.size, float(rates[chosen])
    # Chance is reckoned at the common rate: at its own, a rate high by chance would look sure.
    common = float((rates * n).sum() / n.sum())
    noise = _noise(common, n, apart=apart, spread=spread, is_count=is_count)
    if many < FEWEST:
        at = max(own, 0.5 / n[chosen])
        alone = _noise(at, n, apart=apart, spread=spread, is_count=is_count)
        return own, float(alone[chosen])
    between = _between(rates, noise)
    weight = 1 / (noise + between)
    center = float((weight * rates).sum() / weight.sum())
    share = (many - 3) / (many - 1) * float(noise[chosen] * weight[chosen])
    rate = own - share * (own - center)
    alone = _noise(max(rate, 0.5 / n[chosen]), n, apart=apart, spread=spread, is_count=is_count)
    known = float(alone[chosen]) * (1 - (many - 1) / many * share)
    return rate, known + 2 / (many - 3) * (share * (own - center)) ** 2


def _noise(rate: float, n: Numbers, *, apart: Numbers, spread: Spread, is_count: bool) -> Numbers:
    by_chance = np.asarray(chance(rate, is_count=is_count) / n, np.float64)
    # Two accounts of the same thing, years that differ and counts that clump: the larger one.
    wider = np.maximum(spread.dispersion * by_chance, by_chance + (spread.sd * rate) ** 2 / apart)
    return np.asarray(wider + 1e-15, np.float64)


def _between(rates: Numbers, noise: Numbers) -> float:
    """The variance of true rates (Paule and Mandel 1982, J. Res. Nat. Bur. Stand. 87)."""

    def left(variance: float) -> float:
        weight = 1 / (noise + variance)
        center = (weight * rates).sum() / weight.sum()
        return float((weight * (rates - center) ** 2).sum()) - (rates.size - 1)

    low, high = 0.0, float(np.ptp(rates)) ** 2 * rates.size + 1e-12
    if left(low) <= 0:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if left(middle) > 0 else (low, middle)
    return (low + high) / 2


def _df(spread: Spread, rate: float, variance: float, years: float) -> float:
    """Satterthwaite's: only the part of a variance that was estimated has few degrees."""
    estimated = (spread.sd * rate) ** 2 / years
    return spread.df * (variance / max(estimated, 1e-15)) ** 2
